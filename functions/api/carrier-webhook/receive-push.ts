import { isCarrierCode } from "../../domain/carriers.ts";
import { endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { findCarrierSubscription } from "../../store/carrier-subscriptions.ts";
import { adapters } from "./adapters.ts";
import { receivePushOperation } from "./operations.ts";
import { carrierTeller, recordPush } from "./record-push.ts";

export const receivePushEndpoint = endpoint(receivePushOperation, async (request, { table }) => {
  const { params, rawBytes, headers, now } = request;
  const adapter = isCarrierCode(params.carrier) ? adapters[params.carrier] : undefined;
  const subscription = adapter && (await findCarrierSubscription(table, params.subscription));
  const genuine =
    subscription?.carrier === adapter?.carrier &&
    adapter?.verify({ bytes: rawBytes, headers }, subscription?.secret ?? "");
  if (!adapter || !subscription || !genuine) {
    throw new Problem("signature_invalid", "The push was not signed with this subscription's secret.");
  }
  const push = adapter.parse(rawBytes.toString());
  if (push) await recordPush(table, subscription.tenantId, carrierTeller(adapter.carrier), push, now);
  return { status: 200, body: adapter.accepted };
});
