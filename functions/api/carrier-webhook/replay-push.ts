import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import type { KeyService } from "../../store/key-service.ts";
import { findParkedPush, parkedBody, replayedWrite } from "../../store/parked-pushes.ts";
import { retryRaces } from "../../store/retry.ts";
import { transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { adapters } from "./adapters.ts";
import { replayParkedPushOperation } from "./operations.ts";
import { takePush } from "./receive-push.ts";

/** Taking a push in twice changes nothing, so it is taken in first and marked then. */
export const replayParkedPushEndpoint = (keysOf: () => KeyService): Endpoint =>
  endpoint(replayParkedPushOperation, ({ caller, params, now, idempotency }, { table }) =>
    retryRaces(async () => {
      const parked = await findParkedPush(table, caller.tenantId, params.parkedPushId);
      if (!parked) throw notFound("parked push");
      if (parked.replayedAt !== undefined) return { status: 200, body: parked };
      const body = await parkedBody(table, keysOf(), parked);
      if (!body) throw notFound("parked push");
      await takePush(table, parked.tenantId, adapters[parked.carrier], body, now);
      const reply = { status: 200, body: { ...parked, replayedAt: now } };
      await transact(table, [
        replayedWrite(table, parked, now),
        ...replyWrites(table, replayParkedPushOperation, caller, idempotency, reply, now),
      ]);
      return reply;
    }),
  );
