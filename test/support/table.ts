import { randomUUID } from "node:crypto";
import { DeleteTableCommand, DynamoDBClient, type KeySchemaElement } from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { tableKeys } from "../../functions/store/keys.ts";
import { ensureTable, localClientConfig } from "../../lib/local/dynamodb.ts";

export type TestTable = {
  readonly tableName: string;
  readonly endpoint: string;
  /** For `new DynamoDBClient(config)`; wrap it in `DynamoDBDocumentClient.from` as the store does. */
  readonly config: ReturnType<typeof localClientConfig>;
  cleanup(): Promise<void>;
};

const keySchema = (partitionKey: string, sortKey: string): KeySchemaElement[] => [
  { AttributeName: partitionKey, KeyType: "HASH" },
  { AttributeName: sortKey, KeyType: "RANGE" },
];

/**
 * A fresh table with the service's keys and index on the engine of this run. It has no stream: nobody reads it here, and
 * the engine writes the slower the longer it is.
 */
export const createTestTable = async (): Promise<TestTable> => {
  const endpoint = inject("dynamodbEndpoint");
  const tableName = `test-${randomUUID()}`;
  const { partitionKey, sortKey, index } = tableKeys;
  await ensureTable(endpoint, {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [partitionKey, sortKey, index.partitionKey, index.sortKey].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    KeySchema: keySchema(partitionKey, sortKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: "ALL" },
      },
    ],
  });
  const config = localClientConfig(endpoint);
  return {
    tableName,
    endpoint,
    config,
    cleanup: async () => {
      const client = new DynamoDBClient(config);
      await client.send(new DeleteTableCommand({ TableName: tableName }));
      client.destroy();
    },
  };
};
