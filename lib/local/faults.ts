import type { Failure } from "./workflow/errors.ts";

/**
 * Faults of the state machines, for whoever wants to see what becomes of a case then: while a fault is told, a task
 * ends with its error in place of being carried out. The machine retries and catches it as it would in AWS.
 */

export type Fault = {
  /** A task's state. */
  readonly state: string;
  /** The error as Step Functions names it; what the state retries, and what it does not, stands in the definition. */
  readonly error: string;
  /** Of every case, if absent. */
  readonly caseId?: string | undefined;
};

export type Faults = {
  /** All that are played from now on. Throws a `RangeError` for a state that no machine has as a task. */
  tell(faults: readonly Fault[]): void;
  told(): readonly Fault[];
  /** What to play in place of the task, for an execution by its name. */
  of(executionName: string, state: string): Failure | undefined;
};

/** @param states the names of all tasks of the machines */
export const createFaults = (states: ReadonlySet<string>): Faults => {
  let told: readonly Fault[] = [];
  return {
    tell: (faults) => {
      const stranger = faults.find(({ state }) => !states.has(state));
      if (stranger) {
        throw new RangeError(`No machine has a task ${stranger.state}. There are ${[...states].join(", ")}.`);
      }
      told = faults;
    },
    told: () => told,
    of: (executionName, state) => {
      const fault = told.find(
        ({ state: named, caseId = executionName }) => named === state && caseId === executionName,
      );
      return fault && { error: fault.error, cause: "Told to PUT /_local/faults" };
    },
  };
};
