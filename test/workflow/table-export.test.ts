import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { createEngineClient, type EngineClient } from "../../lib/local/engine-client.ts";
import { createMeter } from "../../lib/local/meter.ts";
import { createObjectStore, type ObjectStore } from "../../lib/local/s3/object-store.ts";
import { createTableExports } from "../../lib/local/table-export.ts";
import type { Json } from "../../lib/local/workflow/json.ts";
import { createTestTable, type TestTable } from "../support/table.ts";
import { machineOf } from "./definitions.ts";
import { entered, play } from "./play.ts";

const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/table";
const cases = 60;
const eventsOfCase = 5;

let table: TestTable;
let engine: EngineClient;

beforeAll(async () => {
  table = await createTestTable();
  engine = createEngineClient(table.endpoint);
  const client = new DynamoDBClient(table.config);
  const items = Array.from({ length: cases * eventsOfCase }, (_, index) => ({
    PK: { S: `T#lux#CASE#${Math.floor(index / eventsOfCase)}` },
    SK: { S: `EVENT#${index % eventsOfCase}` },
    data: { M: { note: { S: "é\n".repeat(2000) }, amountMinor: { N: "1200" }, tags: { SS: ["a", "b"] } } },
  }));
  for (let at = 0; at < items.length; at += 25) {
    const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table.tableName]: puts } }));
  }
  client.destroy();
});
afterAll(async () => {
  engine.stop();
  await table.cleanup();
});

const given = (options: { file?: string; store?: ObjectStore } = {}) => {
  const activity = createActivity();
  const meter = createMeter();
  const store =
    options.store ??
    createObjectStore({ buckets: new Set(["exports"]), directory: undefined, now: () => Date.now() });
  const exports = createTableExports({
    table: { name: table.tableName, arn, partitionKey: "PK" },
    engine,
    store,
    meter,
    activity,
    now: () => Date.UTC(2026, 0, 1),
    file: options.file,
    failed: (error) => {
      throw error;
    },
  });
  const described = async (answer: Promise<Json>) =>
    (await answer) as { ExportDescription: Record<string, string> & { ExportArn: string } };
  const read = async (key: string): Promise<Buffer> => {
    const object = store.find("exports", key);
    if (object === undefined) throw new Error(`No object ${key}`);
    return store.read(object);
  };
  return { exports, store, meter, activity, described, read };
};

describe("an export of the table", () => {
  it("lays every item down once, in the files that the manifest lists", async () => {
    const { exports, meter, activity, described, read } = given();
    const started = await described(
      exports.start({ TableArn: arn, S3Bucket: "exports", S3Prefix: "backtest" }),
    );
    expect(started.ExportDescription).toMatchObject({ ExportStatus: "IN_PROGRESS", TableArn: arn });
    expect(started.ExportDescription).not.toHaveProperty("ExportManifest");
    await activity.settled();
    const { ExportDescription } = await described(exports.describe(started.ExportDescription.ExportArn));
    expect(ExportDescription).toMatchObject({ ExportStatus: "COMPLETED", ItemCount: cases * eventsOfCase });

    const summary = JSON.parse((await read(String(ExportDescription.ExportManifest))).toString());
    expect(ExportDescription.ExportManifest).toMatch(
      /^backtest\/AWSDynamoDB\/\d{14}-[0-9a-f]{8}\/manifest-summary\.json$/,
    );
    expect(summary).toMatchObject({ itemCount: cases * eventsOfCase, outputFormat: "DYNAMODB_JSON" });
    const lines = (await read(summary.manifestFilesS3Key)).toString().trimEnd().split("\n");
    const seen = new Map<string, number>();
    const keys = new Set<string>();
    let counted = 0;
    for (const [index, line] of lines.entries()) {
      const { itemCount, md5Checksum, etag, dataFileS3Key } = JSON.parse(line);
      const bytes = await read(dataFileS3Key);
      expect(createHash("md5").update(bytes).digest("base64")).toBe(md5Checksum);
      expect(Buffer.from(md5Checksum, "base64").toString("hex")).toBe(etag);
      const items = gunzipSync(bytes)
        .toString()
        .split("\n")
        .filter((one) => one !== "")
        .map((one) => JSON.parse(one).Item);
      expect(items).toHaveLength(itemCount);
      counted += itemCount;
      for (const { PK, SK, data } of items) {
        expect(data.M.amountMinor).toEqual({ N: "1200" });
        expect(seen.get(PK.S) ?? index).toBe(index);
        seen.set(PK.S, index);
        keys.add(`${PK.S} ${SK.S}`);
      }
    }
    expect([lines.length, counted, keys.size]).toEqual([4, cases * eventsOfCase, cases * eventsOfCase]);
    expect(meter.total().costUsd).toBeGreaterThan(0);
  });

  it("is made once for a client token, and refused when the token comes with something else", async () => {
    const { exports, activity, described } = given();
    const input = { TableArn: arn, S3Bucket: "exports", S3Prefix: "p", ClientToken: "run-1" };
    const first = await described(exports.start(input));
    const second = await described(exports.start(input));
    expect(second.ExportDescription.ExportArn).toBe(first.ExportDescription.ExportArn);
    await expect(exports.start({ ...input, S3Prefix: "q" })).rejects.toMatchObject({
      name: "ExportConflictException",
    });
    await activity.settled();
  });

  it("fails for a bucket that is not there; an unknown table or export is refused", async () => {
    const { exports, activity, described } = given();
    const { ExportDescription } = await described(exports.start({ TableArn: arn, S3Bucket: "elsewhere" }));
    await activity.settled();
    expect((await described(exports.describe(ExportDescription.ExportArn))).ExportDescription).toMatchObject({
      ExportStatus: "FAILED",
      FailureCode: "S3NoSuchBucket",
    });
    await expect(exports.start({ TableArn: `${arn}x`, S3Bucket: "exports" })).rejects.toMatchObject({
      name: "TableNotFoundException",
    });
    await expect(exports.describe(`${arn}/export/1`)).rejects.toMatchObject({
      name: "ExportNotFoundException",
    });
  });

  it("is known after a restart, and finished if it was not", async () => {
    const directory = mkdtempSync(join(tmpdir(), "exports-"));
    const file = join(directory, "exports.json");
    const before = given({ file });
    const { ExportDescription } = await before.described(
      before.exports.start({ TableArn: arn, S3Bucket: "exports" }),
    );
    const after = given({ file });
    await before.activity.settled();
    after.exports.resume();
    await after.activity.settled();
    const described = await after.described(after.exports.describe(ExportDescription.ExportArn));
    expect(described.ExportDescription.ExportStatus).toBe("COMPLETED");
    expect(after.store.list("exports", "")).toHaveLength(7);
    rmSync(directory, { recursive: true });
  });
});

