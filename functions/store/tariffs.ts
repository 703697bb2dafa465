import type { Tariff } from "../domain/settlement/tariff.ts";
import { find, type Replacement, replace, type Versioned } from "./catalog.ts";
import { type Key, tariffKey, tariffsPartition } from "./keys.ts";
import { queryAll, type Table, withoutKeys } from "./table.ts";

/** What a tenant charges its merchants for after-sales work. */

export const findTariff = (
  table: Table,
  tenantId: string,
  tariffId: string,
): Promise<Versioned<Tariff> | undefined> => find(table, tariffKey(tenantId, tariffId));

export const findTariffs = async (table: Table, tenantId: string): Promise<readonly Tariff[]> => {
  const stored = await queryAll<Tariff & Key>(table, {
    KeyConditionExpression: "PK = :tariffs",
    ExpressionAttributeValues: { ":tariffs": tariffsPartition(tenantId) },
  });
  return stored.map((item) => withoutKeys(item) as Tariff);
};

/** @param admit throws if what stands must not be replaced by this */
export const putTariff = (
  table: Table,
  tariff: Tariff,
  expectedVersion: number | undefined,
  admit: (current: Tariff | undefined) => void,
): Promise<Replacement> =>
  replace(table, tariffKey(tariff.tenantId, tariff.tariffId), tariff, expectedVersion, admit);
