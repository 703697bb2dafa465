export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/*
 * Whole days in a time zone, on the runtime's own zone data. Temporal's polyfill answers the same (a test
 * compares them) and is a hundred times slower, and a fifth of a function's bundle.
 */

/** What the clocks of one zone say, and their offset on the days that were asked for before. */
type Zone = { readonly clock: Intl.DateTimeFormat; readonly offsetByDay: Map<number, number | undefined> };

const zones = new Map<string, Zone>();

/** So that a process that judges for years does not remember every day of them. */
const rememberedDays = 10_000;

/** @throws RangeError for a name that is no time zone */
const zoneNamed = (timeZone: string): Zone => {
  const known = zones.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const zone = { clock, offsetByDay: new Map() };
  zones.set(timeZone, zone);
  return zone;
};

/** How far the wall clock is ahead of UTC at an instant, read off the wall clock. */
const readOffset = ({ clock }: Zone, at: number): number => {
  const parts: { [type: string]: number } = {};
  for (const { type, value } of clock.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
};

/**
 * How far the wall clock of a zone is ahead of UTC at a moment, in milliseconds. A day that begins and ends with
 * one offset has that one throughout: no zone changes its clocks twice a day.
 *
 * @throws RangeError for a name that is no time zone
 */
export const offsetAt = (at: number, timeZone: string): number => {
  const zone = zoneNamed(timeZone);
  const day = Math.floor(at / dayMs);
  if (!zone.offsetByDay.has(day)) {
    const offset = readOffset(zone, day * dayMs);
    if (zone.offsetByDay.size >= rememberedDays) zone.offsetByDay.clear();
    zone.offsetByDay.set(day, offset === readOffset(zone, (day + 1) * dayMs) ? offset : undefined);
  }
  return zone.offsetByDay.get(day) ?? readOffset(zone, at);
};

/** Whether the runtime knows a time zone of this name. */
export const isTimeZone = (name: string): boolean => {
  try {
    zoneNamed(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** The local day at an instant, as days since 1970-01-01. */
export const localDay = (at: number, timeZone: string): number =>
  Math.floor((at + offsetAt(at, timeZone)) / dayMs);

/**
 * When the clocks of a zone show a time: at the first of two such moments, or, where they are put forward over it,
 * at the moment they are put as far.
 *
 * @param wall what they show, as if it were UTC, in epoch milliseconds
 */
export const instantOf = (wall: number, timeZone: string): number => {
  const before = wall - offsetAt(wall - dayMs, timeZone);
  const after = wall - offsetAt(wall + dayMs, timeZone);
  const isIt = (at: number) => at + offsetAt(at, timeZone) === wall;
  const [earlier, later] = before < after ? [before, after] : [after, before];
  return isIt(earlier) ? earlier : isIt(later) ? later : before;
};

/** When a local day begins: at midnight, at the first of two, or at the moment the clocks are put over it. */
const startOfDay = (day: number, timeZone: string): number => instantOf(day * dayMs, timeZone);

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
  startOfDay(localDay(startAt, timeZone) + windowDays + 1, timeZone);

/** The same date so many months later, or the last day of a month that is too short. */
const monthsAfter = (day: number, months: number): number => {
  const date = new Date(day * dayMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastOfMonth)) / dayMs;
};

/**
 * When a period of months ends: the midnight after the same date so many months later.
 *
 * Source: Regulation (EEC, Euratom) 1182/71, art. 3 (2) (c).
 */
export const monthsEndAt = (startAt: number, months: number, timeZone: string): number =>
  startOfDay(monthsAfter(localDay(startAt, timeZone), months) + 1, timeZone);

/** How many years after an instant have ended at another one; the anniversary itself is still within. */
export const yearsEnded = (startAt: number, endAt: number, timeZone: string): number => {
  const [first, last] = [localDay(startAt, timeZone), localDay(endAt, timeZone)];
  // Nearly always so, and it spares reading dates.
  if (last - first <= 365) return 0;
  const years = new Date(last * dayMs).getUTCFullYear() - new Date(first * dayMs).getUTCFullYear();
  return last <= monthsAfter(first, years * 12) ? years - 1 : years;
};

/**
 * A period that would end with a Saturday or Sunday ends with the Monday after it. Public holidays, which
 * differ by country, are not known.
 *
 * Source: Regulation (EEC, Euratom) 1182/71, art. 3 (4).
 *
 * @param endAt the midnight after the period's last day
 */
export const toWorkingDay = (endAt: number, timeZone: string): number => {
  const lastDay = localDay(endAt - 1, timeZone);
  // 1970-01-01 was a Thursday; 0 is Monday.
  const weekday = (lastDay + 3) % 7;
  return weekday < 5 ? endAt : startOfDay(lastDay + 8 - weekday, timeZone);
};

const dateByDay = new Map<number, string>();

/** The date on the wall of a time zone at an instant, for example `2026-03-31`. */
export const localDate = (at: number, timeZone: string): string => {
  const day = localDay(at, timeZone);
  const known = dateByDay.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * dayMs).toISOString().slice(0, 10);
  if (dateByDay.size >= rememberedDays) dateByDay.clear();
  dateByDay.set(day, date);
  return date;
};

/** How many midnights of a time zone lie between two instants; negative when the end is the earlier one. */
export const calendarDaysBetween = (startAt: number, endAt: number, timeZone: string): number =>
  localDay(endAt, timeZone) - localDay(startAt, timeZone);
