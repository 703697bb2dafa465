import type { Calendar } from "./business-calendar.ts";
import { dayMs } from "./calendar.ts";
import { InvariantViolation } from "./errors.ts";
import { lifecycle, type NextActor, type Stage } from "./lifecycle.ts";

/*
 * Deadlines are computed here and nowhere else, so that a promise of time means the same wherever it is made.
 * All moments are epoch milliseconds; a duration is counted in open time of the calendar, or around the clock
 * where there is none.
 */

/** The calendars a case's clocks run by, by who has to move. Who is not named is asked around the clock. */
export type CaseCalendars = { readonly [actor in NextActor]?: Calendar };

/** The calendar of a stage's wait. */
export const calendarOf = (calendars: CaseCalendars | undefined, stage: Stage): Calendar | undefined =>
  calendars?.[lifecycle[stage].nextActor];

/** Longer than any clock takes by any calendar that is let in (`checkCalendar`). */
const horizonDays = 20 * 366;

const neverOpen = () => new InvariantViolation("a calendar is never open long enough for this clock");

/** When a clock of `durationMs` that starts at a moment has run out: the first moment at which it has. */
export const deadlineAfter = (startAt: number, durationMs: number, calendar?: Calendar): number => {
  if (!calendar) return startAt + durationMs;
  if (durationMs <= 0) return startAt;
  const firstDay = Math.floor(startAt / dayMs);
  let leftMs = durationMs;
  for (let day = firstDay; day <= firstDay + horizonDays; day += 1) {
    for (const [opens, closes] of calendar.openOn(day)) {
      const from = Math.max(opens, startAt);
      if (from >= closes) continue;
      if (closes - from >= leftMs) return from + leftMs;
      leftMs -= closes - from;
    }
  }
  throw neverOpen();
};

/** What is left of a clock at a moment; nothing once the deadline has come. */
export const timeLeft = (at: number, deadlineAt: number, calendar?: Calendar): number => {
  if (at >= deadlineAt) return 0;
  if (!calendar) return deadlineAt - at;
  let leftMs = 0;
  for (let day = Math.floor(at / dayMs); day * dayMs < deadlineAt; day += 1) {
    for (const [opens, closes] of calendar.openOn(day)) {
      leftMs += Math.max(0, Math.min(closes, deadlineAt) - Math.max(opens, at));
    }
  }
  return leftMs;
};

/** The last moment at which so much is left of a clock: never while it is closed, so somebody is there to hear. */
export const momentWithLeft = (leftMs: number, deadlineAt: number, calendar?: Calendar): number => {
  if (!calendar || leftMs <= 0) return deadlineAt - leftMs;
  const lastDay = Math.floor(deadlineAt / dayMs);
  let wantedMs = leftMs;
  for (let day = lastDay; day >= lastDay - horizonDays; day -= 1) {
    for (const [opens, closes] of calendar.openOn(day).toReversed()) {
      const to = Math.min(closes, deadlineAt);
      if (to <= opens) continue;
      if (to - opens >= wantedMs) return to - wantedMs;
      wantedMs -= to - opens;
    }
  }
  throw neverOpen();
};
