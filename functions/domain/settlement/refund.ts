import { instruct, type Payout, type PayoutChange, standingStatus } from "./payout.ts";
import { accounts, balances, type Transfer } from "./transfer.ts";

/**
 * What leaves to the buyer of a case: one instruction a verdict, for everything the ledger owes by then, price,
 * freight and what comes on top together. A revised verdict instructs the difference under an id of its own.
 */

/** The same however often a verdict is settled, so that it can be paid once. */
export const refundPayoutId = (caseId: string, verdictNumber: number): string =>
  `rf-${caseId}.v${verdictNumber}`;

type RefundedCase = {
  readonly tenantId: string;
  readonly caseId: string;
  readonly buyerId: string;
  readonly currency: string;
  readonly verdictNumber: number;
  readonly instructedRefundMinor?: bigint;
};

/**
 * The instruction that is still missing, if any. Below what was instructed there is none: a revised verdict may
 * owe less than was paid, and then the buyer's account is below zero.
 *
 * @param ledger of the case, with what the stage posts
 */
export const refundInstruction = (
  state: RefundedCase,
  ledger: readonly Transfer[],
  at: number,
): PayoutChange | undefined => {
  const { tenantId, caseId, buyerId, currency, verdictNumber, instructedRefundMinor = 0n } = state;
  const owedMinor = balances(ledger, currency).get(accounts.buyer(buyerId)) ?? 0n;
  const amountMinor = owedMinor - instructedRefundMinor;
  if (amountMinor <= 0n) return undefined;
  const payoutId = refundPayoutId(caseId, verdictNumber);
  return instruct({ tenantId, payoutId, kind: "refund", buyerId, caseId, currency, amountMinor }, at);
};

export const refundStatuses = ["instructed", "unknown", "failed", "paid"] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** Where the buyer's money is. Of several instructions the one that has come least far says so. */
export const refundStanding = (
  payouts: readonly Payout[],
  now: number,
): { readonly status: RefundStatus; readonly amountMinor: bigint; readonly paidMinor: bigint } => {
  const sum = (some: readonly Payout[]) => some.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  const statuses = payouts.map((payout) => standingStatus(payout, now));
  const isPaid = ({ status }: Payout): boolean => status === "succeeded" || status === "advanced";
  return {
    status: (["failed", "unknown", "instructed"] as const).find((one) => statuses.includes(one)) ?? "paid",
    amountMinor: sum(payouts),
    paidMinor: sum(payouts.filter(isPaid)),
  };
};
