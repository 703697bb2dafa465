import { unappealed } from "./appeal.ts";
import { type CaseCommand, type CaseEvent, getsGoods, standingVerdict } from "./case.ts";
import { resumeClock } from "./clock-changes.ts";
import { approve, closeUnpaid, type Decision } from "./consequences.ts";
import { uninspectedGoods } from "./disposition.ts";
import { closedBySilence } from "./dispute.ts";
import { InvariantViolation } from "./errors.ts";
import { uncontested } from "./judged-again.ts";
import { lifecycle, type Silence } from "./lifecycle.ts";
import { declined } from "./negotiation.ts";
import { operatorSilent } from "./operator-silence.ts";
import { lossIsDue, outboundFallsSilent } from "./outbound-parcel.ts";
import { keepsGoods, replacementFallsSilent } from "./reshipment.ts";
import { inspected } from "./return-inspection.ts";
import { parcelsFallSilent } from "./return-parcels.ts";
import { unruled } from "./ruling.ts";
import { owedBy, warningsAhead } from "./warnings.ts";

type ExpireWait = Extract<CaseCommand, { type: "ExpireWait" }>;

/** A clock has run: a warning on the way to the deadline, or what silence means. Nothing if neither is due. */
export const expireWait = (command: ExpireWait, decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state } = snapshot;
  const silence = lifecycle[state.stage].wait?.silence;
  if (silence === undefined || state.deadlineAt === undefined) return [];
  const debtors = owedBy(state.stage);
  if (state.paused) return at < state.paused.until ? [] : resumeClock(decision);
  if (lossIsDue(state, at)) return outboundFallsSilent(command, decision);
  if (at < state.deadlineAt) {
    // A machine that was late gives the warning that is true now, and not the one before it.
    const due = warningsAhead(state, snapshot.calendars).findLast((warning) => warning.at <= at);
    return due ? [{ type: "DeadlineApproaching", at, by, percent: due.percent, owedBy: debtors }] : [];
  }
  const consequence = consequenceOf(silence, command, decision);
  return debtors.length === 0 || consequence.length === 0
    ? consequence
    : [{ type: "DeadlinePassed", at, by, owedBy: debtors }, ...consequence];
};

const consequenceOf = (silence: Silence, command: ExpireWait, decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state, detail } = snapshot;
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
          if (state.replacementParcel && getsGoods(state)) {
            // What was sent instead is with the buyer, who keeps it; and what was bought as well, where it has both.
            return [
              state.sentFirst
                ? keepsGoods("silence", at, by)
                : { type: "ReplacementConfirmed", at, by, basis: "silence" },
            ];
          }
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
    case "parcel_is_stuck_then_lost":
      return parcelsFallSilent(command.parcels ?? [], decision);
    case "accepted_as_sent_if_trusted": {
      // Which of two ends came first may hang on who was heard first: it must not pay.
      if (!state.deliveryTrusted || (command.parcels ?? []).some(({ toldReturned }) => toldReturned)) {
        return [{ type: "ManualReviewOpened", at, by, cause: "delivery_not_confirmed" }];
      }
      const lines = detail.lines.map((line) => ({
        lineId: line.lineId,
        receivedQuantity: line.quantity,
        sameItem: true,
        flaws: [],
      }));
      const inspection = { inspectedAt: at, inspectedBy: "silence", lines } as const;
      return inspected(inspection, uninspectedGoods(snapshot), detail, at, by);
    }
    case "turns_into_refund":
      return [{ type: "TurnedIntoRefund", at, by, cause: "silence" }];
    case "replacement_is_stuck_then_lost":
      return replacementFallsSilent(command.parcels ?? [], decision);
    case "counts_as_confirmed":
      return [{ type: "ReplacementConfirmed", at, by, basis: "silence" }];
    case "settled_as_judged":
      return uncontested(decision, standingVerdict(snapshot), "silence");
    case "decided_on_file":
      return [closedBySilence(decision, command.filesArrived)];
    case "standing_verdict_rules":
      return unruled(decision);
    case "ruling_is_final":
      return unappealed(decision);
    case "closes_unresolved_or_calls_again":
      return operatorSilent(command, decision);
    default:
      return silence satisfies never;
  }
};
