import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { casePartition } from "../../functions/store/keys.ts";
import { createActivity } from "../../lib/local/activity.ts";
import { createDynamoDbProxy } from "../../lib/local/dynamodb-proxy.ts";
import { createEngineClient } from "../../lib/local/engine-client.ts";
import { listen } from "../../lib/local/http-server.ts";
import { caseIdsIn, createMeter, listPrices } from "../../lib/local/meter.ts";
import { createTestTable } from "../support/table.ts";

const one = "01M821DZCFAWKNB1589B08PHYD";
const two = "01M821DZCFAWKNB1589B08PHYE";

describe("the meter", () => {
  it("finds the cases a text names: in keys, attributes, events and their bodies", () => {
    expect(
      caseIdsIn(
        JSON.stringify([
          { PK: { S: `T#lux#CASE#${one}` } },
          { caseId: { S: two } },
          { caseId: one },
          { body: JSON.stringify({ caseId: two }) },
          { caseId: "not-an-id" },
        ]),
      ),
    ).toEqual([one, two]);
  });

  it("charges an invocation to the cases seen in it, in equal parts", () => {
    const meter = createMeter();
    const account = meter.open("trace");
    account.see(JSON.stringify({ Records: [{ caseId: one }, { caseId: two }] }));
    meter.find("trace")?.add({ readUnits: 3 });
    account.add({ invocations: 1, gbSeconds: 0.005 });
    account.close();

    expect(meter.find("trace")).toBeUndefined();
    expect(meter.forCase(one)).toMatchObject({ invocations: 0.5, readUnits: 1.5 });
    expect(meter.forCase(two)).toEqual(meter.forCase(one));
    const whole =
      listPrices.perLambdaRequest + 0.005 * listPrices.perLambdaGbSecond + 3 * listPrices.perReadUnit;
    expect(meter.total().costUsd).toBeCloseTo(whole, 12);
    expect(meter.forCase(one).costUsd).toBeCloseTo(whole / 2, 12);
  });

  it("keeps what belongs to no case in the total only", () => {
    const meter = createMeter();
    meter.charge({ httpRequests: 1 }, []);
    expect(meter.total().costUsd).toBeCloseTo(listPrices.perHttpRequest, 12);
    expect(meter.forCase(one).costUsd).toBe(0);
  });
});

describe("the metered table", () => {
  const given = async () => {
    const table = await createTestTable();
    const meter = createMeter();
    let written = 0;
    const engine = createEngineClient(table.endpoint);
    const proxy = createDynamoDbProxy({
      engine,
      meter,
      activity: createActivity(),
      written: () => {
        written += 1;
      },
    });
    const server = await listen(0, () => {});
    server.answerWith({
      wire: proxy.handle,
      objects: () => Promise.reject(new Error("not asked for")),
      control: () => Promise.reject(new Error("not asked for")),
      gateway: () => Promise.reject(new Error("not asked for")),
    });
    const client = new DynamoDBClient({ ...table.config, endpoint: server.url });
    const cleanup = async () => {
      client.destroy();
      engine.stop();
      await server.stop();
      await table.cleanup();
    };
    return { client, meter, tableName: table.tableName, written: () => written, cleanup };
  };

  const item = (caseId: string, SK: string, more: object = {}) => ({
    PK: { S: casePartition("lux", caseId) },
    SK: { S: SK },
    ...more,
  });

  it("counts units by case, twice in a transaction, and an index entry of its own", async () => {
    const { client, meter, tableName: TableName, cleanup } = await given();
    const indexed = item(one, "STATE", { GSI1PK: { S: "Q" }, GSI1SK: { S: "1" } });
    await client.send(new PutItemCommand({ TableName, Item: indexed }));
    expect(meter.forCase(one).writeUnits).toBe(2);

    const Put = { TableName, Item: item(two, "STATE") };
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
    expect(meter.forCase(two).writeUnits).toBe(2);

    const Key = item(two, "STATE");
    await client.send(new GetItemCommand({ TableName, Key }));
    expect(meter.forCase(two).readUnits).toBe(0.5);
    expect(meter.total()).toMatchObject({ writeUnits: 4, readUnits: 0.5 });
    await cleanup();
  });

  it("counts a write that was refused, and leaves the refusal as it was", async () => {
    const { client, meter, tableName: TableName, written, cleanup } = await given();
    const put = { TableName, Item: item(one, "STATE"), ConditionExpression: "attribute_not_exists(PK)" };
    await client.send(new PutItemCommand(put));
    await expect(client.send(new PutItemCommand(put))).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
    });
    await expect(
      client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put }] })),
    ).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
    });
    expect(meter.forCase(one).writeUnits).toBe(1 + 1 + 2);
    expect(written()).toBe(1);
    await cleanup();
  });

  it("answers with the capacity to who asks for it, and to nobody else", async () => {
    const { client, tableName: TableName, cleanup } = await given();
    const Item = item(one, "STATE");
    const silent = await client.send(new PutItemCommand({ TableName, Item }));
    expect(silent.ConsumedCapacity).toBeUndefined();
    const asked = await client.send(
      new PutItemCommand({ TableName, Item, ReturnConsumedCapacity: "INDEXES" }),
    );
    expect(asked.ConsumedCapacity).toMatchObject({ CapacityUnits: 1, Table: { CapacityUnits: 1 } });
    await cleanup();
  });

  it("charges a call from an invocation to that invocation", async () => {
    const { client, meter, tableName: TableName, cleanup } = await given();
    const account = meter.open("Root=1-2-3");
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["X-Amzn-Trace-Id"] = "Root=1-2-3";
        return next(args);
      },
      { step: "build" },
    );
    await client.send(new PutItemCommand({ TableName, Item: item(one, "A") }));
    await client.send(new PutItemCommand({ TableName, Item: item(two, "B") }));
    expect(meter.total().writeUnits).toBe(0);
    account.close();
    expect(meter.forCase(one).writeUnits).toBe(1);
    expect(meter.forCase(two).writeUnits).toBe(1);
    await cleanup();
  });
});
