import { dayMs } from "./calendar.ts";
import type { CaseCommand, CaseEvent, CaseState } from "./case.ts";
import { type CaseCalendars, calendarOf, deadlineAfter, timeLeft } from "./clock.ts";
import type { Decision } from "./consequences.ts";
import { CaseError, InvariantViolation } from "./errors.ts";
import { lifecycle, type Stage } from "./lifecycle.ts";

/*
 * A promised deadline moves for three reasons only, each an event that everyone concerned is told of: the clock
 * was stopped and goes on with exactly what was left, it was extended, or nobody could know before (a scan).
 */

export const pauseReasons = ["waiting_for_other_side", "waiting_for_carrier", "authority", "other"] as const;
export type PauseReason = (typeof pauseReasons)[number];

export const extensionReasons = ["festival", "disaster", "outage", "on_request", "other"] as const;
export type ExtensionReason = (typeof extensionReasons)[number];

/** So that nothing is paused for ever: a pause at a time, and all pauses of a case together. */
export const maximumPauseMs = 30 * dayMs;
export const maximumPausedMs = 90 * dayMs;
/** No deadline is extended further ahead than this. */
export const maximumAheadMs = 180 * dayMs;

/** What a clock that stands still will go on with, and when at the latest. */
export type Pause = { readonly since: number; readonly until: number; readonly leftMs: number };

type Paused = Extract<CaseEvent, { type: "ClockPaused" }>;
type Resumed = Extract<CaseEvent, { type: "ClockResumed" }>;
type Extended = Extract<CaseEvent, { type: "DeadlineExtended" }>;
type Command<Type extends CaseCommand["type"]> = Extract<CaseCommand, { readonly type: Type }>;

/** @throws CaseError `stage_forbids` where no clock runs, or only the platform's own */
const requireClock = ({ stage, deadlineAt }: CaseState): number => {
  if (deadlineAt === undefined || lifecycle[stage].nextActor === "operator") {
    throw new CaseError("stage_forbids", `A case in stage ${stage} has no clock that can be moved.`);
  }
  return deadlineAt;
};

const outOfBounds = (detail: string, pointer: string, why: string): CaseError =>
  new CaseError("clock_bound_exceeded", detail, [{ pointer, detail: why }]);

/** @throws CaseError if the clock cannot be stopped, or not for so long */
export const pauseClock = (
  { until, reason }: Command<"PauseClock">,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  const { state, calendars } = snapshot;
  requireClock(state);
  if (lifecycle[state.stage].nextActor === "carrier") {
    throw new CaseError("stage_forbids", "A parcel travels on, whoever waits for it.");
  }
  if (state.paused) throw new CaseError("stage_forbids", "The clock stands still already.");
  const calendar = calendarOf(calendars, state.stage);
  const leftMs = leftOf(state, at, calendars);
  if (leftMs === 0)
    throw new CaseError("stage_forbids", "The time is over; what silence means is about to count.");
  if (until <= at) throw outOfBounds("A pause ends in the future.", "/until", "must be in the future");
  if (until > at + maximumPauseMs) {
    throw outOfBounds("A clock is stopped for 30 days at most.", "/until", "must be within 30 days");
  }
  if ((state.pausedMs ?? 0) + (until - at) > maximumPausedMs) {
    throw outOfBounds(
      "The clocks of a case are stopped for 90 days altogether at most.",
      "/until",
      `must leave all pauses of the case within 90 days`,
    );
  }
  const paused: Pause = { since: at, until, leftMs };
  return [
    { type: "ClockPaused", at, by, reason, paused, deadlineAt: deadlineAfter(until, leftMs, calendar) },
  ];
};

/** From when the clock runs: a pause ends when it was said to, even if the machine looks late. */
const runsFrom = ({ paused }: Pick<CaseState, "paused">, at: number): number =>
  Math.max(at, paused?.until ?? at);

/** What is left of the clock of the present wait; nothing where none runs. */
export const leftOf = (
  state: Pick<CaseState, "stage" | "deadlineAt" | "paused">,
  at: number,
  calendars: CaseCalendars | undefined,
): number =>
  state.deadlineAt === undefined
    ? 0
    : timeLeft(runsFrom(state, at), state.deadlineAt, calendarOf(calendars, state.stage));

/** The clock goes on, with what was left of it. */
export const resumeClock = ({ snapshot, at, by }: Decision): readonly CaseEvent[] => {
  const { state, calendars } = snapshot;
  if (!state.paused) throw new CaseError("stage_forbids", "The clock is running.");
  const { until, leftMs } = state.paused;
  // A machine that looks late does not give more time than was promised.
  const since = Math.min(at, until);
  const deadlineAt = deadlineAfter(since, leftMs, calendarOf(calendars, state.stage));
  return [{ type: "ClockResumed", at, by, since, deadlineAt }];
};

