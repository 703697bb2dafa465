import {
  type Finding,
  findingOn,
  type PaymentLine,
  type ReconciledPayout,
  reconciledNames,
} from "../domain/settlement/reconciliation.ts";
import { type Key, payoutKey, reconciliationPartition } from "./keys.ts";
import {
  getItem,
  getItems,
  type Page,
  putIfAbsent,
  putWrite,
  queryAll,
  queryPage,
  type Table,
  transact,
  withoutKeys,
} from "./table.ts";

/**
 * A reconciliation takes the payment side's file in parts, each matched when it comes, and is closed by going
 * through the payouts of its time for those the file does not name. Parts and closing can be sent again.
 */

export type Reconciliation = {
  readonly tenantId: string;
  readonly reconciliationId: string;
  /** Payouts instructed from here on … */
  readonly from: number;
  /** … and before here belong to it. */
  readonly to: number;
  readonly status: "open" | "closing" | "closed";
  /** Payouts gone through while closing. */
  readonly checked: number;
  /** What the parts came to, once none is taken any more. */
  readonly counts?: FileCounts;
  /** Where closing goes on. */
  readonly place?: ClosingPlace;
  readonly version: number;
};

type StartKey = { readonly lastKey?: Record<string, unknown> };

/** Closing goes through the parts, then through the lists of payouts, then from bucket to bucket. */
export type ClosingPlace =
  | ({ readonly through: "parts" } & StartKey)
  | ({ readonly through: "payouts"; readonly list: number } & StartKey)
  | { readonly through: "buckets"; readonly bucket: number; readonly behind?: string };

export type PartCounts = { readonly lines: number; readonly matched: number };

export type FileCounts = PartCounts & { readonly parts: number };

export type StoredPart = {
  readonly findings: readonly Finding[];
  readonly payoutIds: readonly string[];
};

export type Reference = { readonly tenantId: string; readonly reconciliationId: string };

export const headerKey = ({ tenantId, reconciliationId }: Reference): Key => ({
  PK: reconciliationPartition(tenantId, reconciliationId),
  SK: "RECONCILIATION",
});

export const partPrefix = "PART#";
/** What a part adds to the sums, apart from its long lists: progress is asked often. */
const tallyPrefix = "TALLY#";
export const missingPrefix = "MISSING#";

const partNumber = (part: number): string => String(part).padStart(6, "0");

export const findReconciliation = async (
  table: Table,
  reference: Reference,
): Promise<Reconciliation | undefined> => {
  const stored = await getItem<Reconciliation & Key>(table, headerKey(reference));
  return stored && withoutKeys(stored);
};

/** @returns what stands under the id, be it this one or an earlier one */
export const openReconciliation = async (
  table: Table,
  wanted: Reference & Pick<Reconciliation, "from" | "to">,
): Promise<Reconciliation> => {
  const made: Reconciliation = { ...wanted, status: "open", checked: 0, version: 1 };
  await putIfAbsent(table, { ...headerKey(wanted), ...made });
  return (await findReconciliation(table, wanted)) ?? made;
};

/** In runs of at most so many, in order. */
export const runsOf = <Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );

/** DynamoDB's limit of one BatchGet. */
const keysAtOnce = 100;
const batchesAtOnce = 5;

/** The payouts of these ids, read consistently; those that do not exist are left out. */
export const payoutsNamed = async (
  table: Table,
  tenantId: string,
  payoutIds: readonly string[],
): Promise<ReadonlyMap<string, ReconciledPayout>> => {
  const found = new Map<string, ReconciledPayout>();
  for (const batches of runsOf(runsOf(payoutIds, keysAtOnce), batchesAtOnce)) {
    const answers = await Promise.all(
      batches.map((ids) =>
        getItems<ReconciledPayout>(
          table,
          ids.map((payoutId) => payoutKey(tenantId, payoutId)),
          reconciledNames,
        ),
      ),
    );
    for (const payout of answers.flat()) found.set(payout.payoutId, payout);
  }
  return found;
};

/** Closing has begun: what it read of the parts stays true. */
export const closingConflict = "closing";

/**
 * Matches a part and keeps what it came to; the same part again is matched again, with what stands then.
 *
 * @throws Conflict `closing` if the reconciliation is not open any more
 */
export const matchPart = async (
  table: Table,
  { tenantId, reconciliationId }: Reference,
  part: number,
  lines: readonly PaymentLine[],
  now: number,
): Promise<PartCounts & { readonly findings: readonly Finding[] }> => {
  const payoutIds = [...new Set(lines.map(({ payoutId }) => payoutId))];
  const payouts = await payoutsNamed(table, tenantId, payoutIds);
  const findings = lines.flatMap((line) => findingOn(line, payouts.get(line.payoutId), now) ?? []);
  const counts = { lines: lines.length, matched: lines.length - findings.length };
  const stored: StoredPart = { findings, payoutIds };
  const PK = reconciliationPartition(tenantId, reconciliationId);
  await transact(table, [
    putWrite(table, "part", { Item: { PK, SK: `${partPrefix}${partNumber(part)}`, ...stored } }),
    putWrite(table, "part", { Item: { PK, SK: `${tallyPrefix}${partNumber(part)}`, ...counts } }),
    {
      conflict: closingConflict,
      item: {
        ConditionCheck: {
          TableName: table.name,
          Key: headerKey({ tenantId, reconciliationId }),
          ConditionExpression: "#status = :open",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":open": "open" },
        },
      },
    },
  ]);
  return { ...counts, findings };
};

/** What the parts that have come add up to. */
export const countsOf = async (
  table: Table,
  { tenantId, reconciliationId, counts }: Reference & Pick<Reconciliation, "counts">,
): Promise<FileCounts> => {
  if (counts) return counts;
  const tallies = await queryAll<PartCounts>(table, {
    KeyConditionExpression: "PK = :reconciliation AND begins_with(SK, :tally)",
    ExpressionAttributeValues: {
      ":reconciliation": reconciliationPartition(tenantId, reconciliationId),
      ":tally": tallyPrefix,
    },
  });
  const sum = (name: keyof PartCounts) => tallies.reduce((total, tally) => total + tally[name], 0);
  return { parts: tallies.length, lines: sum("lines"), matched: sum("matched") };
};

/** The differences, part by part and then what the file does not name. A page is of whole parts. */
export const findingsPage = async (
  table: Table,
  { tenantId, reconciliationId }: Reference,
  start?: Record<string, unknown>,
): Promise<Page<Finding>> => {
  const page = await queryPage<Pick<StoredPart, "findings">>(table, {
    KeyConditionExpression: "PK = :reconciliation AND SK BETWEEN :first AND :last",
    ExpressionAttributeValues: {
      ":reconciliation": reconciliationPartition(tenantId, reconciliationId),
      ":first": missingPrefix,
      ":last": `${partPrefix}~`,
    },
    ProjectionExpression: "findings",
    ConsistentRead: true,
    Limit: 20,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { ...page, items: page.items.flatMap(({ findings }) => findings) };
};
