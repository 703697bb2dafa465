import { dayMs } from "../calendar.ts";
import { contractAt, defaultHoldDays, type Merchant, type Order, type OrderLine } from "../catalog.ts";
import { shareOf } from "../money.ts";
import { accounts, type Transfer, type TransferPhase, transferIdOf } from "./transfer.ts";

/**
 * What a sale brings in. It is credited when the order is first synced and frozen: the price less the frozen
 * commission to each merchant, the commission to the platform.
 */

type SoldLine = Pick<OrderLine, "merchantId" | "paidMinor" | "commissionBps">;

/** The merchants of an order, each once, in the order of its lines. */
export const merchantsOf = (lines: readonly Pick<OrderLine, "merchantId">[]): readonly string[] => [
  ...new Set(lines.map(({ merchantId }) => merchantId)),
];

const commissionOf = ({ paidMinor, commissionBps }: SoldLine): bigint => shareOf(paidMinor, commissionBps);

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** The transfers of a sale: one a merchant, and the commission of all of them. */
export const saleTransfers = (
  { orderId, currency }: Pick<Order, "orderId" | "currency">,
  lines: readonly SoldLine[],
  at: number,
): readonly Transfer[] => {
  const sold = (purpose: string, to: string, amountMinor: bigint): Transfer => ({
    transferId: transferIdOf(orderId, "sale", purpose),
    stage: "sale",
    purpose,
    from: accounts.salesClearing(),
    to,
    amountMinor,
    currency,
    phase: "posted" satisfies TransferPhase,
    at,
  });
  const proceeds = merchantsOf(lines).map((merchantId) => {
    const own = lines.filter((line) => line.merchantId === merchantId);
    const netMinor = sum(own.map((line) => line.paidMinor - commissionOf(line)));
    return sold(`proceeds-${merchantId}`, accounts.merchantPayable(merchantId), netMinor);
  });
  return [...proceeds, sold("commission", accounts.platformRevenue(), sum(lines.map(commissionOf)))].filter(
    ({ amountMinor }) => amountMinor > 0n,
  );
};

/**
 * When a merchant's proceeds of an order can be paid out: the days of its contract at the sale after the last
 * of its lines was signed off. Nothing while one is not signed off yet: the after-sales window is still open.
 */
export const heldUntil = (
  { placedAt }: Pick<Order, "placedAt">,
  lines: readonly Pick<OrderLine, "merchantId" | "signedOffAt">[],
  merchant: Merchant,
): number | undefined => {
  const signedOff = lines
    .filter(({ merchantId }) => merchantId === merchant.merchantId)
    .map(({ signedOffAt }) => signedOffAt);
  if (!signedOff.every((at) => at !== undefined)) return undefined;
  return Math.max(...signedOff) + (contractAt(merchant, placedAt).holdDays ?? defaultHoldDays) * dayMs;
};
