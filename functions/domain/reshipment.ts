import {
  type Actor,
  type CaseCommand,
  type CaseEvent,
  type CaseOutcome,
  type CaseState,
  getsGoods,
  type ReplacementProblem,
} from "./case.ts";
import type { Decision } from "./consequences.ts";
import { InvariantViolation } from "./errors.ts";
import type { Verdict } from "./judgment/verdict.ts";
import type { Stage } from "./lifecycle.ts";
import { requireAction, requireStage } from "./permissions.ts";
import type { Outlay } from "./settlement/plan.ts";
import { isPlausibleDelivery, type KnownParcel, type Outlook, outlookOf } from "./stuck-parcel.ts";

/**
 * Remedies that ship: exchange, repair, and sending again what never arrived. Whenever the goods cannot be
 * had, the remedy turns into a refund, which has been reserved since the approval.
 */

/** The buyer got the replacement first and has it: whatever becomes of the return, nothing more is sent or refunded. */
export const hasReplacement = ({ sentFirst }: CaseState): boolean =>
  sentFirst !== undefined && sentFirst.goods !== "not_due";

/** The same, or it complained of what it got and has not sent anything back in spite of being told to. */
export const hasBoth = (state: CaseState): boolean =>
  hasReplacement(state) ||
  (goesFirst(state, "returned_to_sender") &&
    state.replacementParcel !== undefined &&
    state.resumeStage === "awaiting_shipment");

/** The goods came back, were lost, or never had to come: money, or goods instead. */
export const onceReturned = (state: CaseState): Stage => {
  if (!getsGoods(state) || hasReplacement(state)) return "settling";
  return state.type === "repair" ? "repairing" : "awaiting_reshipment";
};

/** What the buyer has got is no use and comes back; of what never arrived nothing can. */
const comesBackAgain = ({ type, problem }: CaseState): boolean =>
  type !== "resend" && (problem === "wrong_item" || problem === "faulty");

/** What was to be sent already, or did not reach the buyer, is sent; it needs no second repair. */
const isToBeSent = ({ problem, resumeStage }: CaseState): boolean =>
  problem !== undefined || resumeStage === "awaiting_reshipment" || resumeStage === "reshipping";

/** The buyer still has the goods, and is to get the replacement before it sends them. */
const goesFirst = (state: CaseState, orElse?: CaseState["reception"]): boolean =>
  getsGoods(state) &&
  state.sentFirst?.goods === "not_due" &&
  (state.reception === "awaiting" || state.reception === orElse);

/** The buyer has the replacement: what was to come back for it is due now, or has come back already. */
export const afterReplacement = (state: CaseState): Pick<CaseState, "stage" | "sentFirst"> =>
  state.sentFirst && goesFirst(state)
    ? { stage: "awaiting_shipment", sentFirst: { ...state.sentFirst, goods: "owed" } }
    : { stage: "settling" };

/** Money is left in place of goods. What was to follow the replacement has to come back for it like any return. */
export const turnedIntoRefund = (state: CaseState): readonly [CaseState, Stage] => {
  if (!goesFirst(state)) return [state, "settling"];
  const { replacementParcel: _, ...unsent } = state;
  return [unsent, "awaiting_shipment"];
};

/** What a buyer keeps who got the replacement first, by its silence or because an operator says so. */
export const keepsGoods = (
  basis: Extract<CaseEvent, { type: "GoodsKept" }>["basis"],
  at: number,
  by: Actor,
): CaseEvent => ({ type: "GoodsKept", at, by, basis });

/** What was to follow the replacement has come back with it, or is lost: whatever is sent next, nothing follows it. */
export const onceBack = (state: CaseState): CaseState => {
  const { sentFirst, ...rest } = state;
  const isOut = state.reception === "awaiting" || state.reception === "returned_to_sender";
  return sentFirst?.goods === "not_due" && !isOut ? rest : state;
};

/** Where an approval leads, and what becomes of the goods. */
export const afterApproval = (state: CaseState): Pick<CaseState, "stage" | "reception"> => {
  const { reception } = state;
  if (goesFirst(state) && !comesBackAgain(state)) return { stage: "awaiting_reshipment", reception };
  if (reception === "awaiting" || comesBackAgain(state)) {
    return { stage: "awaiting_shipment", reception: "awaiting" };
  }
  const sent = getsGoods(state) && isToBeSent(state);
  return { stage: sent ? "awaiting_reshipment" : onceReturned(state), reception };
};

/**
 * A verdict that was made after the return was sent may no longer allow goods, and what was lost cannot be
 * repaired: then money is left.
 */
export const turnedByVerdict = (
  state: CaseState,
  verdict: Verdict,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  const lost = (state.resumeStage ?? state.stage) === "lost";
  const possible = verdict.remedies.includes(state.type) && !(lost && state.type === "repair");
  const begun = state.reception !== "awaiting" || state.sentFirst !== undefined;
  return getsGoods(state) && begun && !hasReplacement(state) && !possible
    ? [{ type: "TurnedIntoRefund", at, by, cause: "verdict" }]
    : [];
};

export const withOutlay = (state: CaseState, outlay: Outlay | undefined): CaseState =>
  outlay ? { ...state, outlays: [...(state.outlays ?? []), outlay] } : state;

const outlayOf = (by: Actor, what: Outlay["for"], amountMinor: bigint): { readonly outlay?: Outlay } =>
  amountMinor === 0n
    ? {}
    : { outlay: { for: what, by: by.role === "merchant" ? "merchant" : "platform", amountMinor } };

