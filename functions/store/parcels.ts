import { type Checkpoint, checkpointId, type ParcelProjection, projectParcel } from "../domain/tracking.ts";
import { checkpointKey, parcelKey, parcelPartition } from "./keys.ts";
import { putIfAbsent, putOnce, queryAll, type Table, type Write } from "./table.ts";

/** What a tracking number carries: goods on their way out, or a case's return. */
export type ParcelPointer = {
  readonly tenantId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
} & (
  | { readonly leg: "outbound"; readonly orderId: string; readonly lineIds: readonly string[] }
  | { readonly leg: "return"; readonly caseId: string }
);

export type Parcel = {
  readonly pointer: ParcelPointer;
  readonly checkpoints: readonly Checkpoint[];
  readonly projection: ParcelProjection;
};

/** The label under which a tracking number that is already in use is reported. */
export const trackingNumberConflict = "trackingNumber";

/** A tracking number points to one thing of a tenant, for good. */
export const parcelWrite = (table: Table, pointer: ParcelPointer): Write =>
  putOnce(table, trackingNumberConflict, {
    ...parcelKey(pointer.tenantId, pointer.trackingNumber),
    ...pointer,
  });

export const loadParcel = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
): Promise<Parcel | undefined> => {
  const items = await queryAll<Record<string, unknown> & { SK: string }>(table, {
    KeyConditionExpression: "PK = :parcel",
    ExpressionAttributeValues: { ":parcel": parcelPartition(tenantId, trackingNumber) },
  });
  const pointer = items.find((item) => item.SK === "PARCEL") as unknown as ParcelPointer | undefined;
  if (!pointer) return undefined;
  const checkpoints = items
    .filter((item) => item.SK.startsWith("CHECKPOINT#"))
    .map((item) => item as unknown as Checkpoint);
  return { pointer, checkpoints, projection: projectParcel(checkpoints) };
};

/**
 * Keeps a checkpoint, once, whoever tells it and however often. A parcel nobody has named yet keeps its
 * checkpoints too, so that nothing a carrier said is lost when the waybill is given later.
 */
export const keepCheckpoint = (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  checkpoint: Checkpoint,
): Promise<void> =>
  putIfAbsent(table, {
    ...checkpointKey(tenantId, trackingNumber, checkpointId(checkpoint)),
    ...checkpoint,
  });
