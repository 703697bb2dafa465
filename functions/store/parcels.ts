import { createHash } from "node:crypto";
import { dayMs } from "../domain/calendar.ts";
import type { CaseState } from "../domain/case.ts";
import { isElsewhere, type KnownParcel, lastMovementAt } from "../domain/stuck-parcel.ts";
import {
  type Checkpoint,
  checkpointId,
  momentOf,
  orderedCheckpoints,
  type ParcelProjection,
  projectParcel,
} from "../domain/tracking.ts";
import type { TransitClocks } from "../domain/transit-clocks.ts";
import { parcelKey, parcelPartition, toldKey, toldPrefix } from "./keys.ts";
import { getItem, putIfAbsent, queryAll, type Table, type Write } from "./table.ts";

/** What a tracking number carries: goods on their way out, a case's return, or what is sent instead of money. */
export type ParcelPointer = {
  readonly tenantId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
} & (
  | { readonly leg: "outbound"; readonly orderId: string; readonly lineIds: readonly string[] }
  | {
      readonly leg: "return";
      readonly caseId: string;
      /** Further cases of the same buyer and merchant whose goods are in it. */
      readonly alsoCaseIds?: readonly string[];
      readonly buyerId: string;
      readonly merchantId: string;
      /** When its waybill was given. */
      readonly namedAt: number;
      /** Frozen with the waybill. */
      readonly clocks: TransitClocks;
      /** What the buyer paid for it, as the first of its cases says. */
      readonly freightMinor: bigint;
      /** What is in it, where the buyer said so. */
      readonly lines?: readonly { readonly lineId: string; readonly quantity: number }[];
      /** The place it is sent to, where that is known. */
      readonly destination?: string;
      /** Its cases wait for it to move: they are told of each scan. */
      readonly watched?: boolean;
    }
  | {
      readonly leg: "replacement";
      readonly caseId: string;
      readonly namedAt: number;
      readonly clocks: TransitClocks;
      readonly destination?: string;
    }
);
export type ReturnPointer = Extract<ParcelPointer, { readonly leg: "return" }>;
export type CasePointer = Extract<ParcelPointer, { readonly caseId: string }>;

export const casesIn = (pointer: CasePointer): readonly string[] => [
  pointer.caseId,
  ...(pointer.leg === "return" ? (pointer.alsoCaseIds ?? []) : []),
];

/** A number may be another parcel's by now. */
export const carries = ({ pointer }: Parcel, caseId: string): boolean =>
  pointer.leg !== "outbound" && casesIn(pointer).includes(caseId);

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

/** A parcel is handed over some days before its waybill is given here, and not months. */
const scannedBeforeMs = 60 * dayMs;

/** The scans of the parcel that has the number now. */
export const scansOf = (pointer: ParcelPointer, checkpoints: readonly Checkpoint[]): readonly Checkpoint[] =>
  pointer.leg === "outbound"
    ? checkpoints
    : checkpoints.filter((checkpoint) => momentOf(checkpoint) >= pointer.namedAt - scannedBeforeMs);

/** The label under which a parcel that changed meanwhile is reported. */
const parcelConflict = "parcel";

export const findPointer = (
  table: Table,
  tenantId: string,
  trackingNumber: string,
): Promise<ParcelPointer | undefined> => getItem(table, parcelKey(tenantId, trackingNumber));

/** A carrier's scan of a parcel that is watched is told to its cases; the others are not even read. */
export const watchWrite = (
  table: Table,
  { tenantId }: Pick<CaseState, "tenantId">,
  trackingNumber: string,
  watched: boolean,
): Write => ({
  conflict: parcelConflict,
  item: {
    Update: {
      TableName: table.name,
      Key: parcelKey(tenantId, trackingNumber),
      UpdateExpression: "SET watched = :watched",
      ConditionExpression: "attribute_exists(PK)",
      ExpressionAttributeValues: { ":watched": watched },
    },
  },
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

/** A parcel of a case in its words; nothing, if it is none. */
export const knownParcel = ({ pointer, checkpoints, projection }: Parcel): KnownParcel | undefined => {
  if (pointer.leg === "outbound") return undefined;
  const { trackingNumber, namedAt, clocks, destination } = pointer;
  const movedAt = lastMovementAt(checkpoints);
  const delivery = checkpoints.find(({ status }) => status === "delivered");
  return {
    trackingNumber,
    namedAt,
    clocks,
    projection,
    ...(movedAt === undefined ? {} : { movedAt }),
    ...(isElsewhere(delivery?.place, destination) ? { elsewhere: true } : {}),
    ...(checkpoints.some(({ status }) => status === "returned") ? { toldReturned: true } : {}),
  };
};

/** What is known of the parcels that what happens next in a case depends on. */
export const awaitedParcelsOf = async (table: Table, state: CaseState): Promise<readonly Parcel[]> => {
  const { stage, replacementParcel } = state;
  if (stage === "in_transit" || stage === "awaiting_inspection" || stage === "manual_review") {
    return returnParcelsOf(table, state);
  }
  if (stage !== "reshipping" || !replacementParcel) return [];
  const parcel = await loadParcel(table, state.tenantId, replacementParcel.trackingNumber);
  return parcel ? [parcel] : [];
};

/** What is known of the parcels in which a case's goods travel back. */
export const returnParcelsOf = async (
  table: Table,
  { tenantId, caseId, returnParcels = [] }: CaseState,
): Promise<readonly Parcel[]> => {
  const parcels = await Promise.all(
    returnParcels.map(({ trackingNumber }) => loadParcel(table, tenantId, trackingNumber)),
  );
  return parcels.flatMap((parcel) => (parcel && carries(parcel, caseId) ? [parcel] : []));
};

/** The parcel somebody has named by this number. */
export const loadParcel = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
): Promise<Parcel | undefined> => {
  const { pointer, checkpoints: told } = await loadTracking(table, tenantId, trackingNumber);
  if (!pointer) return undefined;
  const checkpoints = scansOf(pointer, told);
  return { pointer, checkpoints, projection: projectParcel(checkpoints) };
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
