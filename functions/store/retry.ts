import { setTimeout as sleep } from "node:timers/promises";
import { Conflict } from "./table.ts";

/** How often a race is run before the caller is told to come back. */
const attempts = 8;

/** All eight attempts wait half a second at most: a caller stands behind most of them. */
const firstBoundMs = 5;
const longestBoundMs = 200;

type Chance = {
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
};

/**
 * Runs `attempt` again while it loses races; the last loss is thrown. Losers wait anywhere between nothing and
 * a bound that doubles (full jitter), so that those who met once do not all meet again.
 *
 * @param isRace whether a conflict is a race that another attempt may win; by default each is
 */
export const retryRaces = async <Result>(
  attempt: () => Promise<Result>,
  isRace: (conflict: Conflict) => boolean = () => true,
  { random, pause }: Chance = { random: Math.random, pause: sleep },
): Promise<Result> => {
  for (let lost = 0; ; lost += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Conflict) || !isRace(error) || lost === attempts - 1) throw error;
    }
    await pause(random() * Math.min(longestBoundMs, firstBoundMs * 2 ** lost));
  }
};
