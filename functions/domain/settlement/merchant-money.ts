import type { Reserve } from "../catalog.ts";
import { shareOf } from "../money.ts";
import type { Account, Transfer, TransferStage } from "./transfer.ts";

/**
 * What a merchant has: its payable account, and how much of it can be paid out. Everything is a sum over
 * postings, so it comes out the same whatever order they are met in.
 */

/** One posting as a merchant's account sees it: what came in is above zero, what went out below. */
export type MerchantPosting = {
  readonly stage: TransferStage;
  readonly purpose: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly at: number;
};

const payable = /^merchant:([^:]+):payable$/;

const merchantOf = (account: Account): string | undefined => payable.exec(account)?.[1];

/** The postings a transfer means, by merchant. A promise is none: it moves nothing. */
export const merchantPostings = ({
  stage,
  purpose,
  currency,
  amountMinor,
  at,
  from,
  to,
  phase,
}: Transfer): readonly (MerchantPosting & { readonly merchantId: string })[] =>
  phase !== "posted"
    ? []
    : (
        [
          [from, -amountMinor],
          [to, amountMinor],
        ] as const
      ).flatMap(([account, signed]) => {
        const merchantId = merchantOf(account);
        return merchantId === undefined
          ? []
          : [{ merchantId, stage, purpose, currency, amountMinor: signed, at }];
      });

/** Sums of one currency. Paying out is kept apart: its own item says exactly how much is on its way. */
export type Totals = { readonly earnedMinor: bigint; readonly paidMinor: bigint };
export type TotalsByCurrency = { readonly [currency: string]: Totals };

export const noTotals: Totals = { earnedMinor: 0n, paidMinor: 0n };

export const addPostings = (
  totals: TotalsByCurrency,
  postings: Iterable<MerchantPosting>,
): TotalsByCurrency => {
  const sums: Record<string, { earnedMinor: bigint; paidMinor: bigint }> = {};
  for (const [currency, total] of Object.entries(totals)) sums[currency] = { ...total };
  for (const { currency, stage, amountMinor } of postings) {
    sums[currency] ??= { ...noTotals };
    if (stage === "payout") sums[currency].paidMinor -= amountMinor;
    else sums[currency].earnedMinor += amountMinor;
  }
  return sums;
};

/** What is known of a merchant's money in one currency. */
export type MerchantPosition = Totals & {
  /** Of each sale whose after-sales window is open: what it brought, less what its cases took back. */
  readonly openSalesMinor: readonly bigint[];
  /** What the sales of the reserve's window brought. */
  readonly recentSalesMinor: bigint;
  /** Instructed and neither confirmed nor given up. */
  readonly inPayoutMinor: bigint;
};

export type MerchantBalance = {
  /** What the platform owes the merchant; below zero, what the merchant owes the platform. */
  readonly payableMinor: bigint;
  readonly heldMinor: bigint;
  readonly reserveMinor: bigint;
  readonly inPayoutMinor: bigint;
  readonly availableMinor: bigint;
};

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * What can be paid out. A sale that was taken back holds nothing any more, and one that came out below zero
 * is paid from the others: a balance below zero is netted from later sales.
 */
export const balanceOf = (
  { earnedMinor, paidMinor, openSalesMinor, recentSalesMinor, inPayoutMinor }: MerchantPosition,
  currency: string,
  reserve: Reserve = {},
): MerchantBalance => {
  const payableMinor = earnedMinor - paidMinor;
  const heldMinor = openSalesMinor.reduce((sum, minor) => sum + most(minor, 0n), 0n);
  const free = most(payableMinor - heldMinor - inPayoutMinor, 0n);
  const wanted = most(
    shareOf(most(recentSalesMinor, 0n), reserve.salesBps ?? 0),
    reserve.amountMinor?.[currency] ?? 0n,
  );
  const reserveMinor = least(wanted, free);
  return { payableMinor, heldMinor, reserveMinor, inPayoutMinor, availableMinor: free - reserveMinor };
};
