import { hourMs } from "./calendar.ts";
import type { Flaw } from "./catalog.ts";
import type { CaseCalendars } from "./clock.ts";
import type { ExtensionReason, Pause, PauseReason } from "./clock-changes.ts";
import type { DecidedUnits, DisposedUnits } from "./disposition.ts";
import type { Dispute, DisputeCommand, DisputeEvent } from "./dispute.ts";
import { InvariantViolation } from "./errors.ts";
import type { FrozenCalendars } from "./frozen-calendars.ts";
import type { InterruptedWait } from "./interrupted-wait.ts";
import type { ReturnInspection } from "./judgment/input.ts";
import type { KnownLine } from "./judgment/known-case.ts";
import type { ShipFirst, Verdict } from "./judgment/verdict.ts";
import type { Stage } from "./lifecycle.ts";
import type { Offer } from "./negotiation.ts";
import type { RefusalReason } from "./refusal.ts";
import { type CaseType, goodsComeBack, isRefund, type Reason } from "./request.ts";
import type { CaseLabel } from "./return-label.ts";
import type { RulingCommand, RulingEvent } from "./ruling.ts";
import type { PayoutChange } from "./settlement/payout.ts";
import type { Agreement, Outlay, SettledLine, SettlementBasis } from "./settlement/plan.ts";
import type { FeeTerms, ServiceTimes } from "./settlement/tariff.ts";
import type { Transfer } from "./settlement/transfer.ts";
import type { KnownParcel, ReplacementParcel, ReturnParcel, StuckCause, StuckStep } from "./stuck-parcel.ts";
import type { ParcelProjection } from "./tracking.ts";
import type { Debtor, WarningPercent } from "./warnings.ts";

/**
 * One after-sales case: commands come in (`decide-case.ts`), events come out, and folding the events gives
 * the state (`evolve-case.ts`). The core touches nothing; time, ids and what was read before are handed in.
 */

export const caseOutcomes = [
  "refunded",
  "partially_refunded",
  "not_refunded",
  "refused",
  "ineligible",
  "exchanged",
  "repaired",
  "resent",
  "return_owed",
  "never_shipped",
  "cancelled",
  "unresolved",
] as const;
export type CaseOutcome = (typeof caseOutcomes)[number];

/** Where the goods are. */
export const receptions = [
  "none",
  "awaiting",
  "in_transit",
  "stuck",
  "delivered",
  "lost",
  "found",
  "returned_to_sender",
  "received",
] as const;
export type Reception = (typeof receptions)[number];

/** What was found when they came back. */
export const acceptances = ["pending", "accepted", "contradicted", "not_needed"] as const;
export type Acceptance = (typeof acceptances)[number];

/** Why the buyer gets money after all, where goods were asked for. */
export const refundCauses = ["cannot_supply", "not_repairable", "never_sent", "verdict", "silence"] as const;
export type RefundCause = (typeof refundCauses)[number];

/** What a buyer may find wrong with what was sent instead. */
export const replacementProblems = ["not_received", "wrong_item", "faulty", "incomplete"] as const;
export type ReplacementProblem = (typeof replacementProblems)[number];

/**
 * A replacement that goes to the buyer first. The goods are not due until the buyer has it, then they are owed, and a
 * buyer who never sends them keeps both.
 */
export type SentFirst = ShipFirst & { readonly goods: "not_due" | "owed" | "kept" };