describe("a machine that exports and maps over the files", () => {
  const task = (resource: string, Arguments: unknown, more: object) => ({
    Type: "Task",
    Resource: `arn:aws:states:::aws-sdk:dynamodb:${resource}`,
    Arguments,
    ...more,
  });
  const definition = machineOf({
    Export: task(
      "exportTableToPointInTime",
      {
        TableArn: arn,
        S3Bucket: "exports",
        S3Prefix: "{% $states.context.Execution.Name %}",
        ClientToken: "{% $states.context.Execution.Name %}",
      },
      { Output: "{% $states.result.ExportDescription.ExportArn %}", Next: "AwaitExport" },
    ),
    AwaitExport: { Type: "Wait", Seconds: 15, Next: "LookAtExport" },
    LookAtExport: task(
      "describeExport",
      { ExportArn: "{% $states.input %}" },
      { Output: "{% $states.result.ExportDescription %}", Next: "IsExported" },
    ),
    IsExported: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $states.input.ExportStatus = 'COMPLETED' %}", Next: "JudgeFiles" },
        {
          Condition: "{% $states.input.ExportStatus = 'IN_PROGRESS' %}",
          Output: "{% $states.input.ExportArn %}",
          Next: "AwaitExport",
        },
      ],
    },
    JudgeFiles: {
      Type: "Map",
      Label: "Files",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "JSONL" },
        Arguments: {
          Bucket: "exports",
          Key: "{% $replace($states.input.ExportManifest, 'manifest-summary.json', 'manifest-files.json') %}",
        },
      },
      ItemSelector: { key: "{% $states.context.Map.Item.Value.dataFileS3Key %}" },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "JudgeFile",
        States: {
          JudgeFile: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Arguments: { FunctionName: "Judge", Payload: "{% $states.input %}" },
            Output: "{% $states.result.Payload %}",
            End: true,
          },
        },
      },
      Output: "{% $sum($states.result.items) %}",
      End: true,
    },
  });

  it("sees every item once", async () => {
    const { exports, store, read, activity } = given();
    const game = play(definition, {
      activity,
      exportTable: exports.start,
      describeExport: exports.describe,
      readObject: async (_, key) => (await read(key)).toString(),
      functions: {
        Judge: async (payload) => {
          const text = gunzipSync(await read((payload as { key: string }).key)).toString();
          return { payload: { items: text.split("\n").length - 1 } };
        },
      },
    });
    const record = await game.start({}, "run-1");
    await game.advance(60_000);
    expect(entered(record)).toEqual(["Export", "AwaitExport", "LookAtExport", "IsExported", "JudgeFiles"]);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: String(cases * eventsOfCase) });
    expect(store.list("exports", "run-1/AWSDynamoDB/")).toHaveLength(7);
  });

  it("names the errors of an export as the integration does", async () => {
    const { exports } = given();
    const lost = task("describeExport", { ExportArn: "arn:none" }, { End: true });
    const record = await play(machineOf({ Lost: lost }), { describeExport: exports.describe }).start({});
    expect(record).toMatchObject({
      status: "FAILED",
      failure: { error: "DynamoDb.ExportNotFoundException" },
    });
  });
});
