/**
 * Counts what is under way: requests, invocations, deliveries, executing states. Whoever starts work says
 * so before the work that caused it ends, so the count never touches zero in the middle of a chain.
 */
export type Activity = {
  /** Marks work as under way; the returned function, called once, marks it as done. */
  begin(): () => void;
  /** Resolves when nothing is under way and nothing new began in the turn after. */
  settled(): Promise<void>;
};

export const createActivity = (): Activity => {
  let underWay = 0;
  let begun = 0;
  let waiting: (() => void)[] = [];

  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    begin: () => {
      underWay += 1;
      begun += 1;
      let done = false;
      return () => {
        if (done) return;
        done = true;
        underWay -= 1;
        if (underWay > 0) return;
        const wake = waiting;
        waiting = [];
        for (const resume of wake) resume();
      };
    },
    settled: async () => {
      for (;;) {
        while (underWay > 0) await new Promise<void>((resolve) => waiting.push(resolve));
        const before = begun;
        await turn();
        if (underWay === 0 && begun === before) return;
      }
    },
  };
};
