import { type CalendarDocument, minuteOfDay, type OpeningHours, weekdays } from "./business-calendar.ts";
import type { FieldError } from "./errors.ts";

/** Below this a clock of days would take years. */
const leastOpenMinutesAWeek = 8 * 60;

const hoursErrors = (hours: readonly OpeningHours[], pointer: string): readonly FieldError[] =>
  hours.flatMap(({ opens, closes }, index) => {
    const before = hours[index - 1];
    if (minuteOfDay(opens) >= minuteOfDay(closes)) {
      return [{ pointer: `${pointer}/${index}/closes`, detail: "must be later than opens" }];
    }
    return before && minuteOfDay(before.closes) > minuteOfDay(opens)
      ? [{ pointer: `${pointer}/${index}/opens`, detail: "must not be before the hours before it end" }]
      : [];
  });

const isDate = (date: string): boolean => new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) === date;

const dateErrors = (
  dates: readonly string[],
  pointer: string,
  taken: readonly string[],
): readonly FieldError[] =>
  dates.flatMap((date, index) => {
    const at = `${pointer}/${index}`;
    if (!isDate(date)) return [{ pointer: at, detail: "must be a date there is" }];
    if (dates.indexOf(date) < index) return [{ pointer: at, detail: "is named twice" }];
    return taken.includes(date) ? [{ pointer: at, detail: "is a holiday as well" }] : [];
  });

const isTimeZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
};

/** What is wrong with a calendar beyond its shape; nothing if clocks can be counted by it. */
export const calendarErrors = (document: CalendarDocument): readonly FieldError[] => {
  const { timeZone, weekly, holidays, makeUpDays, makeUpHours } = document;
  const openMinutes = weekdays
    .flatMap((weekday) => weekly[weekday] ?? [])
    .reduce((sum, { opens, closes }) => sum + minuteOfDay(closes) - minuteOfDay(opens), 0);
  return [
    ...(isTimeZone(timeZone) ? [] : [{ pointer: "/timeZone", detail: "must be a time zone there is" }]),
    ...weekdays.flatMap((weekday) => hoursErrors(weekly[weekday] ?? [], `/weekly/${weekday}`)),
    ...hoursErrors(makeUpHours, "/makeUpHours"),
    ...dateErrors(holidays, "/holidays", []),
    ...dateErrors(makeUpDays, "/makeUpDays", holidays),
    ...(makeUpDays.length > 0 && makeUpHours.length === 0
      ? [{ pointer: "/makeUpHours", detail: "is required where there are make-up days" }]
      : []),
    ...(openMinutes < leastOpenMinutesAWeek
      ? [{ pointer: "/weekly", detail: "must be open for at least 8 hours a week" }]
      : []),
  ];
};
