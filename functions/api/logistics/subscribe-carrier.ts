import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { endpoint, type Reply } from "../../http/endpoint.ts";
import { carrierSubscriptionWrite } from "../../store/carrier-subscriptions.ts";
import { transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { subscribeCarrierOperation } from "./operations.ts";

export const subscribeCarrierEndpoint = endpoint(subscribeCarrierOperation, async (request, { table }) => {
  const { caller, body, now, idempotency } = request;
  const subscriptionId = ulid(now);
  const secret = randomBytes(24).toString("base64url");
  const reply: Reply = {
    status: 201,
    body: {
      subscriptionId,
      carrier: body.carrier,
      webhookPath: `/v1/carriers/${body.carrier}/webhook/${subscriptionId}`,
      secret,
    },
  };
  await transact(table, [
    carrierSubscriptionWrite(table, {
      subscriptionId,
      tenantId: caller.tenantId,
      carrier: body.carrier,
      secret,
      createdAt: now,
    }),
    ...replyWrites(table, subscribeCarrierOperation, caller, idempotency, reply, now),
  ]);
  return reply;
});
