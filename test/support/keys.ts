import { randomBytes } from "node:crypto";
import {
  type CarrierSubscription,
  newSubscriptionWrite,
  sealSecret,
} from "../../functions/store/carrier-subscriptions.ts";
import type { KeyService, SealContext } from "../../functions/store/key-service.ts";
import { type Table, transact } from "../../functions/store/table.ts";

/** A key service that holds its data keys in memory and opens them only in the context they were made in. */
export const memoryKeys = (): KeyService & { readonly calls: string[] } => {
  const made = new Map<string, { readonly key: Buffer; readonly context: string }>();
  const calls: string[] = [];
  const named = (context: SealContext) => JSON.stringify(Object.entries(context).sort());
  return {
    calls,
    newDataKey: async (context) => {
      calls.push("newDataKey");
      const [key, wrapped] = [randomBytes(32), randomBytes(48)];
      made.set(wrapped.toString("base64"), { key, context: named(context) });
      return { key, wrapped };
    },
    unwrap: async (wrapped, context) => {
      calls.push("unwrap");
      const found = made.get(wrapped.toString("base64"));
      if (found?.context !== named(context)) throw new Error("no such key in this context");
      return found.key;
    },
  };
};

/** A carrier's webhook whose secrets are these, the newest first. */
export const subscribe = async (
  table: Table,
  keys: KeyService,
  subscription: Pick<CarrierSubscription, "subscriptionId" | "tenantId" | "carrier">,
  ...secrets: readonly string[]
): Promise<void> => {
  const sealed = await Promise.all(
    secrets.map(async (secret) => ({ sealed: await sealSecret(keys, subscription, secret), since: 0 })),
  );
  await transact(table, [
    newSubscriptionWrite(table, { ...subscription, secrets: sealed, createdAt: 0, version: 1 }),
  ]);
};
