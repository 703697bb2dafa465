import { type CaseEvent, type CaseState, merchantClockMs } from "./case.ts";
import { type CaseCalendars, calendarOf, deadlineAfter } from "./clock.ts";
import { extendedState, pausedState, resumedState, withoutPause } from "./clock-changes.ts";
import { disposedState } from "./disposition.ts";
import { evidenceWindowMs } from "./dispute.ts";
import { InvariantViolation } from "./errors.ts";
import { interruption, takenUp } from "./interrupted-wait.ts";
import { lifecycle, type Stage } from "./lifecycle.ts";
import { agreedState, askedAgainState, offeredState } from "./negotiation.ts";
import { lossWakes, withLossClock } from "./outbound-parcel.ts";
import {
  afterApproval,
  afterReplacement,
  hasReplacement,
  onceBack,
  onceReturned,
  replacementStuck,
  turnedIntoRefund,
  withLostReplacement,
  withOutlay,
} from "./reshipment.ts";
import { labelAfterShipping } from "./return-label.ts";
import { evolveParcels } from "./return-parcels.ts";
import { withRemedy } from "./ruled-remedy.ts";
import { warningsAhead } from "./warnings.ts";

/** An operator may take the case back to where the offer stands. */
const keepsOffer = (stage: Stage): boolean => stage === "offered" || stage === "manual_review";

const withoutOffer = ({ offer: _, merchantLeftMs: _left, ...rest }: CaseState): CaseState => rest;

/** What belongs to one wait and ends with it. */
const withoutClock = (state: CaseState): CaseState => {
  const { deadlineAt: _1, clockMs: _2, warned: _3, interrupted: _4, pausedMs = 0, ...clockless } = state;
  const { extensions: _5, operatorCalls: _6, resumeStage: _7, ...rest } = clockless;
  return pausedMs === 0 ? rest : { ...rest, pausedMs };
};

/** A step to a stage; a wait is given its deadline, by the calendar of whoever has to move. */
const stepBy =
  (calendars: CaseCalendars | undefined) =>
  (state: CaseState, stage: Stage, at: number, durationMs?: number): CaseState => {
    if (!lifecycle[state.stage].leadsTo.includes(stage)) {
      throw new InvariantViolation(`${state.stage} does not lead to ${stage}`);
    }
    const rest = withoutClock(withoutPause(state, at));
    const kept = keepsOffer(stage) ? rest : withoutOffer(rest);
    const wait = lifecycle[stage].wait;
    if (!wait) return { ...kept, stage };
    const clockMs = durationMs ?? wait.durationMs;
    return { ...kept, stage, clockMs, deadlineAt: deadlineAfter(at, clockMs, calendarOf(calendars, stage)) };
  };

/**
 * Folds one event into the state.
 *
 * @param calendars what `state.calendars` names, loaded by whoever read the case
 */
