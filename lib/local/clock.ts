/** Where timers of the service live. `now` is epoch milliseconds of the service's own time. */
export type Clock = {
  now(): number;
  /** Runs `run` once when `at` (epoch ms) has come; a time already past runs as soon as possible. */
  schedule(at: number, run: () => void | Promise<void>): { cancel(): void };
};

export type ServiceClock = Clock & {
  /**
   * Moves time forward by `ms`, firing each timer on the way at its own moment and letting everything it
   * caused settle before the next: the order is the same in every run. Calls queue up behind each other.
   */
  advance(ms: number): Promise<void>;
  /** The offset to real time, one signed 64-bit integer; worker threads read their time through it. */
  readonly offset: SharedArrayBuffer;
  /** Moments of the timers that wait, earliest first. */
  pending(): number[];
  stop(): void;
};

type Timer = { readonly at: number; readonly run: () => void | Promise<void> };

/** Node fires at once when asked to wait longer than a signed 32-bit integer says. */
const longestWaitMs = 2 ** 31 - 1;

const realTime = (): number => Date.now();

/**
 * The service's clock: real time plus an offset that only grows. `settle` says when nothing is under way;
 * `failed` hears of timers that threw.
 */
export const createClock = (options: {
  settle: () => Promise<void>;
  failed: (error: unknown) => void;
  startAt?: number;
  moved?: (offsetMs: number) => void;
}): ServiceClock => {
  const offset = new SharedArrayBuffer(8);
  const offsetMs = new BigInt64Array(offset);
  if (options.startAt !== undefined) Atomics.store(offsetMs, 0, BigInt(options.startAt - realTime()));

  const timers: Timer[] = [];
  let alarm: NodeJS.Timeout | undefined;
  let advancing = false;
  let stopped = false;
  let lastAdvance: Promise<void> = Promise.resolve();

  const now = (): number => realTime() + Number(Atomics.load(offsetMs, 0));

  const moveTo = (at: number): void => {
    const ahead = at - now();
    if (ahead <= 0) return;
    Atomics.add(offsetMs, 0, BigInt(ahead));
    options.moved?.(Number(Atomics.load(offsetMs, 0)));
  };

  const fire = (timer: Timer): void => {
    try {
      Promise.resolve(timer.run()).catch(options.failed);
    } catch (error) {
      options.failed(error);
    }
  };

  /** In real running one alarm stands for the earliest timer. */
  const setAlarm = (): void => {
    clearTimeout(alarm);
    const next = timers[0];
    if (advancing || stopped || next === undefined) return;
    const wait = Math.min(Math.max(next.at - now(), 0), longestWaitMs);
    alarm = setTimeout(() => {
      for (let due = timers[0]; due !== undefined && due.at <= now(); due = timers[0]) {
        timers.shift();
        fire(due);
      }
      setAlarm();
    }, wait);
    alarm.unref();
  };

  const insert = (timer: Timer): void => {
    const after = timers.findIndex((other) => other.at > timer.at);
    timers.splice(after === -1 ? timers.length : after, 0, timer);
  };

  const jump = async (ms: number): Promise<void> => {
    const target = now() + ms;
    advancing = true;
    clearTimeout(alarm);
    try {
      await options.settle();
      for (let due = timers[0]; due !== undefined && due.at <= target && !stopped; due = timers[0]) {
        timers.shift();
        moveTo(due.at);
        fire(due);
        await options.settle();
      }
      moveTo(target);
    } finally {
      advancing = false;
      setAlarm();
    }
  };

  return {
    now,
    offset,
    schedule: (at, run) => {
      const timer: Timer = { at, run };
      insert(timer);
      if (timers[0] === timer) setAlarm();
      return {
        cancel: () => {
          const index = timers.indexOf(timer);
          if (index === -1) return;
          timers.splice(index, 1);
          if (index === 0) setAlarm();
        },
      };
    },
    advance: (ms) => {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        return Promise.reject(new RangeError("Time moves forward only, by a whole number of milliseconds."));
      }
      const mine = lastAdvance.then(() => jump(ms));
      lastAdvance = mine.catch(() => {});
      return mine;
    },
    pending: () => timers.map((timer) => timer.at),
    stop: () => {
      stopped = true;
      clearTimeout(alarm);
      timers.length = 0;
    },
  };
};
