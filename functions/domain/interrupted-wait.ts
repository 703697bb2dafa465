import type { CaseState } from "./case.ts";
import type { CaseCalendars } from "./clock.ts";
import { leftOf, stoodStill } from "./clock-changes.ts";
import { lifecycle, type Stage } from "./lifecycle.ts";

/**
 * A wait that somebody else's interrupts and that is taken up again as it was left: the merchant's while the buyer
 * thinks about an offer, anybody's while an operator looks at the case. What interrupts may be interrupted itself.
 */
export type InterruptedWait = {
  readonly since: number;
  /** Absent where nothing was left: then it is its whole time again. */
  readonly leftMs?: number;
  readonly interrupted?: InterruptedWait;
} & Pick<CaseState, "clockMs" | "warned" | "extensions">;

/** What is kept of the present wait while another one interrupts it. A parcel travels on, whoever looks at its case. */
export const interruption = (
  state: CaseState,
  at: number,
  calendars: CaseCalendars | undefined,
): Pick<CaseState, "interrupted"> => {
  const { stage, deadlineAt, clockMs, warned, extensions, interrupted } = state;
  if (deadlineAt === undefined || lifecycle[stage].nextActor === "carrier") return {};
  const left = {
    leftMs: leftOf(state, at, calendars),
    ...(clockMs === undefined ? {} : { clockMs }),
    ...(warned === undefined ? {} : { warned }),
    ...(extensions ? { extensions } : {}),
  };
  return {
    interrupted: { since: at, ...(at < deadlineAt ? left : {}), ...(interrupted ? { interrupted } : {}) },
  };
};

/** The wait to be taken up. An offer made before 2026-11-30 kept only what was left of the merchant's. */
const interruptedOf = ({
  interrupted,
  merchantLeftMs,
  merchantAnsweredAt,
  stage,
}: CaseState): InterruptedWait | undefined =>
  interrupted ??
  (stage === "offered" && merchantLeftMs !== undefined && merchantAnsweredAt !== undefined
    ? { since: merchantAnsweredAt, leftMs: merchantLeftMs }
    : undefined);

/** Enters a stage as the lifecycle allows it; handed in, since the fold knows the table. */
export type Enter = (state: CaseState, stage: Stage, at: number, durationMs?: number) => CaseState;

/**
 * Back to the wait that was interrupted, with what was left of it, of how much, and the warnings given.
 *
 * @param wholeMs its whole time where nothing was left, if it is not the stage's own
 */
export const takenUp = (
  state: CaseState,
  stage: Stage,
  at: number,
  enter: Enter,
  wholeMs?: number,
): CaseState => {
  const kept = interruptedOf(state);
  if (!kept) return enter(state, stage, at, wholeMs);
  const { since, leftMs, ...asItWas } = kept;
  return { ...enter(stoodStill(state, stage, at - since), stage, at, leftMs ?? wholeMs), ...asItWas };
};
