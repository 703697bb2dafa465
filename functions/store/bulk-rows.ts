import type { Actor } from "../domain/case.ts";
import type { IdempotentRequest } from "./idempotency.ts";
import { bulkRowPrefix, idempotencyKey } from "./keys.ts";
import { getItem, putOnce, queryAll, type Table, type Write } from "./table.ts";

/**
 * What a request over many cases has done already, row by row, beside its own answer: written in the transaction of
 * each row. Whatever cuts the request off, its repetition knows these rows as its own.
 */
export type DoneRow<Receipt> = {
  readonly caseId: string;
  readonly requestHash: string;
  readonly receipt: Receipt;
};

/** As long as the answer itself could be asked for again. */
const keptMs = 30 * 24 * 3_600_000;

const keyOf = (tenantId: string, actor: Actor, { key }: IdempotentRequest, caseId: string) => ({
  ...idempotencyKey(tenantId, `${actor.role}:${actor.id}`, key),
  SK: `${bulkRowPrefix}${caseId}`,
});

export const findDoneRow = <Receipt>(
  table: Table,
  tenantId: string,
  actor: Actor,
  request: IdempotentRequest,
  caseId: string,
): Promise<DoneRow<Receipt> | undefined> => getItem(table, keyOf(tenantId, actor, request, caseId));

export const findDoneRows = <Receipt>(
  table: Table,
  tenantId: string,
  actor: Actor,
  request: IdempotentRequest,
): Promise<readonly DoneRow<Receipt>[]> =>
  queryAll<DoneRow<Receipt>>(table, {
    KeyConditionExpression: "PK = :request AND begins_with(SK, :row)",
    ExpressionAttributeValues: {
      ":request": keyOf(tenantId, actor, request, "").PK,
      ":row": bulkRowPrefix,
    },
  });

export const doneRowWrite = (
  table: Table,
  tenantId: string,
  actor: Actor,
  request: IdempotentRequest,
  { caseId, receipt }: Omit<DoneRow<unknown>, "requestHash">,
  at: number,
): Write =>
  putOnce(table, "idempotency", {
    ...keyOf(tenantId, actor, request, caseId),
    caseId,
    receipt,
    requestHash: request.requestHash,
    expiresAt: Math.ceil((at + keptMs) / 1000),
  });
