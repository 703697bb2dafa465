import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseCommand, CaseSnapshot, CaseState } from "../../functions/domain/case.ts";
import { timeLeft } from "../../functions/domain/clock.ts";
import { maximumPausedMs } from "../../functions/domain/clock-changes.ts";
import { type ClockExtension, extensionsDue } from "../../functions/domain/clock-extension.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { lifecycle, stages } from "../../functions/domain/lifecycle.ts";
import { aReturn, day, hour, monday, operator, system } from "../support/builders.ts";
import { anOffice } from "../support/calendars.ts";
import { afterEvents, filedFor, judged, played, wayTo } from "../support/cases.ts";

const asked = (calendars?: CaseSnapshot["calendars"]): CaseSnapshot => {
  const filed = { ...played(aReturn()), ...(calendars ? { calendars } : {}) };
  const { command, by } = judged()(filed);
  return afterEvents(filed, decide(command, filed, monday, by));
};
const moved = (standing: CaseSnapshot, command: CaseCommand, at: number, by = operator): CaseSnapshot => {
  const events = decide(command, standing, at, by);
  return events.length === 0 ? standing : afterEvents(standing, events);
};
const pause = (until: number): CaseCommand => ({
  type: "PauseClock",
  until,
  reason: "waiting_for_other_side",
});
const extend = (
  extension: Extract<CaseCommand, { type: "ExtendDeadline" }>["extension"],
  extensionId?: string,
): CaseCommand => ({
  type: "ExtendDeadline",
  extension,
  reason: "festival",
  ...(extensionId === undefined ? {} : { extensionId }),
});
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof CaseError) return error.code;
    throw error;
  }
  return "allowed";
};

