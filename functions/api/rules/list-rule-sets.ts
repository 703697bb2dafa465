import { endpoint } from "../../http/endpoint.ts";
import { listVersions } from "../../store/rule-sets.ts";
import { listRuleSetsOperation } from "./operations.ts";

export const listRuleSetsEndpoint = endpoint(
  listRuleSetsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listRuleSets`;
    const after = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await listVersions(table, caller.tenantId, query.limit, after);
    return {
      status: 200,
      body: { items, ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}) },
    };
  },
);
