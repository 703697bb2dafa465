import { dayMs } from "../domain/calendar.ts";
import { contractAt, type Merchant, reserveWindowDays } from "../domain/catalog.ts";
import {
  addPostings,
  balanceOf,
  type MerchantBalance,
  type MerchantPosting,
  noTotals,
  type TotalsByCurrency,
} from "../domain/settlement/merchant-money.ts";
import { holdPrefix, merchantKey, payoutGatePrefix } from "./keys.ts";
import { minuteAfter, minuteOf, postingPages, readTotals } from "./merchant-ledger.ts";
import type { Hold } from "./sales.ts";
import { queryAll, type Table } from "./table.ts";

/**
 * What a merchant has and can be paid. It is read from the totals, the pages since, the sales that are held,
 * and the payouts on their way: as much as the open after-sales windows hold, however long the merchant has
 * been selling.
 */

/** Money of one currency that has been handed to the payment side. */
export type PayoutGate = {
  readonly currency: string;
  /** Instructed and neither confirmed nor given up. */
  readonly openMinor: bigint;
  readonly paidMinor: bigint;
  /** Every payout moves it on, so two runs never pay the same money. */
  readonly version: number;
};

const ofMerchant = <Item>(
  table: Table,
  { tenantId, merchantId }: Pick<Merchant, "tenantId" | "merchantId">,
  prefix: string,
): Promise<readonly Item[]> =>
  queryAll<Item>(table, {
    KeyConditionExpression: "PK = :merchant AND begins_with(SK, :prefix)",
    ExpressionAttributeValues: { ":merchant": merchantKey(tenantId, merchantId).PK, ":prefix": prefix },
  });

/** What the pages say from a minute on. */
type Recent = {
  /** Postings of minutes that are not in the totals yet. */
  readonly notAddedUp: TotalsByCurrency;
  /** By currency and order, of the orders that are held. */
  readonly openSales: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  readonly sales: ReadonlyMap<string, bigint>;
};

const readRecent = async (
  table: Table,
  merchant: Merchant,
  sinceMinute: string,
  holds: readonly Hold[],
  reserveFrom: number | undefined,
  now: number,
): Promise<Recent> => {
  const held = new Set(holds.map(({ orderId }) => orderId));
  const starts = [...holds.map(({ soldAt }) => soldAt), ...(reserveFrom === undefined ? [] : [reserveFrom])];
  const from = [sinceMinute, ...starts.map(minuteOf)].sort()[0] ?? "";
  let notAddedUp: TotalsByCurrency = {};
  const openSales = new Map<string, Map<string, bigint>>();
  const sales = new Map<string, bigint>();
  const add = (sums: Map<string, bigint>, name: string, minor: bigint) =>
    sums.set(name, (sums.get(name) ?? 0n) + minor);
  const count = (orderId: string | undefined, { currency, stage, at, amountMinor }: MerchantPosting) => {
    if (orderId !== undefined && held.has(orderId)) {
      const ofCurrency = openSales.get(currency) ?? new Map<string, bigint>();
      openSales.set(currency, ofCurrency);
      add(ofCurrency, orderId, amountMinor);
    }
    if (stage === "sale" && reserveFrom !== undefined && at >= reserveFrom) add(sales, currency, amountMinor);
  };
  // A clock of another function may run ahead of ours a little.
  for await (const page of postingPages(table, merchant, from, minuteOf(now + dayMs))) {
    if (page.minute >= sinceMinute) notAddedUp = addPostings(notAddedUp, page.postings);
    for (const posting of page.postings) count(page.orderId, posting);
  }
  return { notAddedUp, openSales, sales };
};

export type StandingBalance = MerchantBalance & {
  readonly currency: string;
  readonly gate?: PayoutGate;
};

/** A merchant's balance in each currency that anything was ever posted in. */
export const merchantBalances = async (
  table: Table,
  merchant: Merchant,
  now: number,
): Promise<readonly StandingBalance[]> => {
  const [{ totals, throughMinute }, allHolds, gates] = await Promise.all([
    readTotals(table, merchant),
    ofMerchant<Hold>(table, merchant, holdPrefix),
    ofMerchant<PayoutGate>(table, merchant, payoutGatePrefix),
  ]);
  const holds = allHolds.filter(({ heldUntil }) => heldUntil === undefined || heldUntil > now);
  const { reserve } = contractAt(merchant, now);
  const reserveFrom = reserve?.salesBps ? now - reserveWindowDays * dayMs : undefined;
  const sinceMinute = minuteAfter(throughMinute);
  const recent = await readRecent(table, merchant, sinceMinute, holds, reserveFrom, now);
  const currencies = new Set([
    ...Object.keys(totals),
    ...Object.keys(recent.notAddedUp),
    ...gates.map(({ currency }) => currency),
  ]);
  return [...currencies].sort().map((currency): StandingBalance => {
    const gate = gates.find((one) => one.currency === currency);
    const before = totals[currency] ?? noTotals;
    const since = recent.notAddedUp[currency] ?? noTotals;
    const position = {
      earnedMinor: before.earnedMinor + since.earnedMinor,
      // Not from the pages: a payout that was confirmed this moment is not there yet.
      paidMinor: gate?.paidMinor ?? 0n,
      openSalesMinor: [...(recent.openSales.get(currency)?.values() ?? [])],
      recentSalesMinor: recent.sales.get(currency) ?? 0n,
      inPayoutMinor: gate?.openMinor ?? 0n,
    };
    return { currency, ...balanceOf(position, currency, reserve), ...(gate ? { gate } : {}) };
  });
};
