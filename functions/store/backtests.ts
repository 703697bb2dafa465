import { createHash } from "node:crypto";
import { dayMs } from "../domain/calendar.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { type BacktestStatus, type Example, mergeTallies, type Tally } from "../domain/judgment/backtest.ts";
import {
  canonicalText,
  type RuleDocument,
  type RulesReference,
  ruleSetFrom,
} from "../domain/judgment/rule-document.ts";
import { type CompiledRuleSet, compileRuleSet } from "../domain/judgment/rule-set.ts";
import {
  backtestEventKey,
  backtestExamplesKey,
  backtestKey,
  backtestPartition,
  backtestPartKey,
  backtestPartPrefix,
  backtestResultKey,
  backtestRulesKey,
  backtestsPartition,
  type Key,
  runningBacktestKey,
  tableKeys,
} from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import {
  Conflict,
  deleteItem,
  getItem,
  type Page,
  putOnce,
  putWrite,
  queryAll,
  queryPage,
  type Table,
  transact,
  updateItem,
  type Write,
  withoutKeys,
} from "./table.ts";

/**
 * The backtests of a tenant. The record says what was asked and how it stands; everything a run needs lies
 * beside it and goes when the run is over. A part is written only while its run is judging, so nothing comes
 * after whoever cleared up.
 */

export type BacktestReference = { readonly tenantId: string; readonly backtestId: string };

export type Backtest = BacktestReference &
  RulesReference & {
    /** Of the canonical document, as it was when the backtest was asked for. */
    readonly sha256: string;
    /** Epoch milliseconds: cases that closed from here on … */
    readonly closedFrom: number;
    /** … and before this. */
    readonly closedTo: number;
    readonly status: BacktestStatus;
    readonly createdAt: number;
    readonly createdBy: string;
    readonly endedAt?: number;
    /** The error's name, of a run that failed. */
    readonly failure?: string;
    /** Items in the export, cases or not; known when it is complete. */
    readonly itemsTotal?: number;
  };

/** How far a run is. */
export type Progress = { readonly itemsSeen: number; readonly cases: number };

export type BacktestResult = Progress & Omit<Tally, "examples">;

/** Another backtest of the tenant is running. */
export const runningConflict = "running";
/** The backtest is over, or not where it was expected. */
export const statusConflict = "status";

/** Longer than the machine runs at most; then whoever comes may take the place of a run that was broken off. */
const placeHeldMs = dayMs;

export const findBacktest = async (
  table: Table,
  { tenantId, backtestId }: BacktestReference,
): Promise<Backtest | undefined> => {
  const found = await getItem<Backtest>(table, backtestKey(tenantId, backtestId));
  return found && withoutKeys(found);
};

