import type { PlayedExecution } from "./execution.ts";
import type { Json } from "./json.ts";
import type { ExecutionRecord, MapRunRecord, TaskOutcome } from "./record.ts";

/** What plays the map runs of all executions. */
export type MapRuns = {
  /**
   * Starts the children that have not run, redrives those that failed and leaves alone what runs or has
   * succeeded, so that a start, a restart and a redrive are one thing. `done` hears once how it came out.
   */
  play(parent: ExecutionRecord, run: MapRunRecord, done: (outcome: TaskOutcome) => void): void;
  /** Stops the children that run; nothing more is heard of the run. */
  abort(run: MapRunRecord): void;
  /** Told of every child that ends. */
  childEnded(child: ExecutionRecord): void;
  /** The children of a run that were started, by the place of their item. */
  childrenOf(mapRunArn: string): readonly PlayedExecution[];
  adopt(child: PlayedExecution): void;
};

type Playing = {
  readonly run: MapRunRecord;
  readonly parent: ExecutionRecord;
  readonly done: (outcome: TaskOutcome) => void;
  /** Places whose turn has not come, first come first. */
  readonly waiting: number[];
  running: number;
};

const unsuccessful: ReadonlySet<string> = new Set(["FAILED", "TIMED_OUT", "ABORTED"]);

/** What failed before the run was last redriven counts for nothing: it runs again. */
const isOutdated = (run: MapRunRecord, { record }: PlayedExecution): boolean =>
  unsuccessful.has(record.status) && (record.parent?.drive ?? 0) < run.redriveCount;

const hasFailed = (run: MapRunRecord, child: PlayedExecution): boolean =>
  unsuccessful.has(child.record.status) && !isOutdated(run, child);

/** A threshold that is not given counts only where the other is not given either, and then as 0. */
const isIntolerable = (run: MapRunRecord, failures: number): boolean => {
  const { toleratedCount, toleratedPercentage, inputs } = run;
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failures > 0;
  return (
    (toleratedCount !== undefined && failures > toleratedCount) ||
    (toleratedPercentage !== undefined && failures * 100 > toleratedPercentage * inputs.length)
  );
};

export const createMapRuns = (options: {
  readonly now: () => number;
  /** Starts the child of one item; it is adopted before it begins. */
  readonly startChild: (parent: ExecutionRecord, run: MapRunRecord, index: number) => void;
}): MapRuns => {
  const children = new Map<string, Map<number, PlayedExecution>>();
  const playing = new Map<string, Playing>();

  const childrenAt = (mapRunArn: string): Map<number, PlayedExecution> => {
    const known = children.get(mapRunArn) ?? new Map<number, PlayedExecution>();
    children.set(mapRunArn, known);
    return known;
  };

  const close = (run: MapRunRecord, status: MapRunRecord["status"]): void => {
    playing.delete(run.mapRunArn);
    run.status = status;
    run.stoppedAt = options.now();
    if (status === "SUCCEEDED") return;
    for (const child of childrenAt(run.mapRunArn).values()) {
      if (child.record.status === "RUNNING") void child.stop({});
    }
  };

  const fill = (current: Playing): void => {
    const { run, parent, waiting } = current;
    const limit = run.maxConcurrency === 0 ? Number.POSITIVE_INFINITY : run.maxConcurrency;
    while (current.running < limit) {
      const index = waiting.shift();
      if (index === undefined) return;
      current.running += 1;
      const child = childrenAt(run.mapRunArn).get(index);
      if (child === undefined) options.startChild(parent, run, index);
      else {
        if (child.record.parent !== undefined) child.record.parent.drive = run.redriveCount;
        child.redrive(undefined);
      }
    }
  };

  /** Ends the run when it has failed too often or when all its children have ended. */
  const settle = (current: Playing): void => {
    const { run, done, waiting } = current;
    const failures = [...childrenAt(run.mapRunArn).values()].filter((child) => hasFailed(run, child)).length;
    if (isIntolerable(run, failures)) {
      close(run, "FAILED");
      const cause = "The specified tolerated failure threshold was exceeded";
      done({ kind: "failed", failure: { error: "States.ExceedToleratedFailureThreshold", cause } });
    } else if (current.running === 0 && waiting.length === 0) {
      close(run, "SUCCEEDED");
      done({ kind: "succeeded", output: run.inputs.map((_, index) => resultOf(run, index)) });
    }
  };

  const resultOf = (run: MapRunRecord, index: number): Json => {
    const child = childrenAt(run.mapRunArn).get(index)?.record;
    if (child?.output !== undefined) return JSON.parse(child.output) as Json;
    const { error, cause } = child?.failure ?? {};
    return {
      Status: child?.status ?? "FAILED",
      ...(error !== undefined && { Error: error }),
      ...(cause !== undefined && { Cause: cause }),
    };
  };

  return {
    play: (parent, run, done) => {
      const known = childrenAt(run.mapRunArn);
      const running = [...known.values()].filter(({ record }) => record.status === "RUNNING").length;
      const waiting = run.inputs.flatMap((_, index) => {
        const child = known.get(index);
        return child === undefined || isOutdated(run, child) ? [index] : [];
      });
      const current: Playing = { run, parent, done, waiting, running };
      playing.set(run.mapRunArn, current);
      fill(current);
      settle(current);
    },
    abort: (run) => close(run, "ABORTED"),
    childEnded: (child) => {
      const current = child.parent && playing.get(child.parent.mapRunArn);
      if (child.parent === undefined || current === undefined) return;
      current.running -= 1;
      const { index } = child.parent;
      const played = childrenAt(current.run.mapRunArn).get(index);
      // It was still being stopped when the run was redriven.
      if (played !== undefined && isOutdated(current.run, played)) current.waiting.push(index);
      settle(current);
      if (playing.has(current.run.mapRunArn)) fill(current);
    },
    childrenOf: (mapRunArn) =>
      [...childrenAt(mapRunArn).entries()].toSorted(([a], [b]) => a - b).map(([, child]) => child),
    adopt: (child) => {
      const { parent } = child.record;
      if (parent !== undefined) childrenAt(parent.mapRunArn).set(parent.index, child);
    },
  };
};