export const evolve = (state: CaseState, event: CaseEvent, calendars?: CaseCalendars): CaseState => {
  const enter = stepBy(calendars);
  switch (event.type) {
    case "CaseFiled":
      return event.state;
    case "CaseJudged": {
      const numbered = { ...state, verdictNumber: event.verdict.number };
      // Evidence was weighed: what follows is an event of its own, and silence is looked at when it was to be.
      if (state.stage === "evidence_closed") return numbered;
      const judged = withLossClock(numbered, event.lossDueAt);
      // A decision of a dispute: what follows is an event of its own.
      if (event.verdict.ruling && state.stage !== "manual_review") return judged;
      // Nothing of what a buyer with both pieces answers for is charged to either side, so neither has to object.
      const contested = state.stage === "inspected" && !hasReplacement(state);
      const judgedAgain = contested ? "awaiting_objection" : onceReturned(judged);
      switch (event.verdict.route) {
        case "ineligible":
          return state.stage === "submitted" ? enter(judged, "ineligible", event.at) : judged;
        case "merchant":
          return state.stage === "submitted"
            ? {
                ...enter(judged, "awaiting_merchant", event.at, merchantClockMs(event.verdict)),
                merchantAskedAt: event.at,
              }
            : enter(judged, judgedAgain, event.at);
        case "automatic":
          return state.stage === "submitted" ? judged : enter(judged, judgedAgain, event.at);
        case "arbitration":
          return judged;
        default:
          return event.verdict.route satisfies never;
      }
    }
    case "CaseApproved": {
      const approved: CaseState = event.shipFirst
        ? { ...state, sentFirst: { ...event.shipFirst, goods: "not_due" } }
        : onceBack(state);
      const { stage, reception } = afterApproval(approved);
      const { problem: _problem, ...rest } = enter(approved, stage, event.at);
      return {
        ...rest,
        reception,
        ...(event.basis === "merchant" ? { merchantAnsweredAt: event.at } : {}),
      };
    }
    case "OfferMade":
      return {
        ...enter(offeredState(state, event.offer, event.at), "offered", event.at),
        ...interruption(state, event.at, calendars),
      };
    case "OfferAccepted":
      return agreedState(state, event.agreed);
    case "OfferDeclined":
      return askedAgainState(takenUp(state, "awaiting_merchant", event.at, enter));
    case "FundsReserved":
      return { ...state, reserved: true };
    case "CaseRefused":
      return {
        ...enter(state, "refused", event.at),
        ...(event.basis === "merchant" ? { merchantAnsweredAt: event.at } : {}),
      };
    case "CaseCancelled":
      return { ...enter(state, "cancelled", event.at), outcome: "cancelled" };
    case "ReturnShipped": {
      // What comes back a second time is believed, or not, by itself.
      const { deliveryTrusted: _, ...before } = state;
      return {
        ...enter(before, "in_transit", event.at, event.clockMs),
        reception: "in_transit",
        returnFreightMinor: state.returnFreightMinor + event.freightMinor,
        ...labelAfterShipping(state, event.labelCostMinor),
        ...(event.labelCostMinor === undefined ? {} : { labelCostMinor: event.labelCostMinor }),
        returnParcels: [{ carrier: event.carrier, trackingNumber: event.trackingNumber }],
      };
    }
    case "ReturnLabelOrdered":
      return { ...state, label: { status: "ordered", orderedAt: event.at } };
    case "ReturnLabelFailed":
      return state.label ? { ...state, label: { ...state.label, status: "failed" } } : state;
    case "ReturnParcelAdded":
    case "ParcelStuck":
    case "ParcelMovedOn":
    case "ParcelDelivered":
    case "ParcelLost":
    case "ParcelFound":
    case "ReturnNotReceived":
      return evolveParcels(state, event, enter);
    case "DeliveryConfirmed":
      return { ...state, deliveryTrusted: true };
    case "LossClockMoved":
      return withLossClock(state, event.lossDueAt);
    case "DeadlineExtended":
      return extendedState(state, event, calendars);
    case "ClockPaused":
      return pausedState(state, event);
    case "ClockResumed":
      return resumedState(state, event);
    case "DeadlineApproaching":
      return { ...state, warned: event.percent };
    case "DeadlinePassed":
      return state;
    case "ReturnInspected": {
      const { setAside: _, ...before } = state;
      return {
        ...enter(
          before,
          event.acceptance === "accepted" && state.foundAt === undefined ? onceReturned(state) : "inspected",
          event.at,
        ),
        reception: "received",
        acceptance: event.acceptance,
        ...(event.inspection.inspectedBy === "silence" ? {} : { inspectedAt: event.at }),
      };
    }
    case "DispositionDecided":
      return disposedState(state, event);
    case "RepairFinished":
      return enter(withOutlay(state, event.outlay), "awaiting_reshipment", event.at);
    case "ReplacementShipped":
      return {
        ...enter(withOutlay(state, event.outlay), "reshipping", event.at, event.clockMs),
        replacementParcel: { carrier: event.carrier, trackingNumber: event.trackingNumber },
      };
    case "ReplacementStuck":
      return replacementStuck(state, event);
    case "ReplacementDelivered":
      return enter(state, "awaiting_confirmation", event.at);
    case "ReplacementLost":
      return enter(withLostReplacement(state), "lost", event.at);
    case "ReplacementConfirmed": {
      const { stage, ...sent } = afterReplacement(state);
      return { ...enter(state, stage, event.at), ...sent };
    }
    case "GoodsKept":
      return {
        ...enter(state, "settling", event.at),
        ...(state.sentFirst ? { sentFirst: { ...state.sentFirst, goods: "kept" } } : {}),
      };
    case "ProblemReported":
      return { ...state, problem: event.problem };
    case "TurnedIntoRefund":
      return { ...enter(...turnedIntoRefund(state), event.at), refundInstead: event.cause };
    case "FreightSettled":
    case "RefundSettled":
    case "CommissionReversed":
    case "ReserveReleased":
      return state;
    case "PayoutInstructed":
      return {
        ...state,
        instructedRefundMinor: (state.instructedRefundMinor ?? 0n) + event.change.after.amountMinor,
      };
    case "CaseClosed":
      return { ...enter(state, "closed", event.at), outcome: event.outcome };
    case "ManualReviewOpened":
      return {
        ...enter(state, "manual_review", event.at),
        ...interruption(state, event.at, calendars),
        resumeStage: event.resumeStage ?? state.stage,
        ...(event.cause === "returned_to_sender" ? { reception: "returned_to_sender" as const } : {}),
      };
    case "ManualReviewResolved":
      if (event.resolution !== "resume" || !state.resumeStage) return state;
      return {
        ...takenUp(state, state.resumeStage, event.at, enter, event.clockMs),
        ...(state.reception === "returned_to_sender" ? { reception: "awaiting" as const } : {}),
      };
    case "DisputeOpened":
    case "RulingAppealed":
      return enter(state, "disputed", event.at, evidenceWindowMs(state.filedAt));
    case "EvidenceClosed":
      return enter(state, event.judgedAgain ? "evidence_closed" : "awaiting_ruling", event.at);
    case "EvidenceWeighed":
      return enter(state, "awaiting_ruling", event.at);
    case "CaseRuled":
      return event.final ? state : enter(state, "ruled", event.at);
    case "RulingFinalized":
    case "SettlementAgreed":
      return withRemedy(state, event.remedy);
    case "DisputeWithdrawn":
      if (event.leaves === "appeal_open") {
        return { ...enter(state, "ruled", event.at), deadlineAt: event.deadlineAt, ...event.wait };
      }
      return event.leaves === "settles" ? enter(state, onceReturned(state), event.at) : state;
    case "DisputeOvertaken":
      return enter(withLossClock(state), "submitted", event.at);
    case "VerdictUncontested":
      return enter(state, onceReturned(state), event.at);
    case "StatementSubmitted":
    case "DisputeAssigned":
    case "SettlementProposed":
    case "AppealWaived":
      return state;
    default:
      return event satisfies never;
  }
};

