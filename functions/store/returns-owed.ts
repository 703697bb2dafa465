import type { CaseState } from "../domain/case.ts";
import { buyerPartition, buyerReturnOwedKey, returnOwedPrefix } from "./keys.ts";
import { putWrite, queryAll, type Table, type Write } from "./table.ts";

/** An item for each case of a buyer's in which an exchange was shipped first and what it was for never came back. */

/** A case counts once, however often it is told. */
export const returnOwedWrite = (
  table: Table,
  { tenantId, buyerId, caseId }: CaseState,
  keptAt: number,
): Write =>
  putWrite(table, "returnOwed", {
    Item: { ...buyerReturnOwedKey(tenantId, buyerId, caseId), caseId, keptAt },
    ConditionExpression: "attribute_not_exists(PK) OR caseId = :case",
    ExpressionAttributeValues: { ":case": caseId },
  });

export const countReturnsOwed = async (table: Table, tenantId: string, buyerId: string): Promise<number> => {
  const owed = await queryAll(table, {
    KeyConditionExpression: "PK = :buyer AND begins_with(SK, :prefix)",
    ExpressionAttributeValues: { ":buyer": buyerPartition(tenantId, buyerId), ":prefix": returnOwedPrefix },
  });
  return owed.length;
};
