import { endpoint, routes } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { findCarrierSubscription } from "../../store/carrier-subscriptions.ts";
import type { CarrierAdapter } from "./adapter.ts";
import { kuaidi100 } from "./kuaidi100.ts";
import { receivePushOperation } from "./operations.ts";
import { recordPush } from "./record-push.ts";

const adapters: ReadonlyMap<string, CarrierAdapter> = new Map(
  [kuaidi100].map((adapter) => [adapter.carrier, adapter]),
);

const receivePushEndpoint = endpoint(receivePushOperation, async ({ params, rawBody, now }, { table }) => {
  const adapter = adapters.get(params.carrier);
  const subscription = adapter && (await findCarrierSubscription(table, params.subscription));
  const genuine =
    adapter && subscription?.carrier === adapter.carrier && adapter.verify(rawBody, subscription.secret);
  if (!genuine)
    throw new Problem("signature_invalid", "The push was not signed with this subscription's secret.");
  const { carrier, trusted } = adapter;
  await recordPush(table, subscription.tenantId, carrier, trusted, adapter.parse(rawBody), now);
  return { status: 200, body: adapter.accepted };
});

export const handler = routes(receivePushEndpoint);
