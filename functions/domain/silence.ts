import { dayMs } from "./calendar.ts";
import { anythingPosted, type CaseCommand, type CaseEvent, type CaseState, standingVerdict } from "./case.ts";
import { calendarOf, deadlineAfter } from "./clock.ts";
import { approve, closeUnpaid, type Decision } from "./consequences.ts";
import { InvariantViolation } from "./errors.ts";
import { clocks, lifecycle } from "./lifecycle.ts";
import { declined } from "./negotiation.ts";
import { inspected } from "./return-inspection.ts";
import type { ParcelStatus } from "./tracking.ts";

/**
 * A carrier's clock may be off by a time zone. A scan further ahead is an error, and would put the deadline
 * off for ever.
 */
const carrierClockDriftMs = dayMs;

/** The goods never reached the merchant: they are with the buyer or on their way there. */
const backToTheBuyer: readonly ParcelStatus[] = ["refused", "returning", "returned"];

/** A return is not delivered before its case was filed, nor in a future no carrier can know. */
export const isPlausibleDelivery = (state: CaseState, deliveredAt: number, at: number): boolean =>
  deliveredAt >= state.filedAt && deliveredAt <= at + carrierClockDriftMs;

/** What silence means. Nothing, if the deadline has not come or the case has no clock. */
export const expireWait = (
  command: Extract<CaseCommand, { type: "ExpireWait" }>,
  decision: Decision,
): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state, detail } = snapshot;
  const silence = lifecycle[state.stage].wait?.silence;
  if (silence === undefined || state.deadlineAt === undefined || at < state.deadlineAt) return [];
  const calendar = calendarOf(snapshot.calendars, state.stage);
  switch (silence) {
    case "outcome_of_the_rule": {
      const verdict = standingVerdict(snapshot);
      return verdict.clocks.silence === "approve"
        ? approve(decision, "silence", verdict)
        : [{ type: "CaseRefused", at, by, basis: "silence" }];
    }
    case "case_closes":
      switch (state.stage) {
        case "awaiting_shipment":
          return closeUnpaid(decision, "never_shipped", "expired");
        case "refused":
          return closeUnpaid(decision, "refused", "expired");
        case "ineligible":
          return closeUnpaid(decision, "ineligible", "expired");
        default:
          throw new InvariantViolation(`no outcome for silence in ${state.stage}`);
      }
    case "offer_lapses":
      return [declined(at, by, "silence")];
    case "parcel_is_lost": {
      const { status, statusTrusted = false, lastScanAt, deliveredAt } = command.parcel ?? {};
      if (deliveredAt !== undefined && isPlausibleDelivery(state, deliveredAt, at)) {
        return [{ type: "ParcelDelivered", at, by, deliveredAt, trusted: statusTrusted }];
      }
      const review = (cause: string): readonly CaseEvent[] => [{ type: "ManualReviewOpened", at, by, cause }];
      if (status !== undefined && backToTheBuyer.includes(status)) return review("returned_to_sender");
      // A parcel that no carrier ever saw is nobody's loss yet: an invented waybill must not pay.
      const seen = lastScanAt !== undefined && lastScanAt >= state.filedAt && status !== "registered";
      if (!seen) return review("never_scanned");
      if (lastScanAt > at + carrierClockDriftMs) return review("scan_in_the_future");
      const deadlineAt = deadlineAfter(lastScanAt, clocks.lostWithoutScanMs, calendar);
      if (deadlineAt > at) {
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
      if (buyerHasGoods && !anythingPosted(snapshot.ledger))
        return closeUnpaid(decision, "unresolved", "expired");
      // Goods or money are on their way: closing would leave somebody with neither. The operator is called again.
      const deadlineAt = deadlineAfter(at, clocks.manualReviewMs, calendar);
      return [{ type: "DeadlineExtended", at, by, deadlineAt, reason: "operator_overdue" }];
    }
    default:
      return silence satisfies never;
  }
};
