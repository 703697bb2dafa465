/*
 * Deadlines are computed here and nowhere else, so that a promise of time means the same wherever it is made.
 */

/** When a clock of `durationMs` that starts at an instant has run out; all in epoch milliseconds. */
export const deadlineAfter = (startAt: number, durationMs: number): number => startAt + durationMs;
