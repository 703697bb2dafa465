import { cancel } from "./cancellation.ts";
import {
  type Actor,
  anythingPosted,
  type CaseCommand,
  type CaseEvent,
  type CaseSnapshot,
  merchantClockMs,
  standingVerdict,
  transfersOf,
} from "./case.ts";
import { extendDeadline, pauseClock, resumeClock } from "./clock-changes.ts";
import { approve, closeUnpaid, type Decision } from "./consequences.ts";
import { answerDispute, disputeCommands } from "./decide-dispute.ts";
import { decidedOf, leftUnrepaired } from "./disposition.ts";
import { type DisputeCommand, isUndecided, openedByVerdict } from "./dispute.ts";
import { CaseError } from "./errors.ts";
import { isEnd } from "./lifecycle.ts";
import { allowedDecisions, requireAllowedRefusal } from "./merchant-decision.ts";
import { answerOffer, makeOffer } from "./negotiation.ts";
import { requireAction, requireStage } from "./permissions.ts";
import {
  confirmReplacement,
  finishRepair,
  giveUpRemedy,
  recordReplacementDelivery,
  reportProblem,
  shipReplacement,
  turnedByVerdict,
} from "./reshipment.ts";
import { inspected, requireCompleteInspection } from "./return-inspection.ts";
import { failReturnLabel, orderReturnLabel, requireNoLabelAwaited } from "./return-label.ts";
import { addReturnParcel, followParcel, recordDelivery, reportNotReceived } from "./return-parcels.ts";
import { evidenceWeighed, judgedReturn, type RulingCommand } from "./ruling.ts";
import { settleNextStage } from "./settle-next-stage.ts";
import { append } from "./settlement/ledger.ts";
import { expireWait } from "./silence.ts";
import type { ParcelStatus } from "./tracking.ts";

/**
 * Decides a command. Returns the events that happened, or throws a `CaseError` that says why not; nothing
 * has changed in that case. What is to be posted is held against the ledger's rules first.
 *
 * @param at epoch milliseconds of the decision
 * @throws LedgerError if the transfers of the events break a rule of the ledger
 */
export type Decide<Command extends CaseCommand> = (
  command: Command,
  snapshot: CaseSnapshot,
  at: number,
  by: Actor,
) => readonly CaseEvent[];

type Answer<Command extends CaseCommand> = (command: Command, decision: Decision) => readonly CaseEvent[];

/** With what follows for the goods; what is to be posted is held against the ledger's rules before anything is written. */
const heldByLedger = (
  { state, ledger }: CaseSnapshot,
  decided: readonly CaseEvent[],
): readonly CaseEvent[] => {
  const events = [...decided, ...leftUnrepaired(decided, state)];
  append(ledger, events.flatMap(transfersOf));
  return events;
};

/** What only the function of the disputes, or of the clocks, ever commands. The others leave its code out. */
type ClockCommand = Extract<CaseCommand, { type: "ExpireWait" }>;
type SideCommand = DisputeCommand | RulingCommand;
export type OrdinaryCommand = Exclude<CaseCommand, ClockCommand | SideCommand>;

const isOfDispute = (command: CaseCommand): command is SideCommand => disputeCommands.includes(command.type);