/** The small part of a case that changes with every command; the version guards it. */
export type CaseState = {
  readonly tenantId: string;
  readonly caseId: string;
  readonly version: number;
  readonly stage: Stage;
  readonly type: CaseType;
  readonly reason: Reason;
  readonly orderId: string;
  readonly buyerId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly claimMinor: bigint;
  readonly reception: Reception;
  readonly acceptance: Acceptance;
  readonly verdictNumber: number;
  readonly filedAt: number;
  readonly updatedAt: number;
  /** The version at which the present wait began; it names the machine's task token. */
  readonly waitSince?: number;
  readonly deadlineAt?: number;
  /** The open time promised for the present wait, in milliseconds: what warnings are a part of. */
  readonly clockMs?: number;
  /** The last warning given in the present wait, in percent of its time. */
  readonly warned?: WarningPercent;
  /** When the machine looks again before the deadline. */
  readonly wakeAt?: number;
  /** When the parcel to the buyer counts as lost if it stays silent, while a dispute waits to know what became of it. */
  readonly lossDueAt?: number;
  /** The clock stands still; `deadlineAt` is what comes of it if nobody lets it go on earlier. */
  readonly paused?: Pause;
  /** Where the buyer is, as the platform names it. */
  readonly region?: string;
  /** The calendars its clocks are counted by, frozen when it was filed. */
  readonly calendars?: FrozenCalendars;
  /** How long the clocks of this case have been stopped altogether, in milliseconds. */
  readonly pausedMs?: number;
  /** The wait that the present one interrupts, as long as it may be taken up again. */
  readonly interrupted?: InterruptedWait;
  /** Extensions of many cases that the present wait was given. */
  readonly extensions?: readonly string[];
  /** How often an operator was called in the present review; once where it does not say. */
  readonly operatorCalls?: number;
  /** Whether the reserve is in the ledger, so that money is promised once. */
  readonly reserved: boolean;
  readonly returnFreightMinor: bigint;
  /** The parcels the return travels in; in almost every case one. */
  readonly returnParcels?: readonly ReturnParcel[];
  /** The label that was ordered for the return, if one was. */
  readonly label?: CaseLabel;
  /** What the platform laid out for that label. */
  readonly labelCostMinor?: bigint;
  /** The latest parcel with what the buyer gets instead of money. */
  readonly replacementParcel?: ReplacementParcel;
  /** A parcel with a replacement was lost, and with it a piece of the merchant's. */
  readonly replacementLost?: true;
  readonly sentFirst?: SentFirst;
  /** What sending and repairing has cost whoever did it. */
  readonly outlays?: readonly Outlay[];
  /** Units that were inspected, or missed, and do not go back into stock. */
  readonly setAside?: readonly DisposedUnits[];
  /** What the buyer finds wrong with what was sent, while a person decides about it. */
  readonly problem?: ReplacementProblem;
  /** The remedy turned into a refund. */
  readonly refundInstead?: RefundCause;
  /** When a parcel turned up that had counted as lost: whatever comes back is judged again. */
  readonly foundAt?: number;
  /** What the payment side was told to pay the buyer, by all verdicts together. */
  readonly instructedRefundMinor?: bigint;
  /** A weakly signed push moves the stage, never money: then somebody has to confirm the delivery. */
  readonly deliveryTrusted?: boolean;
  /** Where an operator takes a case in manual review back to. */
  readonly resumeStage?: Stage;
  readonly outcome?: CaseOutcome;
  /** Into how many parts the merchant's queue was split when the case was filed; one where it does not say. */
  readonly queueShards?: number;
  /** What the merchant has offered instead, while the buyer has not answered. */
  readonly offer?: Offer;
  readonly offersMade?: number;
  /** What was left of the merchant's clock, of an offer made before `interrupted` was kept. */
  readonly merchantLeftMs?: number;
  /** An offer the buyer accepted: binding, and what the settlement is made of. */
  readonly agreed?: Offer;
} & ServiceTimes;

/** A line of the case with what was frozen when it was filed. */
export type CaseLine = {
  readonly lineId: string;
  readonly itemId: string;
  readonly title: string;
  readonly quantity: number;
  /** The item the buyer wants instead, which costs the same; another piece of the line's own where it names none. */
  readonly exchangeFor?: { readonly itemId: string; readonly title: string };
  readonly amountMinor: bigint;
  /** What this case holds of the line's remaining units; a refund that leaves the goods holds none. */
  readonly heldQuantity: number;
  readonly commissionBps: number;
  /** What the buyer paid to have the returned units sent; absent where none are to come back. */
  readonly outboundFreightMinor?: bigint;
  /** What the claimed units were worth together when the case was filed, where the item says. */
  readonly marketValueMinor?: bigint;
  /** The platform packed another piece than the one sold: that one never left, and whose the other is no record says. */
  readonly strayPiece?: true;
  /** Flaws on record when the goods left: intake, listing and outbound inspection together. */
  readonly knownFlaws: readonly Flaw[];
};

export type CaseDetail = {
  readonly reason: Reason;
  readonly description: string;
  readonly claimedFlaw?: { readonly code: string; readonly place: string };
  readonly lines: readonly CaseLine[];
  /** The platform's tariff in force when the case was filed. */
  readonly feeTerms?: FeeTerms;
};

