import type { TransitClockRule } from "../domain/transit-clocks.ts";
import { type Replacement, replace, type Versioned } from "./catalog.ts";
import { type Key, transitClockKey, transitClocksPartition } from "./keys.ts";
import { queryAll, type Table, withoutKeys } from "./table.ts";

/** How long a platform lets parcels be silent. What is put here holds for waybills that are given from now on. */

export const putTransitClock = (
  table: Table,
  tenantId: string,
  rule: TransitClockRule,
  expectedVersion: number | undefined,
): Promise<Replacement> =>
  replace(table, transitClockKey(tenantId, rule.carrier, rule.lane), rule, expectedVersion);

export const findTransitClocks = async (
  table: Table,
  tenantId: string,
): Promise<readonly Versioned<TransitClockRule>[]> => {
  const stored = await queryAll<Versioned<TransitClockRule> & Key>(table, {
    KeyConditionExpression: "PK = :clocks",
    ExpressionAttributeValues: { ":clocks": transitClocksPartition(tenantId) },
  });
  return stored.map((item) => withoutKeys(item));
};
