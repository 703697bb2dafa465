import { endpoint } from "../../http/endpoint.ts";
import { merchantBalances } from "../../store/merchant-balance.ts";
import { visibleMerchant } from "../visible-merchant.ts";
import { getMerchantBalanceOperation } from "./operations.ts";

export const getMerchantBalanceEndpoint = endpoint(
  getMerchantBalanceOperation,
  async ({ caller, params, now }, { table }) => {
    const merchant = await visibleMerchant(table, caller, params.merchantId);
    const balances = await merchantBalances(table, merchant, now);
    return {
      status: 200,
      body: {
        merchantId: merchant.merchantId,
        asOf: now,
        balances: balances.map((balance) => ({ ...balance, negative: balance.payableMinor < 0n })),
      },
    };
  },
);
