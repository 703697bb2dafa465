import { createHash } from "node:crypto";
import type { Actor } from "../domain/case.ts";
import type { Merchant } from "../domain/catalog.ts";
import { instruct, type Payout } from "../domain/settlement/payout.ts";
import { merchantsPage } from "./catalog.ts";
import { merchantBalances, type StandingBalance } from "./merchant-balance.ts";
import { findPayout, instructMerchantPayout } from "./payouts.ts";
import { retryRaces } from "./retry.ts";
import type { Table } from "./table.ts";

/** Paying merchants what is available, a page of them at a time. */

export type PayoutRun = {
  readonly runId: string;
  /** Pays this currency alone; all if absent. */
  readonly currency?: string;
  readonly by: Actor;
  readonly now: number;
};

/** The same run never pays a merchant twice, since what it would pay has one id. */
const payoutIdOf = (runId: string, { tenantId, merchantId }: Merchant, currency: string): string =>
  `po-${createHash("sha256").update([tenantId, runId, merchantId, currency].join("\n")).digest("hex").slice(0, 32)}`;

const payOne = (
  table: Table,
  run: PayoutRun,
  merchant: Merchant,
  currency: string,
): Promise<Payout | undefined> => {
  const { tenantId, merchantId } = merchant;
  const reference = { tenantId, payoutId: payoutIdOf(run.runId, merchant, currency) };
  return retryRaces(async () => {
    const known = await findPayout(table, reference);
    if (known) return known;
    // Read again in every attempt: who was faster may have taken what was available.
    const balances = await merchantBalances(table, merchant, run.now);
    const balance = balances.find((one) => one.currency === currency);
    if (!balance || balance.availableMinor === 0n) return undefined;
    const change = instruct(
      {
        ...reference,
        kind: "merchant",
        merchantId,
        runId: run.runId,
        currency,
        amountMinor: balance.availableMinor,
      },
      run.now,
    );
    await instructMerchantPayout(table, change, balance.gate, run.now, run.by);
    return change.after;
  });
};

type Paid = {
  readonly payouts: readonly Payout[];
  readonly negative: readonly (Pick<StandingBalance, "currency" | "payableMinor"> & {
    readonly merchantId: string;
  })[];
};

const payMerchant = async (table: Table, run: PayoutRun, merchant: Merchant): Promise<Paid> => {
  const all = await merchantBalances(table, merchant, run.now);
  const balances = all.filter(({ currency }) => run.currency === undefined || run.currency === currency);
  const payouts = await Promise.all(balances.map(({ currency }) => payOne(table, run, merchant, currency)));
  return {
    payouts: payouts.filter((payout) => payout !== undefined),
    negative: balances
      .filter(({ payableMinor }) => payableMinor < 0n)
      .map(({ currency, payableMinor }) => ({ merchantId: merchant.merchantId, currency, payableMinor })),
  };
};

/** Merchants whose balances are read at the same time. */
const atOnce = 5;

/** Pays one page of a tenant's merchants, in the order of their ids. Cut off and run again, it pays the rest. */
export const payPage = async (
  table: Table,
  run: PayoutRun,
  tenantId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Paid & { readonly lastKey?: Record<string, unknown> }> => {
  const { items, lastKey } = await merchantsPage(table, tenantId, limit, start);
  const paid: Paid[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    const some = items.slice(from, from + atOnce);
    paid.push(...(await Promise.all(some.map((merchant) => payMerchant(table, run, merchant)))));
  }
  return {
    payouts: paid.flatMap(({ payouts }) => payouts),
    negative: paid.flatMap(({ negative }) => negative),
    ...(lastKey ? { lastKey } : {}),
  };
};
