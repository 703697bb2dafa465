import type { Clock } from "../../lib/local/clock.ts";

export type HandClock = Clock & {
  /** Moments of the timers that wait, earliest first. */
  pending(): number[];
  /** Moves time on, ringing each timer at its own moment; `settle` is awaited after each. */
  advance(ms: number, settle: () => Promise<void>): Promise<void>;
};

/** A clock that stands still until it is moved by hand. */
export const createHandClock = (startAt = Date.UTC(2026, 0, 1)): HandClock => {
  let time = startAt;
  let timers: { at: number; run: () => void | Promise<void> }[] = [];
  return {
    now: () => time,
    schedule: (at, run) => {
      const timer = { at, run };
      timers = [...timers, timer].toSorted((a, b) => a.at - b.at);
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    pending: () => timers.map(({ at }) => at),
    advance: async (ms, settle) => {
      const target = time + ms;
      await settle();
      for (let due = timers[0]; due !== undefined && due.at <= target; due = timers[0]) {
        timers = timers.slice(1);
        time = Math.max(time, due.at);
        await due.run();
        await settle();
      }
      time = target;
    },
  };
};
