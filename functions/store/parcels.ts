import { createHash } from "node:crypto";
import {
  type Checkpoint,
  checkpointId,
  orderedCheckpoints,
  type ParcelProjection,
  projectParcel,
} from "../domain/tracking.ts";
import { parcelKey, parcelPartition, toldKey, toldPrefix } from "./keys.ts";
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

/** What is known under a tracking number; without a pointer as long as nobody has named the parcel. */
export type Tracking = {
  readonly pointer?: ParcelPointer;
  readonly checkpoints: readonly Checkpoint[];
};

/** The label under which a tracking number that is already in use is reported. */
export const trackingNumberConflict = "trackingNumber";

/** A tracking number points to one thing of a tenant, for good. */
export const parcelWrite = (table: Table, pointer: ParcelPointer): Write =>
  putOnce(table, trackingNumberConflict, {
    ...parcelKey(pointer.tenantId, pointer.trackingNumber),
    ...pointer,
  });

export const loadTracking = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
): Promise<Tracking> => {
  const items = await queryAll<Record<string, unknown> & { SK: string }>(table, {
    KeyConditionExpression: "PK = :parcel",
    ExpressionAttributeValues: { ":parcel": parcelPartition(tenantId, trackingNumber) },
  });
  const pointer = items.find((item) => item.SK === "PARCEL") as unknown as ParcelPointer | undefined;
  const told = items.filter((item) => item.SK.startsWith(toldPrefix)) as unknown as readonly Told[];
  return {
    ...(pointer ? { pointer } : {}),
    checkpoints: orderedCheckpoints(told.flatMap(checkpointsIn)),
  };
};

/** The parcel somebody has named by this number. */
export const loadParcel = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
): Promise<Parcel | undefined> => {
  const { pointer, checkpoints } = await loadTracking(table, tenantId, trackingNumber);
  return pointer && { pointer, checkpoints, projection: projectParcel(checkpoints) };
};

/** What all checkpoints of one telling share stands once. */
type Shared = Pick<Checkpoint, "source" | "heardAt" | "trusted">;
type Told = Shared & { readonly scans: readonly Omit<Checkpoint, keyof Shared>[] };

const checkpointsIn = ({ source, heardAt, trusted, scans }: Told): readonly Checkpoint[] =>
  scans.map((scan) => ({
    source,
    ...scan,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(trusted === undefined ? {} : { trusted }),
  }));

/** A sort key has room for 1,024 bytes, and places and codes are as long as a carrier likes: so, a digest. */
const digestOf = (source: string, scans: Told["scans"]): string =>
  createHash("sha256")
    .update(
      scans
        .map((scan) => `${scan.status} ${checkpointId({ source, ...scan })}`)
        .sort()
        .join("\n"),
    )
    .digest("base64url");

/**
 * Keeps what somebody told, in one put, once: who tells the same again at the same time finds it there. A parcel nobody
 * has named yet keeps it too, so that nothing a carrier said is lost when the waybill is given later.
 */
export const keepCheckpoints = (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  { source, heardAt, trusted }: Shared,
  scans: Told["scans"],
): Promise<void> =>
  putIfAbsent(table, {
    ...toldKey(tenantId, trackingNumber, digestOf(source, scans)),
    source,
    heardAt,
    trusted,
    scans,
  });
