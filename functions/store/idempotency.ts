import type { Actor } from "../domain/case.ts";
import { idempotencyKey } from "./keys.ts";
import { getItem, putOnce, type Table, type Write } from "./table.ts";

/** How long an answer is kept for a repeated request. */
const keptMs = 30 * 24 * 3_600_000;

/** A request as its sender named it, with a digest of what it asked. */
export type IdempotentRequest = { readonly key: string; readonly requestHash: string };

export type RecordedReply = {
  readonly requestHash: string;
  readonly status: number;
  /** The reply as JSON text, to be sent again byte for byte. */
  readonly body: string;
  readonly etag?: string;
  readonly location?: string;
};

export const findRecordedReply = (
  table: Table,
  tenantId: string,
  actor: Actor,
  key: string,
): Promise<RecordedReply | undefined> =>
  getItem<RecordedReply>(table, idempotencyKey(tenantId, `${actor.role}:${actor.id}`, key));

/** The write that records a reply in the transaction of what it answers. */
export const recordReply = (
  table: Table,
  tenantId: string,
  actor: Actor,
  request: IdempotentRequest,
  reply: Omit<RecordedReply, "requestHash">,
  at: number,
): Write =>
  putOnce(table, "idempotency", {
    ...idempotencyKey(tenantId, `${actor.role}:${actor.id}`, request.key),
    requestHash: request.requestHash,
    ...reply,
    expiresAt: Math.ceil((at + keptMs) / 1000),
  });
