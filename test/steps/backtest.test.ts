import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RuleDocument } from "../../functions/domain/judgment/rule-document.ts";
import { advance, BacktestOver } from "../../functions/steps/advance-backtest.ts";
import { finishBacktest } from "../../functions/steps/finish-backtest.ts";
import {
  type BacktestEffects,
  type ExportedFile,
  judgeExportedCases,
} from "../../functions/steps/judge-exported-cases.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import {
  type Backtest,
  type BacktestReference,
  cancelBacktest,
  createBacktest,
  findBacktest,
  findExamples,
  findResult,
  readProgress,
} from "../../functions/store/backtests.ts";
import { backtestPartition, backtestsPartition } from "../../functions/store/keys.ts";
import type { Table } from "../../functions/store/table.ts";
import { monday, referenceOf, whollyOn } from "../support/builders.ts";
import { cancels } from "../support/cases.ts";
import {
  fileInTable,
  fresh,
  itemsOf,
  make,
  type OpenTestTable,
  openTestTable,
} from "../support/cases-in-table.ts";
import { dataFile, exportedItems, type Objects, openObjects } from "../support/objects.ts";
import { aDocument, aRule, shipped } from "../support/rules.ts";

/** The steps of a backtest, on the real engine, over files as an export writes them. */

let opened: OpenTestTable;
let table: Table;
let objects: Objects;
let effects: BacktestEffects;
/** All items of a table in which two cases were judged and cancelled, one cancelled unjudged, one goes on. */
let lines: readonly string[];
/** When each of them closed. */
let closedAt: number;

const tenantId = "tenant-1";

beforeAll(async () => {
  opened = await openTestTable();
  table = opened.table;
  objects = await openObjects();
  effects = { table, exports: objects.exports };
  for (const _ of [1, 2]) {
    const filed = await fileInTable(table);
    await judgeResponsibility(table, referenceOf(filed), monday);
    closedAt = (await make(table, filed, cancels())).updatedAt;
  }
  await make(table, await fileInTable(table), cancels());
  await fileInTable(table);
  const foreign = await fileInTable(table, { tenantId: "tenant-2" });
  await judgeResponsibility(table, referenceOf(foreign), monday);
  await make(table, foreign, cancels());
  lines = await exportedItems(table);
});
afterAll(async () => {
  await opened?.cleanup();
  await objects?.close();
});

/** The merchant answers for every change of mind, and pays the freight. */
const document: RuleDocument = aDocument({
  rules: [
    aRule(
      "on-the-merchant",
      { fact: "reasonKind", op: "eq", value: "change_of_mind" },
      {
        outcome: {
          ...shipped.otherwise.outcome,
          liability: whollyOn("merchant"),
          route: "automatic",
          remedies: ["return_and_refund"],
          refundCapBps: 10_000,
          freightPayer: "merchant",
        },
      },
    ),
  ],
});

const begin = async (but: Partial<Backtest> = {}): Promise<Backtest> =>
  createBacktest(
    table,
    {
      tenantId,
      backtestId: fresh("backtest"),
      rulesetId: "house",
      version: 1,
      closedFrom: closedAt,
      closedTo: closedAt + 1,
      createdAt: monday,
      createdBy: "operator-1",
      ...but,
    },
    document,
    () => [],
  );

/** Begun, exported in two files and waiting to be judged. */
const exported = async (but: Partial<Backtest> = {}): Promise<readonly ExportedFile[]> => {
  const { backtestId } = await begin(but);
  const reference = { tenantId, backtestId };
  await advance(table, { ...reference, to: "exporting" });
  const middle = Math.floor(lines.length / 2);
  const files = [lines.slice(0, middle), lines.slice(middle)].map((some, index) => {
    const file = `backtests/${backtestId}/AWSDynamoDB/01/data/${index}.json.gz`;
    objects.put(file, dataFile(some));
    return { ...reference, file, items: some.length };
  });
  objects.put(`backtests/${backtestId}/AWSDynamoDB/01/manifest-files.json`, dataFile([]));
  await advance(table, { ...reference, to: "judging", itemsTotal: lines.length });
  return files;
};

const judgeAll = async (files: readonly ExportedFile[]): Promise<void> => {
  for (const file of files) await judgeExportedCases(effects, file);
};

const only = ([first]: readonly ExportedFile[]): BacktestReference => {
  if (!first) throw new Error("there is no file");
  return { tenantId: first.tenantId, backtestId: first.backtestId };
};

const sortKeysOf = async ({ backtestId }: BacktestReference): Promise<readonly string[]> =>
  (await itemsOf(table, backtestPartition(tenantId, backtestId))).map(({ SK }) => SK);

const nothingLeftOf = async (reference: BacktestReference, but: readonly string[]): Promise<void> => {
  expect(await sortKeysOf(reference)).toEqual(but);
  expect(objects.keys().filter((key) => key.includes(reference.backtestId))).toEqual([]);
  expect(await itemsOf(table, backtestsPartition(tenantId), "RUNNING")).toEqual([]);
};

