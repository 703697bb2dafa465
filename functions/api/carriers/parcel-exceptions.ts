import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import {
  findParcelException,
  parcelExceptions,
  resolvedExceptionWrite,
} from "../../store/parcel-exceptions.ts";
import { retryRaces } from "../../store/retry.ts";
import { transact } from "../../store/table.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { listParcelExceptionsOperation, resolveParcelExceptionOperation } from "./operations.ts";

export const listParcelExceptionsEndpoint = endpoint(
  listParcelExceptionsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listParcelExceptions/${query.status}`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const page = await parcelExceptions(table, caller.tenantId, query.status, query.limit, start);
    return {
      status: 200,
      body: {
        items: page.items,
        ...(page.lastKey ? { nextCursor: cursors.sign(scope, page.lastKey) } : {}),
      },
    };
  },
);

export const resolveParcelExceptionEndpoint = endpoint(
  resolveParcelExceptionOperation,
  ({ caller, params, body, now, idempotency }, { table }) =>
    retryRaces(async () => {
      const found = await findParcelException(table, caller.tenantId, params.trackingNumber, params.kind);
      if (!found) throw notFound("exception");
      if (found.resolved) return { status: 200, body: found };
      const after = { ...found, resolved: { at: now, by: actorOf(caller), note: body.note } };
      const reply = { status: 200, body: after };
      await transact(table, [
        resolvedExceptionWrite(table, after),
        ...replyWrites(table, resolveParcelExceptionOperation, caller, idempotency, reply, now),
      ]);
      return reply;
    }),
);
