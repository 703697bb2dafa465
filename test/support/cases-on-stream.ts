import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import type { CaseReference } from "../../functions/store/cases.ts";
import { caseEventKey, casePartition, taskTokenKey } from "../../functions/store/keys.ts";
import { putItem, type Table } from "../../functions/store/table.ts";
import { itemsOf } from "./cases-in-table.ts";

/** What the table's stream tells of an item: the image as it is stored. */
export const streamRecord = (
  item: Record<string, unknown>,
  eventName: "INSERT" | "MODIFY" = "INSERT",
): DynamoDBRecord => ({
  eventName,
  dynamodb: {
    Keys: { PK: { S: String(item.PK) }, SK: { S: String(item.SK) } },
    NewImage: marshall(item, { removeUndefinedValues: true }) as NonNullable<
      DynamoDBRecord["dynamodb"]
    >["NewImage"],
    SequenceNumber: `${item.PK}/${item.SK}`,
  },
});

/** The stream records of a case's transactions, oldest first. */
export const caseStream = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<readonly DynamoDBRecord[]> =>
  (await itemsOf(table, casePartition(tenantId, caseId), "EVENT#")).map((item) => streamRecord(item));

/** Where a record of the case's transaction stands in the stream. */
export const sequenceOf = ({ tenantId, caseId }: CaseReference, version: number): string => {
  const { PK, SK } = caseEventKey(tenantId, caseId, version);
  return `${PK}/${SK}`;
};

/** What the machine's wait puts beside the case, and the stream record of it. */
export const putToken = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  wait: number,
  taskToken = `token-of-${caseId}-${wait}`,
  timeoutSeconds = 1,
): Promise<DynamoDBRecord> => {
  const item = { ...taskTokenKey(tenantId, caseId, wait), tenantId, caseId, wait, timeoutSeconds, taskToken };
  await putItem(table, "token", { Item: item });
  return streamRecord(item);
};
