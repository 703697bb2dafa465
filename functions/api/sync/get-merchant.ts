import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findMerchant } from "../../store/catalog.ts";
import { getMerchantOperation } from "./operations.ts";

export const getMerchantEndpoint = endpoint(getMerchantOperation, async ({ caller, params }, { table }) => {
  if (caller.role === "merchant" && caller.merchantId !== params.merchantId) throw notFound("merchant");
  const merchant = await findMerchant(table, caller.tenantId, params.merchantId);
  if (!merchant) throw notFound("merchant");
  return {
    status: 200,
    body: { ...merchant, standing: merchant.standing ?? "good" },
    version: merchant.version,
  };
});
