import { dayMs, hourMs } from "./calendar.ts";
import type { Flaw } from "./catalog.ts";
import { CaseError, InvariantViolation } from "./errors.ts";
import type { ReturnInspection } from "./judgment/input.ts";
import { claimedFlawOf, isExpectedBack } from "./judgment/inspections.ts";
import type { KnownLine } from "./judgment/known-case.ts";
import type { Verdict } from "./judgment/verdict.ts";
import { type Action, clocks, isEnd, lifecycle, type Stage } from "./lifecycle.ts";
import type { CaseType, Reason } from "./request.ts";
import { append } from "./settlement/ledger.ts";
import { planSettlement, type SettlementBasis } from "./settlement/plan.ts";
import {
  assertSettled,
  type PostingStage,
  postingStages,
  releaseTransfers,
  reserveTransfers,
  stageTransfers,
} from "./settlement/stages.ts";
import type { FeeTerms, ServiceTimes } from "./settlement/tariff.ts";
import type { Transfer } from "./settlement/transfer.ts";
import type { ParcelProjection, ParcelStatus } from "./tracking.ts";

/**
 * One after-sales case: commands come in, events come out, and folding the events gives the state. The
 * core touches nothing; time, ids and what was read before are handed in.
 */

export const caseOutcomes = [
  "refunded",
  "partially_refunded",
  "not_refunded",
  "refused",
  "ineligible",
  "never_shipped",
  "cancelled",
  "unresolved",
] as const;
export type CaseOutcome = (typeof caseOutcomes)[number];

/** Where the goods are. */
export const receptions = ["none", "awaiting", "in_transit", "delivered", "lost", "received"] as const;
export type Reception = (typeof receptions)[number];

/** What was found when they came back. */
export const acceptances = ["pending", "accepted", "contradicted", "not_needed"] as const;
export type Acceptance = (typeof acceptances)[number];

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
  /** Whether the reserve is in the ledger, so that money is promised once. */
  readonly reserved: boolean;
  readonly returnFreightMinor: bigint;
  readonly returnParcel?: { readonly carrier: string; readonly trackingNumber: string };
  /** A weakly signed push moves the stage, never money: then somebody has to confirm the delivery. */
  readonly deliveryTrusted?: boolean;
  /** Where an operator takes a case in manual review back to. */
  readonly resumeStage?: Stage;
  readonly outcome?: CaseOutcome;
} & ServiceTimes;

