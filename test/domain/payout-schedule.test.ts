import { describe, expect, it } from "vitest";
import { nextDueAt, runIdOf } from "../../functions/domain/settlement/payout-schedule.ts";

/** When a platform's merchants are paid, on the wall of its own time zone. */

const due = (
  times: { every: "day" | "week"; weekday?: number; hour: number; timeZone: string },
  after: string,
): string => new Date(nextDueAt(times, Date.parse(after))).toISOString();

describe("the next run", () => {
  it.each([
    ["of every day, today while the hour is to come", "2026-11-22T00:59:59Z", "2026-11-22T01:00:00.000Z"],
    ["of every day, tomorrow from its own moment on", "2026-11-22T01:00:00Z", "2026-11-23T01:00:00.000Z"],
  ])("%s", (_name, after, at) => {
    expect(due({ every: "day", hour: 9, timeZone: "Asia/Shanghai" }, after)).toBe(at);
  });

  it("of every week is on its day there, whatever day it is elsewhere", () => {
    const mondays = { every: "week", weekday: 1, hour: 1, timeZone: "Asia/Tokyo" } as const;
    expect(due(mondays, "2026-11-22T15:59:00Z")).toBe("2026-11-22T16:00:00.000Z");
    expect(due(mondays, "2026-11-22T16:00:00Z")).toBe("2026-11-29T16:00:00.000Z");
    expect(due({ ...mondays, weekday: 7 }, "2026-11-22T16:00:00Z")).toBe("2026-11-28T16:00:00.000Z");
  });

  it("at an hour that the clocks skip is when they are put forward, and at one they go through twice once", () => {
    const berlin = (hour: number) => ({ every: "day", hour, timeZone: "Europe/Berlin" }) as const;
    expect(due(berlin(2), "2026-03-28T12:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
    expect(due(berlin(2), "2026-10-24T12:00:00Z")).toBe("2026-10-25T00:00:00.000Z");
    expect(due(berlin(2), "2026-10-25T00:00:00Z")).toBe("2026-10-26T01:00:00.000Z");
    expect(due(berlin(9), "2026-03-28T12:00:00Z")).toBe("2026-03-29T07:00:00.000Z");
  });

  it("has a name of its own, that of its day there", () => {
    const weekly = { scheduleId: "weekly", timeZone: "Asia/Shanghai" };
    expect(runIdOf(weekly, Date.parse("2026-11-22T16:00:00Z"))).toBe("weekly.2026-11-23");
  });
});
