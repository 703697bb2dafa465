import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import {
  type CalendarDocument,
  compileCalendar,
  minuteOfDay,
  weekdays,
} from "../../functions/domain/business-calendar.ts";
import { deadlineAfter, momentWithLeft, timeLeft } from "../../functions/domain/clock.ts";
import { anOffice, hours, weekly } from "../support/calendars.ts";

const hour = 3_600_000;
const minute = 60_000;
const at = (iso: string): number => Date.parse(iso);

/** A clock started at a moment, by hand: calendar, start, hours, end. */
const deadline = (document: CalendarDocument, startAt: string, durationHours: number): string =>
  Temporal.Instant.fromEpochMilliseconds(
    deadlineAfter(at(startAt), durationHours * hour, compileCalendar(document)),
  )
    .toZonedDateTimeISO(document.timeZone)
    .toString({ timeZoneName: "never", smallestUnit: "minute" });

const office = anOffice();
/** Spring Festival 2026 as the State Council set it: 15 to 23 February off, 14 and 28 February worked. */
const springFestival = anOffice({
  holidays: Array.from({ length: 9 }, (_, index) => `2026-02-${15 + index}`),
  makeUpDays: ["2026-02-14", "2026-02-28"],
  makeUpHours: hours("09:00", "17:00"),
});
const berlin = anOffice({ timeZone: "Europe/Berlin", weekly: { sunday: hours("00:00", "06:00") } });
const workingDays = anOffice({ weekly: weekly("00:00", "24:00") });

describe("a deadline by a calendar", () => {
  it.each([
    ["within one morning", office, "2026-03-02T09:00+08:00", 2, "2026-03-02T11:00+08:00"],
    ["over lunch", office, "2026-03-02T11:00+08:00", 2, "2026-03-02T14:00+08:00"],
    [
      "ends when the office closes, not when it opens",
      office,
      "2026-03-02T09:00+08:00",
      8,
      "2026-03-02T18:00+08:00",
    ],
    ["started before it opens", office, "2026-03-02T03:00+08:00", 1, "2026-03-02T10:00+08:00"],
    ["started at night", office, "2026-03-02T22:00+08:00", 1, "2026-03-03T10:00+08:00"],
    ["over a weekend", office, "2026-03-06T17:00+08:00", 2, "2026-03-09T10:00+08:00"],
    ["started on a Sunday", office, "2026-03-08T12:00+08:00", 1, "2026-03-09T10:00+08:00"],
    ["a working week", office, "2026-03-02T09:00+08:00", 40, "2026-03-06T18:00+08:00"],
    ["48 h are two whole working days", workingDays, "2026-03-06T12:00+08:00", 48, "2026-03-10T12:00+08:00"],
    ["over Spring Festival", springFestival, "2026-02-13T17:00+08:00", 10, "2026-02-24T10:00+08:00"],
    [
      "on a make-up Saturday, by its own hours",
      springFestival,
      "2026-02-14T08:00+08:00",
      8,
      "2026-02-14T17:00+08:00",
    ],
    ["a second make-up Saturday", springFestival, "2026-02-27T17:00+08:00", 2, "2026-02-28T10:00+08:00"],
    [
      "started on the holiday itself",
      springFestival,
      "2026-02-17T12:00+08:00",
      0.5,
      "2026-02-24T09:30+08:00",
    ],
    [
      "the night the clocks go forward has five hours",
      berlin,
      "2026-03-29T00:00+01:00",
      5,
      "2026-03-29T06:00+02:00",
    ],
    ["the night they go back has seven", berlin, "2026-10-25T00:00+02:00", 6.5, "2026-10-25T05:30+01:00"],
    [
      "an hour that comes twice counts twice",
      berlin,
      "2026-10-25T02:00+02:00",
      1.5,
      "2026-10-25T02:30+01:00",
    ],
    ["no time at all", office, "2026-03-08T12:00+08:00", 0, "2026-03-08T12:00+08:00"],
  ] as const)("%s", (_name, document, startAt, durationHours, expected) => {
    expect(deadline(document, startAt, durationHours)).toBe(expected);
  });

  it("is counted around the clock where there is none", () => {
    expect(deadlineAfter(at("2026-03-06T17:00+08:00"), 48 * hour)).toBe(at("2026-03-08T17:00+08:00"));
    expect(timeLeft(at("2026-03-06T17:00Z"), at("2026-03-06T18:00Z"))).toBe(hour);
    expect(momentWithLeft(hour, at("2026-03-06T18:00Z"))).toBe(at("2026-03-06T17:00Z"));
  });

  it("is refused where the calendar never opens", () => {
    const never = compileCalendar(anOffice({ weekly: {} }));
    expect(() => deadlineAfter(0, 1, never)).toThrow("never open");
    expect(() => momentWithLeft(1, 0, never)).toThrow("never open");
  });
});

describe("what is left of a clock", () => {
  it("does not run while nobody works", () => {
    const calendar = compileCalendar(office);
    const deadlineAt = deadlineAfter(at("2026-03-06T17:00+08:00"), 2 * hour, calendar);
    expect(timeLeft(at("2026-03-06T17:30+08:00"), deadlineAt, calendar)).toBe(1.5 * hour);
    expect(timeLeft(at("2026-03-06T18:00+08:00"), deadlineAt, calendar)).toBe(hour);
    expect(timeLeft(at("2026-03-08T00:00+08:00"), deadlineAt, calendar)).toBe(hour);
    expect(timeLeft(at("2026-03-09T10:00+08:00"), deadlineAt, calendar)).toBe(0);
    expect(timeLeft(at("2026-03-10T10:00+08:00"), deadlineAt, calendar)).toBe(0);
  });

  it("is half at a moment at which somebody is there", () => {
    const calendar = compileCalendar(office);
    const deadlineAt = deadlineAfter(at("2026-03-06T17:00+08:00"), 2 * hour, calendar);
    expect(momentWithLeft(hour, deadlineAt, calendar)).toBe(at("2026-03-09T09:00+08:00"));
    expect(momentWithLeft(1.5 * hour, deadlineAt, calendar)).toBe(at("2026-03-06T17:30+08:00"));
  });
});

