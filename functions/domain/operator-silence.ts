import {
  anythingPosted,
  type CaseCommand,
  type CaseEvent,
  type CaseState,
  getsGoods,
  standingVerdict,
} from "./case.ts";
import { calendarOf, deadlineAfter } from "./clock.ts";
import { closeUnpaid, type Decision } from "./consequences.ts";
import type { Compensation, Verdict } from "./judgment/verdict.ts";
import { clocks } from "./lifecycle.ts";
import { hasBoth, hasReplacement, isPromised, isWithoutComplaint, keepsGoods } from "./reshipment.ts";
import { type KnownParcel, turnsBack } from "./stuck-parcel.ts";

/*
 * What an operator's silence means. Nothing waits for ever, not even for the platform itself: it is called three
 * times, and then the case ends without it and at its expense.
 */

/** How often an operator is called before the case ends without one. */
export const maximumCalls = 3;

type Projection = KnownParcel["projection"];

/** Whether a carrier ever had a parcel in its hands after the case was filed; an invented waybill is never seen. */
const wasSeen = ({ status, lastScanAt, deliveredAt }: Projection, filedAt: number): boolean =>
  deliveredAt !== undefined || (lastScanAt !== undefined && lastScanAt >= filedAt && status !== "registered");

/** No carrier ever had the return, or all of it is with the buyer again or on its way there. */
export const isWithTheBuyer = (parcels: readonly KnownParcel[], { reception, filedAt }: CaseState): boolean =>
  reception === "returned_to_sender" ||
  ((reception === "in_transit" || reception === "stuck") &&
    parcels.every(({ projection }) => turnsBack(projection.status) || !wasSeen(projection, filedAt)));

/** The buyer got the replacement first, and no carrier has what was to come back for it. */
const keepsBoth = (parcels: readonly KnownParcel[], state: CaseState): boolean =>
  (hasReplacement(state) && state.reception === "awaiting") ||
  (hasBoth(state) && isWithTheBuyer(parcels, state));

/** Whoever was to pay it, the platform does. */
const atNobodysFault = ({ by: _, ...compensation }: Compensation): Compensation => compensation;

/**
 * The standing verdict with its refund and nobody's fault but the platform's: an operator who never came moves
 * no merchant's money. No fee is due for it either (`settlementBasis`).
 */
const atThePlatformsExpense = (standing: Verdict, number: number, at: number): Verdict => {
  const { carrier: _, loss: _loss, compensation, ...rest } = standing;
  const reason = {
    "zh-CN": "运营人员多次未处理，买家按原判定获得退款，由平台承担。",
    en: "No operator decided the case although called several times. The buyer is refunded as judged, and the platform bears it.",
  };
  return {
    ...rest,
    number,
    rule: "operator_silent",
    liability: { merchant: 0, platform: 10_000, carrier: 0, buyer: 0 },
    route: "automatic",
    freight: { ...standing.freight, payer: standing.freight.payer === "buyer" ? "buyer" : "platform" },
    platformBears: true,
    ...(compensation ? { compensation: atNobodysFault(compensation) } : {}),
    explanation: reason,
    told: { buyer: reason, merchant: reason },
    trace: [],
    nearMisses: [],
    judgedAt: at,
  };
};

/**
 * Where the buyer has the goods and nothing was paid, the case closes with the first call unanswered. Where goods
 * or money moved, somebody would be left with neither: the operator is called again, and after the last call the
 * buyer is refunded at the platform's expense, unless no carrier ever saw the goods or they came back to the buyer.
 */
export const operatorSilent = (
  { parcels = [] }: Extract<CaseCommand, { type: "ExpireWait" }>,
  decision: Decision,
): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state, ledger } = snapshot;
  const unpaid = !anythingPosted(ledger);
  const buyerHasGoods = state.reception === "none" || state.reception === "awaiting";
  if (unpaid && buyerHasGoods && !isPromised(state)) {
    return closeUnpaid(decision, "unresolved", "expired");
  }
  if ((state.operatorCalls ?? 1) < maximumCalls) {
    const deadlineAt = deadlineAfter(at, clocks.manualReviewMs, calendarOf(snapshot.calendars, state.stage));
    return [{ type: "DeadlineExtended", at, by, deadlineAt, reason: "operator_overdue" }];
  }
  if (keepsBoth(parcels, state)) return [keepsGoods("silence", at, by)];
  if (unpaid && isWithTheBuyer(parcels, state)) return closeUnpaid(decision, "unresolved", "expired");
  if (isWithoutComplaint(state)) return [{ type: "ReplacementConfirmed", at, by, basis: "silence" }];
  const verdict = atThePlatformsExpense(standingVerdict(snapshot), state.verdictNumber + 1, at);
  return [
    { type: "CaseJudged", at, by, verdict },
    ...(getsGoods(state) && !hasReplacement(state)
      ? [{ type: "TurnedIntoRefund" as const, at, by, cause: "silence" as const }]
      : []),
  ];
};