/**
 * The state after a transaction of events: one version higher, and with the wait's number moved on if the
 * case waits for something new.
 */
export const applyEvents = (
  before: CaseState | undefined,
  events: readonly CaseEvent[],
  calendars?: CaseCalendars,
): CaseState => {
  const [first] = events;
  if (!first) throw new InvariantViolation("a transaction has at least one event");
  const start = before ?? (first.type === "CaseFiled" ? first.state : undefined);
  if (!start) throw new InvariantViolation(`${first.type} cannot be the first event of a case`);
  const after = events.reduce((state, event) => evolve(state, event, calendars), start);
  const version = start.version + 1;
  const [wakeAt] = after.paused
    ? [after.paused.until]
    : [...warningsAhead(after, calendars).map((warning) => warning.at), ...lossWakes(after)].sort(
        (a, b) => a - b,
      );
  const { waitSince: _1, wakeAt: _2, ...unclocked } = after;
  const rest = { ...unclocked, ...(wakeAt === undefined ? {} : { wakeAt }) };
  if (after.deadlineAt === undefined) return { ...rest, version, updatedAt: first.at };
  const sameWait =
    before !== undefined && before.stage === after.stage && before.deadlineAt === after.deadlineAt;
  const waitSince = sameWait && before.waitSince !== undefined ? before.waitSince : version;
  return { ...rest, version, updatedAt: first.at, waitSince };
};
