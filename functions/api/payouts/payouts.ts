import { type Payout, type PayoutCommand, standingStatus } from "../../domain/settlement/payout.ts";
import { type Caller, endpoint, type Reply } from "../../http/endpoint.ts";
import type { Operation } from "../../http/operation.ts";
import { notFound } from "../../http/problem.ts";
import type { IdempotentRequest } from "../../store/idempotency.ts";
import { commandPayout, findPayout, payoutsIn } from "../../store/payouts.ts";
import type { Table } from "../../store/table.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import {
  advancePayoutOperation,
  confirmPayoutOperation,
  getPayoutOperation,
  listPayoutsOperation,
  provePayoutOperation,
  recoverPayoutOperation,
  retryPayoutOperation,
} from "./operations.ts";

/** A payout as it is told: what silence means is already in its status. */
export const viewOf = (payout: Payout, now: number) => ({ ...payout, status: standingStatus(payout, now) });

const replyWith = (payout: Payout, now: number): Reply => ({
  status: 200,
  body: viewOf(payout, now),
  version: payout.version,
});

export const listPayoutsEndpoint = endpoint(
  listPayoutsOperation,
  async ({ caller, query, now }, { table, cursors }) => {
    const { status, limit, cursor } = query;
    const scope = `${caller.tenantId}/listPayouts/${status}`;
    const start = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const { items, lastKey } = await payoutsIn(table, caller.tenantId, status, limit, start);
    return {
      status: 200,
      body: {
        items: items.map((payout) => viewOf(payout, now)).filter((payout) => payout.status === status),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
  },
);

export const getPayoutEndpoint = endpoint(getPayoutOperation, async ({ caller, params, now }, { table }) => {
  const payout = await findPayout(table, { tenantId: caller.tenantId, payoutId: params.payoutId });
  if (!payout) throw notFound("payout");
  return replyWith(payout, now);
});

type CommandRequest = {
  readonly caller: Caller;
  readonly params: { readonly payoutId: string };
  readonly now: number;
  readonly idempotency?: IdempotentRequest;
};

const command = async (
  operation: Operation,
  { caller, params, now, idempotency }: CommandRequest,
  table: Table,
  what: PayoutCommand,
): Promise<Reply> => {
  const after = await commandPayout(table, { tenantId: caller.tenantId, payoutId: params.payoutId }, what, {
    now,
    by: actorOf(caller),
    extra: (payout) => replyWrites(table, operation, caller, idempotency, replyWith(payout, now), now),
  });
  if (!after) throw notFound("payout");
  return replyWith(after, now);
};

export const confirmPayoutEndpoint = endpoint(confirmPayoutOperation, (request, { table }) =>
  command(confirmPayoutOperation, request, table, { type: "Confirm", ...request.body }),
);

export const retryPayoutEndpoint = endpoint(retryPayoutOperation, (request, { table }) =>
  command(retryPayoutOperation, request, table, { type: "Retry" }),
);

export const provePayoutEndpoint = endpoint(provePayoutOperation, (request, { table }) =>
  command(provePayoutOperation, request, table, { type: "ProveOffline", reference: request.body.reference }),
);

export const advancePayoutEndpoint = endpoint(advancePayoutOperation, (request, { table }) =>
  command(advancePayoutOperation, request, table, { type: "Advance", reference: request.body.reference }),
);

export const recoverPayoutEndpoint = endpoint(recoverPayoutOperation, (request, { table }) =>
  command(recoverPayoutOperation, request, table, { type: "Recover", reference: request.body.reference }),
);
