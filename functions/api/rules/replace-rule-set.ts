import { endpoint } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { latestVersion, replaceDraft, revisionConflict } from "../../store/rule-sets.ts";
import { replaceRuleSetOperation } from "./operations.ts";
import { refusalOf, requireSound } from "./refusal.ts";
import { requireOwn } from "./shipped.ts";
import { lostTo, outdated, replyWith, requireRevision } from "./versions.ts";

export const replaceRuleSetEndpoint = endpoint(
  replaceRuleSetOperation,
  async ({ caller, params, body, ifMatch, now }, { table }) => {
    requireOwn(params);
    const draft = await latestVersion(table, caller.tenantId, params.rulesetId);
    if (!draft) throw notFound("rule set");
    if (draft.state !== "draft") {
      throw new Problem("ruleset_not_draft", "Begin the next version with POST /v1/rulesets.");
    }
    requireRevision(ifMatch, draft);
    const { name, ...document } = body;
    requireSound(document, draft);
    try {
      return replyWith(200, await replaceDraft(table, draft, { name, document, now }));
    } catch (error) {
      throw lostTo(error, revisionConflict) ? outdated() : refusalOf(error);
    }
  },
);
