import { endpoint } from "../../http/endpoint.ts";
import { putMerchant } from "../../store/catalog.ts";
import { putMerchantOperation } from "./operations.ts";
import { replacementReply } from "./replacement.ts";

export const putMerchantEndpoint = endpoint(
  putMerchantOperation,
  async ({ caller, params, body, ifMatch }, { table }) => {
    const { tenantId } = caller;
    const contracts = body.contracts.toSorted((a, b) => a.effectiveFrom - b.effectiveFrom);
    const merchant = {
      tenantId,
      merchantId: params.merchantId,
      name: body.name,
      standing: body.standing ?? "good",
      contracts,
    };
    return replacementReply(await putMerchant(table, merchant, ifMatch), merchant);
  },
);
