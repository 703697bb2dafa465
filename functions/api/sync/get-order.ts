import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { type FoundOrder, findOrder } from "../../store/catalog.ts";
import { getOrderOperation } from "./operations.ts";

export const viewOf = ({ order, lines }: FoundOrder) => ({ ...order, lines });

export const getOrderEndpoint = endpoint(getOrderOperation, async ({ caller, params }, { table }) => {
  const found = await findOrder(table, caller.tenantId, params.orderId);
  if (!found) throw notFound("order");
  return { status: 200, body: viewOf(found), version: found.order.version };
});
