import { endpoint } from "../../http/endpoint.ts";
import { payPage } from "../../store/payout-runs.ts";
import { transact } from "../../store/table.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { runPayoutsOperation } from "./operations.ts";
import { viewOf } from "./payouts.ts";

const merchantsAPage = 25;

export const runPayoutsEndpoint = endpoint(
  runPayoutsOperation,
  async ({ caller, body, now, idempotency }, { table, cursors }) => {
    const { runId, limit = merchantsAPage, cursor } = body;
    const { tenantId } = caller;
    const scope = `${tenantId}/runPayouts/${runId}`;
    const start = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const run = { runId, by: actorOf(caller), now };
    const { payouts, negative, lastKey } = await payPage(table, run, tenantId, limit, start);
    const reply = {
      status: 200,
      body: {
        runId,
        payouts: payouts.map((payout) => viewOf(payout, now)),
        negative,
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
    // A run that is cut off before this is answered again from the payouts that stand.
    const recorded = replyWrites(table, runPayoutsOperation, caller, idempotency, reply, now);
    if (recorded.length > 0) await transact(table, recorded);
    return reply;
  },
);
