import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { createTestTable } from "../support/table.ts";

describe("the engine of the tests", () => {
  it("gives each test a table of its own, with index and without stream, and takes it back", async () => {
    const table = await createTestTable();
    const client = new DynamoDBClient(table.config);
    const Key = { PK: { S: "T#lux" }, SK: { S: "STATE" } };
    await client.send(new PutItemCommand({ TableName: table.tableName, Item: Key }));
    const found = await client.send(new GetItemCommand({ TableName: table.tableName, Key }));
    expect(found.Item).toEqual(Key);

    const described = await client.send(new DescribeTableCommand({ TableName: table.tableName }));
    expect(described.Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName)).toEqual(["GSI1"]);
    expect(described.Table?.StreamSpecification).toBeUndefined();

    await table.cleanup();
    await expect(client.send(new DescribeTableCommand({ TableName: table.tableName }))).rejects.toThrow(
      expect.objectContaining({ name: "ResourceNotFoundException" }),
    );
    client.destroy();
  });
});