export type Actor = {
  readonly role: "partner" | "buyer" | "merchant" | "operator" | "warehouse" | "carrier" | "system";
  readonly id: string;
};

export type Hold = { readonly lineId: string; readonly amountMinor: bigint; readonly quantity: number };

/** Who or what a case was approved by. */
export const approvalBases = [
  "rule",
  "merchant",
  "silence",
  "operator",
  "agreement",
  "settlement",
  "ruling",
] as const;
export type ApprovalBasis = (typeof approvalBases)[number];

type Occurred<Type extends string, Payload = unknown> = {
  readonly type: Type;
  readonly at: number;
  readonly by: Actor;
} & Payload;

export type CaseEvent =
  | DisputeEvent
  | RulingEvent
  | Occurred<"CaseFiled", { readonly state: CaseState; readonly detail: CaseDetail }>
  | Occurred<
      "CaseJudged",
      {
        readonly verdict: Verdict;
        readonly known?: readonly KnownLine[];
        /** When silence alone would have the parcel to the buyer judged otherwise. */
        readonly lossDueAt?: number;
      }
    >
  | Occurred<
      "CaseApproved",
      { readonly basis: ApprovalBasis; readonly note?: string; readonly shipFirst?: ShipFirst }
    >
  | Occurred<"OfferMade", { readonly offer: Offer; readonly note?: string }>
  | Occurred<"OfferAccepted", { readonly agreed: Offer; readonly held: readonly Hold[] }>
  | Occurred<"OfferDeclined", { readonly basis: "buyer" | "silence" }>
  | Occurred<"FundsReserved", { readonly transfers: readonly Transfer[] }>
  | Occurred<
      "CaseRefused",
      {
        readonly basis: "merchant" | "silence";
        readonly reason?: RefusalReason;
        readonly note?: string;
        readonly evidenceIds?: readonly string[];
      }
    >
  | Occurred<"CaseCancelled", { readonly transfers: readonly Transfer[]; readonly released: readonly Hold[] }>
  | Occurred<
      "ReturnShipped",
      {
        readonly carrier: string;
        readonly trackingNumber: string;
        readonly freightMinor: bigint;
        /** How long the carrier may take to scan it for the first time. */
        readonly clockMs?: number;
        /** The platform's own label, and what it cost. */
        readonly labelCostMinor?: bigint;
      }
    >
  | Occurred<"ReturnLabelOrdered", { readonly labelId: string }>
  | Occurred<"ReturnLabelFailed", { readonly labelId: string }>
  | Occurred<
      "ReturnParcelAdded",
      {
        readonly carrier: string;
        readonly trackingNumber: string;
        readonly freightMinor: bigint;
        readonly clockMs: number;
      }
    >
  | Occurred<
      "ParcelStuck",
      {
        readonly carrier: string;
        readonly trackingNumber: string;
        readonly step: StuckStep;
        readonly cause: StuckCause;
        readonly deadlineAt?: number;
      }
    >
  | Occurred<"ParcelMovedOn", { readonly trackingNumber: string; readonly deadlineAt?: number }>
  | Occurred<
      "ParcelDelivered",
      {
        readonly trackingNumber: string;
        readonly deliveredAt: number;
        readonly trusted: boolean;
        /** At a place the parcel was not sent to. */
        readonly elsewhere?: true;
        /** Where other parcels of the case are still on their way. */
        readonly deadlineAt?: number;
      }
    >
  | Occurred<
      "ParcelLost",
      { readonly trackingNumber: string; readonly lastScanAt: number; readonly deadlineAt?: number }
    >
  | Occurred<
      "ParcelFound",
      {
        readonly trackingNumber: string;
        readonly deliveredAt: number;
        /** No money has moved yet, so the case goes on to the inspection. */
        readonly inTime: boolean;
        /** It was on its way to the buyer. */
        readonly outbound?: true;
        /** Carriers that were charged for the loss. */
        readonly claimedFrom: readonly string[];
      }
    >
  | Occurred<
      "ReturnNotReceived",
      { readonly trackingNumbers: readonly string[]; readonly deadlineAt: number }
    >
  /** The parcel to the buyer was scanned since: it counts as lost later. */
  | Occurred<"LossClockMoved", { readonly lossDueAt: number }>
  /** Somebody who may move money said so too, of a delivery that was told by a weakly signed push. */
  | Occurred<"DeliveryConfirmed">
  | Occurred<
      "DeadlineExtended",
      {
        readonly deadlineAt: number;
        readonly reason: "scanned_since" | "operator_overdue" | "arbiter_overdue" | "extension";
        /** Why an extension was given. */
        readonly because?: ExtensionReason;
        readonly extensionId?: string;
      }
    >
  | Occurred<"DeadlineApproaching", { readonly percent: WarningPercent; readonly owedBy: readonly Debtor[] }>
  | Occurred<
      "ClockPaused",
      { readonly reason: PauseReason; readonly paused: Pause; readonly deadlineAt: number }
    >
  | Occurred<"ClockResumed", { readonly since: number; readonly deadlineAt: number }>
  | Occurred<"DeadlinePassed", { readonly owedBy: readonly Debtor[] }>
  | Occurred<
      "ReturnInspected",
      { readonly inspection: ReturnInspection; readonly acceptance: "accepted" | "contradicted" }
    >
  | Occurred<"DispositionDecided", DecidedUnits>
  | Occurred<"RepairFinished", { readonly outlay?: Outlay }>
  | Occurred<
      "ReplacementShipped",
      Pick<ReturnParcel, "carrier" | "trackingNumber"> & {
        readonly outlay?: Outlay;
        /** How long the carrier may take to scan it for the first time. */
        readonly clockMs: number;
      }
    >
  | Occurred<
      "ReplacementStuck",
      { readonly step: StuckStep; readonly cause: StuckCause; readonly deadlineAt: number }
    >
  | Occurred<"ReplacementDelivered", { readonly deliveredAt: number; readonly trusted: boolean }>
  | Occurred<"ReplacementLost", { readonly lastScanAt: number }>
  | Occurred<"ReplacementConfirmed", { readonly basis: "buyer" | "silence" | "operator" }>
  /** The buyer got the replacement first and keeps what was to come back for it. */
  | Occurred<"GoodsKept", { readonly basis: "silence" | "operator" }>
  | Occurred<"ProblemReported", { readonly problem: ReplacementProblem }>
  | Occurred<"TurnedIntoRefund", { readonly cause: RefundCause }>
  | Occurred<"FreightSettled", { readonly transfers: readonly Transfer[] }>
  | Occurred<"RefundSettled", { readonly transfers: readonly Transfer[] }>
  | Occurred<"PayoutInstructed", { readonly change: PayoutChange }>
  | Occurred<"CommissionReversed", { readonly transfers: readonly Transfer[] }>
  | Occurred<"ReserveReleased", { readonly transfers: readonly Transfer[] }>
  | Occurred<"CaseClosed", { readonly outcome: CaseOutcome; readonly released: readonly Hold[] }>
  | Occurred<"ManualReviewOpened", { readonly cause: string; readonly resumeStage?: Stage }>
  | Occurred<
      "ManualReviewResolved",
      {
        readonly resolution: "approve" | "refuse" | "resume";
        readonly note?: string;
        /** The whole clock of the stage the case resumes in, where the verdict gives one: for a wait that begins anew. */
        readonly clockMs?: number;
      }
    >;

