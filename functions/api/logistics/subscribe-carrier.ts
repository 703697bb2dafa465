import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { type CarrierCode, carriers } from "../../domain/carriers.ts";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { carrierSubscriptionWrite } from "../../store/carrier-subscriptions.ts";
import { transact } from "../../store/table.ts";
import type { CarrierAdapter } from "../carrier-webhook/adapter.ts";
import { adapters } from "../carrier-webhook/adapters.ts";
import { replyWrites } from "../cases/command.ts";
import { subscribeCarrierOperation } from "./operations.ts";

/** 256 bits: nobody guesses it, and no carrier asks for more. */
const secretBytes = 32;

const faultOf = (
  carrier: CarrierCode,
  given: string | undefined,
  secretFault: CarrierAdapter["secretFault"],
): string | undefined => {
  const { secretFrom } = carriers[carrier];
  if (given === undefined)
    return secretFrom === "carrier" ? "must be given: the carrier makes it" : undefined;
  return secretFrom === "us" ? "must not be given: it is made here" : secretFault?.(given);
};

export const subscribeCarrierEndpoint = endpoint(subscribeCarrierOperation, async (request, { table }) => {
  const { caller, body, now, idempotency } = request;
  const subscriptionId = ulid(now);
  const { secretOf = (random: Buffer) => random.toString("base64url"), secretFault } = adapters[body.carrier];
  const fault = faultOf(body.carrier, body.secret, secretFault);
  if (fault) throw invalidField("/secret", fault);
  const secret = body.secret ?? secretOf(randomBytes(secretBytes));
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
  return { status: 201, body: { ...shown, ...(body.secret === undefined ? { secret } : {}) } };
});
