import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Something given up on, at the place the template sends it to. */
export type Failure = {
  /** ARN of the queue or bucket. */
  readonly destinationArn: string;
  /** Epoch milliseconds of the service's clock. */
  readonly at: number;
  readonly document: unknown;
};

/** The dead-letter queues and failure buckets of the template. */
export type Failures = {
  put(destinationArn: string, document: unknown): void;
  list(): readonly Failure[];
};

/** Keeps failures in memory and, with a directory, also as `<directory>/<queue or bucket>/<n>.json`. */
export const createFailures = (now: () => number, directory: string | undefined): Failures => {
  const kept: Failure[] = [];
  return {
    put: (destinationArn, document) => {
      const failure = { destinationArn, at: now(), document };
      kept.push(failure);
      if (directory === undefined) return;
      const place = join(directory, destinationArn.slice(destinationArn.lastIndexOf(":") + 1));
      mkdirSync(place, { recursive: true });
      const file = `${failure.at}-${String(kept.length).padStart(4, "0")}.json`;
      writeFileSync(join(place, file), `${JSON.stringify(document, null, 2)}\n`);
    },
    list: () => kept,
  };
};
