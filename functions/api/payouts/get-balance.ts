import type { Merchant } from "../../domain/catalog.ts";
import { type Caller, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findMerchant } from "../../store/catalog.ts";
import { merchantBalances } from "../../store/merchant-balance.ts";
import type { Table } from "../../store/table.ts";
import { getMerchantBalanceOperation } from "./operations.ts";

/** @throws Problem `not_found` for a merchant that is not there or is not the caller */
export const visibleMerchant = async (
  table: Table,
  { tenantId, role, merchantId: own }: Caller,
  merchantId: string,
): Promise<Merchant> => {
  if (role === "merchant" && own !== merchantId) throw notFound("merchant");
  const merchant = await findMerchant(table, tenantId, merchantId);
  if (!merchant) throw notFound("merchant");
  return merchant;
};

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
