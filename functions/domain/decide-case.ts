import { appealRuling, waiveAppeal, withdrawDispute } from "./appeal.ts";
import { cancel } from "./cancellation.ts";
import {
  type Actor,
  anythingPosted,
  type CaseCommand,
  type CaseEvent,
  type CaseSnapshot,
  type CaseState,
  merchantClockMs,
  standingVerdict,
  transfersOf,
} from "./case.ts";
import { extendDeadline, pauseClock, resumeClock } from "./clock-changes.ts";
import { approve, closeUnpaid, type Decision, noted } from "./consequences.ts";
import { decidedOf, leftUnrepaired } from "./disposition.ts";
import {
  assignDispute,
  type DisputeCommand,
  openDispute,
  openedByVerdict,
  proposeSettlement,
  submitStatement,
} from "./dispute.ts";
import { CaseError } from "./errors.ts";
import { evidenceWeighed, judgedReturn, withRuledCompensation } from "./judged-again.ts";
import { isEnd } from "./lifecycle.ts";
import { allowedDecisions, requireAllowedRefusal } from "./merchant-decision.ts";
import { answerOffer, makeOffer } from "./negotiation.ts";
import { reconsider } from "./outbound-parcel.ts";
import { requireAction, requireStage } from "./permissions.ts";
import {
  confirmReplacement,
  finishRepair,
  giveUpRemedy,
  hasBoth,
  hasReplacement,
  keepsGoods,
  recordReplacementDelivery,
  reportProblem,
  shipReplacement,
  turnedByVerdict,
} from "./reshipment.ts";
import { inspected, requireCompleteInspection } from "./return-inspection.ts";
import { failReturnLabel, orderReturnLabel, requireNoLabelAwaited } from "./return-label.ts";
import { addReturnParcel, followParcel, recordDelivery, reportNotReceived } from "./return-parcels.ts";
import { acceptProposal, approvedRuling, type RulingCommand, ruleCase } from "./ruling.ts";
import { settleNextStage } from "./settle-next-stage.ts";
import { append } from "./settlement/ledger.ts";
import { expireWait } from "./silence.ts";

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

type Command<Type extends CaseCommand["type"]> = Extract<CaseCommand, { readonly type: Type }>;

/** What a command comes to. */
type Answer<Known extends CaseCommand> = (command: Known, decision: Decision) => readonly CaseEvent[];

type Answers<Known extends CaseCommand> = {
  readonly [type in Known["type"]]: Answer<Extract<Known, { readonly type: type }>>;
};

/** With what follows for the goods; what is to be posted is held against the ledger's rules before anything is written. */
const heldByLedger = (
  { state, ledger }: CaseSnapshot,
  decided: readonly CaseEvent[],
): readonly CaseEvent[] => {
  const events = [...decided, ...leftUnrepaired(decided, state)];
  append(ledger, events.flatMap(transfersOf));
  return events;
};

const decideBy = <Command extends CaseCommand>(
  answers: Answers<Command>,
  command: Command,
  snapshot: CaseSnapshot,
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  const answer = answers[command.type as Command["type"]] as Answer<Command>;
  return heldByLedger(snapshot, answer(command, { snapshot, at, by }));
};

