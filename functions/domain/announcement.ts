import {
  type CaseDetail,
  type CaseEvent,
  type CaseOutcome,
  type CaseState,
  type WantedInstead,
  wantedInstead,
} from "./case.ts";
import type { EvidenceKind, EvidenceSide } from "./evidence.ts";
import type { Disposition } from "./inspected-goods.ts";
import type { Liability, Route } from "./judgment/verdict.ts";
import type { Offer } from "./negotiation.ts";
import { labelExpectedBy, labelIdOf } from "./return-label.ts";
import type { PayoutKind } from "./settlement/payout.ts";
import type { Transfer } from "./settlement/transfer.ts";
import type { Speaker, ThreadAudience } from "./thread.ts";
import { type Debtor, owedBy } from "./warnings.ts";

/**
 * What the world is told of a case event: the timeline keeps it, the relay publishes it. It carries no
 * free text of a buyer and nothing a consumer would have to look up to count or to notify.
 */
export type Announcement = {
  /** `<caseId>.<version>.<index>`: the same whenever and however often it is delivered. */
  readonly eventId: string;
  readonly type: CaseEvent["type"] | BesideEventType;
  readonly at: number;
  readonly by: { readonly role: string; readonly id: string };
  readonly payload: AnnouncementPayload;
};

/** What happens beside a case and leaves its version as it is. */
export type BesideEventType = "EvidenceAdded" | "MessagePosted";

export type AnnouncementPayload = {
  readonly reason?: string;
  readonly caseType?: string;
  readonly orderId?: string;
  readonly claimMinor?: bigint;
  readonly amountMinor?: bigint;
  readonly compensationMinor?: bigint;
  /** The platform's fee less the merchant's rebate. */
  readonly feeMinor?: bigint;
  readonly currency?: string;
  /** The replacement goes to the buyer before the goods come back. */
  readonly shipFirst?: boolean;
  /** What the buyer gets instead of the lines' own items, where it named something else. */
  readonly exchangeFor?: readonly Omit<WantedInstead, "title">[];
  readonly rule?: string;
  /** Which verdict of the case it is; absent for its first. */
  readonly verdictNumber?: number;
  readonly rulesVersion?: string;
  readonly route?: Route;
  readonly liability?: Liability;
  readonly basis?: string;
  readonly refusalReason?: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly labelId?: string;
  readonly trackingNumbers?: readonly string[];
  readonly trusted?: boolean;
  /** Delivered at a place it was not sent to. */
  readonly elsewhere?: boolean;
  /** How far the trouble with a parcel has been told. */
  readonly step?: string;
  /** Whether a lost parcel turned up before money moved, and else whose claims rest on its loss. */
  readonly inTime?: boolean;
  /** The lost parcel was on its way to the buyer. */
  readonly outbound?: boolean;
  readonly claimedFrom?: readonly string[];
  readonly acceptance?: string;
  /** What becomes of some units of a line, and what was to become of them before. */
  readonly lineId?: string;
  readonly itemId?: string;
  readonly quantity?: number;
  readonly disposition?: Disposition;
  readonly instead?: Disposition;
  readonly deadlineAt?: number;
  readonly pausedUntil?: number;
  readonly extensionId?: string;
  /** How much of its time has run. */
  readonly percent?: number;
  /** Whose answer is waited for. */
  readonly owedBy?: readonly Debtor[];
  readonly cause?: string;
  readonly resolution?: string;
  readonly ground?: string;
  /** The side of a dispute that did it; `system` where a verdict asked for an arbiter. */
  readonly party?: string;
  readonly round?: number;
  readonly final?: boolean;
  readonly changed?: boolean;
  readonly outcome?: CaseOutcome;
  /** What an offer is of; its amount is `amountMinor`. */
  readonly remedy?: string;
  readonly filedAt?: number;
  /** Whose file was added. */
  readonly side?: EvidenceSide;
  /** Of the file, or of the payout. */
  readonly kind?: EvidenceKind | PayoutKind;
  readonly payoutId?: string;
  readonly attempt?: number;
  /** Who wrote a message, and for whom. */
  readonly speaker?: Speaker;
  readonly audience?: ThreadAudience;
};

const moved = (transfers: readonly Transfer[]): bigint =>
  transfers.reduce((sum, transfer) => sum + transfer.amountMinor, 0n);