/** A line of the case with what was frozen when it was filed. */
export type CaseLine = {
  readonly lineId: string;
  readonly itemId: string;
  readonly title: string;
  readonly quantity: number;
  readonly amountMinor: bigint;
  /** What this case holds of the line's remaining units; a refund that leaves the goods holds none. */
  readonly heldQuantity: number;
  readonly commissionBps: number;
  /** What the buyer paid to have the returned units sent; absent where none are to come back. */
  readonly outboundFreightMinor?: bigint;
  /** What the claimed units were worth together when the case was filed, where the item says. */
  readonly marketValueMinor?: bigint;
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

export const refusalReasons = [
  "goods_as_described",
  "evidence_insufficient",
  "used_or_worn",
  "other",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

type Occurred<Type extends string, Payload = unknown> = {
  readonly type: Type;
  readonly at: number;
  readonly by: Actor;
} & Payload;

export type CaseEvent =
  | Occurred<"CaseFiled", { readonly state: CaseState; readonly detail: CaseDetail }>
  | Occurred<"CaseJudged", { readonly verdict: Verdict; readonly known?: readonly KnownLine[] }>
  | Occurred<
      "CaseApproved",
      { readonly basis: "rule" | "merchant" | "silence" | "operator"; readonly note?: string }
    >
  | Occurred<"FundsReserved", { readonly transfers: readonly Transfer[] }>
  | Occurred<
      "CaseRefused",
      { readonly basis: "merchant" | "silence"; readonly reason?: RefusalReason; readonly note?: string }
    >
  | Occurred<"CaseCancelled", { readonly transfers: readonly Transfer[]; readonly released: readonly Hold[] }>
  | Occurred<
      "ReturnShipped",
      { readonly carrier: string; readonly trackingNumber: string; readonly freightMinor: bigint }
    >
  | Occurred<"ParcelDelivered", { readonly deliveredAt: number; readonly trusted: boolean }>
  | Occurred<"ParcelLost", { readonly lastScanAt: number }>
  | Occurred<
      "DeadlineExtended",
      { readonly deadlineAt: number; readonly reason: "scanned_since" | "operator_overdue" }
    >
  | Occurred<
      "ReturnInspected",
      { readonly inspection: ReturnInspection; readonly acceptance: "accepted" | "contradicted" }
    >
  | Occurred<"FreightSettled", { readonly transfers: readonly Transfer[] }>
  | Occurred<"RefundSettled", { readonly transfers: readonly Transfer[] }>
  | Occurred<"CommissionReversed", { readonly transfers: readonly Transfer[] }>
  | Occurred<"ReserveReleased", { readonly transfers: readonly Transfer[] }>
  | Occurred<"CaseClosed", { readonly outcome: CaseOutcome; readonly released: readonly Hold[] }>
  | Occurred<"ManualReviewOpened", { readonly cause: string }>
  | Occurred<
      "ManualReviewResolved",
      {
        readonly resolution: "approve" | "refuse" | "resume";
        readonly note?: string;
        /** The clock of the stage the case resumes in, where the verdict gives one of its own. */
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
  readonly ledger: readonly Transfer[];
};

export type CaseCommand =
  | { readonly type: "RecordVerdict"; readonly verdict: Verdict; readonly known?: readonly KnownLine[] }
  | { readonly type: "ApproveCase"; readonly note?: string }
  | { readonly type: "RefuseCase"; readonly reason: RefusalReason; readonly note?: string }
  | { readonly type: "ResumeCase"; readonly note?: string }
  | {
      readonly type: "ReconsiderCase";
      /** What has become of the parcel on its way to the buyer. */
      readonly outboundParcelStatus: ParcelStatus;
    }
  | { readonly type: "CancelCase" }
  | {
      readonly type: "ShipReturn";
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly freightMinor: bigint;
    }
  | { readonly type: "RecordDelivery"; readonly deliveredAt: number; readonly trusted: boolean }
  | { readonly type: "RecordInspection"; readonly inspection: ReturnInspection }
  | {
      readonly type: "ExpireWait";
      readonly parcel?: Pick<ParcelProjection, "status" | "lastScanAt" | "deliveredAt">;
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
      reception: filed.type === "return_and_refund" ? "awaiting" : "none",
      acceptance: filed.type === "return_and_refund" ? "pending" : "not_needed",
      verdictNumber: 0,
      filedAt: at,
      updatedAt: at,
      reserved: false,
      returnFreightMinor: 0n,
    },
  };
};

/** What the settlement of a case is computed from. */
export const settlementBasis = (
  { state, detail }: Pick<CaseSnapshot, "state" | "detail">,
  verdict: Verdict,
): SettlementBasis => ({
  caseId: state.caseId,
  merchantId: state.merchantId,
  buyerId: state.buyerId,
  currency: state.currency,
  lines: detail.lines,
  verdict,
  returnFreightMinor: state.returnFreightMinor,
  times: state,
  ...(detail.feeTerms ? { feeTerms: detail.feeTerms } : {}),
});

/** What a case holds of its lines until it ends. */
export const holdsOf = (detail: CaseDetail): readonly Hold[] =>
  detail.lines.map((line) => ({
    lineId: line.lineId,
    amountMinor: line.amountMinor,
    quantity: line.heldQuantity,
  }));

/** Once money has moved, nothing of the lines' refundable amount is given back. */
const anythingPosted = (ledger: readonly Transfer[]): boolean =>
  ledger.some((transfer) => transfer.phase === "posted");

const standingVerdict = ({ verdict, state }: CaseSnapshot): Verdict => {
  if (!verdict) throw new InvariantViolation(`case ${state.caseId} in ${state.stage} has no verdict`);
  return verdict;
};