const recordVerdict: Answer<Command<"RecordVerdict">> = (command, decision) => {
  const { snapshot, at, by } = decision;
  const { state } = snapshot;
  const { known, lossDueAt } = command;
  const verdict = withRuledCompensation(snapshot, command.verdict);
  requireStage(state, "submitted", "lost", "inspected", "evidence_closed");
  const judged: CaseEvent = {
    type: "CaseJudged",
    at,
    by,
    verdict,
    ...(known ? { known } : {}),
    // Once goods have come back, the parcel they were sent in is not waited for any more.
    ...(lossDueAt === undefined || state.stage !== "submitted" ? {} : { lossDueAt }),
  };
  if (state.stage === "evidence_closed") return evidenceWeighed(decision, judged, verdict);
  if (verdict.route === "arbitration") {
    return hasReplacement(state)
      ? [judged, { type: "ManualReviewOpened", at, by, cause: "return_contradicted" }]
      : [judged, openedByVerdict(at, by)];
  }
  if (verdict.route === "ineligible" && state.stage !== "submitted") {
    return [judged, { type: "ManualReviewOpened", at, by, cause: "ineligible_after_approval" }];
  }
  if (state.stage === "inspected" && !hasReplacement(state)) {
    return [judged, ...judgedReturn(decision, verdict)];
  }
  if (state.stage !== "submitted") return [judged, ...turnedByVerdict(state, verdict, at, by)];
  return verdict.route === "automatic" ? [judged, ...approve(decision, "rule", verdict)] : [judged];
};

const approveCase: Answer<Command<"ApproveCase">> = ({ note }, decision) => {
  const { snapshot, at, by } = decision;
  const { state, verdict } = snapshot;
  requireAction(state, by, "approve");
  if (!verdict) throw new CaseError("stage_forbids", "The case was never judged; resume it instead.");
  if (state.stage !== "manual_review") return approve(decision, "merchant", verdict, note);
  const resolved: CaseEvent = { type: "ManualReviewResolved", at, by, resolution: "approve", ...noted(note) };
  if (hasReplacement(state) && isStillOut(state)) return [resolved, keepsGoods("operator", at, by)];
  const ruled = approvedRuling(decision, verdict);
  if (ruled) return [resolved, ...ruled];
  return [
    resolved,
    ...approve(decision, "operator", verdict, note),
    ...turnedByVerdict(state, verdict, at, by),
  ];
};

/** The goods are with the buyer, who got the replacement first. */
const isStillOut = ({ reception }: CaseState): boolean =>
  reception === "awaiting" || reception === "returned_to_sender";

const refuseCase: Answer<Command<"RefuseCase">> = (command, decision) => {
  const { snapshot, at, by } = decision;
  const { state, ledger } = snapshot;
  requireAction(state, by, "refuse");
  const note = noted(command.note);
  if (state.stage !== "manual_review") {
    const { reason, evidenceIds } = command;
    const allowed = allowedDecisions(snapshot);
    if (allowed) requireAllowedRefusal(allowed, command);
    const shown = evidenceIds && evidenceIds.length > 0 ? { evidenceIds } : {};
    return [{ type: "CaseRefused", at, by, basis: "merchant", reason, ...note, ...shown }];
  }
  const resolved: CaseEvent = { type: "ManualReviewResolved", at, by, resolution: "refuse", ...note };
  if (state.resumeStage === "awaiting_confirmation") {
    return [resolved, { type: "ReplacementConfirmed", at, by, basis: "operator" }];
  }
  if (hasBoth(state)) return [resolved, keepsGoods("operator", at, by)];
  if (anythingPosted(ledger)) {
    throw new CaseError("stage_forbids", "Money has been posted; approve or resume the case instead.");
  }
  return [resolved, ...closeUnpaid(decision, "refused", "voided")];
};

const resumeCase: Answer<Command<"ResumeCase">> = ({ note }, { snapshot, at, by }) => {
  const { state } = snapshot;
  requireAction(state, by, "resume");
  return [
    {
      type: "ManualReviewResolved",
      at,
      by,
      resolution: "resume",
      ...noted(note),
      ...(state.resumeStage === "awaiting_merchant" && state.interrupted?.leftMs === undefined
        ? { clockMs: merchantClockMs(standingVerdict(snapshot)) }
        : {}),
    },
  ];
};

const shipReturn: Answer<Command<"ShipReturn">> = (command, { snapshot, at, by }) => {
  requireAction(snapshot.state, by, "ship_return");
  requireNoLabelAwaited(snapshot.state, command, at);
  const { type: _, ...shipped } = command;
  return [{ type: "ReturnShipped", at, by, ...shipped }];
};

