import * as z from "zod/mini";
import type { RecordedReply } from "../store/idempotency.ts";
import type { Operation } from "./operation.ts";

/** What a handler answers. */
export type Reply = {
  readonly status: number;
  /** In the domain's types: the reply's schema writes it for the wire and drops what it does not name. */
  readonly body: unknown;
  /** Becomes the `ETag`. */
  readonly version?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the body, which the operation's schema describes for those who ask for JSON. */
  readonly text?: { readonly contentType: string; readonly body: string };
  /** Where what was created can be read. */
  readonly location?: string;
};

/** For `JSON.stringify`: amounts become JSON integers, and one that would lose a digit throws. */
export const exactIntegers = (_name: string, value: unknown): unknown => {
  if (typeof value !== "bigint") return value;
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new RangeError(`${value} is no exact JSON integer`);
  }
  return Number(value);
};

const etagOf = (version: number): string => `"${version}"`;

/**
 * A reply as it is sent, and as it is recorded for a repeated request: byte for byte the same.
 *
 * @throws an error that is nobody's fault but ours if the body does not fit the operation's own schema
 */
export const renderReply = (operation: Operation, reply: Reply): Omit<RecordedReply, "requestHash"> => {
  const described = operation.replies[reply.status];
  if (!described) throw new Error(`${operation.operationId} does not describe a reply ${reply.status}`);
  return {
    status: reply.status,
    body: JSON.stringify(z.encode(described.schema, reply.body), exactIntegers),
    ...(reply.version === undefined ? {} : { etag: etagOf(reply.version) }),
    ...(reply.location === undefined ? {} : { location: reply.location }),
  };
};
