import { endpoint } from "../../http/endpoint.ts";
import { invalidField, notFound } from "../../http/problem.ts";
import { loadParcel } from "../../store/parcels.ts";
import { transact } from "../../store/table.ts";
import { recordPush } from "../carrier-webhook/record-push.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { confirmParcelOperation } from "./operations.ts";

/**
 * A confirmation is a checkpoint of a source that may move money, and goes the way of every push. It is kept and told
 * before its answer is recorded: cut off in between, the repeated request finds the same checkpoint there.
 */
export const confirmParcelEndpoint = endpoint(confirmParcelOperation, async (request, { table }) => {
  const { caller, params, body, now, idempotency } = request;
  const { carrier, trackingNumber } = params;
  const { tenantId } = caller;
  if (body.at > now) throw invalidField("/at", "lies in the future");
  const before = await loadParcel(table, tenantId, trackingNumber);
  if (before?.pointer.carrier !== carrier) throw notFound("parcel");
  const by = actorOf(caller);
  const { status, at, note = "" } = body;
  const seen = { at, status, code: status, place: "", text: note };
  const teller = { source: "confirmation", trusted: true, by };
  await recordPush(table, tenantId, teller, { trackingNumber, checkpoints: [seen] }, now);
  const after = await loadParcel(table, tenantId, trackingNumber);
  const { status: standing = status, statusTrusted = false } = after?.projection ?? {};
  const reply = {
    status: 200,
    body: { carrier, trackingNumber, status: standing, confirmed: statusTrusted },
  };
  const recorded = replyWrites(table, confirmParcelOperation, caller, idempotency, reply, now);
  if (recorded.length > 0) await transact(table, recorded);
  return reply;
});
