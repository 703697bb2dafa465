import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { subscribeCarrierOperation } from "../../functions/api/logistics/operations.ts";
import { subscribeCarrierEndpoint } from "../../functions/api/logistics/subscribe-carrier.ts";
import { findCarrierSubscription } from "../../functions/store/carrier-subscriptions.ts";
import { idempotencyKey } from "../../functions/store/keys.ts";
import { getItem } from "../../functions/store/table.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([subscribeCarrierEndpoint]);
});
afterAll(() => api.close());

it("shows the secret of a subscription once, and keeps it nowhere but in the subscription", async () => {
  const call = { claims: claimsOf("partner"), body: { carrier: "kuaidi100" }, idempotencyKey: "subscribe" };
  const first = await api.call(subscribeCarrierOperation, call);
  const { secret, ...shownAgain } = first.body;
  expect(first.status).toBe(201);
  const subscription = await findCarrierSubscription(api.table, shownAgain.subscriptionId);
  expect(subscription).toMatchObject({ tenantId: "lux", carrier: "kuaidi100", secret });

  const recorded = await getItem(api.table, idempotencyKey("lux", "partner:partner-1", "subscribe"));
  expect(recorded).toMatchObject({ status: 201 });
  expect(JSON.stringify(recorded)).not.toContain(secret);

  const again = await api.call(subscribeCarrierOperation, call);
  expect(again).toMatchObject({ status: 201, headers: { "idempotency-replayed": "true" } });
  expect(again.body).toEqual(shownAgain);
});
