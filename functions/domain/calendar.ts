import { Temporal } from "temporal-polyfill";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/**
 * When a window of whole days ends that is counted from the day after an instant, in a time zone.
 *
 * Source: Consumer Rights Law of China, art. 25, and the 2017 interim measures: seven days from the day
 * after the consumer signed for the goods. The instant returned is the midnight after the last day and is
 * itself outside the window.
 *
 * @param startAt epoch milliseconds of the sign-off
 * @param timeZone IANA name, for example `Asia/Shanghai`
 */
export const windowEndsAt = (startAt: number, windowDays: number, timeZone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(startAt)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .add({ days: windowDays + 1 })
    .toZonedDateTime(timeZone).epochMilliseconds;

/** The date on the wall of a time zone at an instant, for example `2026-03-31`. */
export const localDate = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** How many midnights of a time zone lie between two instants; negative when the end is the earlier one. */
export const calendarDaysBetween = (startAt: number, endAt: number, timeZone: string): number =>
  Temporal.PlainDate.from(localDate(startAt, timeZone)).until(localDate(endAt, timeZone)).days;
