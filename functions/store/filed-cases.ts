import { dayMs } from "../domain/calendar.ts";
import { filedCaseKey, filedCasesPartition } from "./keys.ts";
import { queryPage, type Table } from "./table.ts";

/**
 * The log of filed cases, by the day of filing. It is what remembers that a filing was counted, so it costs no write
 * of its own; and whoever looks for open cases finds them here without reading the table through.
 */

/** Days are UTC's: they only have to be the same for who writes and who reads. */
export const filingDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Longer than any case is open, with all its clocks, pauses and extensions. */
export const longestCaseMs = 400 * dayMs;

/** What is put for a case that was counted. */
export const filedCaseItem = (tenantId: string, caseId: string, at: number): Record<string, unknown> => ({
  ...filedCaseKey(tenantId, filingDay(at), caseId),
  caseId,
  expiresAt: Math.ceil((at + longestCaseMs + dayMs) / 1000),
});

/** Cases filed on a day, in order of their ids, a page at a time. */
export const casesFiledOn = async (
  table: Table,
  tenantId: string,
  day: string,
  limit: number,
  afterCaseId?: string,
): Promise<readonly string[]> => {
  const { items } = await queryPage<{ readonly caseId: string }>(table, {
    KeyConditionExpression: "PK = :day AND SK > :after",
    ExpressionAttributeValues: { ":day": filedCasesPartition(tenantId, day), ":after": afterCaseId ?? " " },
    Limit: limit,
  });
  return items.map(({ caseId }) => caseId);
};