export type CaseEventType = CaseEvent["type"];

/** Everything a command may look at, read before it is decided. */
export type CaseSnapshot = {
  readonly state: CaseState;
  readonly detail: CaseDetail;
  readonly verdict?: Verdict;
  /** What the standing verdict was judged on; absent of cases judged before it was kept. */
  readonly known?: readonly KnownLine[];
  /** The latest dispute of the case, open or over. */
  readonly dispute?: Dispute;
  readonly ledger: readonly Transfer[];
  /** What the case's clocks are counted by; absent where all of them run around the clock. */
  readonly calendars?: CaseCalendars;
};

export type CaseCommand =
  | DisputeCommand
  | RulingCommand
  | {
      readonly type: "RecordVerdict";
      readonly verdict: Verdict;
      readonly known?: readonly KnownLine[];
      readonly lossDueAt?: number;
    }
  | { readonly type: "ApproveCase"; readonly note?: string }
  | {
      readonly type: "RefuseCase";
      readonly reason: RefusalReason;
      readonly note?: string;
      /** Files of the merchant's, looked up by whoever sends the command. */
      readonly evidenceIds?: readonly string[];
    }
  | { readonly type: "MakeOffer"; readonly offer: Offer; readonly note?: string }
  | { readonly type: "AnswerOffer"; readonly answer: "accept" | "decline" }
  | { readonly type: "ResumeCase"; readonly note?: string }
  /** What has become of the parcel on its way to the buyer. */
  | ({ readonly type: "ReconsiderCase"; readonly trackingNumber: string } & Pick<
      ParcelProjection,
      "status" | "statusTrusted" | "deliveredAt"
    >)
  | { readonly type: "CancelCase" }
  | {
      readonly type: "ShipReturn";
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly freightMinor: bigint;
      readonly clockMs?: number;
      readonly labelCostMinor?: bigint;
    }
  | { readonly type: "OrderReturnLabel" }
  | { readonly type: "FailReturnLabel" }
  | {
      readonly type: "AddReturnParcel";
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly freightMinor: bigint;
      readonly clockMs: number;
    }
  | {
      readonly type: "RecordDelivery";
      readonly trackingNumber: string;
      readonly deliveredAt: number;
      readonly trusted: boolean;
      readonly elsewhere?: true;
    }
  | { readonly type: "ConfirmDelivery" }
  | { readonly type: "FollowParcel"; readonly parcel: KnownParcel }
  | { readonly type: "ReportNotReceived"; readonly parcels: readonly KnownParcel[] }
  | {
      readonly type: "RecordInspection";
      readonly inspection: ReturnInspection;
      /** What becomes of the goods, worked out on the same snapshot by `inspected-goods.ts`. */
      readonly goods: readonly DecidedUnits[];
    }
  /** As `inspected-goods.ts` allowed it on the same snapshot. */
  | { readonly type: "ChangeDisposition"; readonly goods: readonly DecidedUnits[] }
  | { readonly type: "FinishRepair"; readonly costMinor: bigint }
  | { readonly type: "GiveUpRemedy"; readonly of: "repairing" | "awaiting_reshipment" }
  | {
      readonly type: "ShipReplacement";
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly freightMinor: bigint;
      readonly clockMs: number;
    }
  | { readonly type: "RecordReplacementDelivery"; readonly deliveredAt: number; readonly trusted: boolean }
  | { readonly type: "ConfirmReplacement" }
  | { readonly type: "ReportProblem"; readonly problem: ReplacementProblem }
  | {
      readonly type: "ExpireWait";
      /** Those the case waits for, while they are on their way. */
      readonly parcels?: readonly KnownParcel[];
      /** Files that have arrived since a dispute opened, while its sides are heard. */
      readonly filesArrived?: number;
      /** When the parcel to the buyer counts as lost, read when that was due; absent if it cannot be lost any more. */
      readonly outboundLostAt?: number;
    }
  | { readonly type: "PauseClock"; readonly until: number; readonly reason: PauseReason }
  | { readonly type: "ResumeClock" }
  | {
      readonly type: "ExtendDeadline";
      /** By open time of the clock's calendar in milliseconds, or until a moment. */
      readonly extension: { readonly byMs: number } | { readonly until: number };
      readonly reason: ExtensionReason;
      /** Names an extension of many cases, so that a wait is given it once. */
      readonly extensionId?: string;
    }
  | { readonly type: "SettleNextStage" }
  | {
      readonly type: "OpenManualReview";
      readonly cause: string;
      /** The stage in which something failed; if the case has left it, nothing is opened. */
      readonly failedStage?: Stage;
    };

