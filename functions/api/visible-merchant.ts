import type { Merchant } from "../domain/catalog.ts";
import type { Caller } from "../http/endpoint.ts";
import { notFound } from "../http/problem.ts";
import { findMerchant } from "../store/catalog.ts";
import type { Table } from "../store/table.ts";

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