const merchantClockMs = ({ clocks }: Verdict): number => clocks.merchantAnswerHours * hourMs;

/** Whether what came back is what was sent: complete, the same, and with no flaw that was not known. */
export const isAsSent = (detail: CaseDetail, inspection: ReturnInspection): boolean => {
  const claimed = claimedFlawOf(detail);
  return detail.lines.every((line) => {
    const found = inspection.lines.find((entry) => entry.lineId === line.lineId);
    if (!found?.sameItem || found.receivedQuantity !== line.quantity) return false;
    return found.flaws.every((flaw) => isExpectedBack(flaw, line.knownFlaws, claimed));
  });
};

/** What anybody may do with a case in a stage, by who they are; a partner acts for its buyers. */
export const actionsOf = (stage: Stage, role: Actor["role"]): readonly Action[] => {
  const { actions } = lifecycle[stage];
  switch (role) {
    case "partner":
    case "buyer":
      return actions.buyer ?? [];
    case "merchant":
      return actions.merchant ?? [];
    case "warehouse":
      return actions.warehouse ?? [];
    case "operator":
      return actions.operator ?? [];
    case "carrier":
    case "system":
      return [];
    default:
      return role satisfies never;
  }
};

const requireAction = (state: CaseState, by: Actor, action: Action): void => {
  const allowed = actionsOf(state.stage, by.role);
  if (allowed.includes(action)) return;
  throw new CaseError(
    "stage_forbids",
    `A case in stage ${state.stage} cannot be answered with ${action} by ${by.role}; allowed now: ${
      allowed.length === 0 ? "nothing" : allowed.join(", ")
    }.`,
  );
};

const requireStage = (state: CaseState, ...allowed: readonly Stage[]): void => {
  if (allowed.includes(state.stage)) return;
  throw new CaseError("stage_forbids", `A case in stage ${state.stage} has passed ${allowed.join(" and ")}.`);
};

/** The transfers an event puts into the ledger. */
export const transfersOf = (event: CaseEvent): readonly Transfer[] =>
  "transfers" in event ? event.transfers : [];

/**
 * Decides a command. Returns the events that happened, or throws a `CaseError` that says why not; nothing
 * has changed in that case. What is to be posted is held against the ledger's rules first.
 *
 * @param at epoch milliseconds of the decision
 * @throws LedgerError if the transfers of the events break a rule of the ledger
 */
export const decide = (
  command: CaseCommand,
  snapshot: CaseSnapshot,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  const events = happenings(command, snapshot, at, by);
  append(snapshot.ledger, events.flatMap(transfersOf));
  return events;
};

