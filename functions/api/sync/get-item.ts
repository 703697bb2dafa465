import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findItem } from "../../store/catalog.ts";
import { getItemOperation } from "./operations.ts";

export const getItemEndpoint = endpoint(getItemOperation, async ({ caller, params }, { table }) => {
  const item = await findItem(table, caller.tenantId, params.itemId);
  if (!item || (caller.role === "merchant" && item.merchantId !== caller.merchantId)) throw notFound("item");
  return { status: 200, body: item, version: item.version };
});
