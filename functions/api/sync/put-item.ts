import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { findMerchant, putItem } from "../../store/catalog.ts";
import { putItemOperation } from "./operations.ts";
import { replacementReply } from "./replacement.ts";

export const putItemEndpoint = endpoint(
  putItemOperation,
  async ({ caller, params, body, ifMatch }, { table }) => {
    const { tenantId } = caller;
    if (!(await findMerchant(table, tenantId, body.merchantId))) {
      throw invalidField("/merchantId", "There is no such merchant. Sync it first.");
    }
    const item = { tenantId, itemId: params.itemId, ...body };
    return replacementReply(await putItem(table, item, ifMatch), item);
  },
);
