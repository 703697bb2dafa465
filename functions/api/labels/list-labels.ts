import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findLabel, labelsPage } from "../../store/labels.ts";
import { getLabelOperation, listLabelsOperation } from "./operations.ts";

export const listLabelsEndpoint = endpoint(
  listLabelsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listLabels/${query.status}`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await labelsPage(table, caller.tenantId, query.status, query.limit, start);
    return {
      status: 200,
      body: { items, ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}) },
    };
  },
);

export const getLabelEndpoint = endpoint(getLabelOperation, async ({ caller, params }, { table }) => {
  const label = await findLabel(table, caller.tenantId, params.labelId);
  if (!label || (caller.role === "buyer" && label.buyerId !== caller.buyerId)) throw notFound("label");
  return { status: 200, body: label };
});
