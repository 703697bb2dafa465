import { endpoint } from "../../http/endpoint.ts";
import { parkedPushes } from "../../store/parked-pushes.ts";
import { listParkedPushesOperation } from "./operations.ts";

export const listParkedPushesEndpoint = endpoint(
  listParkedPushesOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listParkedPushes/${query.status}`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const page = await parkedPushes(table, caller.tenantId, query.status, query.limit, start);
    return {
      status: 200,
      body: {
        items: page.items,
        ...(page.lastKey ? { nextCursor: cursors.sign(scope, page.lastKey) } : {}),
      },
    };
  },
);
