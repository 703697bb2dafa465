import type { Reply } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import type { Replacement } from "../../store/catalog.ts";

/** @throws Problem `precondition_failed` if another version stands than the caller expected */
export const replacementReply = (replacement: Replacement, entity: object): Reply => {
  if (replacement.outcome === "outdated") {
    throw new Problem("precondition_failed", "Another version stands. Read it again.");
  }
  const { outcome, version } = replacement;
  return { status: outcome === "created" ? 201 : 200, body: { ...entity, version }, version };
};
