import {
  isReservedRuleSetId,
  parseRulesVersion,
  type RuleDocument,
} from "../../domain/judgment/rule-document.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { createDraft, findDocument, latestVersion, revisionConflict } from "../../store/rule-sets.ts";
import type { Table } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { createRuleSetOperation } from "./operations.ts";
import { refusalOf, requireSound } from "./refusal.ts";
import { findShipped } from "./shipped.ts";
import { lostTo, replyWith } from "./versions.ts";

type Creation = Request<typeof createRuleSetOperation>;

export const createRuleSetEndpoint = endpoint(createRuleSetOperation, async (request, { table }) => {
  const { caller, body, now, idempotency } = request;
  const { tenantId } = caller;
  const { rulesetId, name, basedOn } = body;
  if (isReservedRuleSetId(rulesetId)) throw invalidField("/rulesetId", "Ids that end in -standard are ours.");
  const [latest, document] = await Promise.all([
    latestVersion(table, tenantId, rulesetId),
    documentFrom(table, request),
  ]);
  if (latest?.state === "draft") throw draftExists();
  requireSound(document, { rulesetId, version: (latest?.version ?? 0) + 1 });
  try {
    const draft = await createDraft(
      table,
      latest,
      { tenantId, rulesetId, name, document, now, ...(basedOn === undefined ? {} : { basedOn }) },
      (after) => replyWrites(table, createRuleSetOperation, caller, idempotency, replyWith(201, after), now),
    );
    return { ...replyWith(201, draft), headers: { location: `/v1/rulesets/${rulesetId}` } };
  } catch (error) {
    throw lostTo(error, revisionConflict) ? draftExists() : refusalOf(error);
  }
});

const draftExists = (): Problem =>
  new Problem("ruleset_draft_exists", "Replace or publish the draft that stands.");

const documentFrom = async (table: Table, { caller, body }: Creation): Promise<RuleDocument> => {
  const { rulesetId: _rulesetId, name: _name, basedOn, ...given } = body;
  // The schema lets nothing be absent where there is nothing to begin from.
  if (basedOn === undefined) return given as RuleDocument;
  const reference = parseRulesVersion(basedOn);
  const base =
    reference &&
    (findShipped(reference)?.document ?? (await findDocument(table, caller.tenantId, reference)));
  if (!base) throw invalidField("/basedOn", "There is no such version.");
  return { ...base, ...given };
};