/** Only one runs at a time: what a test leaves running gives its place free. */
beforeEach(async () => {
  const [place] = await itemsOf(table, backtestsPartition(tenantId), "RUNNING");
  if (place)
    await finishBacktest(effects, { tenantId, backtestId: String(place.backtestId), error: "Test" }, monday);
});

describe("a backtest", () => {
  it("counts the closed cases of its tenant, and says what would move", async () => {
    const files = await exported();
    const reference = only(files);
    expect(await readProgress(table, reference)).toEqual({ itemsSeen: 0, cases: 0 });
    await judgeAll(files.slice(0, 1));
    expect((await readProgress(table, reference)).itemsSeen).toBe(files[0]?.items);
    await judgeAll(files.slice(1));
    expect(await readProgress(table, reference)).toEqual({ itemsSeen: lines.length, cases: 3 });

    expect(await finishBacktest(effects, reference, monday + 5)).toEqual({ status: "done" });
    expect(await findBacktest(table, reference)).toMatchObject({
      status: "done",
      endedAt: monday + 5,
      itemsTotal: lines.length,
    });
    const result = await findResult(table, reference);
    expect(result).toMatchObject({
      itemsSeen: lines.length,
      cases: 3,
      judged: 2,
      changed: 2,
      notJudged: { never_judged: 1, not_kept: 0, unreadable: 0, no_verdict: 0 },
      routes: [{ from: "automatic", to: "automatic", cases: 2, changed: 2 }],
    });
    expect(result?.rules).toEqual([
      { from: "no-reason-within-window", to: "on-the-merchant", cases: 2, changed: 2 },
    ]);
    // No parcel was sent, so no freight: the refund and the commission stay where they were.
    expect(result?.money).toEqual({
      CNY: {
        merchant: { beforeMinor: -179_200n, afterMinor: -179_200n },
        platform: { beforeMinor: -76_800n, afterMinor: -76_800n },
        carrier: { beforeMinor: 0n, afterMinor: 0n },
        buyer: { beforeMinor: 256_000n, afterMinor: 256_000n },
      },
    });
    expect(await findExamples(table, reference)).toMatchObject([
      { before: { liability: whollyOn("buyer") }, after: { liability: whollyOn("merchant") } },
      {},
    ]);
    await nothingLeftOf(reference, ["BACKTEST", "EXAMPLES", "RESULT"]);
  });

  it("counts the same when every step runs twice", async () => {
    const files = await exported();
    const reference = only(files);
    await judgeAll([...files, ...files]);
    await Promise.all(files.map((file) => judgeExportedCases(effects, file)));
    expect(await readProgress(table, reference)).toEqual({ itemsSeen: lines.length, cases: 3 });
    await finishBacktest(effects, reference, monday);
    const once = [await findResult(table, reference), await findExamples(table, reference)];
    expect(await finishBacktest(effects, reference, monday + 9)).toEqual({ status: "done" });
    await judgeAll(files);
    expect([await findResult(table, reference), await findExamples(table, reference)]).toEqual(once);
    expect(once[0]).toMatchObject({ judged: 2 });
    await nothingLeftOf(reference, ["BACKTEST", "EXAMPLES", "RESULT"]);
  });

  it("takes what closed in its period, the end not included", async () => {
    for (const [closedFrom, closedTo, cases] of [
      [closedAt, closedAt + 1, 3],
      [closedAt - 1, closedAt, 0],
      [closedAt + 1, closedAt + 2, 0],
    ] as const) {
      const files = await exported({ closedFrom, closedTo });
      await judgeAll(files);
      expect((await readProgress(table, only(files))).cases).toBe(cases);
      await finishBacktest(effects, only(files), monday);
    }
  });

  it("judges by rules that come with the service", async () => {
    const backtestId = fresh("backtest");
    const asked = {
      tenantId,
      backtestId,
      closedFrom: closedAt,
      closedTo: closedAt + 1,
      createdAt: monday,
      createdBy: "me",
    };
    await createBacktest(table, { ...asked, rulesetId: "cn-standard", version: 1 }, shipped, () => []);
    await advance(table, { tenantId, backtestId, to: "exporting" });
    await advance(table, { tenantId, backtestId, to: "judging" });
    const file = `backtests/${backtestId}/1.json.gz`;
    objects.put(file, dataFile(lines));
    await judgeExportedCases(effects, { tenantId, backtestId, file, items: lines.length });
    await finishBacktest(effects, { tenantId, backtestId }, monday);
    expect(await findResult(table, { tenantId, backtestId })).toMatchObject({ judged: 2, changed: 0 });
  });
});

