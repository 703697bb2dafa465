import type { Reply } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import type { RuleSetVersion } from "../../store/rule-sets.ts";
import { Conflict } from "../../store/table.ts";

/** What the operations on one version of a rule set share. */

export const replyWith = (status: number, version: RuleSetVersion): Reply => ({
  status,
  body: version,
  version: version.revision,
});

/** @throws Problem `precondition_failed` if another revision stands than the caller decided on */
export const requireRevision = (ifMatch: number, { revision }: RuleSetVersion): void => {
  if (ifMatch !== revision) throw outdated();
};

export const outdated = (): Problem =>
  new Problem("precondition_failed", "Another revision stands. Read it again.");

/** Whether a transaction was lost to another one with this label. */
export const lostTo = (error: unknown, label: string): boolean =>
  error instanceof Conflict && error.conflicts.includes(label);
