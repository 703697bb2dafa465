import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { exportPrefix } from "../../functions/store/exports.ts";
import { parseDefinition, substitute, type TaskDefinition } from "../../lib/local/workflow/definition.ts";
import { entered, type FakeFunction, play } from "./play.ts";

/** The package has no types. */
const validateAsl: (definition: unknown) => { isValid: boolean; errorsText(separator: string): string } =
  createRequire(import.meta.url)("asl-validator");

const functionNames = ["AdvanceBacktest", "JudgeExportedCases", "FinishBacktest"] as const;
const text = readFileSync(new URL("../../statemachines/backtest.asl.json", import.meta.url), "utf8");
const definition = substitute(text, {
  TableArn: "arn:table",
  ExportBucketName: "exports",
  ...Object.fromEntries(functionNames.map((name) => [`${name}FunctionArn`, name])),
});
const { States: states } = parseDefinition(definition);

const ids = { tenantId: "t1", backtestId: "01JBACKTEST" };
const manifest = "backtests/01JBACKTEST/AWSDynamoDB/01/manifest-summary.json";
const files = ["a", "b", "c"].map((name, index) => ({ itemCount: index + 1, dataFileS3Key: `data/${name}` }));

const breaks =
  (errorType: string): FakeFunction =>
  () => ({ functionError: { errorType, errorMessage: "no" } });

/** The machine over an export that is ready when it is looked at for the `looks`-th time. */
const given = async (
  functions: Readonly<Record<string, FakeFunction>> = {},
  { looks = 1, failed = false } = {},
) => {
  const asked: unknown[] = [];
  const read: unknown[] = [];
  let looked = 0;
  const game = play(definition, {
    functions: {
      AdvanceBacktest: () => ({ payload: {} }),
      JudgeExportedCases: () => ({ payload: {} }),
      FinishBacktest: (payload) => {
        const { error } = payload as { error?: string | null };
        return { payload: { status: error ? "failed" : "done" } };
      },
      ...functions,
    },
    exportTable: async (input) => {
      asked.push(input);
      return { ExportDescription: { ExportArn: "arn:export" } };
    },
    describeExport: async () => {
      looked += 1;
      const ExportStatus = looked < looks ? "IN_PROGRESS" : failed ? "FAILED" : "COMPLETED";
      return {
        ExportDescription: {
          ExportStatus,
          ...(ExportStatus === "COMPLETED" ? { ExportManifest: manifest, ItemCount: 6 } : {}),
        },
      };
    },
    readObject: async (bucket, key) => {
      read.push([bucket, key]);
      return files.map((file) => JSON.stringify(file)).join("\n");
    },
  });
  const record = await game.start(ids, ids.backtestId);
  return { game, record, asked, read };
};

describe("the backtest's machine", () => {
  it("is valid by asl-validator too, and names its states in words", () => {
    const { isValid, errorsText } = validateAsl(JSON.parse(definition));
    expect(errorsText("\n")).toBe("");
    expect(isValid).toBe(true);
    for (const name of Object.keys(states)) expect(name).toMatch(/^([A-Z][a-z]+)+$/);
  });

  it("writes every end down: whatever fails leads to FinishBacktest, and each task has a clock", () => {
    const tasks = Object.entries(states).filter(
      (entry): entry is [string, TaskDefinition] => entry[1].Type === "Task",
    );
    for (const [name, task] of tasks) {
      expect(task.TimeoutSeconds, name).toBeDefined();
      if (name === "FinishBacktest") continue;
      expect(task.Catch.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])).toEqual([
        [["States.ALL"], "FinishBacktest"],
      ]);
    }
    expect(states.JudgeExportedCases).toMatchObject({
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "FinishBacktest" }],
    });
  });

  it("exports the table, judges each file of the manifest, and finishes", async () => {
    const { game, record, asked, read } = await given();
    await game.advance(1_000);
    expect(record.status).toBe("SUCCEEDED");
    expect(entered(record)).toEqual([
      "BeginExporting",
      "ExportTable",
      "WaitForExport",
      "DescribeExport",
      "IsExportReady",
      "BeginJudging",
      "JudgeExportedCases",
      "FinishBacktest",
      "DidItFail",
      "BacktestEnded",
    ]);
    expect(asked).toEqual([
      {
        TableArn: "arn:table",
        S3Bucket: "exports",
        S3Prefix: exportPrefix(ids.backtestId).slice(0, -1),
        S3SseAlgorithm: "AES256",
        ExportFormat: "DYNAMODB_JSON",
        ClientToken: ids.backtestId,
      },
    ]);
    expect(read).toEqual([["exports", "backtests/01JBACKTEST/AWSDynamoDB/01/manifest-files.json"]]);
    expect(game.calls.get("AdvanceBacktest")).toEqual([
      { ...ids, to: "exporting" },
      { ...ids, to: "judging", itemsTotal: 6 },
    ]);
    expect(game.calls.get("JudgeExportedCases")).toEqual([
      { ...ids, file: "data/a", items: 1 },
      { ...ids, file: "data/b", items: 2 },
      { ...ids, file: "data/c", items: 3 },
    ]);
    expect(game.calls.get("FinishBacktest")).toEqual([{ ...ids, error: null }]);
  });

  it("waits ever longer for a large export, a minute at most", async () => {
    const { game, record } = await given({}, { looks: 9 });
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) await game.advance(seconds * 1_000);
    expect(record.status).toBe("RUNNING");
    await game.advance(60_000);
    expect(record.status).toBe("SUCCEEDED");
  });

  it("ends in failure, written down, when the export fails", async () => {
    const { game, record } = await given({}, { failed: true });
    await game.advance(1_000);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "BacktestFailed" } });
    expect(game.calls.get("FinishBacktest")).toEqual([{ ...ids, error: "ExportFailed" }]);
    expect(game.calls.get("JudgeExportedCases")).toBeUndefined();
  });

  it("ends in failure, written down, when a file cannot be judged", async () => {
    const { game, record } = await given({ JudgeExportedCases: breaks("InvariantViolation") });
    await game.advance(1_000);
    expect(record.status).toBe("FAILED");
    expect(game.calls.get("FinishBacktest")).toEqual([
      { ...ids, error: "States.ExceedToleratedFailureThreshold" },
    ]);
  });

  it("tries a file again that the table was too busy for", async () => {
    const { game, record } = await given({
      JudgeExportedCases: (_, call) =>
        call === 1
          ? { functionError: { errorType: "StoreUnavailable", errorMessage: "busy" } }
          : { payload: {} },
    });
    await game.advance(1_000);
    await game.advance(60_000);
    expect(record.status).toBe("SUCCEEDED");
    expect(game.calls.get("JudgeExportedCases")).toHaveLength(4);
  });

  it.each([1, 2])("goes straight to its end when it was cancelled before step %d", async (step) => {
    const { game, record } = await given({
      AdvanceBacktest: (payload, call) =>
        call === step ? breaks("BacktestOver")(payload, call) : { payload: {} },
      FinishBacktest: () => ({ payload: { status: "cancelled" } }),
    });
    await game.advance(1_000);
    expect(record.status).toBe("SUCCEEDED");
    expect(entered(record)).not.toContain("JudgeExportedCases");
    expect(game.calls.get("FinishBacktest")).toEqual([{ ...ids, error: "BacktestOver" }]);
  });
});