describe("what cannot be read", () => {
  it("is counted and passed over, case by case", async () => {
    const states = lines.filter(
      (line) => line.includes('"recap"') && line.includes("#CASE#") && line.includes("T#tenant-1"),
    );
    const [first = "", second = ""] = states;
    const spoilt = [
      first.replace(/"recap":\{"B":"[^"]+"\}/, '"recap":{"B":"AAAA"}'),
      second.replace(/"recap":\{"B":"[^"]+"\},?/, ""),
    ];
    const { backtestId } = await begin();
    const reference = { tenantId, backtestId };
    await advance(table, { ...reference, to: "exporting" });
    await advance(table, { ...reference, to: "judging" });
    const file = `backtests/${backtestId}/1.json.gz`;
    objects.put(file, dataFile(spoilt));
    await judgeExportedCases(effects, { ...reference, file, items: 2 });
    await finishBacktest(effects, reference, monday);
    expect(await findResult(table, reference)).toMatchObject({
      judged: 0,
      notJudged: { unreadable: 1, not_kept: 1 },
    });
  });

  it("is an error if a file is not what its manifest says", async () => {
    const [file] = await exported();
    await expect(judgeExportedCases(effects, { ...(file as ExportedFile), items: 1 })).rejects.toThrow(
      "where its manifest says 1",
    );
    expect(await readProgress(table, only([file as ExportedFile]))).toEqual({ itemsSeen: 0, cases: 0 });
  });
});

describe("a cancelled backtest", () => {
  const cancel = async (reference: BacktestReference): Promise<void> => {
    const standing = await findBacktest(table, reference);
    await cancelBacktest(table, standing as Backtest, monday + 1, () => []);
  };

  it("leaves nothing but the record that it was", async () => {
    const files = await exported();
    const reference = only(files);
    await judgeAll(files.slice(0, 1));
    await cancel(reference);
    await judgeAll(files.slice(1));
    expect((await sortKeysOf(reference)).filter((key) => key.startsWith("PART#"))).toHaveLength(1);
    expect(await finishBacktest(effects, reference, monday + 2)).toEqual({ status: "cancelled" });
    expect(await findBacktest(table, reference)).toMatchObject({ status: "cancelled", endedAt: monday + 1 });
    await nothingLeftOf(reference, ["BACKTEST"]);
    await judgeAll(files.slice(0, 0));
    expect(await finishBacktest(effects, reference, monday + 3)).toEqual({ status: "cancelled" });
    await nothingLeftOf(reference, ["BACKTEST"]);
  });

  it("keeps no part that was being judged when it was cancelled", async () => {
    const files = await exported();
    const reference = only(files);
    const whileReading: BacktestEffects = {
      table,
      exports: {
        ...objects.exports,
        linesOf: async function* (key) {
          await cancel(reference);
          yield* objects.exports.linesOf(key);
        },
      },
    };
    await judgeExportedCases(whileReading, files[0] as ExportedFile);
    await finishBacktest(effects, reference, monday);
    await nothingLeftOf(reference, ["BACKTEST"]);
  });

  it("goes no further, and is not called failed for that", async () => {
    const { backtestId } = await begin();
    const reference = { tenantId, backtestId };
    await cancel(reference);
    await expect(advance(table, { ...reference, to: "exporting" })).rejects.toThrow(BacktestOver);
    expect(await finishBacktest(effects, { ...reference, error: "BacktestOver" }, monday)).toEqual({
      status: "cancelled",
    });
    await nothingLeftOf(reference, ["BACKTEST"]);
  });
});

describe("a backtest that failed", () => {
  it("says what of, and leaves no result", async () => {
    const files = await exported();
    const reference = only(files);
    await judgeAll(files);
    expect(await finishBacktest(effects, { ...reference, error: "ExportFailed" }, monday)).toEqual({
      status: "failed",
    });
    expect(await findBacktest(table, reference)).toMatchObject({ status: "failed", failure: "ExportFailed" });
    expect(await findResult(table, reference)).toBeUndefined();
    await nothingLeftOf(reference, ["BACKTEST"]);
  });

  it("is not called done where nothing was judged", async () => {
    const { backtestId } = await begin();
    await expect(finishBacktest(effects, { tenantId, backtestId }, monday)).rejects.toThrow("status");
    expect(await findBacktest(table, { tenantId, backtestId })).toMatchObject({ status: "queued" });
  });
});

it("judges by the rules as they were when it was asked for", async () => {
  const files = await exported();
  const reference = only(files);
  const [rules] = await itemsOf(table, backtestPartition(tenantId, reference.backtestId), "RULES");
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: { ...rules, document: String(rules?.document).replace("on-the-merchant", "another") },
    }),
  );
  await expect(judgeAll(files)).rejects.toThrow("not those it was asked for");
});

describe("one at a time", () => {
  it("a tenant's second backtest finds the place taken, until the first is over", async () => {
    const first = await begin();
    await expect(begin()).rejects.toThrow("running");
    await expect(begin({ tenantId: "tenant-9" })).resolves.toMatchObject({ status: "queued" });
    await finishBacktest(effects, { ...first, error: "Test" }, monday);
    await expect(begin()).resolves.toMatchObject({ status: "queued" });
  });

  it("a run that was broken off holds its place for a day, and gives free only its own", async () => {
    const broken = await begin();
    const dayLater = monday + 24 * 3_600_000 + 1;
    const next = await begin({ createdAt: dayLater });
    await finishBacktest(effects, { ...broken, error: "Test" }, dayLater);
    expect(await itemsOf(table, backtestsPartition(tenantId), "RUNNING")).toMatchObject([
      { backtestId: next.backtestId },
    ]);
    await finishBacktest(effects, { ...next, error: "Test" }, dayLater);
  });
});
