import {
  type CaseDetail,
  type CaseSnapshot,
  type CaseState,
  type WantedInstead,
  wantedInstead,
} from "../domain/case.ts";
import { adviceOf, type DeskAdvice } from "../domain/desk-advice.ts";
import { lifecycle, type Stage, stages } from "../domain/lifecycle.ts";
import { queuePartition, shardOf, tableKeys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { mergedShards } from "./sharded-page.ts";
import { queryPage, type Table } from "./table.ts";

/**
 * A merchant's queue is an index over the states of its cases: a case is in it while the merchant may act, under its
 * deadline. What a row shows beyond the state lies with the state for as long, so that a page is one query a shard.
 */

/** Stages in which a merchant has something to do before a deadline. */
export const queuedStages: readonly Stage[] = stages.filter(
  (stage) => lifecycle[stage].wait && (lifecycle[stage].actions.merchant?.length ?? 0) > 0,
);

/** What a queued state carries along; gone with the wait. */
type QueueEntry = {
  /** When the row came to its place. */
  readonly at: number;
  readonly items: readonly string[];
  /** What is wanted instead, where the buyer named another item. */
  readonly wanted?: readonly WantedInstead[];
  /** The merchant's advice, packed: mostly words. */
  readonly advice?: Uint8Array;
};

type QueuedState = CaseState & { readonly queue?: QueueEntry };

/** Words most rows have in common. Part of the format: what was packed with it is read with it. */
const dictionary = Buffer.from(
  '"freightPayer":"platform","freightPayer":"buyer","freightPayer":"merchant"}"carrierMinor":"0","platformMinor":"0","merchantMinor":"0","refundMinor":"0","silence":"refuse","silence":"approve","told":{"zh-CN":"买家反映商品，现有记录不能证明责任不在贵方。由您承担。请在 48 小时内答复，逾期视为拒绝。请在 48 小时内答复，逾期视为同意。如需退货，运费由贵方承担。","en":"The buyer reports that the goods were, and no record says that you do not answer for it. Answer within 48 hours; no answer is a refusal. Answer within 48 hours; no answer is consent. If the goods come back, you pay the freight."},"liability":{"merchant":0,"platform":0,"carrier":10000,"buyer":0},"liability":{"merchant":10000,"platform":0,"carrier":0,"buyer":0},{"rule":"wrong-or-missing-packed-by-merchant","rule":"fault-presumed-merchant","refusals":[{"reason":"already_fulfilled","proof":"evidence","proven":false}],{"reason":"goods_as_described","proof":"inspection","proven":true},{"reason":"evidence_insufficient","proof":"none","proven":true},{"reason":"used_or_worn","proof":"evidence","proven":false},{"reason":"other","proof":"note","proven":false}],',
);

const placeOf = ({ deadlineAt, caseId }: CaseState): string =>
  `${new Date(deadlineAt ?? 0).toISOString()}#${caseId}`;

/**
 * The attributes that put a state into its merchant's queue; none where it is not queued. A row keeps its moment while
 * the case waits for the same thing until the same deadline.
 */
export const queueAttributes = (
  before: CaseState | undefined,
  after: CaseState,
  { detail, verdict, known }: Pick<CaseSnapshot, "detail" | "verdict" | "known">,
): Record<string, unknown> => {
  if (!queuedStages.includes(after.stage) || after.deadlineAt === undefined) return {};
  const kept = (before as QueuedState | undefined)?.queue;
  const moved = after.waitSince === after.version || !kept;
  const advice = adviceOf({
    state: after,
    detail,
    ledger: [],
    ...(verdict ? { verdict } : {}),
    ...(known ? { known } : {}),
  });
  const wanted = wantedInstead(after, detail);
  const queue: QueueEntry = {
    at: moved ? after.updatedAt : kept.at,
    items: itemsOf(detail),
    ...(wanted.length > 0 ? { wanted } : {}),
    ...(advice ? { advice: packed(advice, dictionary) } : {}),
  };
  const shard = shardOf(after.caseId, after.queueShards ?? 1);
  return {
    [tableKeys.index.partitionKey]: queuePartition(after.tenantId, after.merchantId, shard),
    [tableKeys.index.sortKey]: placeOf(after),
    queue,
  };
};

const itemsOf = ({ lines }: CaseDetail): readonly string[] => [...new Set(lines.map(({ itemId }) => itemId))];

/** The state without what only its queue needs. */
export const withoutQueue = (state: CaseState): CaseState => {
  const { queue: _, ...rest } = state as QueuedState;
  return rest;
};

export type QueuedCase = {
  readonly state: CaseState;
  readonly itemIds: readonly string[];
  readonly wanted?: readonly WantedInstead[];
  readonly advice?: DeskAdvice;
};

export type Queue = { readonly tenantId: string; readonly merchantId: string; readonly shards: number };

/** Where a walk through the queue stands. */
export type QueuePlace = {
  /** When the walk began: rows that came to their place later belong to the next walk. */
  readonly since: number;
  /** The place of the last row that was looked at. */
  readonly after?: string;
};

/** How many rows of a shard one page looks at where it has to search: some 200 KB. */
const searchedRows = 200;

const queriesOf = ({ tenantId, merchantId, shards }: Queue): readonly string[] =>
  Array.from({ length: shards }, (_, shard) => queuePartition(tenantId, merchantId, shard));

type StoredRow = QueuedState & { readonly GSI1SK: string };

/**
 * One page, the nearest deadline first, in one query a shard. A page that searches may be short and still have a next.
 *
 * @param matches absent: every row
 */
export const readQueue = async (
  table: Table,
  queue: Queue,
  { since, after }: QueuePlace,
  limit: number,
  matches?: (row: QueuedCase) => boolean,
): Promise<{ readonly rows: readonly QueuedCase[]; readonly next?: QueuePlace }> => {
  const pages = await Promise.all(
    queriesOf(queue).map((shard) =>
      queryPage<StoredRow>(table, {
        IndexName: tableKeys.index.name,
        KeyConditionExpression:
          after === undefined ? "GSI1PK = :shard" : "GSI1PK = :shard AND GSI1SK > :after",
        ExpressionAttributeValues: {
          ":shard": shard,
          ...(after === undefined ? {} : { ":after": after }),
        },
        Limit: matches ? Math.max(searchedRows, limit) : limit,
      }),
    ),
  );
  const { rows: looked, readTo } = mergedShards(
    pages.map(({ items, lastKey }) => ({
      rows: items,
      ...(lastKey ? { readTo: String(lastKey.GSI1SK) } : {}),
    })),
  );
  const found = looked
    .filter((row) => (row.queue?.at ?? 0) <= since)
    .map((row) => ({ place: row.GSI1SK, row: queuedCase(row) }))
    .filter(({ row }) => !matches || matches(row));
  const page = found.slice(0, limit);
  const end = found.length > limit ? page.at(-1)?.place : readTo;
  return {
    rows: page.map(({ row }) => row),
    ...(end === undefined ? {} : { next: { since, after: end } }),
  };
};

const queuedCase = (row: StoredRow): QueuedCase => ({
  state: withoutQueue(row),
  itemIds: row.queue?.items ?? [],
  ...(row.queue?.wanted ? { wanted: row.queue.wanted } : {}),
  ...(row.queue?.advice ? { advice: unpacked<DeskAdvice>(row.queue.advice, dictionary) } : {}),
});

export type QueueCounts = {
  readonly all: number;
  readonly overdue: number;
  readonly byStage: { readonly [stage in Stage]?: number };
  /** Whether every row was counted: one query a shard counts a thousand rows or more. */
  readonly complete: boolean;
};

/** How many rows there are, in one query a shard. */
export const countQueue = async (table: Table, queue: Queue, now: number): Promise<QueueCounts> => {
  const pages = await Promise.all(
    queriesOf(queue).map((shard) =>
      queryPage<Pick<CaseState, "stage" | "deadlineAt">>(table, {
        IndexName: tableKeys.index.name,
        KeyConditionExpression: "GSI1PK = :shard",
        ProjectionExpression: "stage, deadlineAt",
        ExpressionAttributeValues: { ":shard": shard },
      }),
    ),
  );
  const rows = pages.flatMap(({ items }) => items);
  const stagesSeen = Map.groupBy(rows, ({ stage }) => stage);
  return {
    all: rows.length,
    overdue: rows.filter(({ deadlineAt = 0 }) => deadlineAt <= now).length,
    byStage: Object.fromEntries([...stagesSeen].map(([stage, of]) => [stage, of.length])),
    complete: pages.every(({ lastKey }) => lastKey === undefined),
  };
};