const happenings = (
  command: CaseCommand,
  snapshot: CaseSnapshot,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  const { state, detail, ledger } = snapshot;
  const approve = (
    basis: "rule" | "merchant" | "silence" | "operator",
    verdict: Verdict,
    note?: string,
  ): readonly CaseEvent[] => [
    { type: "CaseApproved", at, by, basis, ...(note === undefined ? {} : { note }) },
    ...(state.reserved
      ? []
      : [
          {
            type: "FundsReserved" as const,
            at,
            by,
            transfers: reserveTransfers(settlementBasis(snapshot, verdict), at),
          },
        ]),
  ];
  const closeUnpaid = (outcome: CaseOutcome, phase: "voided" | "expired"): readonly CaseEvent[] => [
    ...release(phase),
    { type: "CaseClosed", at, by, outcome, released: anythingPosted(ledger) ? [] : holdsOf(detail) },
  ];
  const release = (phase: "voided" | "expired"): readonly CaseEvent[] => {
    const transfers = releaseTransfers(state, ledger, at, phase);
    return transfers.length === 0 ? [] : [{ type: "ReserveReleased", at, by, transfers }];
  };

  switch (command.type) {
    case "RecordVerdict": {
      requireStage(state, "submitted", "lost", "inspected");
      const { verdict, known } = command;
      const judged: CaseEvent = { type: "CaseJudged", at, by, verdict, ...(known ? { known } : {}) };
      if (verdict.route === "arbitration") {
        return [judged, { type: "ManualReviewOpened", at, by, cause: "arbitration" }];
      }
      if (verdict.route === "ineligible" && state.stage !== "submitted") {
        return [judged, { type: "ManualReviewOpened", at, by, cause: "ineligible_after_approval" }];
      }
      if (state.stage !== "submitted") return [judged];
      return verdict.route === "automatic" ? [judged, ...approve("rule", verdict)] : [judged];
    }
    case "ApproveCase": {
      requireAction(state, by, "approve");
      const { verdict } = snapshot;
      if (!verdict) throw new CaseError("stage_forbids", "The case was never judged; resume it instead.");
      const note = command.note;
      if (state.stage !== "manual_review") return approve("merchant", verdict, note);
      return [
        {
          type: "ManualReviewResolved",
          at,
          by,
          resolution: "approve",
          ...(note === undefined ? {} : { note }),
        },
        ...approve("operator", verdict, note),
      ];
    }
    case "RefuseCase": {
      requireAction(state, by, "refuse");
      const note = command.note === undefined ? {} : { note: command.note };
      if (state.stage !== "manual_review") {
        return [{ type: "CaseRefused", at, by, basis: "merchant", reason: command.reason, ...note }];
      }
      if (anythingPosted(ledger)) {
        throw new CaseError("stage_forbids", "Money has been posted; approve or resume the case instead.");
      }
      return [
        { type: "ManualReviewResolved", at, by, resolution: "refuse", ...note },
        ...closeUnpaid("refused", "voided"),
      ];
    }
    case "ResumeCase":
      requireAction(state, by, "resume");
      return [
        {
          type: "ManualReviewResolved",
          at,
          by,
          resolution: "resume",
          ...(command.note === undefined ? {} : { note: command.note }),
          ...(state.resumeStage === "awaiting_merchant"
            ? { clockMs: merchantClockMs(standingVerdict(snapshot)) }
            : {}),
        },
      ];
    case "ReconsiderCase":
      return restsOnOther(snapshot, command.outboundParcelStatus)
        ? [{ type: "ManualReviewResolved", at, by, resolution: "resume" }]
        : [];
    case "CancelCase":
      requireAction(state, by, "cancel");
      return [
        {
          type: "CaseCancelled",
          at,
          by,
          transfers: releaseTransfers(state, ledger, at),
          released: holdsOf(detail),
        },
      ];
    case "ShipReturn": {
      requireAction(state, by, "ship_return");
      const { carrier, trackingNumber, freightMinor } = command;
      return [{ type: "ReturnShipped", at, by, carrier, trackingNumber, freightMinor }];
    }
    case "RecordDelivery":
      requireStage(state, "in_transit");
      if (!isPlausibleDelivery(state, command.deliveredAt, at)) return [];
      return [
        { type: "ParcelDelivered", at, by, deliveredAt: command.deliveredAt, trusted: command.trusted },
      ];
    case "RecordInspection": {
      requireAction(state, by, "inspect");
      requireCompleteInspection(detail, command.inspection);
      if (command.inspection.inspectedAt < state.filedAt) {
        throw new CaseError("inspection_incomplete", "A return is inspected after its case was filed.", [
          { pointer: "/inspectedAt", detail: "lies before the case" },
        ]);
      }
      return [inspected(command.inspection, detail, at, by)];
    }
    case "ExpireWait":
      return expire(command, snapshot, at, by, { approve, closeUnpaid });
    case "SettleNextStage":
      requireStage(state, "settling");
      return settleNextStage(snapshot, at, by);
    case "OpenManualReview":
      if (isEnd(state.stage) || state.stage === "manual_review") return [];
      if (command.failedStage !== undefined && command.failedStage !== state.stage) return [];
      return [{ type: "ManualReviewOpened", at, by, cause: command.cause }];
    default:
      return command satisfies never;
  }
};

/**
 * Whether a case was handed to an operator because nobody knew what had become of the parcel to the buyer, and
 * something else is known now. Judged by what the verdict itself says it rests on, so that the same news told
 * twice reconsiders nothing, and a case that is about something else is left to its operator.
 */