const answerOrdinary: Answer<OrdinaryCommand> = (command, decision) => {
  const { snapshot, at, by } = decision;
  const { state, detail, ledger } = snapshot;

  switch (command.type) {
    case "RecordVerdict": {
      requireStage(state, "submitted", "lost", "inspected", "evidence_closed");
      const { verdict, known } = command;
      const judged: CaseEvent = { type: "CaseJudged", at, by, verdict, ...(known ? { known } : {}) };
      if (state.stage === "evidence_closed") return evidenceWeighed(decision, judged, verdict);
      if (verdict.route === "arbitration") return [judged, openedByVerdict(at, by)];
      if (verdict.route === "ineligible" && state.stage !== "submitted") {
        return [judged, { type: "ManualReviewOpened", at, by, cause: "ineligible_after_approval" }];
      }
      if (state.stage === "inspected") return [judged, ...judgedReturn(decision, verdict)];
      if (state.stage !== "submitted") return [judged, ...turnedByVerdict(state, verdict, at, by)];
      return verdict.route === "automatic" ? [judged, ...approve(decision, "rule", verdict)] : [judged];
    }
    case "ApproveCase": {
      requireAction(state, by, "approve");
      const { verdict } = snapshot;
      if (!verdict) throw new CaseError("stage_forbids", "The case was never judged; resume it instead.");
      const note = command.note;
      if (state.stage !== "manual_review") return approve(decision, "merchant", verdict, note);
      return [
        {
          type: "ManualReviewResolved",
          at,
          by,
          resolution: "approve",
          ...(note === undefined ? {} : { note }),
        },
        ...approve(decision, "operator", verdict, note),
        ...turnedByVerdict(state, verdict, at, by),
      ];
    }
    case "RefuseCase": {
      requireAction(state, by, "refuse");
      const note = command.note === undefined ? {} : { note: command.note };
      if (state.stage !== "manual_review") {
        const { reason, evidenceIds } = command;
        const allowed = allowedDecisions(snapshot);
        if (allowed) requireAllowedRefusal(allowed, command);
        const shown = evidenceIds && evidenceIds.length > 0 ? { evidenceIds } : {};
        return [{ type: "CaseRefused", at, by, basis: "merchant", reason, ...note, ...shown }];
      }
      if (state.resumeStage === "awaiting_confirmation") {
        return [
          { type: "ManualReviewResolved", at, by, resolution: "refuse", ...note },
          { type: "ReplacementConfirmed", at, by, basis: "operator" },
        ];
      }
      if (anythingPosted(ledger)) {
        throw new CaseError("stage_forbids", "Money has been posted; approve or resume the case instead.");
      }
      return [
        { type: "ManualReviewResolved", at, by, resolution: "refuse", ...note },
        ...closeUnpaid(decision, "refused", "voided"),
      ];
    }
    case "MakeOffer":
      return makeOffer(decision, command.offer, command.note);
    case "AnswerOffer":
      return answerOffer(decision, command.answer);
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
      if (!restsOnOther(snapshot, command.outboundParcelStatus)) return [];
      return state.stage === "manual_review"
        ? [{ type: "ManualReviewResolved", at, by, resolution: "resume" }]
        : [{ type: "DisputeOvertaken", at, by, cause: "parcel_news" }];
    case "CancelCase":
      if (state.replacementParcel) {
        throw new CaseError("stage_forbids", "Something has been sent to the buyer already.");
      }
      return cancel(decision);
    case "ShipReturn": {
      requireAction(state, by, "ship_return");
      requireNoLabelAwaited(state, command, at);
      const { type: _, ...shipped } = command;
      return [{ type: "ReturnShipped", at, by, ...shipped }];
    }
    case "OrderReturnLabel":
      return orderReturnLabel(decision);
    case "FailReturnLabel":
      return failReturnLabel(decision);
    case "AddReturnParcel":
      return addReturnParcel(command, decision);
    case "RecordDelivery":
      return recordDelivery(command, decision);
    case "ConfirmDelivery":
      requireStage(state, "awaiting_inspection");
      return state.deliveryTrusted ? [] : [{ type: "DeliveryConfirmed", at, by }];
    case "FollowParcel":
      return followParcel(command, decision);
    case "ReportNotReceived":
      return reportNotReceived(command, decision);
    case "RecordInspection": {
      requireAction(state, by, "inspect");
      requireCompleteInspection(detail, command.inspection);
      if (command.inspection.inspectedAt < state.filedAt) {
        throw new CaseError("inspection_incomplete", "A return is inspected after its case was filed.", [
          { pointer: "/inspectedAt", detail: "lies before the case" },
        ]);
      }
      return inspected(command.inspection, command.goods, detail, at, by);
    }
    case "ChangeDisposition":
      return decidedOf(command.goods, at, by);
    case "PauseClock":
      return pauseClock(command, decision);
    case "ResumeClock":
      return resumeClock(decision);
    case "ExtendDeadline":
      return extendDeadline(command, decision);
    case "FinishRepair":
      return finishRepair(command, state, at, by);
    case "ShipReplacement":
      return shipReplacement(command, state, at, by);
    case "GiveUpRemedy":
      return giveUpRemedy(command, state, at, by);
    case "RecordReplacementDelivery":
      return recordReplacementDelivery(command, state, at, by);
    case "ConfirmReplacement":
      return confirmReplacement(state, at, by);
    case "ReportProblem":
      return reportProblem(command.problem, state, at, by);
    case "SettleNextStage":
      requireStage(state, "settling");
      return settleNextStage(decision);
    case "OpenManualReview":
      if (isEnd(state.stage) || state.stage === "manual_review") return [];
      if (command.failedStage !== undefined && command.failedStage !== state.stage) return [];
      return [{ type: "ManualReviewOpened", at, by, cause: command.cause }];
    default:
      return command satisfies never;
  }
};

export const decideOrdinary: Decide<OrdinaryCommand> = (command, snapshot, at, by) =>
  heldByLedger(snapshot, answerOrdinary(command, { snapshot, at, by }));

export const decideSilence: Decide<ClockCommand> = (command, snapshot, at, by) =>
  heldByLedger(snapshot, expireWait(command, { snapshot, at, by }));

export const decideDispute: Decide<SideCommand> = (command, snapshot, at, by) =>
  heldByLedger(snapshot, answerDispute(command, { snapshot, at, by }));

/** Any command at all. */
export const decide: Decide<CaseCommand> = (command, snapshot, at, by) => {
  if (command.type === "ExpireWait") return decideSilence(command, snapshot, at, by);
  if (isOfDispute(command)) return decideDispute(command, snapshot, at, by);
  return decideOrdinary(command, snapshot, at, by);
};

/**
 * Whether a case is disputed, or was handed to an operator, because nobody knew what had become of the parcel to the
 * buyer, and something else is known now. Judged by what the verdict itself says it rests on, so that the same news told
 * twice reconsiders nothing, and a case that is about something else is left to its operator.
 */
const restsOnOther = (snapshot: CaseSnapshot, outboundParcelStatus: ParcelStatus): boolean => {
  const { state, verdict } = snapshot;
  const judgedOn = verdict?.facts.outboundParcelStatus;
  return (
    (isUndecided(snapshot) || (state.stage === "manual_review" && state.resumeStage === "submitted")) &&
    judgedOn !== undefined &&
    judgedOn !== outboundParcelStatus
  );
};
