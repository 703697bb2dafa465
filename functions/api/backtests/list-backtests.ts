import { endpoint } from "../../http/endpoint.ts";
import { listBacktests } from "../../store/backtests.ts";
import { listBacktestsOperation } from "./operations.ts";

export const listBacktestsEndpoint = endpoint(
  listBacktestsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listBacktests`;
    const after = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await listBacktests(table, caller.tenantId, query.limit, after);
    return {
      status: 200,
      body: { items, ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}) },
    };
  },
);
