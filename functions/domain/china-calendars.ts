import type { CalendarDocument, OpeningHours, Weekday } from "./business-calendar.ts";
import { dayMs } from "./calendar.ts";

/**
 * China's holidays and make-up working days, as the General Office of the State Council sets them for each year
 * by a notice (国务院办公厅关于…年部分节假日安排的通知). What no notice has said yet is not known: a later year has its
 * weekends and nothing else until its notice is added here.
 */
type Notice = {
  readonly year: number;
  /** The date of the notice; for 2025 it is 国办发明电〔2024〕12号. */
  readonly noticedOn: string;
  /** First and last day, both off. */
  readonly off: readonly (readonly [first: string, last: string])[];
  readonly worked: readonly string[];
};

/** In the order in which they were added: a revision is the first so many of them, so it never changes. */
const notices: readonly Notice[] = [
  {
    year: 2025,
    noticedOn: "2024-11-12",
    off: [
      ["2025-01-01", "2025-01-01"],
      ["2025-01-28", "2025-02-04"],
      ["2025-04-04", "2025-04-06"],
      ["2025-05-01", "2025-05-05"],
      ["2025-05-31", "2025-06-02"],
      ["2025-10-01", "2025-10-08"],
    ],
    worked: ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
  },
  {
    year: 2026,
    noticedOn: "2025-11-04",
    off: [
      ["2026-01-01", "2026-01-03"],
      ["2026-02-15", "2026-02-23"],
      ["2026-04-04", "2026-04-06"],
      ["2026-05-01", "2026-05-05"],
      ["2026-06-19", "2026-06-21"],
      ["2026-09-25", "2026-09-27"],
      ["2026-10-01", "2026-10-07"],
    ],
    worked: ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
  },
];

const everyDay = ([first, last]: readonly [string, string]): readonly string[] => {
  const days = (Date.parse(last) - Date.parse(first)) / dayMs + 1;
  return Array.from({ length: days }, (_, day) =>
    new Date(Date.parse(first) + day * dayMs).toISOString().slice(0, 10),
  );
};

const workingWeek = (hours: readonly OpeningHours[]): CalendarDocument["weekly"] => {
  const days: readonly Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday"];
  return Object.fromEntries(days.map((day) => [day, hours]));
};

/** By hours: working days count whole, so that 48 hours are two of them; or as an office is open. */
const shippedHours: { readonly [calendarId: string]: OpeningHours } = {
  "cn-working-days": { opens: "00:00", closes: "24:00" },
  "cn-office-hours": { opens: "09:00", closes: "18:00" },
};

export const shippedCalendarIds = Object.keys(shippedHours);

/** The revision of a shipped calendar that a clock promised now is counted by. */
export const shippedRevision = notices.length;

/** A calendar that comes with the service; `undefined` for one that does not, or a revision that is not there yet. */
export const shippedCalendar = (
  calendarId: string,
  revision = shippedRevision,
): CalendarDocument | undefined => {
  const hours = Object.hasOwn(shippedHours, calendarId) ? shippedHours[calendarId] : undefined;
  if (!hours || revision < 1 || revision > notices.length) return undefined;
  const known = notices.slice(0, revision);
  return {
    timeZone: "Asia/Shanghai",
    weekly: workingWeek([hours]),
    holidays: known.flatMap(({ off }) => off.flatMap(everyDay)),
    makeUpDays: known.flatMap(({ worked }) => worked),
    makeUpHours: [hours],
  };
};