describe("a clock that is stopped", () => {
  it("goes on with exactly what was left, and begins a wait of its own for the machine", () => {
    const paused = moved(asked(), pause(monday + 20 * day), monday + 10 * hour);
    expect(paused.state).toMatchObject({
      stage: "awaiting_merchant",
      waitSince: paused.state.version,
      wakeAt: monday + 20 * day,
      deadlineAt: monday + 20 * day + 38 * hour,
      paused: { leftMs: 38 * hour },
    });
    const resumed = moved(paused, { type: "ResumeClock" }, monday + 5 * day);
    expect(resumed.state).toMatchObject({
      deadlineAt: monday + 5 * day + 38 * hour,
      waitSince: resumed.state.version,
    });
    expect(resumed.state.paused).toBeUndefined();
    expect(resumed.state.merchantAskedAt, "the pause is not the merchant's").toBe(
      monday + 5 * day - 10 * hour,
    );
  });

  it("goes on by itself at the latest when it was said to, even if the machine is late", () => {
    const paused = moved(asked(), pause(monday + 2 * day), monday + 10 * hour);
    const early = decide({ type: "ExpireWait" }, paused, monday + 2 * day - 1, system);
    expect(early).toEqual([]);
    const resumed = moved(paused, { type: "ExpireWait" }, monday + 2 * day + hour, system);
    expect(resumed.state).toMatchObject({
      deadlineAt: monday + 2 * day + 38 * hour,
      waitSince: paused.state.waitSince,
    });
  });

  it("still takes an answer, and the answer ends the pause", () => {
    const paused = moved(asked(), pause(monday + 2 * day), monday + 10 * hour);
    const approved = moved(paused, { type: "ApproveCase" }, monday + 11 * hour, {
      role: "merchant",
      id: "merchant-1",
    });
    expect(approved.state.stage).toBe("awaiting_shipment");
    expect(approved.state.paused).toBeUndefined();
  });

  it("has bounds: a pause, all pauses, and no pause of a pause or of nothing", () => {
    const standing = asked();
    const at = monday + hour;
    expect(codeOf(() => moved(standing, pause(at + 30 * day + 1), at))).toBe("clock_bound_exceeded");
    expect(codeOf(() => moved(standing, pause(at), at))).toBe("clock_bound_exceeded");
    expect(codeOf(() => moved(moved(standing, pause(at + day), at), pause(at + 2 * day), at))).toBe(
      "stage_forbids",
    );
    expect(codeOf(() => moved(standing, { type: "ResumeClock" }, at))).toBe("stage_forbids");
    expect(codeOf(() => moved(standing, pause(monday + 50 * hour), monday + 48 * hour))).toBe(
      "stage_forbids",
    );
    let now = at;
    let often = standing;
    for (let month = 0; month < 3; month += 1) {
      often = moved(often, pause(now + 30 * day), now);
      now += 30 * day;
      often = moved(often, { type: "ExpireWait" }, now, system);
    }
    expect(often.state.pausedMs).toBe(maximumPausedMs);
    expect(codeOf(() => moved(often, pause(now + 1), now))).toBe("clock_bound_exceeded");
  });

  it.each(stages)("is one that runs: %s", (stage) => {
    const standing = played(filedFor(stage), ...wayTo[stage]);
    const at = standing.state.updatedAt;
    const may = lifecycle[stage].wait !== undefined && lifecycle[stage].nextActor !== "operator";
    const mayStop = may && lifecycle[stage].nextActor !== "carrier";
    expect(codeOf(() => moved(standing, pause(at + day), at))).toBe(mayStop ? "allowed" : "stage_forbids");
    expect(codeOf(() => moved(standing, extend({ byMs: day }), at))).toBe(may ? "allowed" : "stage_forbids");
  });

  it("loses and gains nothing over any number of pauses and extensions, by any calendar", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Asia/Shanghai", "Europe/Berlin", undefined),
        fc.array(
          fc.record({
            runs: fc.nat(20 * hour),
            stands: fc.integer({ min: 1, max: 8 * day }),
            wakes: fc.constantFrom("early", "by itself", "late"),
            more: fc.option(fc.integer({ min: 1, max: 40 * hour })),
          }),
          { maxLength: 8 },
        ),
        (timeZone, interruptions) => {
          const calendar = timeZone === undefined ? undefined : compileCalendar(anOffice({ timeZone }));
          let standing = asked(calendar ? { merchant: calendar } : undefined);
          let [now, promisedMs, ranMs] = [monday, 48 * hour, 0];
          for (const { runs, stands, wakes, more } of interruptions) {
            const stopAt = now + runs;
            const pausedAt = Math.min(stopAt, (standing.state.deadlineAt ?? 0) - 1);
            if (timeLeft(pausedAt, standing.state.deadlineAt ?? 0, calendar) === 0) return;
            ranMs += timeLeft(now, pausedAt, calendar);
            const until = pausedAt + stands;
            standing = moved(standing, pause(until), pausedAt);
            if (more !== null) {
              standing = moved(standing, extend({ byMs: more }), pausedAt);
              promisedMs += more;
            }
            expect(ranMs + (standing.state.paused?.leftMs ?? 0)).toBe(promisedMs);
            expect(standing.state.clockMs).toBe(promisedMs);
            now = wakes === "early" ? pausedAt + Math.floor(stands / 2) : until;
            standing =
              wakes === "early"
                ? moved(standing, { type: "ResumeClock" }, now)
                : moved(standing, { type: "ExpireWait" }, until + (wakes === "late" ? hour : 0), system);
            expect(ranMs + timeLeft(now, standing.state.deadlineAt ?? 0, calendar)).toBe(promisedMs);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a deadline that is extended", () => {
  it("by open time, or until a moment, and never to an earlier one", () => {
    const standing = asked();
    const at = monday + 47 * hour;
    expect(moved(standing, extend({ byMs: 24 * hour }), at).state.deadlineAt).toBe(monday + 72 * hour);
    expect(moved(standing, extend({ until: monday + 9 * day }), at).state.deadlineAt).toBe(monday + 9 * day);
    expect(decide(extend({ until: monday + hour }), standing, at, operator)).toEqual([]);
    expect(codeOf(() => moved(standing, extend({ until: at + 181 * day }), at))).toBe("clock_bound_exceeded");
  });

  it("is one event that says why, and everything promised counts for the warnings that are still to come", () => {
    const warned = moved(asked(), { type: "ExpireWait" }, monday + 24 * hour, system);
    expect(warned.state).toMatchObject({ warned: 50 });
    const [event] = decide(extend({ byMs: 48 * hour }), warned, monday + 24 * hour, operator);
    expect(event).toMatchObject({ type: "DeadlineExtended", reason: "extension", because: "festival" });
    const { state } = moved(warned, extend({ byMs: 48 * hour }), monday + 24 * hour);
    // 80 % of 96 hours; half of them is not told again.
    expect(state.wakeAt).toBe(monday + 76.8 * hour);
  });

  it("is given to a wait once by one extension of many cases, and to the next wait again", () => {
    const once = moved(asked(), extend({ byMs: day }, "ext-1"), monday + hour);
    expect(decide(extend({ byMs: day }, "ext-1"), once, monday + 2 * hour, operator)).toEqual([]);
    expect(moved(once, extend({ byMs: day }, "ext-2"), monday + 2 * hour).state.deadlineAt).toBe(
      monday + 4 * day,
    );
    const next = moved(once, { type: "ApproveCase" }, monday + 3 * hour, {
      role: "merchant",
      id: "merchant-1",
    });
    expect(next.state.extensions).toBeUndefined();
  });
});

describe("an extension for a carrier", () => {
  const standing = (
    stage: "in_transit" | "reshipping",
    but: Pick<CaseState, "returnParcels" | "replacementParcel">,
  ): CaseSnapshot => {
    const snapshot = played(filedFor(stage), ...wayTo[stage]);
    return { ...snapshot, state: { ...snapshot.state, ...but } };
  };
  const parcel = (carrier: string) => ({ carrier, trackingNumber: `${carrier}-1` });
  const isGiven = (snapshot: CaseSnapshot, carrier: string): boolean => {
    const at = snapshot.state.updatedAt + hour;
    const extension: ClockExtension = {
      extensionId: "flood",
      scope: { carrier },
      from: at,
      until: at + day,
      extension: { byMs: 72 * hour },
      reason: "disaster",
      declaredAt: at,
    };
    return extensionsDue(snapshot, [extension], at).length === 1;
  };

  it("is for the parcel it has on the road to the buyer, and not for a return it has brought", () => {
    const sent = standing("reshipping", {
      returnParcels: [{ ...parcel("sf"), standing: "arrived" }],
      replacementParcel: parcel("yto"),
    });
    expect([isGiven(sent, "yto"), isGiven(sent, "sf")]).toEqual([true, false]);
  });

  it("is for the part of a return that it has, and not for one that has arrived", () => {
    const split = standing("in_transit", {
      returnParcels: [{ ...parcel("sf"), standing: "arrived" }, parcel("yto")],
    });
    expect([isGiven(split, "yto"), isGiven(split, "sf")]).toEqual([true, false]);
  });
});
