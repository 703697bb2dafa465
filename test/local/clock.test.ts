import { describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { createClock } from "../../lib/local/clock.ts";

const startAt = Date.UTC(2026, 2, 1);
const hour = 3_600_000;

const given = () => {
  const activity = createActivity();
  const failures: unknown[] = [];
  const clock = createClock({ settle: activity.settled, failed: (error) => failures.push(error), startAt });
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(name);
  return { activity, clock, failures, fired, note };
};

describe("the service's clock", () => {
  it("starts where it is told and moves forward by what it is told", async () => {
    const { clock } = given();
    await clock.advance(48 * hour);
    expect(clock.now() - startAt).toBeGreaterThanOrEqual(48 * hour);
    expect(clock.now() - startAt).toBeLessThan(49 * hour);
  });

  it("fires timers in the order of their moments, and of their making at the same moment", async () => {
    const { clock, fired, note } = given();
    clock.schedule(startAt + 2 * hour, note("later"));
    clock.schedule(startAt + hour, note("first"));
    clock.schedule(startAt + hour, note("second"));
    clock.schedule(startAt + 100 * hour, note("beyond"));
    await clock.advance(3 * hour);
    expect(fired).toEqual(["first", "second", "later"]);
    expect(clock.pending()).toEqual([startAt + 100 * hour]);
  });

  it("shows each timer its own moment, and lets what it caused settle before the next", async () => {
    const { activity, clock, fired } = given();
    clock.schedule(startAt + hour, () => {
      const done = activity.begin();
      setImmediate(() => {
        fired.push(`caused in hour ${Math.floor((clock.now() - startAt) / hour)}`);
        clock.schedule(startAt + 2 * hour, () => void fired.push("caused timer"));
        done();
      });
    });
    clock.schedule(startAt + 3 * hour, () => void fired.push("last"));
    await clock.advance(4 * hour);
    expect(fired).toEqual(["caused in hour 1", "caused timer", "last"]);
  });

  it("forgets a timer that was cancelled", async () => {
    const { clock, fired, note } = given();
    clock.schedule(startAt + hour, note("cancelled")).cancel();
    await clock.advance(2 * hour);
    expect(fired).toEqual([]);
  });

  it("fires by itself when real time reaches a timer", async () => {
    const { clock } = given();
    await new Promise<void>((resolve) => clock.schedule(clock.now() + 5, resolve));
  });

  it("does not go back, and does not stop at a timer that throws", async () => {
    const { clock, failures, fired, note } = given();
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(0.5)).rejects.toThrow(RangeError);
    clock.schedule(startAt + hour, () => {
      throw new Error("broken");
    });
    clock.schedule(startAt + hour, note("next"));
    await clock.advance(2 * hour);
    expect(fired).toEqual(["next"]);
    expect(failures).toEqual([expect.objectContaining({ message: "broken" })]);
  });
});
