import { isCarrierCode } from "../../domain/carriers.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { findCarrierSubscription, secretsAt } from "../../store/carrier-subscriptions.ts";
import type { KeyService } from "../../store/key-service.ts";
import { adapters } from "./adapters.ts";
import { receivePushOperation } from "./operations.ts";
import { carrierTeller, recordPush } from "./record-push.ts";

export const receivePushEndpoint = (keysOf: () => KeyService): Endpoint =>
  endpoint(receivePushOperation, async ({ params, rawBytes, headers, now }, { table }) => {
    const adapter = isCarrierCode(params.carrier) ? adapters[params.carrier] : undefined;
    const subscription = adapter && (await findCarrierSubscription(table, params.subscription));
    const ours = subscription?.carrier === adapter?.carrier ? subscription : undefined;
    const secrets = ours ? await secretsAt(keysOf(), ours, now) : [];
    const genuine = secrets.some((secret) => adapter?.verify({ bytes: rawBytes, headers }, secret));
    if (!adapter || !ours || !genuine) {
      throw new Problem("signature_invalid", "The push was not signed with this subscription's secret.");
    }
    const push = adapter.parse(rawBytes.toString());
    if (push) await recordPush(table, ours.tenantId, carrierTeller(adapter.carrier), push, now);
    return { status: 200, body: adapter.accepted };
  });