const restsOnOther = ({ state, verdict }: CaseSnapshot, outboundParcelStatus: ParcelStatus): boolean => {
  const judgedOn = verdict?.facts.outboundParcelStatus;
  return (
    state.stage === "manual_review" &&
    state.resumeStage === "submitted" &&
    judgedOn !== undefined &&
    judgedOn !== outboundParcelStatus
  );
};

const inspected = (inspection: ReturnInspection, detail: CaseDetail, at: number, by: Actor): CaseEvent => ({
  type: "ReturnInspected",
  at,
  by,
  inspection,
  acceptance: isAsSent(detail, inspection) ? "accepted" : "contradicted",
});

const requireCompleteInspection = (detail: CaseDetail, inspection: ReturnInspection): void => {
  const fields = [
    ...detail.lines
      .filter((line) => !inspection.lines.some((entry) => entry.lineId === line.lineId))
      .map((line) => ({ pointer: "/lines", detail: `Line ${line.lineId} of the case is missing.` })),
    ...inspection.lines.flatMap((entry, index) => {
      const line = detail.lines.find((candidate) => candidate.lineId === entry.lineId);
      if (!line) {
        return [
          { pointer: `/lines/${index}/lineId`, detail: `Line ${entry.lineId} is not part of the case.` },
        ];
      }
      const repeated = inspection.lines.findIndex((other) => other.lineId === entry.lineId) !== index;
      if (repeated) {
        return [{ pointer: `/lines/${index}/lineId`, detail: `Line ${entry.lineId} is inspected twice.` }];
      }
      return entry.receivedQuantity > line.quantity
        ? [
            {
              pointer: `/lines/${index}/receivedQuantity`,
              detail: `At most ${line.quantity} can come back for this case.`,
            },
          ]
        : [];
    }),
  ];
  if (fields.length > 0) {
    throw new CaseError("inspection_incomplete", "An inspection covers each line of the case once.", fields);
  }
};

type Consequences = {
  readonly approve: (basis: "silence", verdict: Verdict) => readonly CaseEvent[];
  readonly closeUnpaid: (outcome: CaseOutcome, phase: "expired") => readonly CaseEvent[];
};

/**
 * A carrier's clock may be off by a time zone. A scan further ahead is an error, and would put the deadline
 * off for ever.
 */
const carrierClockDriftMs = dayMs;

/** The goods never reached the merchant: they are with the buyer or on their way there. */
const backToTheBuyer: readonly ParcelStatus[] = ["refused", "returning", "returned"];

/** A return is not delivered before its case was filed, nor in a future no carrier can know. */
const isPlausibleDelivery = (state: CaseState, deliveredAt: number, at: number): boolean =>
  deliveredAt >= state.filedAt && deliveredAt <= at + carrierClockDriftMs;

