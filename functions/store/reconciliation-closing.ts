import { findingOnMissing } from "../domain/settlement/reconciliation.ts";
import { payoutsPartition, reconciliationPartition, shardOf, tableKeys } from "./keys.ts";
import {
  type ClosingPlace,
  countsOf,
  headerKey,
  missingPrefix,
  partPrefix,
  payoutsNamed,
  type Reconciliation,
  runsOf,
  type StoredPart,
} from "./reconciliations.ts";
import { putWrite, queryAll, queryPage, type Table, transact, type Write } from "./table.ts";

/**
 * Closing finds the payouts of the time that the file does not name. Neither side lies in the order of the other, and
 * both may be longer than one call can hold. So the ids of both are spread over buckets by their hash, and then each
 * bucket is held against itself: every part and every payout is read once, however many there are. What a step writes
 * stands in one transaction with how far it has come, so that a step is done whole and once.
 */

/** How much is done at once. A transaction takes 100 items and 4 MB; an id has up to 64 bytes. */
export type Reach = {
  readonly partsAStep: number;
  readonly payoutsAStep: number;
  readonly missingAStep: number;
  /** A call begins no step beyond so many ids: it has ten seconds. */
  readonly idsACall: number;
};

const reach: Reach = { partsAStep: 10, payoutsAStep: 10_000, missingAStep: 1_000, idsACall: 40_000 };

/** So many that a bucket of a file of the greatest length is still read well within a call. */
const buckets = 32;

const spreadPrefix = "SPREAD#";

const bucketName = (bucket: number): string => String(bucket).padStart(2, "0");

/** Every step has a version of its own. */
const stepName = (version: number): string => String(version).padStart(9, "0");

/** Where ids come from: the file names them, or the table holds them. */
type Spread = { readonly named?: readonly string[]; readonly held?: readonly string[] };

type Step = {
  readonly writes: readonly Write[];
  /** Nothing once there is nothing left to do. */
  readonly place: ClosingPlace | undefined;
  /** Ids gone through. */
  readonly ids: number;
  readonly checked?: number;
};

/** An item takes 400 KB, and whoever makes ids can make them all fall into one bucket. */
const idsAnItem = 4_000;

const spreadWrites = (
  table: Table,
  { tenantId, reconciliationId, version }: Reconciliation,
  side: keyof Spread,
  payoutIds: readonly string[],
): readonly Write[] =>
  [...Map.groupBy(payoutIds, (payoutId) => shardOf(payoutId, buckets))].flatMap(([bucket, inBucket]) =>
    runsOf(inBucket, idsAnItem).map((ids, index) =>
      putWrite(table, "spread", {
        Item: {
          PK: reconciliationPartition(tenantId, reconciliationId),
          SK: `${spreadPrefix}${bucketName(bucket)}#${stepName(version)}#${index}`,
          [side]: ids,
        },
      }),
    ),
  );

const startAt = (lastKey: Record<string, unknown> | undefined) =>
  lastKey ? { ExclusiveStartKey: lastKey } : {};

const spreadParts = async (
  table: Table,
  at: Reconciliation,
  place: Extract<ClosingPlace, { through: "parts" }>,
  { partsAStep }: Reach,
): Promise<Step> => {
  const { items, lastKey } = await queryPage<Pick<StoredPart, "payoutIds">>(table, {
    KeyConditionExpression: "PK = :reconciliation AND begins_with(SK, :part)",
    ExpressionAttributeValues: {
      ":reconciliation": reconciliationPartition(at.tenantId, at.reconciliationId),
      ":part": partPrefix,
    },
    ProjectionExpression: "payoutIds",
    ConsistentRead: true,
    Limit: partsAStep,
    ...startAt(place.lastKey),
  });
  const named = items.flatMap(({ payoutIds }) => payoutIds);
  return {
    writes: spreadWrites(table, at, "named", named),
    place: lastKey ? { through: "parts", lastKey } : { through: "payouts", list: 0 },
    ids: named.length,
  };
};

/**
 * What has failed need not stand in the file. What is decided moves from the first list to the second, never back:
 * who goes through them in this order meets every payout.
 */
const closingLists = ["open", "succeeded"] as const;

