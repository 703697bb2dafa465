import type { Payout } from "../domain/settlement/payout.ts";
import {
  type Finding,
  findingOn,
  findingOnMissing,
  type PaymentLine,
} from "../domain/settlement/reconciliation.ts";
import { type Key, payoutKey, payoutsPartition, reconciliationPartition, tableKeys } from "./keys.ts";
import {
  getItem,
  getItems,
  type Page,
  putIfAbsent,
  putItem,
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
  /** Where closing goes on. */
  readonly place?: { readonly list: number; readonly lastKey?: Record<string, unknown> };
  readonly version: number;
};

export type PartCounts = { readonly lines: number; readonly matched: number };

type StoredPart = PartCounts & {
  readonly findings: readonly Finding[];
  readonly payoutIds: readonly string[];
};

type Reference = { readonly tenantId: string; readonly reconciliationId: string };

const headerKey = ({ tenantId, reconciliationId }: Reference): Key => ({
  PK: reconciliationPartition(tenantId, reconciliationId),
  SK: "RECONCILIATION",
});

const partPrefix = "PART#";
const missingPrefix = "MISSING#";

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

/** DynamoDB's limit of one BatchGet. */
const keysAtOnce = 100;
const batchesAtOnce = 5;

const payoutsNamed = async (
  table: Table,
  tenantId: string,
  payoutIds: readonly string[],
): Promise<ReadonlyMap<string, Payout>> => {
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < payoutIds.length; from += keysAtOnce) {
    batches.push(payoutIds.slice(from, from + keysAtOnce));
  }
  const found = new Map<string, Payout>();
  for (let from = 0; from < batches.length; from += batchesAtOnce) {
    const some = batches.slice(from, from + batchesAtOnce);
    const answers = await Promise.all(
      some.map((ids) =>
        getItems<Payout>(
          table,
          ids.map((payoutId) => payoutKey(tenantId, payoutId)),
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
  const stored: StoredPart = { ...counts, findings, payoutIds };
  await transact(table, [
    putWrite(table, "part", {
      Item: {
        PK: reconciliationPartition(tenantId, reconciliationId),
        SK: `${partPrefix}${String(part).padStart(6, "0")}`,
        ...stored,
      },
    }),
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

const partsOf = (table: Table, { tenantId, reconciliationId }: Reference, names: readonly string[]) =>
  queryAll<StoredPart>(table, {
    KeyConditionExpression: "PK = :reconciliation AND begins_with(SK, :part)",
    ExpressionAttributeValues: {
      ":reconciliation": reconciliationPartition(tenantId, reconciliationId),
      ":part": partPrefix,
    },
    // By placeholder: `lines` is a reserved word.
    ProjectionExpression: names.map((name) => `#${name}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  });

/** What the parts that have come add up to. */
export const countsOf = async (
  table: Table,
  reference: Reference,
): Promise<PartCounts & { readonly parts: number }> => {
  const parts = await partsOf(table, reference, ["lines", "matched"]);
  const sum = (name: keyof PartCounts) => parts.reduce((total, part) => total + part[name], 0);
  return { parts: parts.length, lines: sum("lines"), matched: sum("matched") };
};

/** What has failed need not stand in the file. */
const closingLists = ["open", "succeeded"] as const;

/** As many payouts as one call goes through well within its time. */
const pagesACall = 20;
const payoutsAPage = 500;

/** Goes on with closing. A payout that is decided meanwhile may be met twice and is told once. */
export const closeFurther = async (
  table: Table,
  found: Reconciliation,
  now: number,
): Promise<Reconciliation> => {
  if (found.status === "closed") return found;
  // Before the parts are read: from here on none is taken.
  const before = found.status === "open" ? await moveOn(table, { ...found, status: "closing" }) : found;
  const { tenantId, reconciliationId, from, to } = before;
  const named = new Set((await partsOf(table, before, ["payoutIds"])).flatMap(({ payoutIds }) => payoutIds));
  let { checked } = before;
  let place: NonNullable<Reconciliation["place"]> = before.place ?? { list: 0 };
  for (let page = 0; page < pagesACall; page += 1) {
    const list = closingLists[place.list];
    if (list === undefined) break;
    const { items, lastKey } = await queryPage<Payout>(table, {
      IndexName: tableKeys.index.name,
      KeyConditionExpression: "GSI1PK = :list AND GSI1SK BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":list": payoutsPartition(tenantId, list),
        ":from": new Date(from).toISOString(),
        ":to": new Date(to).toISOString(),
      },
      Limit: payoutsAPage,
      ...(place.lastKey ? { ExclusiveStartKey: place.lastKey } : {}),
    });
    const missing = items
      .filter(({ payoutId }) => !named.has(payoutId))
      .flatMap((payout) => findingOnMissing(payout, now) ?? []);
    await Promise.all(
      missing.map((finding) =>
        putItem(table, "missing", {
          Item: {
            PK: reconciliationPartition(tenantId, reconciliationId),
            SK: `${missingPrefix}${finding.payoutId}`,
            findings: [finding],
          },
        }),
      ),
    );
    checked += items.length;
    place = lastKey ? { list: place.list, lastKey } : { list: place.list + 1 };
  }
  const { place: _, ...rest } = before;
  const closed = closingLists[place.list] === undefined;
  return moveOn(table, {
    ...rest,
    checked,
    status: closed ? "closed" : "closing",
    ...(closed ? {} : { place }),
  });
};

/** Writes down how far it is, if nobody else went on from there. */
const moveOn = async (table: Table, to: Reconciliation): Promise<Reconciliation> => {
  const after = { ...to, version: to.version + 1 };
  await putItem(table, "version", {
    Item: { ...headerKey(to), ...after },
    ConditionExpression: "version = :version",
    ExpressionAttributeValues: { ":version": to.version },
  });
  return after;
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
