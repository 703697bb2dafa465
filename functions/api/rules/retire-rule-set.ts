import { endpoint } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { findVersion, retireVersion, revisionConflict } from "../../store/rule-sets.ts";
import { replyWrites } from "../cases/command.ts";
import { retireRuleSetOperation } from "./operations.ts";
import { requireOwn } from "./shipped.ts";
import { lostTo, outdated, replyWith, requireRevision } from "./versions.ts";

export const retireRuleSetEndpoint = endpoint(
  retireRuleSetOperation,
  async ({ caller, params, body, ifMatch, now, idempotency }, { table }) => {
    requireOwn(params);
    const reference = { rulesetId: params.rulesetId, version: body.version };
    const published = await findVersion(table, caller.tenantId, reference);
    if (!published) throw notFound("rule set");
    if (published.state !== "published") {
      throw new Problem("ruleset_not_published", `This version is ${published.state}.`);
    }
    requireRevision(ifMatch, published);
    try {
      const retired = await retireVersion(table, published, { by: caller.id, now }, (after) =>
        replyWrites(table, retireRuleSetOperation, caller, idempotency, replyWith(200, after), now),
      );
      return replyWith(200, retired);
    } catch (error) {
      throw lostTo(error, revisionConflict) ? outdated() : error;
    }
  },
);