/** The deadline after an extension by open time, or until a moment; never an earlier one. */
const extendedTo = (
  { state, calendars }: Decision["snapshot"],
  extension: Command<"ExtendDeadline">["extension"],
  deadlineAt: number,
  at: number,
): number => {
  if ("until" in extension) return Math.max(extension.until, deadlineAt);
  const calendar = calendarOf(calendars, state.stage);
  const leftMs = leftOf(state, at, calendars);
  return deadlineAfter(runsFrom(state, at), leftMs + extension.byMs, calendar);
};

/** The deadline of the present wait as an extension moves it; nothing if it does not, or has done so before. */
export const extensionOf = (
  { extension, reason, extensionId }: Command<"ExtendDeadline">,
  { snapshot, at, by }: Decision,
): Extended | undefined => {
  const { state } = snapshot;
  const given = requireClock(state);
  if (extensionId !== undefined && state.extensions?.includes(extensionId)) return undefined;
  const deadlineAt = extendedTo(snapshot, extension, given, at);
  if (deadlineAt === given) return undefined;
  return {
    type: "DeadlineExtended",
    at,
    by,
    deadlineAt,
    reason: "extension",
    because: reason,
    ...(extensionId === undefined ? {} : { extensionId }),
  };
};

/**
 * More time for whoever has to move.
 *
 * @throws CaseError if there is no clock to extend, or the deadline would lie too far ahead
 */
export const extendDeadline = (
  command: Command<"ExtendDeadline">,
  decision: Decision,
): readonly CaseEvent[] => {
  const extended = extensionOf(command, decision);
  if (!extended) return [];
  if (extended.deadlineAt > decision.at + maximumAheadMs) {
    throw outOfBounds(
      "No deadline is extended further than 180 days ahead.",
      "until" in command.extension ? "/until" : "/hours",
      "must leave the deadline within 180 days",
    );
  }
  return [extended];
};

/** The state with its clock stopped. */
export const pausedState = (state: CaseState, { at, paused, deadlineAt }: Paused): CaseState => ({
  ...state,
  paused,
  pausedMs: (state.pausedMs ?? 0) + (paused.until - at),
  deadlineAt,
});

/** From when it is measured how fast somebody was. */
const measuredFrom: { readonly [stage in Stage]?: "merchantAskedAt" | "deliveredAt" } = {
  awaiting_merchant: "merchantAskedAt",
  awaiting_inspection: "deliveredAt",
};

/** Whoever is asked in a stage was not for so long: speed is measured from later on. */
export const stoodStill = (state: CaseState, stage: Stage, ms: number): CaseState => {
  const measured = measuredFrom[stage];
  const from = measured && state[measured];
  return measured === undefined || from === undefined ? state : { ...state, [measured]: from + ms };
};

/**
 * The state without its pause, whoever ends it: what was not used of it is given back, and it is nobody's time.
 */
export const withoutPause = (state: CaseState, at: number): CaseState => {
  const { paused, pausedMs = 0, ...rest } = state;
  if (!paused) return state;
  const since = Math.min(at, paused.until);
  return stoodStill(
    { ...rest, pausedMs: pausedMs - (paused.until - since) },
    state.stage,
    since - paused.since,
  );
};

/** The state with its clock running again. */
export const resumedState = (state: CaseState, { since, deadlineAt }: Resumed): CaseState => {
  if (!state.paused) throw new InvariantViolation("a clock that runs is not resumed");
  return { ...withoutPause(state, since), deadlineAt };
};

/** What an operator has been called to in one review, the first call included. */
const callsOf = ({ operatorCalls = 1 }: CaseState): number => operatorCalls;

/** The deadline moves, and with it what was promised; an operator who is called again has the whole time again. */
export const extendedState = (
  state: CaseState,
  { at, deadlineAt, reason, extensionId }: Extended,
  calendars: CaseCalendars | undefined,
): CaseState => {
  const calendar = calendarOf(calendars, state.stage);
  const leftFrom = runsFrom(state, at);
  const leftMs = timeLeft(leftFrom, deadlineAt, calendar);
  if (reason === "operator_overdue") {
    const { warned: _, ...rest } = state;
    return { ...rest, deadlineAt, clockMs: leftMs, operatorCalls: callsOf(state) + 1 };
  }
  const gainedMs = leftMs - timeLeft(leftFrom, state.deadlineAt ?? leftFrom, calendar);
  return {
    ...state,
    deadlineAt,
    ...(state.clockMs === undefined ? {} : { clockMs: state.clockMs + gainedMs }),
    ...(state.paused ? { paused: { ...state.paused, leftMs: state.paused.leftMs + gainedMs } } : {}),
    ...(extensionId === undefined ? {} : { extensions: [...(state.extensions ?? []), extensionId] }),
  };
};
