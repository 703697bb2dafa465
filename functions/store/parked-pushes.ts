import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { dayMs } from "../domain/calendar.ts";
import type { CarrierCode } from "../domain/carriers.ts";
import type { CarrierSubscription } from "./carrier-subscriptions.ts";
import type { KeyService, SealContext } from "./key-service.ts";
import { parkedBodyKey, parkedPushesPartition, parkedPushKey, tableKeys } from "./keys.ts";
import { seal, unseal } from "./sealed.ts";
import {
  Conflict,
  getItem,
  type Page,
  putOnce,
  putWrite,
  queryPage,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

/** Why a genuine push was not taken in: it is not in the carrier's format, or handling it failed. */
export type ParkingReason = {
  readonly reason: "unreadable" | "failed";
  /** Where it does not fit and how, or the name of the error. Never what the push says. */
  readonly detail: string;
};

export type ParkedPush = ParkingReason & {
  readonly tenantId: string;
  readonly parkedPushId: string;
  readonly subscriptionId: string;
  readonly carrier: CarrierCode;
  readonly bytes: number;
  readonly parkedAt: number;
  readonly replayedAt?: number;
  /** In seconds: a body names people, and is not kept for good. */
  readonly expiresAt: number;
};

const keptMs = 90 * dayMs;

/** The label under which a push that lies there already, or was replayed before, is reported. */
const pushConflict = "push";

const contextOf = ({
  tenantId,
  parkedPushId,
}: Pick<ParkedPush, "tenantId" | "parkedPushId">): SealContext => ({
  purpose: "parked-push",
  tenantId,
  parkedPushId,
});

const itemOf = (parked: ParkedPush) => ({
  ...parkedPushKey(parked.tenantId, parked.parkedPushId),
  ...parked,
  GSI1PK: parkedPushesPartition(parked.tenantId, parked.replayedAt === undefined ? "parked" : "replayed"),
  GSI1SK: `${new Date(parked.parkedAt).toISOString()}#${parked.parkedPushId}`,
});

/**
 * Parks a push under the digest of what it says, so that one that comes a hundred times lies there once.
 *
 * @returns whether it is new
 */
export const parkPush = async (
  table: Table,
  keys: KeyService,
  { tenantId, subscriptionId, carrier }: CarrierSubscription,
  body: Buffer,
  why: ParkingReason,
  now: number,
): Promise<boolean> => {
  const parkedPushId = createHash("sha256").update(subscriptionId).update("\n").update(body).digest("hex");
  if (await findParkedPush(table, tenantId, parkedPushId)) return false;
  const expiresAt = Math.ceil((now + keptMs) / 1000);
  const parked: ParkedPush = {
    tenantId,
    parkedPushId,
    subscriptionId,
    carrier,
    ...why,
    bytes: body.length,
    parkedAt: now,
    expiresAt,
  };
  // An item has room for 400 KB and a body has 256: the envelope adds some hundred bytes.
  const sealed = await seal(keys, contextOf(parked), deflateRawSync(body));
  try {
    await transact(table, [
      putOnce(table, pushConflict, itemOf(parked)),
      putOnce(table, pushConflict, { ...parkedBodyKey(tenantId, parkedPushId), sealed, expiresAt }),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Conflict && error.conflicts.includes(pushConflict)) return false;
    throw error;
  }
};

export const findParkedPush = async (
  table: Table,
  tenantId: string,
  parkedPushId: string,
): Promise<ParkedPush | undefined> => {
  const found = await getItem<ParkedPush>(table, parkedPushKey(tenantId, parkedPushId));
  return found && withoutKeys(found);
};

/** Its raw body, as long as it is kept. */
export const parkedBody = async (
  table: Table,
  keys: KeyService,
  parked: ParkedPush,
): Promise<Buffer | undefined> => {
  const item = await getItem<{ readonly sealed: Uint8Array }>(
    table,
    parkedBodyKey(parked.tenantId, parked.parkedPushId),
  );
  return item && inflateRawSync(await unseal(keys, contextOf(parked), item.sealed));
};

/** Once, by whoever was first. */
export const replayedWrite = (table: Table, parked: ParkedPush, now: number): Write =>
  putWrite(table, pushConflict, {
    Item: itemOf({ ...parked, replayedAt: now }),
    ConditionExpression: "attribute_exists(PK) AND attribute_not_exists(replayedAt)",
  });

/** A tenant's parked pushes, the oldest first, a page at a time. */
export const parkedPushes = (
  table: Table,
  tenantId: string,
  list: "parked" | "replayed",
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<ParkedPush>> =>
  queryPage(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: `${tableKeys.index.partitionKey} = :list`,
    ExpressionAttributeValues: { ":list": parkedPushesPartition(tenantId, list) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
