import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { merchantQueue } from "../../store/cases.ts";
import { findMerchant } from "../../store/catalog.ts";
import { summaryOf } from "../cases/summary.ts";
import { getQueueOperation } from "./operations.ts";

export const getQueueEndpoint = endpoint(
  getQueueOperation,
  async ({ caller, params, query, now }, { table, cursors }) => {
    const { merchantId } = params;
    const { tenantId } = caller;
    if (caller.role === "merchant" && caller.merchantId !== merchantId) throw notFound("merchant");
    const scope = `${tenantId}/getMerchantQueue/${merchantId}`;
    const after = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const [merchant, { items, lastKey }] = await Promise.all([
      findMerchant(table, tenantId, merchantId),
      merchantQueue(table, tenantId, merchantId, query.limit, after),
    ]);
    if (!merchant) throw notFound("merchant");
    return {
      status: 200,
      body: {
        items: items.map((state) => ({
          ...summaryOf(state),
          overdue: state.deadlineAt !== undefined && state.deadlineAt <= now,
        })),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
  },
);
