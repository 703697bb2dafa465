import type { CaseEvent, CaseSnapshot, CaseState } from "../domain/case.ts";
import type { Dispute, Statement } from "../domain/dispute.ts";
import { disputeAfter } from "../domain/evolve-dispute.ts";
import type { Ruling, Verdict } from "../domain/judgment/verdict.ts";
import {
  casePartition,
  decidedDisputesPartition,
  disputeKey,
  disputePrefix,
  disputeQueuePartition,
  disputeStatementKey,
  shardOf,
  statementPrefix,
  tableKeys,
} from "./keys.ts";
import { mergedShards, type ShardPage } from "./sharded-page.ts";
import { putOnce, putWrite, queryAll, queryPage, type Table, type Write } from "./table.ts";

/**
 * A dispute beside its case: one item that is read with the case, that the arbiters' queue shows while it is open,
 * and that decided disputes of the same reason are found by afterwards. What the sides said lies apart, since no
 * command looks at it.
 */

/** What a row of the queue says, so that a page of it is read from the index alone. */
export type DisputeRow = Pick<
  CaseState,
  | "tenantId"
  | "caseId"
  | "orderId"
  | "merchantId"
  | "buyerId"
  | "type"
  | "reason"
  | "stage"
  | "claimMinor"
  | "currency"
  | "deadlineAt"
  | "filedAt"
  | "updatedAt"
> &
  Pick<Verdict, "rule" | "liability"> & {
    readonly dispute: Dispute;
    /** Of those below `dispute` that a page is filtered by. */
    readonly ground: Dispute["ground"];
    readonly arbiterId?: string;
    readonly ruling?: Ruling;
  };

type StoredDispute = DisputeRow & { readonly SK: string; readonly GSI1SK: string };

export type StoredStatement = Statement & {
  readonly dispute: number;
  readonly at: number;
  readonly by: string;
};

/** One shard carries 250 changes a second (performance.md). */
export const disputeShards = 8;

const sortedBy = (at: number, caseId: string): string => `${new Date(at).toISOString()}#${caseId}`;

const indexKeys = (after: CaseState, dispute: Dispute): Record<string, string> => {
  const { tenantId, caseId, reason, deadlineAt } = after;
  if (dispute.end === undefined) {
    // In between two waits of the machine there is no deadline; the case is back in the queue within moments.
    return {
      GSI1PK: disputeQueuePartition(tenantId, shardOf(caseId, disputeShards)),
      GSI1SK: sortedBy(deadlineAt ?? after.updatedAt, caseId),
    };
  }
  return dispute.end === "ruled" || dispute.end === "agreed"
    ? {
        GSI1PK: decidedDisputesPartition(tenantId, reason),
        GSI1SK: sortedBy(dispute.endedAt ?? after.updatedAt, caseId),
      }
    : {};
};

const rowOf = (after: CaseState, dispute: Dispute, verdict: Verdict | undefined): Partial<DisputeRow> => {
  const { tenantId, caseId, orderId, merchantId, buyerId, type, reason, stage } = after;
  const { claimMinor, currency, deadlineAt, filedAt, updatedAt } = after;
  const { ground, arbiterId } = dispute;
  return {
    tenantId,
    caseId,
    orderId,
    merchantId,
    buyerId,
    type,
    reason,
    stage,
    claimMinor,
    currency,
    filedAt,
    updatedAt,
    dispute,
    ground,
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
    ...(arbiterId === undefined ? {} : { arbiterId }),
    ...(verdict ? { rule: verdict.rule, liability: verdict.liability } : {}),
    ...(verdict?.ruling ? { ruling: verdict.ruling } : {}),
  };
};

/** The writes of a transaction on a disputed case; none for a case that is not. */
export const disputeWrites = (
  table: Table,
  before: Pick<CaseSnapshot, "dispute" | "verdict" | "calendars"> & { readonly state?: CaseState },
  after: CaseState,
  events: readonly CaseEvent[],
): readonly Write[] => {
  if (!before.state) return [];
  const dispute = disputeAfter({ ...before, state: before.state }, events);
  if (!dispute || (dispute === before.dispute && dispute.end !== undefined)) return [];
  const { tenantId, caseId, version } = after;
  const verdict = events.findLast((event) => event.type === "CaseJudged")?.verdict ?? before.verdict;
  return [
    putWrite(table, "version", {
      Item: {
        ...disputeKey(tenantId, caseId, dispute.number),
        ...rowOf(after, dispute, verdict),
        ...indexKeys(after, dispute),
        version,
      },
      ConditionExpression: "attribute_not_exists(PK) OR version < :version",
      ExpressionAttributeValues: { ":version": version },
    }),
    ...events.flatMap((event) =>
      "statement" in event && event.statement
        ? [
            putOnce(table, "version", {
              ...disputeStatementKey(tenantId, caseId, dispute.number, event.statement.number),
              ...event.statement,
              dispute: dispute.number,
              at: event.at,
              by: event.by.role,
            }),
          ]
        : [],
    ),
  ];
};

/** The latest dispute among what was read of a case. */
export const disputeAmong = (items: readonly { readonly SK: string }[]): Dispute | undefined =>
  (items.filter(({ SK }) => SK.startsWith(disputePrefix)).at(-1) as StoredDispute | undefined)?.dispute;