/** A tenant's backtests, the newest first, a page at a time. */
export const listBacktests = async (
  table: Table,
  tenantId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<Backtest>> => {
  const { items, lastKey } = await queryPage<Backtest>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :backtests",
    ExpressionAttributeValues: { ":backtests": backtestsPartition(tenantId) },
    ScanIndexForward: false,
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { items: items.map(withoutKeys), ...(lastKey ? { lastKey } : {}) };
};

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export type NewBacktest = Pick<
  Backtest,
  "tenantId" | "backtestId" | "rulesetId" | "version" | "closedFrom" | "closedTo" | "createdAt" | "createdBy"
>;

/**
 * Begins a backtest. The rules are copied: a draft may change while it runs.
 *
 * @throws Conflict `running` if another one of the tenant is
 */
export const createBacktest = async (
  table: Table,
  asked: NewBacktest,
  document: RuleDocument,
  extra: (after: Backtest) => readonly Write[],
): Promise<Backtest> => {
  const { tenantId, backtestId, createdAt } = asked;
  const text = canonicalText(document);
  const backtest: Backtest = { ...asked, status: "queued", sha256: digestOf(text) };
  const heldUntil = createdAt + placeHeldMs;
  await transact(table, [
    putWrite(table, runningConflict, {
      Item: {
        ...runningBacktestKey(tenantId),
        backtestId,
        heldUntil,
        [tableKeys.timeToLive]: Math.ceil(heldUntil / 1000),
      },
      ConditionExpression: "attribute_not_exists(PK) OR heldUntil < :now",
      ExpressionAttributeValues: { ":now": createdAt },
    }),
    putOnce(table, statusConflict, {
      ...backtestKey(tenantId, backtestId),
      ...backtest,
      [tableKeys.index.partitionKey]: backtestsPartition(tenantId),
      [tableKeys.index.sortKey]: `${new Date(createdAt).toISOString()}#${backtestId}`,
    }),
    putOnce(table, statusConflict, { ...backtestEventKey(tenantId, backtestId), tenantId, backtestId }),
    putOnce(table, statusConflict, { ...backtestRulesKey(tenantId, backtestId), document: text }),
    ...extra(backtest),
  ]);
  return backtest;
};

/**
 * The rules a run judges by, as they were when it was asked for.
 *
 * @throws InvariantViolation if they are not there any more or not the same, RuleError if they do not compile
 */
export const rulesOfBacktest = async (table: Table, backtest: Backtest): Promise<CompiledRuleSet> => {
  const { tenantId, backtestId, sha256 } = backtest;
  const stored = await getItem<{ document: string }>(table, backtestRulesKey(tenantId, backtestId));
  if (!stored || digestOf(stored.document) !== sha256) {
    throw new InvariantViolation(`the rules of backtest ${backtestId} are not those it was asked for`);
  }
  return compileRuleSet(ruleSetFrom(JSON.parse(stored.document) as RuleDocument, backtest));
};

type Ending = {
  readonly status: "done" | "failed" | "cancelled";
  readonly from: readonly BacktestStatus[];
  readonly now: number;
  readonly failure?: string;
};

const endWrite = (
  table: Table,
  { tenantId, backtestId }: BacktestReference,
  { status, from, now, failure }: Ending,
): Write => ({
  conflict: statusConflict,
  item: {
    Update: {
      TableName: table.name,
      Key: backtestKey(tenantId, backtestId),
      UpdateExpression: `SET #status = :status, endedAt = :now${failure === undefined ? "" : ", failure = :failure"}`,
      ConditionExpression: `#status IN (${from.map((_, index) => `:from${index}`).join(", ")})`,
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: {
        ":status": status,
        ":now": now,
        ...(failure === undefined ? {} : { ":failure": failure }),
        ...Object.fromEntries(from.map((each, index) => [`:from${index}`, each])),
      },
    },
  },
});

/**
 * Notes that a run has come so far. Again is as good as once.
 *
 * @param itemsTotal how many items the export has, when that is known
 * @throws Conflict `status` if the run is over
 */
export const advanceBacktest = (
  table: Table,
  { tenantId, backtestId }: BacktestReference,
  to: "exporting" | "judging",
  itemsTotal?: number,
): Promise<void> =>
  updateItem(table, statusConflict, {
    Key: backtestKey(tenantId, backtestId),
    UpdateExpression: `SET #status = :to${itemsTotal === undefined ? "" : ", itemsTotal = :items"}`,
    ConditionExpression: "#status IN (:before, :to)",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: {
      ":to": to,
      ":before": to === "exporting" ? "queued" : "exporting",
      ...(itemsTotal === undefined ? {} : { ":items": itemsTotal }),
    },
  });

const running: readonly BacktestStatus[] = ["queued", "exporting", "judging"];

/**
 * Cancels a run, wherever it is; who works on it finds out by itself.
 *
 * @throws Conflict `status` if it is over
 */
export const cancelBacktest = async (
  table: Table,
  backtest: Backtest,
  now: number,
  extra: (after: Backtest) => readonly Write[],
): Promise<Backtest> => {
  const after: Backtest = { ...backtest, status: "cancelled", endedAt: now };
  await transact(table, [
    endWrite(table, backtest, { status: "cancelled", from: running, now }),
    ...extra(after),
  ]);
  return after;
};

/** @throws Conflict `status` if it is over */
export const failBacktest = (
  table: Table,
  backtest: BacktestReference,
  failure: string,
  now: number,
): Promise<void> =>
  transact(table, [endWrite(table, backtest, { status: "failed", from: running, now, failure })]);

/** What one file came to. */
export type Part = Progress & { readonly tally: Tally };

type StoredPart = Progress & { readonly tally: Uint8Array };

const partKeyOf = ({ tenantId, backtestId }: BacktestReference, file: string): Key =>
  backtestPartKey(tenantId, backtestId, digestOf(file).slice(0, 32));

export const hasPart = async (table: Table, backtest: BacktestReference, file: string): Promise<boolean> =>
  (await getItem(table, partKeyOf(backtest, file))) !== undefined;

/** Keeps what a file came to, once, and only while the run is judging: otherwise it is dropped. */
export const keepPart = async (
  table: Table,
  backtest: BacktestReference,
  file: string,
  { tally, ...progress }: Part,
): Promise<void> => {
  const { tenantId, backtestId } = backtest;
  try {
    await transact(table, [
      putOnce(table, "part", { ...partKeyOf(backtest, file), ...progress, tally: packed(tally) }),
      {
        conflict: statusConflict,
        item: {
          ConditionCheck: {
            TableName: table.name,
            Key: backtestKey(tenantId, backtestId),
            ConditionExpression: "#status = :judging",
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: { ":judging": "judging" },
          },
        },
      },
    ]);
  } catch (error) {
    const settled = error instanceof Conflict && !error.conflicts.includes("transaction");
    if (!settled) throw error;
  }
};

const partsOf = <Item>(
  table: Table,
  { tenantId, backtestId }: BacktestReference,
  projection: { readonly ProjectionExpression?: string } = {},
): Promise<readonly Item[]> =>
  queryAll<Item>(table, {
    KeyConditionExpression: "PK = :backtest AND begins_with(SK, :part)",
    ExpressionAttributeValues: {
      ":backtest": backtestPartition(tenantId, backtestId),
      ":part": backtestPartPrefix,
    },
    ...projection,
  });

const progressOf = (parts: readonly Progress[]): Progress => ({
  itemsSeen: parts.reduce((sum, { itemsSeen }) => sum + itemsSeen, 0),
  cases: parts.reduce((sum, { cases }) => sum + cases, 0),
});

/** How far a run is: what the files that are done came to. */
export const readProgress = async (table: Table, backtest: BacktestReference): Promise<Progress> =>
  progressOf(await partsOf<Progress>(table, backtest, { ProjectionExpression: "itemsSeen, cases" }));

/**
 * Puts the parts together and writes the end down, all or nothing.
 *
 * @throws Conflict `status` if the run was cancelled
 */
export const completeBacktest = async (
  table: Table,
  backtest: BacktestReference,
  now: number,
): Promise<void> => {
  const { tenantId, backtestId } = backtest;
  const parts = await partsOf<StoredPart>(table, backtest);
  const { examples, ...counts } = mergeTallies(parts.map(({ tally }) => unpacked<Tally>(tally)));
  const result: BacktestResult = { ...progressOf(parts), ...counts };
  await transact(table, [
    endWrite(table, backtest, { status: "done", from: ["judging"], now }),
    putOnce(table, statusConflict, { ...backtestResultKey(tenantId, backtestId), result: packed(result) }),
    putOnce(table, statusConflict, {
      ...backtestExamplesKey(tenantId, backtestId),
      examples: packed(examples.slice(0, maximumExamples)),
    }),
  ]);
};

/** Of the most frequent steps from rule to rule; far within what one item holds. */
const maximumExamples = 1_000;

export const findResult = async (
  table: Table,
  { tenantId, backtestId }: BacktestReference,
): Promise<BacktestResult | undefined> => {
  const stored = await getItem<{ result: Uint8Array }>(table, backtestResultKey(tenantId, backtestId));
  return stored && unpacked<BacktestResult>(stored.result);
};

export const findExamples = async (
  table: Table,
  { tenantId, backtestId }: BacktestReference,
): Promise<readonly Example[]> => {
  const stored = await getItem<{ examples: Uint8Array }>(table, backtestExamplesKey(tenantId, backtestId));
  return stored ? unpacked<readonly Example[]>(stored.examples) : [];
};

/** Removes what only a run needs, and gives its place free. Run twice, it finds nothing left to do. */
export const clearBacktest = async (table: Table, backtest: BacktestReference): Promise<void> => {
  const { tenantId, backtestId } = backtest;
  const kept = [backtestKey, backtestResultKey, backtestExamplesKey].map(
    (keyOf) => keyOf(tenantId, backtestId).SK,
  );
  const items = await queryAll<Key>(table, {
    KeyConditionExpression: "PK = :backtest",
    ExpressionAttributeValues: { ":backtest": backtestPartition(tenantId, backtestId) },
    ProjectionExpression: "PK, SK",
  });
  for (const { PK, SK } of items) if (!kept.includes(SK)) await deleteItem(table, { Key: { PK, SK } });
  try {
    await deleteItem(table, {
      Key: runningBacktestKey(tenantId),
      ConditionExpression: "backtestId = :backtest",
      ExpressionAttributeValues: { ":backtest": backtestId },
    });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
};
