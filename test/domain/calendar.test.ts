import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import {
  calendarDaysBetween,
  dayMs,
  localDate,
  monthsEndAt,
  toWorkingDay,
  windowEndsAt,
} from "../../functions/domain/calendar.ts";

const at = (iso: string): number => Date.parse(iso);
const endOf = (startAt: string, windowDays: number, timeZone: string): string =>
  new Date(windowEndsAt(at(startAt), windowDays, timeZone)).toISOString();

describe("a window counted from the day after sign-off", () => {
  it("ends at the local midnight after its last day", () => {
    // Signed for on 1 March; the days are 2 to 8 March; it is over at 9 March 00:00 in Shanghai.
    expect(endOf("2026-03-01T12:00:00+08:00", 7, "Asia/Shanghai")).toBe("2026-03-08T16:00:00.000Z");
  });

  it("gives the same end to the first and the last instant of one local day", () => {
    const first = endOf("2026-03-01T00:00:00.000+08:00", 7, "Asia/Shanghai");
    expect(endOf("2026-03-01T23:59:59.999+08:00", 7, "Asia/Shanghai")).toBe(first);
    expect(endOf("2026-03-02T00:00:00.000+08:00", 7, "Asia/Shanghai")).toBe("2026-03-09T16:00:00.000Z");
  });

  it("counts over the end of a month, of a leap February and of a year", () => {
    expect(endOf("2026-01-28T10:00:00+08:00", 7, "Asia/Shanghai")).toBe("2026-02-04T16:00:00.000Z");
    expect(endOf("2028-02-25T10:00:00+08:00", 7, "Asia/Shanghai")).toBe("2028-03-03T16:00:00.000Z");
    expect(endOf("2026-12-28T10:00:00+08:00", 7, "Asia/Shanghai")).toBe("2027-01-04T16:00:00.000Z");
  });

  it("counts days, not hours, where the clocks are changed", () => {
    // Berlin leaves daylight saving on 25 October 2026: the fortnight is an hour longer.
    expect(endOf("2026-10-20T10:00:00+02:00", 14, "Europe/Berlin")).toBe("2026-11-03T23:00:00.000Z");
    // São Paulo had no midnight on 4 November 2018: that day began at one o'clock.
    expect(endOf("2018-11-02T10:00:00-03:00", 1, "America/Sao_Paulo")).toBe("2018-11-04T03:00:00.000Z");
  });
});

describe("a period of months", () => {
  const ends = (startAt: string, months: number): string =>
    new Date(monthsEndAt(at(startAt), months, "Europe/Berlin")).toISOString();

  it("ends with the same date, or with the last day of a month that has none", () => {
    expect(ends("2026-03-16T23:30:00+01:00", 12)).toBe("2027-03-16T23:00:00.000Z");
    expect(ends("2028-02-29T10:00:00+01:00", 12)).toBe("2029-02-28T23:00:00.000Z");
    expect(ends("2028-02-29T10:00:00+01:00", 48)).toBe("2032-02-29T23:00:00.000Z");
    expect(ends("2026-08-31T10:00:00+02:00", 6)).toBe("2027-02-28T23:00:00.000Z");
    expect(ends("2026-12-31T10:00:00+01:00", 0)).toBe("2026-12-31T23:00:00.000Z");
  });

  it("is what Temporal says it is", () => {
    const instant = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2032-01-01T00:00:00Z") });
    const zone = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo");
    fc.assert(
      fc.property(instant, fc.nat(60), zone, (startAt, months, timeZone) => {
        const local = Temporal.Instant.fromEpochMilliseconds(startAt).toZonedDateTimeISO(timeZone);
        const end = local.toPlainDate().add({ months }).add({ days: 1 }).toZonedDateTime(timeZone);
        expect(monthsEndAt(startAt, months, timeZone)).toBe(end.epochMilliseconds);
      }),
      { seed: 20_261_122 },
    );
  });
});

describe("a period that would end at a weekend", () => {
  it("ends with the Monday after it, also over a change of the clocks", () => {
    const ends = (endAt: string) => new Date(toWorkingDay(at(endAt), "Europe/Berlin")).toISOString();
    // The midnights after Friday 27, Saturday 28 and Sunday 29 March 2026, and the one after Monday.
    expect(ends("2026-03-28T00:00:00+01:00")).toBe("2026-03-27T23:00:00.000Z");
    for (const midnight of [
      "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00",
      "2026-03-31T00:00:00+02:00",
    ]) {
      expect(ends(midnight)).toBe("2026-03-30T22:00:00.000Z");
    }
  });
});

describe("local days", () => {
  it("are those of the time zone, not of UTC", () => {
    expect(localDate(at("2026-03-31T15:59:59.999Z"), "Asia/Shanghai")).toBe("2026-03-31");
    expect(localDate(at("2026-03-31T16:00:00.000Z"), "Asia/Shanghai")).toBe("2026-04-01");
  });

  it("are counted by the midnights in between", () => {
    const days = (from: string, to: string) => calendarDaysBetween(at(from), at(to), "Asia/Shanghai");
    expect(days("2026-03-01T00:00:00+08:00", "2026-03-01T23:59:59+08:00")).toBe(0);
    expect(days("2026-03-01T23:59:59+08:00", "2026-03-02T00:00:00+08:00")).toBe(1);
    expect(days("2026-01-31T12:00:00+08:00", "2026-03-01T12:00:00+08:00")).toBe(29);
    expect(days("2026-03-02T00:00:00+08:00", "2026-03-01T23:59:59+08:00")).toBe(-1);
  });

  it("agree with the window: inside exactly as long as no more days than the window's have passed", () => {
    const zone = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia");
    const instant = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
    fc.assert(
      fc.property(
        zone,
        instant,
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: -3 * dayMs, max: 40 * dayMs }),
        (timeZone, startAt, windowDays, later) => {
          const inside = startAt + later < windowEndsAt(startAt, windowDays, timeZone);
          expect(calendarDaysBetween(startAt, startAt + later, timeZone) <= windowDays).toBe(inside);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe("the runtime's zone data", () => {
  it("says what Temporal says, around every change of clocks too", () => {
    const zone = fc.constantFrom(
      "Asia/Shanghai",
      "Europe/Berlin",
      "America/New_York",
      "America/Sao_Paulo",
      "America/St_Johns",
      "Australia/Lord_Howe",
      "Pacific/Apia",
      "Asia/Kathmandu",
    );
    const instant = fc.integer({ min: at("2008-01-01T00:00:00Z"), max: at("2035-01-01T00:00:00Z") });
    fc.assert(
      fc.property(zone, instant, fc.integer({ min: 0, max: 400 }), (timeZone, startAt, windowDays) => {
        const date = Temporal.Instant.fromEpochMilliseconds(startAt)
          .toZonedDateTimeISO(timeZone)
          .toPlainDate();
        expect(localDate(startAt, timeZone)).toBe(date.toString());
        expect(windowEndsAt(startAt, windowDays, timeZone)).toBe(
          date.add({ days: windowDays + 1 }).toZonedDateTime(timeZone).epochMilliseconds,
        );
      }),
      { seed: 11, numRuns: 20_000 },
    );
  });

  it("knows no zone that does not exist", () => {
    expect(() => localDate(0, "Mars/Olympus")).toThrow(RangeError);
  });
});
