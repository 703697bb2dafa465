import { ulid } from "ulid";
import { hourMs } from "../../domain/calendar.ts";
import type { Caller } from "../../http/caller.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import {
  type CarrierSubscription,
  carrierSubscriptions,
  changedSubscriptionWrite,
  findCarrierSubscription,
  newSubscriptionWrite,
  sealSecret,
} from "../../store/carrier-subscriptions.ts";
import type { KeyService } from "../../store/key-service.ts";
import { retryRaces } from "../../store/retry.ts";
import { type Table, transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import {
  endCarrierSubscriptionOperation,
  getCarrierSubscriptionOperation,
  listCarrierSubscriptionsOperation,
  rotateCarrierSecretOperation,
  subscribeCarrierOperation,
} from "./operations.ts";
import { secretFor } from "./secret.ts";

const webhookPathOf = ({
  carrier,
  subscriptionId,
}: Pick<CarrierSubscription, "carrier" | "subscriptionId">): string =>
  `/v1/carriers/${carrier}/webhook/${subscriptionId}`;

const shown = (subscription: CarrierSubscription) => ({
  ...subscription,
  webhookPath: webhookPathOf(subscription),
});

/** @throws Problem `not_found` for another tenant's as for one that does not exist */
const subscriptionOf = async (
  table: Table,
  { tenantId }: Caller,
  subscriptionId: string,
): Promise<CarrierSubscription> => {
  const subscription = await findCarrierSubscription(table, subscriptionId);
  if (subscription?.tenantId !== tenantId) throw notFound("subscription");
  return subscription;
};

/** The record of an answer is kept for a month and is no place for a secret: a repeated answer comes without. */
export const subscribeCarrierEndpoint = (keysOf: () => KeyService): Endpoint =>
  endpoint(subscribeCarrierOperation, async (request, { table }) => {
    const { caller, body, now, idempotency } = request;
    const { tenantId } = caller;
    const { carrier } = body;
    const subscriptionId = ulid(now);
    const secret = secretFor(carrier, body.secret);
    const sealed = await sealSecret(keysOf(), { tenantId, subscriptionId }, secret);
    const secrets = [{ sealed, since: now }];
    const subscription = { subscriptionId, tenantId, carrier, secrets, createdAt: now, version: 1 };
    const answer = { subscriptionId, carrier, webhookPath: webhookPathOf(subscription) };
    const recorded = { status: 201, body: answer };
    await transact(table, [
      newSubscriptionWrite(table, subscription),
      ...replyWrites(table, subscribeCarrierOperation, caller, idempotency, recorded, now),
    ]);
    return { status: 201, body: body.secret === undefined ? { ...answer, secret } : answer };
  });

export const listCarrierSubscriptionsEndpoint = endpoint(
  listCarrierSubscriptionsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listCarrierSubscriptions`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await carrierSubscriptions(table, caller.tenantId, query.limit, start);
    return {
      status: 200,
      body: {
        items: items.map(shown),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
  },
);

export const getCarrierSubscriptionEndpoint = endpoint(
  getCarrierSubscriptionOperation,
  async ({ caller, params }, { table }) => ({
    status: 200,
    body: shown(await subscriptionOf(table, caller, params.subscriptionId)),
  }),
);

export const endCarrierSubscriptionEndpoint = endpoint(
  endCarrierSubscriptionOperation,
  ({ caller, params, now }, { table }) =>
    retryRaces(async () => {
      const before = await subscriptionOf(table, caller, params.subscriptionId);
      if (before.endedAt !== undefined) return { status: 200, body: shown(before) };
      const after = { ...before, secrets: [], endedAt: now, version: before.version + 1 };
      await transact(table, [changedSubscriptionWrite(table, after)]);
      return { status: 200, body: shown(after) };
    }),
);

/** Whoever missed the answer to a rotation rotates again: the carrier then signs with neither of the newest two. */
const olderSecrets = 2;

/** Secrets that hold beside a new one: until the end of its grace, or of their own where that is sooner. */
const stillHolding = (
  { secrets }: CarrierSubscription,
  graceUntil: number,
  now: number,
): CarrierSubscription["secrets"] =>
  secrets
    .map(({ until = graceUntil, ...secret }) => ({ ...secret, until: Math.min(until, graceUntil) }))
    .filter(({ until }) => until > now)
    .slice(0, olderSecrets);

export const rotateCarrierSecretEndpoint = (keysOf: () => KeyService): Endpoint =>
  endpoint(rotateCarrierSecretOperation, async (request, { table }) => {
    const { caller, params, body, now, idempotency } = request;
    const { subscriptionId } = params;
    const before = await subscriptionOf(table, caller, subscriptionId);
    if (before.endedAt !== undefined) throw notFound("subscription");
    const secret = secretFor(before.carrier, body.secret);
    const sealed = await sealSecret(keysOf(), before, secret);
    const until = now + body.graceHours * hourMs;
    const secrets = [{ sealed, since: now }, ...stillHolding(before, until, now)];
    const after = { ...before, secrets, version: before.version + 1 };
    const answer = { subscriptionId, previousUntil: until };
    const recorded = { status: 200, body: answer };
    await transact(table, [
      changedSubscriptionWrite(table, after),
      ...replyWrites(table, rotateCarrierSecretOperation, caller, idempotency, recorded, now),
    ]);
    return { status: 200, body: body.secret === undefined ? { ...answer, secret } : answer };
  });
