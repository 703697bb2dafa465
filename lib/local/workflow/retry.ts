import type { RetrierDefinition } from "./definition.ts";

/** Errors no wildcard stands for; `States.Runtime` cannot be retried or caught at all. */
const beyondWildcards: ReadonlySet<string> = new Set(["States.DataLimitExceeded", "States.Runtime"]);

/**
 * Whether an `ErrorEquals` names this error. `States.ALL` stands for every error but the terminal ones,
 * `States.TaskFailed` for those except `States.Timeout` (Step Functions guide, "Handling errors").
 */
export const matchesError = (errorEquals: readonly string[], error: string): boolean => {
  if (error === "States.Runtime") return false;
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (beyondWildcards.has(error)) return false;
    return name === "States.ALL" || (name === "States.TaskFailed" && error !== "States.Timeout");
  });
};

/**
 * The retrier that takes this error, if it has attempts left. Only the first that names the error is asked:
 * when it is used up, a later one does not step in.
 *
 * @param used attempts already made, by place of the retrier
 */
export const retrierFor = (
  retriers: readonly RetrierDefinition[],
  error: string,
  used: readonly number[],
): number | undefined => {
  const index = retriers.findIndex((retrier) => matchesError(retrier.ErrorEquals, error));
  const retrier = retriers[index];
  return retrier === undefined || (used[index] ?? 0) >= retrier.MaxAttempts ? undefined : index;
};

/**
 * Milliseconds until the next attempt: interval × rate^used, at most MaxDelaySeconds, and with FULL jitter a
 * random share of that.
 */
export const retryDelay = (retrier: RetrierDefinition, used: number, random: () => number): number => {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** used;
  const delay = Math.min(grown, retrier.MaxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000) * 1000;
  return Math.round(retrier.JitterStrategy === "FULL" ? delay * random() : delay);
};