const zones = [
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Beirut",
  "UTC",
];
const date = fc
  .integer({ min: 0, max: 44 })
  .map((day) => new Date(at("2026-03-01") + day * 24 * hour).toISOString().slice(0, 10));
const time = fc.integer({ min: 0, max: 96 }).map((quarter) => {
  const minutes = quarter * 15;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
});
/** Up to two stretches, sorted and apart. */
const daily = fc
  .uniqueArray(time, { minLength: 0, maxLength: 4 })
  .map((times) => times.sort())
  .map(([first, second, third, fourth]) => [
    ...(first && second ? hours(first, second) : []),
    ...(third && fourth ? hours(third, fourth) : []),
  ]);
const calendars: fc.Arbitrary<CalendarDocument> = fc
  .record({
    timeZone: fc.constantFrom(...zones),
    weekly: fc.record({
      monday: fc.constant(hours("09:00", "17:00")),
      tuesday: daily,
      wednesday: daily,
      thursday: daily,
      friday: daily,
      saturday: daily,
      sunday: daily,
    }),
    holidays: fc.uniqueArray(date, { maxLength: 3 }),
    makeUpDays: fc.constant([]),
    makeUpHours: fc.constant([]),
  })
  .chain((document) =>
    fc
      .record({
        makeUpDays: fc.uniqueArray(
          date.filter((day) => !document.holidays.includes(day)),
          { maxLength: 3 },
        ),
        makeUpHours: daily,
      })
      .map((makeUp) => ({ ...document, ...makeUp })),
  );
/** Around the changes of the clocks in March and April 2026. */
const moment = fc
  .integer({ min: 0, max: 40 * 24 * 60 })
  .map((minutes) => at("2026-03-05T00:00Z") + minutes * minute);

/** The naive reading: is the wall clock, at this moment, within the hours of its date? */
const isOpen = (document: CalendarDocument, instant: number): boolean => {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(document.timeZone);
  const dateThere = local.toPlainDate().toString();
  const weekday = weekdays[local.dayOfWeek - 1] ?? "monday";
  const open = document.makeUpDays.includes(dateThere)
    ? document.makeUpHours
    : document.holidays.includes(dateThere)
      ? []
      : (document.weekly[weekday] ?? []);
  const minuteThere = local.hour * 60 + local.minute;
  return open.some(
    ({ opens, closes }) => minuteOfDay(opens) <= minuteThere && minuteThere < minuteOfDay(closes),
  );
};

/** Zones change their clocks, and these calendars their hours, at quarters of an hour. */
const step = 15 * minute;

describe("against counting every quarter of an hour", () => {
  it("finds the deadline and what is left", () => {
    fc.assert(
      fc.property(
        calendars,
        moment,
        fc.integer({ min: 1, max: 20 * 4 }),
        (document, someMoment, quarters) => {
          const calendar = compileCalendar(document);
          const startAt = Math.floor(someMoment / step) * step;
          const deadlineAt = deadlineAfter(startAt, quarters * step, calendar);
          let counted = 0;
          let last = startAt;
          for (let instant = startAt; counted < quarters; instant += step) {
            if (isOpen(document, instant)) counted += 1;
            last = instant + step;
          }
          expect(deadlineAt).toBe(last);
          expect(timeLeft(startAt, deadlineAt, calendar)).toBe(quarters * step);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps what is left, to the millisecond, over any number of interruptions", () => {
    fc.assert(
      fc.property(
        fc.option(calendars),
        moment,
        fc.integer({ min: 1, max: 72 * hour }),
        fc.array(fc.record({ runs: fc.nat(48 * hour), stands: fc.nat(9 * 24 * hour) }), { maxLength: 12 }),
        (document, startAt, durationMs, interruptions) => {
          const calendar = document ? compileCalendar(document) : undefined;
          let [now, deadlineAt, ranMs] = [startAt, deadlineAfter(startAt, durationMs, calendar), 0];
          for (const { runs, stands } of interruptions) {
            const stopAt = Math.min(now + runs, deadlineAt);
            ranMs += timeLeft(now, stopAt, calendar);
            const leftMs = timeLeft(stopAt, deadlineAt, calendar);
            expect(ranMs + leftMs).toBe(durationMs);
            now = stopAt + stands;
            deadlineAt = deadlineAfter(now, leftMs, calendar);
          }
          expect(ranMs + timeLeft(now, deadlineAt, calendar)).toBe(durationMs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("finds the moment at which so much is left", () => {
    fc.assert(
      fc.property(
        calendars,
        moment,
        fc.integer({ min: 1, max: 72 * hour }),
        fc.integer({ min: 0, max: 100 }),
        (document, startAt, durationMs, percent) => {
          const calendar = compileCalendar(document);
          const deadlineAt = deadlineAfter(startAt, durationMs, calendar);
          const leftMs = Math.floor((durationMs * percent) / 100);
          const warnAt = momentWithLeft(leftMs, deadlineAt, calendar);
          expect(timeLeft(warnAt, deadlineAt, calendar)).toBe(leftMs);
          expect(timeLeft(warnAt + 1, deadlineAt, calendar)).toBe(Math.max(0, leftMs - 1));
        },
      ),
      { numRuns: 300 },
    );
  });
});
