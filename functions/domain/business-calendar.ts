import { dayMs, offsetAt } from "./calendar.ts";

/*
 * When a business is open. A moment is open if the wall clock of the zone, at that moment, stands within the
 * hours of that date; so an hour that the clocks skip is nobody's hour, and one that comes twice counts twice.
 */

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

/** Times on the wall, `HH:MM`; `24:00` is the end of the day. */
export type OpeningHours = { readonly opens: string; readonly closes: string };

export type CalendarDocument = {
  /** IANA name, for example `Asia/Shanghai`. */
  readonly timeZone: string;
  /** A weekday that is left out is closed. */
  readonly weekly: { readonly [weekday in Weekday]?: readonly OpeningHours[] };
  /** Dates on which nobody works, whatever the weekday. */
  readonly holidays: readonly string[];
  /** Dates on which everybody works, whatever the weekday, by hours of their own. */
  readonly makeUpDays: readonly string[];
  readonly makeUpHours: readonly OpeningHours[];
};

/** From when to when it is open, in epoch milliseconds; the end is outside. */
export type Stretch = readonly [from: number, to: number];

/** A calendar that can be counted by. */
export type Calendar = {
  /** What is open of a day of UTC, counted from 1970-01-01, in order of time. */
  readonly openOn: (utcDay: number) => readonly Stretch[];
};

const minuteMs = 60_000;

/** @param time `HH:MM` */
export const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs;

const stretchesOf = (hours: readonly OpeningHours[]): readonly Stretch[] =>
  hours.map(({ opens, closes }) => [minuteOfDay(opens) * minuteMs, minuteOfDay(closes) * minuteMs]);

/** The moment within a day of UTC at which the zone's clocks change. */
const changeWithin = (fromAt: number, toAt: number, timeZone: string): number => {
  const before = offsetAt(fromAt, timeZone);
  let [same, other] = [fromAt, toAt];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle, timeZone) === before) same = middle;
    else other = middle;
  }
  return other;
};

/** So that a process that runs for years does not remember every day of them. */
const rememberedDays = 2_000;

/**
 * Makes a document countable. It is trusted to be in order: hours sorted, apart, and inside the day.
 *
 * @throws RangeError for a name that is no time zone
 */
export const compileCalendar = (document: CalendarDocument): Calendar => {
  const { timeZone } = document;
  const weekly = weekdays.map((weekday) => stretchesOf(document.weekly[weekday] ?? []));
  const makeUpHours = stretchesOf(document.makeUpHours);
  const exceptions = new Map<number, readonly Stretch[]>([
    ...document.holidays.map((date) => [dayOf(date), []] as const),
    ...document.makeUpDays.map((date) => [dayOf(date), makeUpHours] as const),
  ]);
  // 1970-01-01 was a Thursday.
  const hoursOn = (localDay: number): readonly Stretch[] =>
    exceptions.get(localDay) ?? weekly[(((localDay + 3) % 7) + 7) % 7] ?? [];

  /** What is open between two moments that share one offset. */
  const openBetween = (fromAt: number, toAt: number): readonly Stretch[] => {
    const offset = offsetAt(fromAt, timeZone);
    const [first, last] = [Math.floor((fromAt + offset) / dayMs), Math.floor((toAt - 1 + offset) / dayMs)];
    const open: Stretch[] = [];
    for (let localDay = first; localDay <= last; localDay += 1) {
      const midnight = localDay * dayMs - offset;
      for (const [opens, closes] of hoursOn(localDay)) {
        const from = Math.max(midnight + opens, fromAt);
        const to = Math.min(midnight + closes, toAt);
        if (from < to) open.push([from, to]);
      }
    }
    return open;
  };

  const readDay = (utcDay: number): readonly Stretch[] => {
    const [fromAt, toAt] = [utcDay * dayMs, (utcDay + 1) * dayMs];
    if (offsetAt(fromAt, timeZone) === offsetAt(toAt, timeZone)) return openBetween(fromAt, toAt);
    const change = changeWithin(fromAt, toAt, timeZone);
    return [...openBetween(fromAt, change), ...openBetween(change, toAt)];
  };

  const remembered = new Map<number, readonly Stretch[]>();
  const openOn = (utcDay: number): readonly Stretch[] => {
    const known = remembered.get(utcDay);
    if (known) return known;
    if (remembered.size >= rememberedDays) remembered.clear();
    const open = readDay(utcDay);
    remembered.set(utcDay, open);
    return open;
  };
  return { openOn };
};
