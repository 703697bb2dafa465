import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
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
      ...(body.queueShards === undefined ? {} : { queueShards: body.queueShards }),
    };
    const replacement = await putMerchant(table, merchant, ifMatch, (current) => {
      const standing = current?.queueShards ?? 1;
      if ((body.queueShards ?? 1) < standing) {
        throw invalidField("/queueShards", `is ${standing} and only grows: rows lie in each part`);
      }
    });
    return replacementReply(replacement, merchant);
  },
);
