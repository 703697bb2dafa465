import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { endpoint } from "../../http/endpoint.ts";
import { carrierSubscriptionWrite } from "../../store/carrier-subscriptions.ts";
import { transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { subscribeCarrierOperation } from "./operations.ts";

export const subscribeCarrierEndpoint = endpoint(subscribeCarrierOperation, async (request, { table }) => {
  const { caller, body, now, idempotency } = request;
  const subscriptionId = ulid(now);
  const secret = randomBytes(24).toString("base64url");
  const shown = {
    subscriptionId,
    carrier: body.carrier,
    webhookPath: `/v1/carriers/${body.carrier}/webhook/${subscriptionId}`,
  };
  await transact(table, [
    carrierSubscriptionWrite(table, {
      subscriptionId,
      tenantId: caller.tenantId,
      carrier: body.carrier,
      secret,
      createdAt: now,
    }),
    // The record of an answer is kept for a month and is no place for a secret.
    ...replyWrites(table, subscribeCarrierOperation, caller, idempotency, { status: 201, body: shown }, now),
  ]);
  return { status: 201, body: { ...shown, secret } };
});
