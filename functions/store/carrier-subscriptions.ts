import { carrierSubscriptionKey } from "./keys.ts";
import { getItem, putOnce, type Table, type Write } from "./table.ts";

/** A carrier's webhook of one tenant: the path names it, the secret proves the sender. */
export type CarrierSubscription = {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly carrier: string;
  readonly secret: string;
  readonly createdAt: number;
};

export const findCarrierSubscription = (
  table: Table,
  subscriptionId: string,
): Promise<CarrierSubscription | undefined> =>
  getItem<CarrierSubscription>(table, carrierSubscriptionKey(subscriptionId));

export const carrierSubscriptionWrite = (table: Table, subscription: CarrierSubscription): Write =>
  putOnce(table, "subscription", {
    ...carrierSubscriptionKey(subscription.subscriptionId),
    ...subscription,
  });
