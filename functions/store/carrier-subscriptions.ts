import type { CarrierCode } from "../domain/carriers.ts";
import type { KeyService, SealContext } from "./key-service.ts";
import { carrierSubscriptionKey, carrierSubscriptionsPartition, tableKeys } from "./keys.ts";
import { seal, unseal } from "./sealed.ts";
import {
  getItem,
  type Page,
  putOnce,
  putWrite,
  queryPage,
  type Table,
  type Write,
  withoutKeys,
} from "./table.ts";

/** A secret as it is kept; without `until` it holds until it is rotated. */
export type SealedSecret = {
  readonly sealed: Uint8Array;
  readonly since: number;
  readonly until?: number;
};

/** A carrier's webhook of one tenant: the path names it, a secret proves the sender. */
export type CarrierSubscription = {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly carrier: CarrierCode;
  /** The newest first; more than one holds, so that a carrier can be told of a new one in between. */
  readonly secrets: readonly SealedSecret[];
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly version: number;
};

const contextOf = ({
  tenantId,
  subscriptionId,
}: Pick<CarrierSubscription, "tenantId" | "subscriptionId">): SealContext => ({
  purpose: "carrier-secret",
  tenantId,
  subscriptionId,
});

export const sealSecret = (
  keys: KeyService,
  subscription: Pick<CarrierSubscription, "tenantId" | "subscriptionId">,
  secret: string,
): Promise<Uint8Array> => seal(keys, contextOf(subscription), Buffer.from(secret));

/** Opened once for as long as its subscription is remembered: the pushes of a burst share it. */
const opened = new WeakMap<Uint8Array, Promise<string>>();

const openSecret = (
  keys: KeyService,
  subscription: CarrierSubscription,
  sealed: Uint8Array,
): Promise<string> => {
  const known = opened.get(sealed);
  if (known) return known;
  const opening = unseal(keys, contextOf(subscription), sealed).then(String);
  opened.set(sealed, opening);
  opening.catch(() => opened.delete(sealed));
  return opening;
};

/** The secrets that hold at this moment, opened. */
export const secretsAt = async (
  keys: KeyService,
  subscription: CarrierSubscription,
  now: number,
): Promise<readonly string[]> => {
  const holding = subscription.secrets.filter(({ until }) => until === undefined || until > now);
  return Promise.all(holding.map(({ sealed }) => openSecret(keys, subscription, sealed)));
};

export const findCarrierSubscription = async (
  table: Table,
  subscriptionId: string,
): Promise<CarrierSubscription | undefined> => {
  const found = await getItem<CarrierSubscription>(table, carrierSubscriptionKey(subscriptionId));
  return found && withoutKeys(found);
};

const itemOf = (subscription: CarrierSubscription) => ({
  ...carrierSubscriptionKey(subscription.subscriptionId),
  ...subscription,
  // One that has ended is listed no more.
  ...(subscription.endedAt === undefined
    ? {
        GSI1PK: carrierSubscriptionsPartition(subscription.tenantId),
        GSI1SK: subscription.subscriptionId,
      }
    : {}),
});

const subscriptionConflict = "subscription";

export const newSubscriptionWrite = (table: Table, subscription: CarrierSubscription): Write =>
  putOnce(table, subscriptionConflict, itemOf(subscription));

/** `after` is the next version of what was read. */
export const changedSubscriptionWrite = (table: Table, after: CarrierSubscription): Write =>
  putWrite(table, subscriptionConflict, {
    Item: itemOf(after),
    ConditionExpression: "version = :before",
    ExpressionAttributeValues: { ":before": after.version - 1 },
  });

/** A tenant's subscriptions that have not ended, the oldest first, a page at a time. */
export const carrierSubscriptions = (
  table: Table,
  tenantId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<CarrierSubscription>> =>
  queryPage(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: `${tableKeys.index.partitionKey} = :tenant`,
    ExpressionAttributeValues: { ":tenant": carrierSubscriptionsPartition(tenantId) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
