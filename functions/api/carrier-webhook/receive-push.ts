import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { type CarrierSubscription, secretsAt } from "../../store/carrier-subscriptions.ts";
import type { KeyService } from "../../store/key-service.ts";
import { type ParkingReason, parkPush } from "../../store/parked-pushes.ts";
import { Conflict, StoreUnavailable, type Table } from "../../store/table.ts";
import type { CarrierAdapter, SignedPush } from "./adapter.ts";
import { adapters } from "./adapters.ts";
import { rememberSubscriptions } from "./known-subscriptions.ts";
import { receivePushOperation } from "./operations.ts";
import { carrierTeller, recordPush } from "./record-push.ts";
import { raiseParkedPush } from "./tracking-alarms.ts";

/** Takes in what a genuine push tells. */
export const takePush = async (
  table: Table,
  tenantId: string,
  adapter: CarrierAdapter,
  body: Buffer,
  now: number,
): Promise<void> => {
  const push = adapter.parse(body.toString());
  if (push) await recordPush(table, tenantId, carrierTeller(adapter.carrier), push, now);
};

const whyParked = (error: unknown): ParkingReason => {
  if (!(error instanceof Problem)) {
    return { reason: "failed", detail: error instanceof Error ? error.name : "unknown" };
  }
  const [field] = error.fields;
  return {
    reason: "unreadable",
    detail: field ? `${field.pointer || "The body"} ${field.detail}` : error.message,
  };
};

/**
 * A push that will fail each time it comes is put aside, and its carrier is thanked: sent again for days it would end in
 * the carrier's switching the webhook off. What only meets a busy table is the carrier's to send again.
 */
const takeOrPark = async (
  table: Table,
  keys: KeyService,
  subscription: CarrierSubscription,
  body: Buffer,
  now: number,
): Promise<void> => {
  try {
    await takePush(table, subscription.tenantId, adapters[subscription.carrier], body, now);
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof Conflict) throw error;
    const why = whyParked(error);
    if (await parkPush(table, keys, subscription, body, why, now)) raiseParkedPush(why, error);
  }
};

/** Whether one of the subscription's secrets that hold signed the push, in the name of its own carrier. */
const isGenuine = async (
  keys: KeyService,
  subscription: CarrierSubscription,
  carrier: string,
  push: SignedPush,
): Promise<boolean> => {
  if (subscription.carrier !== carrier) return false;
  const secrets = await secretsAt(keys, subscription, push.now);
  return secrets.some((secret) => adapters[subscription.carrier].verify(push, secret));
};

export const receivePushEndpoint = (keysOf: () => KeyService): Endpoint => {
  const subscriptions = rememberSubscriptions();
  return endpoint(receivePushOperation, async ({ params, rawBytes, headers, now }, { table }) => {
    const push = { bytes: rawBytes, headers, now };
    const { carrier, subscription: subscriptionId } = params;
    let subscription = subscriptions.remembered(subscriptionId, now);
    let genuine = subscription !== undefined && (await isGenuine(keysOf(), subscription, carrier, push));
    if (!genuine) {
      // A secret may be newer than what is remembered.
      subscription = await subscriptions.read(table, subscriptionId, now);
      genuine = subscription !== undefined && (await isGenuine(keysOf(), subscription, carrier, push));
    }
    if (!subscription || !genuine) {
      throw new Problem("signature_invalid", "The push was not signed with this subscription's secret.");
    }
    await takeOrPark(table, keysOf(), subscription, rawBytes, now);
    return { status: 200, body: adapters[subscription.carrier].accepted };
  });
};
