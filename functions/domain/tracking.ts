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
  "lost",
  "refused",
  "returning",
  "returned",
  "delivered",
] as const;
export type ParcelStatus = (typeof parcelStatuses)[number];

/**
 * What a code may say beside a status: `silence`, the carrier has nothing to tell (pending, expired, not found),
 * which is no scan; `unknown`, a code nobody has given a meaning yet, which is a scan and moves nothing.
 */
export type CheckpointStatus = ParcelStatus | "silence" | "unknown";

export type Checkpoint = {
  /** Who tells it: the code of the webhook's format, or whoever confirms. */
  readonly source: string;
  /** Carrier's own time, epoch milliseconds. */
  readonly at: number;
  readonly status: CheckpointStatus;
  /** The source's code, kept as it came. */
  readonly code: string;
  readonly place: string;
  readonly text: string;
  /** The source's own code for the company that moves the parcel; it may be corrected on the way. */
  readonly company?: string;
  /** When we first heard of it. */
  readonly heardAt?: number;
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

const escaped = (part: string): string => part.replaceAll("%", "%25").replaceAll("#", "%23");

/**
 * A checkpoint's identity: the carrier's time, who tells it, its code and the place. Two pushes that tell the same
 * checkpoint give the same id, also under another company code, which carriers correct. The separator is escaped, so
 * that no two checkpoints share an id by accident; the place stands last and needs no escape.
 */
export const checkpointId = ({
  at,
  source,
  code,
  place,
}: Pick<Checkpoint, "at" | "source" | "code" | "place">): string =>
  `${new Date(at).toISOString()}#${escaped(source)}#${escaped(code)}#${place}`;

/** A scan counts at the latest when it was told: a carrier's clock may be ahead, and nobody knows the future. */
export const momentOf = ({ at, heardAt = at }: Checkpoint): number => Math.min(at, heardAt);

/**
 * The set of checkpoints in the order of their time: one of each id, however they come. What gained a meaning since it
 * was first told stands for what was unknown, and the first hearing counts.
 */
export const orderedCheckpoints = (checkpoints: readonly Checkpoint[]): readonly Checkpoint[] => {
  const byId = new Map<string, Checkpoint>();
  for (const checkpoint of checkpoints) {
    const id = checkpointId(checkpoint);
    const known = byId.get(id);
    byId.set(id, known ? merged(known, checkpoint) : checkpoint);
  }
  return [...byId]
    .sort(
      ([idOfA, a], [idOfB, b]) =>
        momentOf(a) - momentOf(b) || rank(a.status) - rank(b.status) || (idOfA < idOfB ? -1 : 1),
    )
    .map(([, checkpoint]) => checkpoint);
};

const ranks: readonly CheckpointStatus[] = ["silence", "unknown", ...parcelStatuses];
const rank = (status: CheckpointStatus): number => ranks.indexOf(status);

const merged = (one: Checkpoint, other: Checkpoint): Checkpoint => {
  const told = rank(other.status) > rank(one.status) ? other : one;
  const heard = [one.heardAt, other.heardAt].filter((moment) => moment !== undefined);
  return {
    ...told,
    ...(heard.length === 0 ? {} : { heardAt: Math.min(...heard) }),
    ...(one.trusted || other.trusted ? { trusted: true } : {}),
  };
};

const isStatus = (status: CheckpointStatus): status is ParcelStatus =>
  status !== "silence" && status !== "unknown";

/**
 * Folds checkpoints, in any order and with any repetition, into the parcel's projection. Carriers write
 * whole seconds, so two scans often share one instant: then the later status of `parcelStatuses` counts.
 */
export const projectParcel = (checkpoints: readonly Checkpoint[]): ParcelProjection => {
  const scans = orderedCheckpoints(checkpoints).filter(({ status }) => status !== "silence");
  let status: ParcelStatus = "registered";
  let statusTrusted = false;
  let damaged = false;
  let damageTrusted = false;
  let deliveredAt: number | undefined;
  for (const scan of scans) {
    if (!isStatus(scan.status)) continue;
    const trusted = scan.trusted === true;
    if (scan.status === "damaged") {
      damaged = true;
      damageTrusted ||= trusted;
    }
    if (scan.status === status) {
      statusTrusted ||= trusted;
      continue;
    }
    if (terminal.includes(status)) continue;
    status = scan.status;
    statusTrusted = trusted;
    if (status === "delivered") deliveredAt = momentOf(scan);
  }
  const handedOver = scans.find((scan) => isStatus(scan.status) && scan.status !== "registered");
  const last = scans.at(-1);
  return {
    status,
    statusTrusted,
    damaged,
    damageTrusted,
    ...(handedOver === undefined ? {} : { handedOverAt: momentOf(handedOver) }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(last === undefined ? {} : { lastScanAt: momentOf(last) }),
  };
};
