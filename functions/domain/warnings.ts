import type { CaseState } from "./case.ts";
import { type CaseCalendars, calendarOf, momentWithLeft } from "./clock.ts";
import { lifecycle, type NextActor, type Stage } from "./lifecycle.ts";

/*
 * Who owes an answer is warned while there is time. A warning is given by the machine's own timeout: it waits
 * until the next warning or until the deadline, so an answer in time costs nothing.
 */

/** How much of the promised time has run when a warning is given. The deadline itself is told when it has passed. */
export const warningPercents = [50, 80] as const;
export type WarningPercent = (typeof warningPercents)[number];

/** Somebody who can be reminded; a carrier moves by itself. */
export const debtors = ["buyer", "merchant", "warehouse", "operator"] as const satisfies readonly NextActor[];
export type Debtor = (typeof debtors)[number];

/** Whose answer a stage waits for. */
export const owedBy = (stage: Stage): readonly Debtor[] => {
  const { wait, nextActor } = lifecycle[stage];
  if (!wait) return [];
  return nextActor === "parties" ? ["buyer", "merchant"] : debtors.filter((debtor) => debtor === nextActor);
};

type Clock = Pick<CaseState, "stage" | "deadlineAt" | "clockMs" | "warned">;

/** The warnings a wait has still to give, in order of time. */
export const warningsAhead = (
  { stage, deadlineAt, clockMs, warned }: Clock,
  calendars: CaseCalendars | undefined,
): readonly { readonly percent: WarningPercent; readonly at: number }[] => {
  if (deadlineAt === undefined || clockMs === undefined || owedBy(stage).length === 0) return [];
  const calendar = calendarOf(calendars, stage);
  return warningPercents
    .filter((percent) => warned === undefined || percent > warned)
    .map((percent) => ({
      percent,
      at: momentWithLeft(Math.floor((clockMs * (100 - percent)) / 100), deadlineAt, calendar),
    }));
};
