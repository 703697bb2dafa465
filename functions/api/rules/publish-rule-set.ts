import { endpoint } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import {
  effectiveConflict,
  findDocument,
  findVersion,
  publishDraft,
  revisionConflict,
} from "../../store/rule-sets.ts";
import { replyWrites } from "../cases/command.ts";
import { publishRuleSetOperation } from "./operations.ts";
import { requireSound } from "./refusal.ts";
import { requireOwn } from "./shipped.ts";
import { lostTo, outdated, replyWith, requireRevision } from "./versions.ts";

export const publishRuleSetEndpoint = endpoint(
  publishRuleSetOperation,
  async ({ caller, params, body, ifMatch, now, idempotency }, { table }) => {
    requireOwn(params);
    const { tenantId } = caller;
    const reference = { rulesetId: params.rulesetId, version: body.version };
    const [draft, document] = await Promise.all([
      findVersion(table, tenantId, reference),
      findDocument(table, tenantId, reference),
    ]);
    if (!draft || !document) throw notFound("rule set");
    if (draft.state !== "draft") throw new Problem("ruleset_not_draft", "This version was published before.");
    requireRevision(ifMatch, draft);
    const effectiveFrom = body.effectiveFrom ?? now;
    if (effectiveFrom < now) throw invalidField("/effectiveFrom", "Rules take effect now or later.");
    // A draft may be older than the facts it asks about: what is published compiles today.
    requireSound(document, reference);
    try {
      const published = await publishDraft(table, draft, effectiveFrom, { by: caller.id, now }, (after) =>
        replyWrites(table, publishRuleSetOperation, caller, idempotency, replyWith(200, after), now),
      );
      return replyWith(200, published);
    } catch (error) {
      if (lostTo(error, revisionConflict)) throw outdated();
      if (!lostTo(error, effectiveConflict)) throw error;
      throw new Problem("effective_time_taken", "Choose another moment.", [
        { pointer: "/effectiveFrom", detail: "Another version of the platform takes effect then." },
      ]);
    }
  },
);