/** What silence means. Nothing, if the deadline has not come or the case has no clock. */
const expire = (
  command: Extract<CaseCommand, { type: "ExpireWait" }>,
  snapshot: CaseSnapshot,
  at: number,
  by: Actor,
  { approve, closeUnpaid }: Consequences,
): readonly CaseEvent[] => {
  const { state, detail } = snapshot;
  const silence = lifecycle[state.stage].wait?.silence;
  if (silence === undefined || state.deadlineAt === undefined || at < state.deadlineAt) return [];
  switch (silence) {
    case "outcome_of_the_rule": {
      const verdict = standingVerdict(snapshot);
      return verdict.clocks.silence === "approve"
        ? approve("silence", verdict)
        : [{ type: "CaseRefused", at, by, basis: "silence" }];
    }
    case "case_closes":
      switch (state.stage) {
        case "awaiting_shipment":
          return closeUnpaid("never_shipped", "expired");
        case "refused":
          return closeUnpaid("refused", "expired");
        case "ineligible":
          return closeUnpaid("ineligible", "expired");
        default:
          throw new InvariantViolation(`no outcome for silence in ${state.stage}`);
      }
    case "parcel_is_lost": {
      const { status, lastScanAt, deliveredAt } = command.parcel ?? {};
      if (deliveredAt !== undefined && isPlausibleDelivery(state, deliveredAt, at)) {
        return [{ type: "ParcelDelivered", at, by, deliveredAt, trusted: false }];
      }
      const review = (cause: string): readonly CaseEvent[] => [{ type: "ManualReviewOpened", at, by, cause }];
      if (status !== undefined && backToTheBuyer.includes(status)) return review("returned_to_sender");
      // A parcel that no carrier ever saw is nobody's loss yet: an invented waybill must not pay.
      const seen = lastScanAt !== undefined && lastScanAt >= state.filedAt && status !== "registered";
      if (!seen) return review("never_scanned");
      if (lastScanAt > at + carrierClockDriftMs) return review("scan_in_the_future");
      if (lastScanAt + clocks.lostWithoutScanMs > at) {
        const deadlineAt = lastScanAt + clocks.lostWithoutScanMs;
        return [{ type: "DeadlineExtended", at, by, deadlineAt, reason: "scanned_since" }];
      }
      return [{ type: "ParcelLost", at, by, lastScanAt }];
    }
    case "accepted_as_sent_if_trusted": {
      if (!state.deliveryTrusted) {
        return [{ type: "ManualReviewOpened", at, by, cause: "delivery_not_confirmed" }];
      }
      const lines = detail.lines.map((line) => ({
        lineId: line.lineId,
        receivedQuantity: line.quantity,
        sameItem: true,
        flaws: [],
      }));
      return [inspected({ inspectedAt: at, inspectedBy: "silence", lines }, detail, at, by)];
    }
    case "closes_unresolved_or_calls_again": {
      const buyerHasGoods = state.reception === "none" || state.reception === "awaiting";
      if (buyerHasGoods && !anythingPosted(snapshot.ledger)) return closeUnpaid("unresolved", "expired");
      // Goods or money are on their way: closing would leave somebody with neither. The operator is called again.
      const deadlineAt = at + clocks.manualReviewMs;
      return [{ type: "DeadlineExtended", at, by, deadlineAt, reason: "operator_overdue" }];
    }
    default:
      return silence satisfies never;
  }
};

const stageSettled = (
  stage: PostingStage,
  at: number,
  by: Actor,
  transfers: readonly Transfer[],
): CaseEvent => {
  switch (stage) {
    case "freight":
      return { type: "FreightSettled", at, by, transfers };
    case "refund":
      return { type: "RefundSettled", at, by, transfers };
    case "commission":
      return { type: "CommissionReversed", at, by, transfers };
    default:
      return stage satisfies never;
  }
};

/**
 * The next stage of the settlement in which the ledger does not show yet what the standing verdict asks for:
 * freight, refund, commission, and last the release that closes the case. Each is a transaction of its own; a
 * stage that moves nothing is skipped.
 */
const settleNextStage = (snapshot: CaseSnapshot, at: number, by: Actor): readonly CaseEvent[] => {
  const { state, ledger } = snapshot;
  const basis = settlementBasis(snapshot, standingVerdict(snapshot));
  for (const stage of postingStages) {
    const transfers = stageTransfers(basis, stage, ledger, at);
    if (transfers.length > 0) return [stageSettled(stage, at, by, transfers)];
  }
  const transfers = releaseTransfers(state, ledger, at);
  assertSettled(state, [...ledger, ...transfers]);
  const { refundMinor } = planSettlement(basis);
  const outcome =
    refundMinor === 0n ? "not_refunded" : refundMinor < state.claimMinor ? "partially_refunded" : "refunded";
  return [
    ...(transfers.length === 0 ? [] : [{ type: "ReserveReleased" as const, at, by, transfers }]),
    { type: "CaseClosed", at, by, outcome, released: [] },
  ];
};

const enter = (state: CaseState, stage: Stage, at: number, durationMs?: number): CaseState => {
  if (!lifecycle[state.stage].leadsTo.includes(stage)) {
    throw new InvariantViolation(`${state.stage} does not lead to ${stage}`);
  }
  const { deadlineAt: _deadlineAt, resumeStage: _resumeStage, ...rest } = state;
  const wait = lifecycle[stage].wait;
  return { ...rest, stage, ...(wait ? { deadlineAt: at + (durationMs ?? wait.durationMs) } : {}) };
};