/** What the transfers for a purpose moved, less what was taken back of it. */
const movedFor = (transfers: readonly Transfer[], purpose: string): bigint =>
  moved(transfers.filter((transfer) => transfer.purpose.startsWith(purpose))) -
  moved(transfers.filter((transfer) => transfer.purpose.startsWith(`correction-of-${purpose}`)));

/** An amount that is taken back is below zero, and named only where there is one. */
const named = (name: "compensationMinor" | "feeMinor", amountMinor: bigint): AnnouncementPayload =>
  amountMinor === 0n ? {} : { [name]: amountMinor };

/** What stock has to know of goods that go to the buyer in place of others. */
const exchangedFor = (state: CaseState, detail: CaseDetail): AnnouncementPayload => {
  const exchangeFor = wantedInstead(state, detail).map(({ title: _, ...wanted }) => wanted);
  return exchangeFor.length > 0 ? { exchangeFor } : {};
};

const offerPayload = ({ remedy, amountMinor }: Offer, currency: string): AnnouncementPayload => ({
  remedy,
  ...(amountMinor === undefined ? {} : { amountMinor, currency }),
});

const payloadOf = (event: CaseEvent, state: CaseState, detail: CaseDetail): AnnouncementPayload => {
  const { currency } = state;
  switch (event.type) {
    case "CaseFiled":
      return {
        orderId: state.orderId,
        caseType: state.type,
        reason: detail.reason,
        claimMinor: state.claimMinor,
        currency,
      };
    case "CaseJudged": {
      const { number, rule, rulesVersion, route, liability, ruling } = event.verdict;
      return {
        rule,
        rulesVersion,
        route,
        liability,
        ...(number > 1 ? { verdictNumber: number } : {}),
        ...(ruling ? { basis: ruling.basis, round: ruling.round } : {}),
      };
    }
    case "CaseApproved":
      return {
        basis: event.basis,
        ...(event.shipFirst ? { shipFirst: true } : {}),
        ...exchangedFor(state, detail),
      };
    case "CaseRefused":
      return { basis: event.basis, ...(event.reason ? { refusalReason: event.reason } : {}) };
    case "OfferMade":
      return offerPayload(event.offer, currency);
    case "OfferAccepted":
      return offerPayload(event.agreed, currency);
    case "OfferDeclined":
      return { basis: event.basis };
    case "ReturnLabelOrdered":
      return { labelId: event.labelId, deadlineAt: labelExpectedBy({ orderedAt: event.at }) };
    case "ReturnLabelFailed":
      return { labelId: event.labelId };
    case "ReturnShipped":
      return {
        carrier: event.carrier,
        trackingNumber: event.trackingNumber,
        ...(event.labelCostMinor === undefined ? {} : { labelId: labelIdOf(state.caseId) }),
      };
    case "ReturnParcelAdded":
      return { carrier: event.carrier, trackingNumber: event.trackingNumber };
    case "ParcelStuck": {
      const { carrier, trackingNumber, step, cause, deadlineAt } = event;
      return { carrier, trackingNumber, step, cause, ...(deadlineAt === undefined ? {} : { deadlineAt }) };
    }
    case "ParcelDelivered": {
      const { trackingNumber, trusted, elsewhere } = event;
      return { trackingNumber, trusted, ...(elsewhere ? { elsewhere } : {}) };
    }
    case "DeliveryConfirmed":
    case "LossClockMoved":
      return {};
    case "ParcelMovedOn":
    case "ParcelLost":
      return { trackingNumber: event.trackingNumber };
    case "ParcelFound": {
      const { trackingNumber, inTime, outbound, claimedFrom } = event;
      return {
        trackingNumber,
        inTime,
        ...(outbound ? { outbound } : {}),
        ...(claimedFrom.length > 0 ? { claimedFrom } : {}),
      };
    }
    case "ReturnNotReceived":
      return { trackingNumbers: event.trackingNumbers, deadlineAt: event.deadlineAt };
    case "DeadlineExtended":
      return {
        deadlineAt: event.deadlineAt,
        cause: event.because ?? event.reason,
        ...(event.extensionId === undefined ? {} : { extensionId: event.extensionId }),
        owedBy: owedBy(state.stage),
      };
    case "ClockPaused": {
      const { reason, deadlineAt, paused } = event;
      return { cause: reason, deadlineAt, pausedUntil: paused.until, owedBy: owedBy(state.stage) };
    }
    case "ClockResumed":
      return { deadlineAt: event.deadlineAt, owedBy: owedBy(state.stage) };
    case "DeadlineApproaching":
      return { percent: event.percent, owedBy: event.owedBy };
    case "DeadlinePassed":
      return { owedBy: event.owedBy };
    case "ReturnInspected":
      return { acceptance: event.acceptance };
    case "DispositionDecided": {
      const { type: _1, at: _2, by: _3, ...units } = event;
      return units;
    }
    case "RepairFinished":
      return event.outlay ? { amountMinor: event.outlay.amountMinor, currency } : {};
    case "ReplacementShipped":
      return {
        carrier: event.carrier,
        trackingNumber: event.trackingNumber,
        ...exchangedFor(state, detail),
      };
    case "ReplacementStuck":
      return { step: event.step, cause: event.cause, deadlineAt: event.deadlineAt };
    case "ReplacementDelivered":
      return { trusted: event.trusted };
    case "ReplacementLost":
      return {};
    case "ReplacementConfirmed":
      return { basis: event.basis };
    case "GoodsKept":
      return { basis: event.basis, amountMinor: state.claimMinor, currency };
    case "ProblemReported":
      return { cause: event.problem };
    case "TurnedIntoRefund":
      return { cause: event.cause };
    case "RefundSettled":
      return {
        amountMinor: movedFor(event.transfers, "refund-to-buyer"),
        ...named("compensationMinor", movedFor(event.transfers, "compensation-to-buyer")),
        currency,
      };
    case "CommissionReversed":
      return {
        amountMinor: movedFor(event.transfers, "commission-reversal"),
        ...named("feeMinor", movedFor(event.transfers, "stage-fee")),
        currency,
      };
    case "FreightSettled":
      return {
        amountMinor:
          movedFor(event.transfers, "return-freight") +
          movedFor(event.transfers, "outbound-freight-to-buyer"),
        currency,
      };
    case "PayoutInstructed": {
      const { payoutId, kind, amountMinor, attempt } = event.change.after;
      return { payoutId, kind, amountMinor, attempt, currency };
    }
    case "FundsReserved":
    case "ReserveReleased":
      return { amountMinor: moved(event.transfers), currency };
    case "CaseCancelled":
      return { outcome: "cancelled", reason: detail.reason, filedAt: state.filedAt };
    case "CaseClosed":
      return { outcome: event.outcome, reason: detail.reason, filedAt: state.filedAt };
    case "DisputeOpened":
      return { ground: event.ground, party: event.side };
    case "StatementSubmitted":
    case "AppealWaived":
    case "RulingAppealed":
      return { party: event.side };
    case "EvidenceClosed":
      return { basis: event.basis, round: event.round };
    case "EvidenceWeighed":
      return { changed: event.changed };
    case "DisputeAssigned":
      return {};
    case "VerdictUncontested":
      return event.basis ? { basis: event.basis } : {};
    case "SettlementProposed": {
      const { side, remedy, amountMinor } = event.proposal;
      return { party: side, remedy, amountMinor, currency };
    }
    case "SettlementAgreed":
      return { party: event.side, remedy: event.remedy };
    case "DisputeWithdrawn":
      return { party: event.side, resolution: event.leaves };
    case "DisputeOvertaken":
      return { cause: event.cause };
    case "CaseRuled":
      return { basis: event.basis, round: event.round, final: event.final };
    case "RulingFinalized":
      return { cause: event.because, remedy: event.remedy };
    case "ManualReviewOpened":
      return { cause: event.cause };
    case "ManualReviewResolved":
      return { resolution: event.resolution, owedBy: owedBy(state.stage) };
    default:
      return event satisfies never;
  }
};

/** The announcements of one transaction, in the order in which its events happened. */
export const announce = (
  events: readonly CaseEvent[],
  after: CaseState,
  detail: CaseDetail,
): readonly Announcement[] =>
  events.map((event, index) => ({
    eventId: `${after.caseId}.${after.version}.${index}`,
    type: event.type,
    at: event.at,
    by: event.by,
    payload: payloadOf(event, after, detail),
  }));