export const finishRepair = (
  { costMinor }: Extract<CaseCommand, { type: "FinishRepair" }>,
  state: CaseState,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  requireAction(state, by, "repaired");
  return [{ type: "RepairFinished", at, by, ...outlayOf(by, "repair", costMinor) }];
};

export const shipReplacement = (
  { carrier, trackingNumber, freightMinor, clockMs }: Extract<CaseCommand, { type: "ShipReplacement" }>,
  state: CaseState,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  requireAction(state, by, "reship");
  const outlay = outlayOf(by, "replacement_freight", freightMinor);
  return [{ type: "ReplacementShipped", at, by, carrier, trackingNumber, clockMs, ...outlay }];
};

/** What was promised cannot be had, or cannot be repaired. */
export const giveUpRemedy = (
  { of }: Extract<CaseCommand, { type: "GiveUpRemedy" }>,
  state: CaseState,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  const cause = of === "repairing" ? "not_repairable" : "cannot_supply";
  requireAction(state, by, cause);
  return [{ type: "TurnedIntoRefund", at, by, cause }];
};

export const confirmReplacement = (state: CaseState, at: number, by: Actor): readonly CaseEvent[] => {
  requireAction(state, by, "confirm");
  return [{ type: "ReplacementConfirmed", at, by, basis: "buyer" }];
};

/** The buyer says what is wrong with it: a person decides, and until then nothing counts as confirmed. */
export const reportProblem = (
  problem: ReplacementProblem,
  state: CaseState,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  requireAction(state, by, "report_problem");
  return [
    { type: "ProblemReported", at, by, problem },
    { type: "ManualReviewOpened", at, by, cause: "replacement_problem" },
  ];
};

export const recordReplacementDelivery = (
  { deliveredAt, trusted }: Extract<CaseCommand, { type: "RecordReplacementDelivery" }>,
  state: CaseState,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  requireStage(state, "reshipping");
  return isPlausibleDelivery(state, deliveredAt, at)
    ? [{ type: "ReplacementDelivered", at, by, deliveredAt, trusted }]
    : [];
};

/**
 * Nobody heard of what was sent to the buyer: by the same clocks as a return it is stuck, and then lost. Of a waybill
 * that no carrier ever saw its sender answers, by the refund that the buyer was entitled to in the first place.
 */
export const replacementFallsSilent = (
  parcels: readonly KnownParcel[],
  { snapshot: { state }, at, by }: Decision,
): readonly CaseEvent[] => {
  const { replacementParcel } = state;
  if (!replacementParcel) throw new InvariantViolation(`case ${state.caseId} has sent nothing`);
  const known = parcels.find(({ trackingNumber }) => trackingNumber === replacementParcel.trackingNumber);
  const outlook: Outlook = known
    ? outlookOf(known, replacementParcel, state, at)
    : { is: "unclear", cause: "never_scanned" };
  switch (outlook.is) {
    case "delivered": {
      const { deliveredAt, trusted } = outlook;
      return [{ type: "ReplacementDelivered", at, by, deliveredAt, trusted }];
    }
    case "lost":
      return [{ type: "ReplacementLost", at, by, lastScanAt: outlook.lastScanAt }];
    case "stuck": {
      const { step, cause, nextAt } = outlook;
      return [{ type: "ReplacementStuck", at, by, step, cause, deadlineAt: nextAt }];
    }
    case "travelling":
    case "moving_again":
      return [{ type: "DeadlineExtended", at, by, deadlineAt: outlook.nextAt, reason: "scanned_since" }];
    case "unclear":
      return outlook.cause === "never_scanned"
        ? [{ type: "TurnedIntoRefund", at, by, cause: "never_sent" }]
        : [{ type: "ManualReviewOpened", at, by, cause: causeOf(outlook.cause) }];
    default:
      return outlook satisfies never;
  }
};

/** What is on its way back goes to whoever sent it, which is not the buyer. */
const causeOf = (cause: string): string =>
  cause === "returned_to_sender" || cause === "returning_to_sender" ? "replacement_returned" : cause;

export const replacementStuck = (
  state: CaseState,
  { step, deadlineAt }: Extract<CaseEvent, { type: "ReplacementStuck" }>,
): CaseState =>
  state.replacementParcel
    ? {
        ...state,
        replacementParcel: {
          ...state.replacementParcel,
          standing: step === "claim" ? "claimable" : "nudged",
        },
        deadlineAt,
      }
    : state;

/** The return may be lost as well: the next judgment is about this parcel. */
export const withLostReplacement = (state: CaseState): CaseState =>
  state.replacementParcel
    ? {
        ...state,
        replacementLost: true,
        replacementParcel: { ...state.replacementParcel, standing: "lost" },
      }
    : state;

/**
 * Goods were promised and nothing has to come back for them, or they have been sent: the buyer is owed something, if
 * only what is paid in their place.
 */
export const isPromised = (state: CaseState): boolean =>
  state.replacementParcel !== undefined || (getsGoods(state) && state.reserved && state.reception === "none");

/** The buyer has what was sent, and nobody says that anything is wrong with it. */
export const isWithoutComplaint = (state: CaseState): boolean =>
  state.replacementParcel !== undefined &&
  state.problem === undefined &&
  (state.resumeStage === "awaiting_confirmation" || (state.reception === "awaiting" && !goesFirst(state)));

/** What a case comes to whose buyer got goods. */
export const outcomeInKind = ({ type, sentFirst }: CaseState): CaseOutcome => {
  if (sentFirst?.goods === "kept") return "return_owed";
  switch (type) {
    case "exchange":
      return "exchanged";
    case "repair":
      return "repaired";
    case "resend":
      return "resent";
    default:
      throw new InvariantViolation(`a case of type ${type} ends in money`);
  }
};
