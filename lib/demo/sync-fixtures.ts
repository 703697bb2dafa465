import { subscribeCarrierOperation } from "../../functions/api/carriers/operations.ts";
import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import type { ApiClient } from "./api-client.ts";
import type { Tenant, TenantFixtures } from "./fixtures.ts";

/** How many syncs a partner has under way at once. */
const atOnce = 8;

const inParallel = async <Entry>(
  entries: readonly Entry[],
  run: (entry: Entry) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < entries.length; from += atOnce) {
    await Promise.all(entries.slice(from, from + atOnce).map(run));
  }
};

/** Syncs everything a partner platform has: merchants first, then their items, then what was sold of them. */
export const syncFixtures = async (
  api: ApiClient,
  tenant: Tenant,
  fixtures: TenantFixtures,
): Promise<void> => {
  const partner = { tenant, role: "partner" } as const;
  await inParallel(Object.entries(fixtures.merchants), ([merchantId, body]) =>
    api.call(partner, putMerchantOperation, { params: { merchantId }, body }),
  );
  await inParallel(Object.entries(fixtures.items), ([itemId, body]) =>
    api.call(partner, putItemOperation, { params: { itemId }, body }),
  );
  await inParallel(Object.entries(fixtures.orders), ([orderId, body]) =>
    api.call(partner, putOrderOperation, { params: { orderId }, body }),
  );
};

/** Where a carrier pushes to, and the salt it signs with. */
export type Subscription = { readonly webhookPath: string; readonly secret: string };

export const subscribeCarrier = async (api: ApiClient, tenant: Tenant): Promise<Subscription> => {
  const partner = { tenant, role: "partner" } as const;
  const body = { carrier: "kuaidi100" } as const;
  const { webhookPath, secret } = await api.call(partner, subscribeCarrierOperation, { body });
  if (secret === undefined) throw new Error("a secret is shown once, and this was not the first answer");
  return { webhookPath, secret };
};
