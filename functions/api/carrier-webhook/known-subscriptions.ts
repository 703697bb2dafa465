import { type CarrierSubscription, findCarrierSubscription } from "../../store/carrier-subscriptions.ts";
import type { Table } from "../../store/table.ts";

/**
 * How long a subscription is believed without being read again: a carrier's pushes come in bursts, and each would read
 * it. One that has ended, or a secret whose grace was cut short, holds so much longer and no more.
 */
export const rememberedMs = 5_000;

const rememberedSubscriptions = 1_000;

export type KnownSubscriptions = {
  /** What was read within the last seconds, if anything was. */
  readonly remembered: (subscriptionId: string, now: number) => CarrierSubscription | undefined;
  /** What stands in the table. */
  readonly read: (
    table: Table,
    subscriptionId: string,
    now: number,
  ) => Promise<CarrierSubscription | undefined>;
};

/** The memory of one execution environment. */
export const rememberSubscriptions = (): KnownSubscriptions => {
  const known = new Map<string, { readonly subscription: CarrierSubscription; readonly readAt: number }>();
  return {
    remembered: (subscriptionId, now) => {
      const found = known.get(subscriptionId);
      return found && now - found.readAt < rememberedMs ? found.subscription : undefined;
    },
    read: async (table, subscriptionId, now) => {
      known.delete(subscriptionId);
      const subscription = await findCarrierSubscription(table, subscriptionId);
      const [oldest] = known.keys();
      if (known.size >= rememberedSubscriptions && oldest !== undefined) known.delete(oldest);
      if (subscription) known.set(subscriptionId, { subscription, readAt: now });
      return subscription;
    },
  };
};