/** Everything the sides of a case have said, in all its disputes, in that order. */
export const disputeStatements = (
  table: Table,
  { tenantId, caseId }: Pick<CaseState, "tenantId" | "caseId">,
): Promise<readonly StoredStatement[]> =>
  queryAll<StoredStatement>(table, {
    KeyConditionExpression: "PK = :case AND begins_with(SK, :statement)",
    ExpressionAttributeValues: { ":case": casePartition(tenantId, caseId), ":statement": statementPrefix },
  });

export type DisputeFilter = {
  readonly stage?: string | undefined;
  readonly ground?: string | undefined;
  readonly reason?: string | undefined;
  readonly merchantId?: string | undefined;
  /** An arbiter's own, or those that nobody has taken. */
  readonly arbiterId?: string | undefined;
  readonly unassigned?: boolean | undefined;
  readonly minimumMinor?: bigint | undefined;
  /** Those whose deadline lies before this moment. */
  readonly dueBefore?: number | undefined;
};

const filterOf = ({
  stage,
  ground,
  reason,
  merchantId,
  arbiterId,
  unassigned,
  minimumMinor,
}: DisputeFilter) => {
  const equal = Object.entries({ stage, ground, reason, merchantId, arbiterId }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const conditions = [
    ...equal.map(([name]) => `#${name} = :${name}`),
    ...(unassigned ? ["attribute_not_exists(arbiterId)"] : []),
    ...(minimumMinor === undefined ? [] : ["claimMinor >= :minimumMinor"]),
  ];
  return {
    expression: conditions.length === 0 ? {} : { FilterExpression: conditions.join(" AND ") },
    names: Object.fromEntries(equal.map(([name]) => [`#${name}`, name])),
    values: {
      ...Object.fromEntries(equal.map(([name, value]) => [`:${name}`, value])),
      ...(minimumMinor === undefined ? {} : { ":minimumMinor": minimumMinor }),
    },
  };
};

/** How many queries a shard is read by for one page: filtered, a page may come back shorter, and goes on behind it. */
const queriesPerShard = 4;

const readShard = async (
  table: Table,
  partition: string,
  after: string,
  limit: number,
  filter: DisputeFilter,
): Promise<ShardPage<StoredDispute>> => {
  const { expression, names, values } = filterOf(filter);
  const to = filter.dueBefore === undefined ? "~" : new Date(filter.dueBefore).toISOString();
  const rows: StoredDispute[] = [];
  if (`${after}!` > to) return { rows };
  let from = after;
  for (let query = 0; query < queriesPerShard; query += 1) {
    const { items, lastKey } = await queryPage<StoredDispute>(table, {
      IndexName: tableKeys.index.name,
      KeyConditionExpression: "GSI1PK = :queue AND GSI1SK BETWEEN :from AND :to",
      ...expression,
      ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
      // The bound is inclusive: a character that no key has comes right behind the row the page before ended with.
      ExpressionAttributeValues: { ":queue": partition, ":from": `${from}!`, ":to": to, ...values },
      Limit: limit,
    });
    rows.push(...items);
    if (!lastKey) return { rows };
    from = String(lastKey.GSI1SK);
    if (rows.length >= limit) break;
  }
  return { rows, readTo: from };
};

/**
 * A page of the arbiters' queue, the nearest deadline first: the shards' pages merged. It goes on behind a place and
 * not behind a count, so rows that come and go meanwhile move no other.
 */
export const disputeQueue = async (
  table: Table,
  tenantId: string,
  limit: number,
  filter: DisputeFilter,
  after = "",
): Promise<{ readonly rows: readonly DisputeRow[]; readonly next?: string }> => {
  const shards = await Promise.all(
    Array.from({ length: disputeShards }, (_, shard) =>
      readShard(table, disputeQueuePartition(tenantId, shard), after, limit, filter),
    ),
  );
  const { rows: known, readTo } = mergedShards(shards);
  const rows = known.slice(0, limit);
  const next = known.length > limit ? rows.at(-1)?.GSI1SK : readTo;
  return { rows, ...(next === undefined ? {} : { next }) };
};

/** The latest decided disputes of a reason; more than these are too old to be like today's. */
const decidedRead = 50;

/** Decided disputes that are most like a case: of the same rule first, then by how near the amount is. */
export const similarDisputes = async (
  table: Table,
  { tenantId, caseId, reason, claimMinor, currency }: CaseState,
  rule: string | undefined,
  limit: number,
): Promise<readonly DisputeRow[]> => {
  const { items } = await queryPage<StoredDispute>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :decided",
    ExpressionAttributeValues: { ":decided": decidedDisputesPartition(tenantId, reason) },
    ScanIndexForward: false,
    Limit: decidedRead,
  });
  const distance = (row: DisputeRow): number =>
    row.currency === currency ? Math.abs(Number(row.claimMinor - claimMinor)) : Number.MAX_SAFE_INTEGER;
  return items
    .filter((row) => row.caseId !== caseId)
    .sort((a, b) => Number(b.rule === rule) - Number(a.rule === rule) || distance(a) - distance(b))
    .slice(0, limit);
};
