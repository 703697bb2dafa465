/**
 * One truth about a parcel: checkpoints are a set keyed by what the carrier says, and the status is a
 * fold over the sorted set, so repeats, disorder and full-history pushes change nothing.
 */

/** In the order in which a parcel usually reaches them. */
export const parcelStatuses = [
  "registered",
  "picked_up",
  "in_transit",
  "out_for_delivery",
  "exception",
  "damaged",
  "refused",
  "returning",
  "returned",
  "delivered",
] as const;
export type ParcelStatus = (typeof parcelStatuses)[number];

export type Checkpoint = {
  /** Carrier's own time, epoch milliseconds. */
  readonly at: number;
  readonly status: ParcelStatus;
  /** The carrier's code, kept as it came. */
  readonly code: string;
  readonly place: string;
  readonly text: string;
  /** Whether the push was signed strongly enough to move money by itself; absent, it was not. */
  readonly trusted?: boolean;
};

export type ParcelProjection = {
  readonly status: ParcelStatus;
  /** Whether some trusted checkpoint says that status, since the parcel came to it. */
  readonly statusTrusted: boolean;
  /** A damage scan is latched: a later scan does not take it back. */
  readonly damaged: boolean;
  /** Whether some trusted checkpoint says so. */
  readonly damageTrusted: boolean;
  /** The carrier's first scan that says more than that a label exists. */
  readonly handedOverAt?: number;
  readonly deliveredAt?: number;
  readonly lastScanAt?: number;
};

/** Facts that, once told, stay: a later scan never moves the parcel back from them. */
const terminal: readonly ParcelStatus[] = ["delivered", "returned"];

/**
 * A checkpoint's identity: the carrier's time, its code and the place. Two pushes that tell the same
 * checkpoint give the same id. The separator is escaped inside the code, so that no two checkpoints share
 * an id by accident; the place stands last and needs no escape.
 */
export const checkpointId = (checkpoint: Pick<Checkpoint, "at" | "code" | "place">): string => {
  const code = checkpoint.code.replaceAll("%", "%25").replaceAll("#", "%23");
  return `${new Date(checkpoint.at).toISOString()}#${code}#${checkpoint.place}`;
};

const progress = (status: ParcelStatus): number => parcelStatuses.indexOf(status);

/**
 * Folds checkpoints, in any order and with any repetition, into the parcel's projection. Carriers write
 * whole seconds, so two scans often share one instant: then the later status of `parcelStatuses` counts.
 */
export const projectParcel = (checkpoints: readonly Checkpoint[]): ParcelProjection => {
  const ordered = [...checkpoints].sort((a, b) => a.at - b.at || progress(a.status) - progress(b.status));
  let status: ParcelStatus = "registered";
  let statusTrusted = false;
  let damaged = false;
  let damageTrusted = false;
  let deliveredAt: number | undefined;
  for (const checkpoint of ordered) {
    const trusted = checkpoint.trusted === true;
    if (checkpoint.status === "damaged") {
      damaged = true;
      damageTrusted ||= trusted;
    }
    if (checkpoint.status === status) {
      statusTrusted ||= trusted;
      continue;
    }
    if (terminal.includes(status)) continue;
    status = checkpoint.status;
    statusTrusted = trusted;
    if (status === "delivered") deliveredAt = checkpoint.at;
  }
  const handedOverAt = ordered.find((checkpoint) => checkpoint.status !== "registered")?.at;
  const lastScanAt = ordered.at(-1)?.at;
  return {
    status,
    statusTrusted,
    damaged,
    damageTrusted,
    ...(handedOverAt === undefined ? {} : { handedOverAt }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(lastScanAt === undefined ? {} : { lastScanAt }),
  };
};
