import type { CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import { type CaseCalendars, calendarOf, deadlineAfter, momentWithLeft, timeLeft } from "./clock.ts";
import {
  type AppealWait,
  type Dispute,
  type DisputeEnd,
  type DisputeSide,
  disputeSides,
  disputeStages,
  otherSide,
} from "./dispute.ts";
import { clocks } from "./lifecycle.ts";

const saidBy = ({ said = {} }: Dispute, side: DisputeSide): NonNullable<Dispute["said"]> => ({
  ...said,
  [side]: (said[side] ?? 0) + 1,
});

/** Folds an event into the dispute of a case; `before` is where the case stood. */
const evolveDispute = (
  dispute: Dispute | undefined,
  event: CaseEvent,
  before: CaseState,
  calendars: CaseCalendars | undefined,
): Dispute | undefined => {
  if (event.type === "DisputeOpened") {
    const { ground, side, statement, at } = event;
    return {
      number: (dispute?.number ?? 0) + 1,
      ground,
      openedBy: side,
      openedAt: at,
      round: 1,
      heard: disputeSides,
      rested: [],
      statements: statement ? 1 : 0,
      said: statement ? { [statement.side]: 1 } : {},
      evidenceInRound: statement?.evidenceIds.length ?? 0,
      waived: [],
    };
  }
  if (!dispute || dispute.end !== undefined) return dispute;
  switch (event.type) {
    case "StatementSubmitted": {
      const { statement, rests, side } = event;
      return {
        ...dispute,
        rested: rests ? [...dispute.rested, side] : dispute.rested,
        ...(statement ? { statements: statement.number, said: saidBy(dispute, side) } : {}),
        evidenceInRound: dispute.evidenceInRound + (statement?.evidenceIds.length ?? 0),
      };
    }
    case "EvidenceClosed":
      return { ...dispute, askedAt: event.at };
    case "DisputeAssigned":
      return { ...dispute, arbiterId: event.arbiterId };
    case "SettlementProposed":
      return { ...dispute, proposal: event.proposal, proposals: event.proposal.number };
    case "CaseRuled": {
      // What was proposed before anybody knew the ruling is no offer any more.
      const { arbiterId: _1, proposal: _2, ...rest } = dispute;
      return event.final
        ? dispute
        : { ...rest, ...(event.arbiterId === undefined ? {} : { firstArbiterId: event.arbiterId }) };
    }
    case "RulingAppealed": {
      const {
        askedAt: _,
        appealedBy = [],
        appealUntil = runsUntil(before, event.at, calendars),
        ...rest
      } = dispute;
      const { side, statement } = event;
      const appealing = [...appealedBy, side];
      const isFirst = appealedBy.length === 0;
      return {
        ...rest,
        ...(isFirst ? { appealWait: appealWaitOf(before) } : {}),
        round: 2,
        appealedBy: appealing,
        ...(appealUntil === undefined ? {} : { appealUntil }),
        heard: appealing.map(otherSide),
        rested: isFirst ? [] : dispute.rested,
        statements: statement.number,
        said: saidBy(dispute, side),
        evidenceInRound: (isFirst ? 0 : dispute.evidenceInRound) + statement.evidenceIds.length,
      };
    }
    case "AppealWaived":
      return { ...dispute, waived: [...dispute.waived, event.side] };
    case "RulingFinalized":
      return ended(dispute, "ruled", event.at);
    case "SettlementAgreed":
      return ended(dispute, "agreed", event.at);
    case "DisputeWithdrawn":
      return withdrawnFrom(dispute, event);
    case "CaseJudged":
      // An operator who was called to a failed dispute stayed silent to the end.
      return before.stage === "manual_review" ? ended(dispute, "overtaken", event.at) : dispute;
    case "DisputeOvertaken":
    case "CaseClosed":
    case "CaseCancelled":
      return ended(dispute, "overtaken", event.at);
    case "ManualReviewResolved":
      return event.resolution === "resume" && before.resumeStage && disputeStages.includes(before.resumeStage)
        ? {
            ...dispute,
            ...appealLeft(dispute, before, event.at, calendars),
            ...(before.resumeStage === "awaiting_ruling"
              ? { askedAt: askedAgainAt(dispute, before, event.at, calendars) }
              : {}),
          }
        : ended(dispute, "overtaken", event.at);
    default:
      return dispute;
  }
};

/** When a wait is over; where its clock stands still, as if it went on at a moment. */
const runsUntil = (
  { paused, stage, deadlineAt }: CaseState,
  at: number,
  calendars: CaseCalendars | undefined,
): number | undefined =>
  paused
    ? deadlineAfter(Math.min(at, paused.until), paused.leftMs, calendarOf(calendars, stage))
    : deadlineAt;

/** An appeal's window stands still with its case. */
const appealLeft = (
  { appealUntil }: Dispute,
  { interrupted }: CaseState,
  at: number,
  calendars: CaseCalendars | undefined,
): Pick<Dispute, "appealUntil"> => {
  if (appealUntil === undefined || !interrupted) return {};
  const calendar = calendarOf(calendars, "ruled");
  return { appealUntil: deadlineAfter(at, timeLeft(interrupted.since, appealUntil, calendar), calendar) };
};

const appealWaitOf = ({ clockMs, warned, extensions }: CaseState): AppealWait => ({
  ...(clockMs === undefined ? {} : { clockMs }),
  ...(warned === undefined ? {} : { warned }),
  ...(extensions ? { extensions } : {}),
});

/**
 * The arbiter's time goes on with what was left of it until the dispute ends without a ruling; where nothing was left
 * of the present wait, it begins anew.
 */
const askedAgainAt = (
  { askedAt }: Dispute,
  { interrupted }: CaseState,
  at: number,
  calendars: CaseCalendars | undefined,
): number => {
  if (askedAt === undefined || interrupted?.leftMs === undefined) return at;
  const calendar = calendarOf(calendars, "awaiting_ruling");
  const leftMs = timeLeft(interrupted.since, deadlineAfter(askedAt, clocks.rulingEndMs, calendar), calendar);
  return momentWithLeft(clocks.rulingEndMs, deadlineAfter(at, leftMs, calendar), calendar);
};

const withdrawnFrom = (
  dispute: Dispute,
  { leaves, side, at }: Extract<CaseEvent, { type: "DisputeWithdrawn" }>,
): Dispute => {
  const waived = [...dispute.waived, side];
  switch (leaves) {
    case "closes":
    case "settles":
      return ended(dispute, "withdrawn", at);
    case "ruling_stands":
      return dispute;
    case "other_appeal":
      // Who has let its own go answers the other's.
      return { ...dispute, waived, appealedBy: [otherSide(side)], heard: [side] };
    case "appeal_open": {
      const {
        appealedBy: _1,
        appealUntil: _2,
        appealWait: _3,
        askedAt: _4,
        arbiterId: _5,
        ...rest
      } = dispute;
      return { ...rest, round: 1, waived };
    }
    default:
      return leaves satisfies never;
  }
};

const ended = (dispute: Dispute, end: DisputeEnd, endedAt: number): Dispute => ({ ...dispute, end, endedAt });

/** The dispute of a case after a transaction of these events. */
export const disputeAfter = (
  { state, dispute, calendars }: Pick<CaseSnapshot, "state" | "dispute" | "calendars">,
  events: readonly CaseEvent[],
): Dispute | undefined =>
  events.reduce<Dispute | undefined>(
    (standing, event) => evolveDispute(standing, event, state, calendars),
    dispute,
  );