const confirmDelivery: Answer<Command<"ConfirmDelivery">> = (_, { snapshot, at, by }) => {
  requireStage(snapshot.state, "awaiting_inspection");
  return snapshot.state.deliveryTrusted ? [] : [{ type: "DeliveryConfirmed", at, by }];
};

const recordInspection: Answer<Command<"RecordInspection">> = (
  { inspection, goods },
  { snapshot, at, by },
) => {
  const { state, detail } = snapshot;
  requireAction(state, by, "inspect");
  requireCompleteInspection(detail, inspection);
  if (inspection.inspectedAt < state.filedAt) {
    throw new CaseError("inspection_incomplete", "A return is inspected after its case was filed.", [
      { pointer: "/inspectedAt", detail: "lies before the case" },
    ]);
  }
  return inspected(inspection, goods, detail, at, by);
};

const openManualReview: Answer<Command<"OpenManualReview">> = (
  { cause, failedStage },
  { snapshot, at, by },
) => {
  const { stage } = snapshot.state;
  if (isEnd(stage) || stage === "manual_review") return [];
  if (failedStage !== undefined && failedStage !== stage) return [];
  return [{ type: "ManualReviewOpened", at, by, cause }];
};

/*
 * The commands by who sends them. A function imports the decider of what it commands, and its bundle leaves out what
 * decides the others. Each decider is written as a function: a bundler leaves out a function that nobody calls, and keeps
 * what a call at the module's top would have made.
 */

export type DeskCommand = Command<"ApproveCase" | "RefuseCase" | "MakeOffer" | "AnswerOffer" | "ResumeCase">;
const deskAnswers: Answers<DeskCommand> = {
  ApproveCase: approveCase,
  RefuseCase: refuseCase,
  MakeOffer: ({ offer, note }, decision) => makeOffer(decision, offer, note),
  AnswerOffer: ({ answer }, decision) => answerOffer(decision, answer),
  ResumeCase: resumeCase,
};
/** Of the merchant, the buyer who is offered something, and an operator. */
export const decideDesk: Decide<DeskCommand> = (...command) => decideBy(deskAnswers, ...command);

type CancelCommand = Command<"CancelCase">;
const cancelAnswers: Answers<CancelCommand> = { CancelCase: (_, decision) => cancel(decision) };
export const decideCancellation: Decide<CancelCommand> = (...command) => decideBy(cancelAnswers, ...command);

export type LabelCommand = Command<"OrderReturnLabel" | "FailReturnLabel" | "ShipReturn">;
const labelAnswers: Answers<LabelCommand> = {
  OrderReturnLabel: (_, decision) => orderReturnLabel(decision),
  FailReturnLabel: (_, decision) => failReturnLabel(decision),
  ShipReturn: shipReturn,
};
export const decideLabel: Decide<LabelCommand> = (...command) => decideBy(labelAnswers, ...command);

type ReturnCommand = Command<
  "ShipReturn" | "AddReturnParcel" | "ReportNotReceived" | "RecordInspection" | "ChangeDisposition"
>;
const returnAnswers: Answers<ReturnCommand> = {
  ShipReturn: shipReturn,
  AddReturnParcel: addReturnParcel,
  ReportNotReceived: reportNotReceived,
  RecordInspection: recordInspection,
  ChangeDisposition: ({ goods }, { at, by }) => decidedOf(goods, at, by),
};
/** Of whoever sends goods back, and whoever receives them. */
export const decideReturn: Decide<ReturnCommand> = (...command) => decideBy(returnAnswers, ...command);

export type ParcelCommand = Command<
  "RecordDelivery" | "ConfirmDelivery" | "FollowParcel" | "RecordReplacementDelivery" | "ReconsiderCase"
>;
const parcelAnswers: Answers<ParcelCommand> = {
  RecordDelivery: recordDelivery,
  ConfirmDelivery: confirmDelivery,
  FollowParcel: followParcel,
  RecordReplacementDelivery: (command, { snapshot, at, by }) =>
    recordReplacementDelivery(command, snapshot.state, at, by),
  ReconsiderCase: reconsider,
};
/** Of whoever tells where a parcel is. */
export const decideParcel: Decide<ParcelCommand> = (...command) => decideBy(parcelAnswers, ...command);

