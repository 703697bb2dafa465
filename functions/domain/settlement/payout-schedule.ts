import { dayMs, hourMs, instantOf, localDate, localDay } from "../calendar.ts";
import { InvariantViolation } from "../errors.ts";

/** When merchants are paid without anybody asking: a platform's own day, hour and time zone. */

export type PayoutSchedule = {
  readonly tenantId: string;
  readonly scheduleId: string;
  readonly every: "day" | "week";
  /** Of a week, 1 is Monday (ISO 8601); absent for every day. */
  readonly weekday?: number;
  /** 0 to 23, on the wall of the time zone. */
  readonly hour: number;
  readonly timeZone: string;
  /** Pays this currency and leaves the others to other schedules; all if absent. */
  readonly currency?: string;
  readonly paused: boolean;
};

type Times = Pick<PayoutSchedule, "every" | "weekday" | "hour" | "timeZone">;

/** 1970-01-01, day 0, was a Thursday. */
const weekdayOf = (day: number): number => ((day + 3) % 7) + 1;

/**
 * The next moment a run is due, later than an instant. An hour that the clocks skip is the moment they are put
 * forward; of one they go through twice the first counts.
 */
export const nextDueAt = ({ every, weekday, hour, timeZone }: Times, after: number): number => {
  const today = localDay(after, timeZone);
  for (let day = today; day <= today + 8; day += 1) {
    if (every === "week" && weekdayOf(day) !== weekday) continue;
    const at = instantOf(day * dayMs + hour * hourMs, timeZone);
    if (at > after) return at;
  }
  throw new InvariantViolation("a week has no day for its run");
};

/** The run of a due moment has one name, and a payout one id in it: a run that starts twice pays once. */
export const runIdOf = (
  { scheduleId, timeZone }: Pick<PayoutSchedule, "scheduleId" | "timeZone">,
  dueAt: number,
): string => `${scheduleId}.${localDate(dueAt, timeZone)}`;

/** Whether two schedules run at the same times, whatever else they say. */
export const sameTimes = (one: PayoutSchedule, other: PayoutSchedule): boolean =>
  one.every === other.every &&
  one.weekday === other.weekday &&
  one.hour === other.hour &&
  one.timeZone === other.timeZone &&
  one.paused === other.paused;