/** What filing needs beyond the state's own fields. */
export type FiledCase = {
  readonly tenantId: string;
  readonly caseId: string;
  readonly type: CaseType;
  readonly orderId: string;
  readonly buyerId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly detail: CaseDetail;
  /** Absent where all its clocks run around the clock. */
  readonly calendars?: FrozenCalendars;
  readonly queueShards?: number;
  readonly region?: string;
};

/** The first event of a case. Holds on the order's lines are taken in the same transaction. */
export const fileCase = (
  filed: FiledCase,
  at: number,
  by: Actor,
): Extract<CaseEvent, { type: "CaseFiled" }> => {
  const { detail, ...identity } = filed;
  return {
    type: "CaseFiled",
    at,
    by,
    detail,
    state: {
      ...identity,
      version: 0,
      reason: detail.reason,
      stage: "submitted",
      claimMinor: detail.lines.reduce((sum, line) => sum + line.amountMinor, 0n),
      reception: goodsComeBack(filed.type) ? "awaiting" : "none",
      acceptance: goodsComeBack(filed.type) ? "pending" : "not_needed",
      verdictNumber: 0,
      filedAt: at,
      updatedAt: at,
      reserved: false,
      returnFreightMinor: 0n,
    },
  };
};

const agreementOf = ({ remedy, amountMinor }: Offer): Agreement => ({
  goodsComeBack: goodsComeBack(remedy),
  ...(amountMinor === undefined ? {} : { refundMinor: amountMinor }),
});