type RemedyCommand = Command<
  "FinishRepair" | "ShipReplacement" | "GiveUpRemedy" | "ConfirmReplacement" | "ReportProblem"
>;
const remedyAnswers: Answers<RemedyCommand> = {
  FinishRepair: (command, { snapshot, at, by }) => finishRepair(command, snapshot.state, at, by),
  ShipReplacement: (command, { snapshot, at, by }) => shipReplacement(command, snapshot.state, at, by),
  GiveUpRemedy: (command, { snapshot, at, by }) => giveUpRemedy(command, snapshot.state, at, by),
  ConfirmReplacement: (_, { snapshot, at, by }) => confirmReplacement(snapshot.state, at, by),
  ReportProblem: ({ problem }, { snapshot, at, by }) => reportProblem(problem, snapshot.state, at, by),
};
export const decideRemedy: Decide<RemedyCommand> = (...command) => decideBy(remedyAnswers, ...command);

export type ClockCommand = Command<"PauseClock" | "ResumeClock" | "ExtendDeadline">;
const clockAnswers: Answers<ClockCommand> = {
  PauseClock: pauseClock,
  ResumeClock: (_, decision) => resumeClock(decision),
  ExtendDeadline: extendDeadline,
};
export const decideClock: Decide<ClockCommand> = (...command) => decideBy(clockAnswers, ...command);

type SilenceCommand = Command<"ExpireWait">;
const silenceAnswers: Answers<SilenceCommand> = { ExpireWait: expireWait };
export const decideSilence: Decide<SilenceCommand> = (...command) => decideBy(silenceAnswers, ...command);

type VerdictCommand = Command<"RecordVerdict">;
const verdictAnswers: Answers<VerdictCommand> = { RecordVerdict: recordVerdict };
export const decideVerdict: Decide<VerdictCommand> = (...command) => decideBy(verdictAnswers, ...command);

type SettlementCommand = Command<"SettleNextStage">;
const settlementAnswers: Answers<SettlementCommand> = {
  SettleNextStage: (_, decision) => {
    requireStage(decision.snapshot.state, "settling");
    return settleNextStage(decision);
  },
};
export const decideSettlement: Decide<SettlementCommand> = (...command) =>
  decideBy(settlementAnswers, ...command);

type ReviewCommand = Command<"OpenManualReview">;
const reviewAnswers: Answers<ReviewCommand> = { OpenManualReview: openManualReview };
export const decideReview: Decide<ReviewCommand> = (...command) => decideBy(reviewAnswers, ...command);

type SideCommand = DisputeCommand | RulingCommand;
const disputeAnswers: Answers<SideCommand> = {
  OpenDispute: openDispute,
  SubmitStatement: submitStatement,
  AssignDispute: assignDispute,
  ProposeSettlement: proposeSettlement,
  AcceptProposal: acceptProposal,
  WithdrawDispute: (_, decision) => withdrawDispute(decision),
  RuleCase: ruleCase,
  AppealRuling: appealRuling,
  WaiveAppeal: (_, decision) => waiveAppeal(decision),
};
export const decideDispute: Decide<SideCommand> = (...command) => decideBy(disputeAnswers, ...command);

/** Any command at all. */
export const decide: Decide<CaseCommand> = (...command) =>
  decideBy<CaseCommand>(
    {
      ...deskAnswers,
      ...cancelAnswers,
      ...labelAnswers,
      ...returnAnswers,
      ...parcelAnswers,
      ...remedyAnswers,
      ...clockAnswers,
      ...silenceAnswers,
      ...verdictAnswers,
      ...settlementAnswers,
      ...reviewAnswers,
      ...disputeAnswers,
    },
    ...command,
  );
