import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findDocument, findVersion, latestVersion } from "../../store/rule-sets.ts";
import { getRuleSetOperation } from "./operations.ts";
import { findShipped } from "./shipped.ts";

export const getRuleSetEndpoint = endpoint(
  getRuleSetOperation,
  async ({ caller, params, query }, { table }) => {
    const { tenantId } = caller;
    const { rulesetId } = params;
    const { version } = query;
    const ours = findShipped({ rulesetId, ...(version === undefined ? {} : { version }) });
    if (ours)
      return { status: 200, body: { ...ours.summary, ...ours.document }, version: ours.summary.revision };
    const found =
      version === undefined
        ? await latestVersion(table, tenantId, rulesetId)
        : await findVersion(table, tenantId, { rulesetId, version });
    const document = found && (await findDocument(table, tenantId, found));
    if (!found || !document) throw notFound("rule set");
    return { status: 200, body: { ...found, ...document }, version: found.revision };
  },
);