const spreadPayouts = async (
  table: Table,
  at: Reconciliation,
  place: Extract<ClosingPlace, { through: "payouts" }>,
  { payoutsAStep }: Reach,
): Promise<Step> => {
  const list = closingLists[place.list];
  if (list === undefined) return { writes: [], place: { through: "buckets", bucket: 0 }, ids: 0 };
  const held: string[] = [];
  let { lastKey } = place;
  do {
    const page = await queryPage<{ readonly payoutId: string }>(table, {
      IndexName: tableKeys.index.name,
      KeyConditionExpression: "GSI1PK = :list AND GSI1SK BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":list": payoutsPartition(at.tenantId, list),
        ":from": new Date(at.from).toISOString(),
        ":to": new Date(at.to).toISOString(),
      },
      ProjectionExpression: "payoutId",
      Limit: payoutsAStep - held.length,
      ...startAt(lastKey),
    });
    held.push(...page.items.map(({ payoutId }) => payoutId));
    lastKey = page.lastKey;
  } while (lastKey && held.length < payoutsAStep);
  return {
    writes: spreadWrites(table, at, "held", held),
    place: { through: "payouts", ...(lastKey ? { list: place.list, lastKey } : { list: place.list + 1 }) },
    ids: held.length,
    checked: held.length,
  };
};

/** What one item of findings holds, of some 200 bytes each. */
const findingsAnItem = 100;

/** A payout that was decided meanwhile was met twice; it is told once, as it stands now. */
const compareBuckets = async (
  table: Table,
  at: Reconciliation,
  { bucket, behind }: Extract<ClosingPlace, { through: "buckets" }>,
  idsInAll: number,
  now: number,
  { payoutsAStep, missingAStep }: Reach,
): Promise<Step> => {
  const atOnce = Math.max(1, Math.floor((buckets * payoutsAStep) / Math.max(1, idsInAll)));
  const next = Math.min(buckets, bucket + atOnce);
  const PK = reconciliationPartition(at.tenantId, at.reconciliationId);
  const spread = await queryAll<Spread>(table, {
    KeyConditionExpression: "PK = :reconciliation AND SK BETWEEN :first AND :last",
    ExpressionAttributeValues: {
      ":reconciliation": PK,
      ":first": `${spreadPrefix}${bucketName(bucket)}#`,
      ":last": `${spreadPrefix}${bucketName(next - 1)}#~`,
    },
  });
  const named = new Set(spread.flatMap((each) => each.named ?? []));
  const held = new Set(spread.flatMap((each) => each.held ?? []));
  const missing = [...held].filter((id) => !named.has(id) && (behind === undefined || id > behind)).sort();
  const told = missing.slice(0, missingAStep);
  const payouts = await payoutsNamed(table, at.tenantId, told);
  const findings = told.flatMap((payoutId) => {
    const payout = payouts.get(payoutId);
    // What was tried again since then belongs to the time in which it was.
    if (!payout || payout.instructedAt < at.from || payout.instructedAt >= at.to) return [];
    return findingOnMissing(payout, now) ?? [];
  });
  const writes = runsOf(findings, findingsAnItem).map((some, index) =>
    putWrite(table, "missing", {
      Item: { PK, SK: `${missingPrefix}${stepName(at.version)}#${index}`, findings: some },
    }),
  );
  const last = told.at(-1);
  const place: ClosingPlace | undefined =
    last !== undefined && told.length < missing.length
      ? // The same buckets again: `idsInAll` does not change any more, so neither do they.
        { through: "buckets", bucket, behind: last }
      : next < buckets
        ? { through: "buckets", bucket: next }
        : undefined;
  return { writes, place, ids: named.size + held.size };
};

/** Writes down how far it is with what it came to, if nobody else went on from there. */
const moveOn = async (
  table: Table,
  to: Reconciliation,
  writes: readonly Write[] = [],
): Promise<Reconciliation> => {
  const after = { ...to, version: to.version + 1 };
  await transact(table, [
    putWrite(table, "version", {
      Item: { ...headerKey(to), ...after },
      ConditionExpression: "version = :version",
      ExpressionAttributeValues: { ":version": to.version },
    }),
    ...writes,
  ]);
  return after;
};

/**
 * Goes on with closing, as far as one call goes.
 *
 * @throws Conflict if somebody else went on meanwhile
 */
export const closeFurther = async (
  table: Table,
  found: Reconciliation,
  now: number,
  within: Reach = reach,
): Promise<Reconciliation> => {
  // Before the parts are counted and read: from here on none is taken.
  let at = found.status === "open" ? await moveOn(table, { ...found, status: "closing" }) : found;
  const counts = await countsOf(table, at);
  for (let ids = 0; at.status === "closing" && ids < within.idsACall; ) {
    const place = at.place ?? { through: "parts" };
    const step =
      place.through === "parts"
        ? await spreadParts(table, at, place, within)
        : place.through === "payouts"
          ? await spreadPayouts(table, at, place, within)
          : await compareBuckets(table, at, place, counts.lines + at.checked, now, within);
    const { place: _, ...rest } = at;
    at = await moveOn(
      table,
      {
        ...rest,
        counts,
        checked: at.checked + (step.checked ?? 0),
        ...(step.place ? { place: step.place } : { status: "closed" }),
      },
      step.writes,
    );
    ids += step.ids;
  }
  return at;
};