/** Whether the buyer gets goods from this case and not money, as far as is known now. */
export const getsGoods = ({ type, refundInstead }: Pick<CaseState, "type" | "refundInstead">): boolean =>
  !isRefund(type) && refundInstead === undefined;

/** What the buyer gets instead of money, if anything; and what became of the goods, where they were to follow it. */
export const inKindOf = (state: CaseState): Pick<SettlementBasis, "inKind" | "onTrust"> => {
  if (!getsGoods(state)) return {};
  if (state.type === "repair") return { inKind: "repair" };
  const { sentFirst } = state;
  return {
    inKind: "replacement",
    ...(sentFirst && sentFirst.goods !== "not_due"
      ? { onTrust: { pays: sentFirst.pays, goodsBack: sentFirst.goods === "owed" } }
      : {}),
  };
};

export type WantedInstead = NonNullable<CaseLine["exchangeFor"]> & Pick<CaseLine, "lineId" | "quantity">;

/** What goes to the buyer in place of the lines' own items, while goods are to go there at all. */
export const wantedInstead = (
  state: Pick<CaseState, "type" | "refundInstead">,
  { lines }: CaseDetail,
): readonly WantedInstead[] =>
  state.type === "exchange" && getsGoods(state)
    ? lines.flatMap(({ lineId, quantity, exchangeFor }) =>
        exchangeFor ? [{ lineId, quantity, ...exchangeFor }] : [],
      )
    : [];

/** The lines as they are settled. */
export const settledLines = ({
  state: { replacementLost },
  detail: { lines },
}: Pick<CaseSnapshot, "state" | "detail">): readonly SettledLine[] =>
  replacementLost ? lines.map((line) => ({ ...line, replacementLost })) : lines;

/** What the settlement of a case is computed from. */
export const settlementBasis = (
  { state, detail }: Pick<CaseSnapshot, "state" | "detail">,
  verdict: Verdict,
): SettlementBasis => ({
  caseId: state.caseId,
  merchantId: state.merchantId,
  buyerId: state.buyerId,
  currency: state.currency,
  lines: settledLines({ state, detail }),
  verdict,
  returnFreightMinor: state.returnFreightMinor,
  ...(state.labelCostMinor === undefined ? {} : { labelCostMinor: state.labelCostMinor }),
  times: state,
  ...(state.outlays ? { outlays: state.outlays } : {}),
  ...inKindOf(state),
  ...(detail.feeTerms && !verdict.platformBears ? { feeTerms: detail.feeTerms } : {}),
  // What was decided since takes the place of what was agreed on before the dispute.
  ...(state.agreed && !verdict.ruling ? { agreed: agreementOf(state.agreed) } : {}),
});

/** What a case holds of its lines until it ends; units that come back by agreement alone are held as well. */
export const holdsOf = ({ state, detail }: Pick<CaseSnapshot, "state" | "detail">): readonly Hold[] =>
  detail.lines.map((line) => ({
    lineId: line.lineId,
    amountMinor: line.amountMinor,
    quantity: goodsComeBack(state.type) ? line.quantity : line.heldQuantity,
  }));

/** Once money has moved, nothing of the lines' refundable amount is given back. */
export const anythingPosted = (ledger: readonly Transfer[]): boolean =>
  ledger.some((transfer) => transfer.phase === "posted");

/** The verdict a case stands under; a case that was never judged has none. */
export const standingVerdict = ({ verdict, state }: CaseSnapshot): Verdict => {
  if (!verdict) throw new InvariantViolation(`case ${state.caseId} in ${state.stage} has no verdict`);
  return verdict;
};

/** How long the merchant has for its answer, as the verdict says. */
export const merchantClockMs = ({ clocks }: Verdict): number => clocks.merchantAnswerHours * hourMs;

/** The transfers an event puts into the ledger. */
export const transfersOf = (event: CaseEvent): readonly Transfer[] =>
  "transfers" in event ? event.transfers : [];