/** Folds one event into the state. */
export const evolve = (state: CaseState, event: CaseEvent): CaseState => {
  switch (event.type) {
    case "CaseFiled":
      return event.state;
    case "CaseJudged": {
      const judged = { ...state, verdictNumber: event.verdict.number };
      switch (event.verdict.route) {
        case "ineligible":
          return state.stage === "submitted" ? enter(judged, "ineligible", event.at) : judged;
        case "merchant":
          return state.stage === "submitted"
            ? {
                ...enter(judged, "awaiting_merchant", event.at, merchantClockMs(event.verdict)),
                merchantAskedAt: event.at,
              }
            : enter(judged, "settling", event.at);
        case "automatic":
          return state.stage === "submitted" ? judged : enter(judged, "settling", event.at);
        case "arbitration":
          return judged;
        default:
          return event.verdict.route satisfies never;
      }
    }
    case "CaseApproved": {
      const goodsOwed = state.reception === "awaiting";
      return {
        ...enter(state, goodsOwed ? "awaiting_shipment" : "settling", event.at),
        ...(event.basis === "merchant" ? { merchantAnsweredAt: event.at } : {}),
      };
    }
    case "FundsReserved":
      return { ...state, reserved: true };
    case "CaseRefused":
      return {
        ...enter(state, "refused", event.at),
        ...(event.basis === "merchant" ? { merchantAnsweredAt: event.at } : {}),
      };
    case "CaseCancelled":
      return { ...enter(state, "cancelled", event.at), outcome: "cancelled" };
    case "ReturnShipped":
      return {
        ...enter(state, "in_transit", event.at),
        reception: "in_transit",
        returnFreightMinor: event.freightMinor,
        returnParcel: { carrier: event.carrier, trackingNumber: event.trackingNumber },
      };
    case "ParcelDelivered":
      return {
        ...enter(state, "awaiting_inspection", event.at),
        reception: "delivered",
        deliveryTrusted: event.trusted,
        deliveredAt: event.at,
      };
    case "ParcelLost":
      return { ...enter(state, "lost", event.at), reception: "lost" };
    case "DeadlineExtended":
      return { ...state, deadlineAt: event.deadlineAt };
    case "ReturnInspected":
      return {
        ...enter(state, event.acceptance === "accepted" ? "settling" : "inspected", event.at),
        reception: "received",
        acceptance: event.acceptance,
        ...(event.inspection.inspectedBy === "silence" ? {} : { inspectedAt: event.at }),
      };
    case "FreightSettled":
    case "RefundSettled":
    case "CommissionReversed":
    case "ReserveReleased":
      return state;
    case "CaseClosed":
      return { ...enter(state, "closed", event.at), outcome: event.outcome };
    case "ManualReviewOpened":
      return { ...enter(state, "manual_review", event.at), resumeStage: state.stage };
    case "ManualReviewResolved":
      if (event.resolution !== "resume" || !state.resumeStage) return state;
      return enter(state, state.resumeStage, event.at, event.clockMs);
    default:
      return event satisfies never;
  }
};

/**
 * The state after a transaction of events: one version higher, and with the wait's number moved on if the
 * case waits for something new.
 */
export const applyEvents = (before: CaseState | undefined, events: readonly CaseEvent[]): CaseState => {
  const [first] = events;
  if (!first) throw new InvariantViolation("a transaction has at least one event");
  const start = before ?? (first.type === "CaseFiled" ? first.state : undefined);
  if (!start) throw new InvariantViolation(`${first.type} cannot be the first event of a case`);
  const after = events.reduce(evolve, start);
  const version = start.version + 1;
  const { waitSince: _, ...rest } = after;
  if (after.deadlineAt === undefined) return { ...rest, version, updatedAt: first.at };
  const sameWait =
    before !== undefined && before.stage === after.stage && before.deadlineAt === after.deadlineAt;
  const waitSince = sameWait && before.waitSince !== undefined ? before.waitSince : version;
  return { ...rest, version, updatedAt: first.at, waitSince };
};
