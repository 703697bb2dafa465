import type { Party } from "../judgment/verdict.ts";

/** The stages money of a case moves in. `reserve` happens at approval; the others while it is settled. */
export const settlementStages = ["reserve", "freight", "refund", "commission", "release"] as const;
export type SettlementStage = (typeof settlementStages)[number];

/**
 * Everything money moves for: the stages of a case; what a sale brings in; what is held back of it and let
 * go; what is paid out over the platform's payment side; what becomes of a claim on a carrier.
 */
export const transferStages = [...settlementStages, "sale", "holdback", "payout", "claim"] as const;
export type TransferStage = (typeof transferStages)[number];

/** An account of one tenant's ledger, written as a path. */
export type Account = string;

/**
 * The sign of a balance, what came in less what went out: the buyer's is what is paid back to the buyer,
 * `payable` what the platform owes a merchant (below zero the merchant owes the platform), `claims` below
 * zero what a carrier owes the platform, which has advanced it, and `clearing` what the platform's payment
 * side has been handed to pay out.
 */
export const accounts = {
  buyer: (buyerId: string): Account => `buyer:${buyerId}`,
  merchantPayable: (merchantId: string): Account => `merchant:${merchantId}:payable`,
  /** Held back of a merchant's payable against after-sales to come. */
  merchantReserve: (merchantId: string): Account => `merchant:${merchantId}:reserve`,
  platformRevenue: (): Account => "platform:revenue",
  platformExpense: (): Account => "platform:expense",
  /** Above zero what the platform has paid buyers itself and its payment side still owes it. */
  platformAdvances: (): Account => "platform:advances",
  /** Below zero what sales have brought the platform on its merchants' and its own behalf. */
  salesClearing: (): Account => "platform:sales",
  payoutClearing: (): Account => "platform:clearing",
  carrierClaims: (carrier: string): Account => `carrier:${carrier}:claims`,
  escrow: (caseId: string): Account => `case:${caseId}:escrow`,
};

/**
 * `pending` promises, `posted` moves. `voided` and `expired` let go of a promise, by somebody's decision or
 * by a clock. `failed` moves nothing and keeps its id taken for good, so what failed under an id can never
 * come true under it later.
 */
export const transferPhases = ["pending", "posted", "voided", "expired", "failed"] as const;
export type TransferPhase = (typeof transferPhases)[number];

/**
 * One line of the double-entry ledger: `amountMinor` leaves `from` and enters `to`. Append-only. A pending
 * transfer moves nothing yet; a later one that names it in `pendingId` decides it, in part or whole.
 */
export type Transfer = {
  /** `<subject>.<stage>.<purpose>`: deterministic, so the same stage can never move money twice. */
  readonly transferId: string;
  readonly stage: TransferStage;
  readonly purpose: string;
  readonly from: Account;
  readonly to: Account;
  /** Above zero, in minor units of the currency. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly phase: TransferPhase;
  /** The pending transfer this one decides. */
  readonly pendingId?: string;
  /** The posted transfer this one takes back, in part or whole. Nothing posted is ever edited. */
  readonly corrects?: string;
  /** What the outside calls it: a carrier's or a payment side's own number. */
  readonly reference?: string;
  readonly at: number;
};

/**
 * @param subject what the money moves for: a case, an order, a payout
 */
export const transferIdOf = (subject: string, stage: TransferStage, purpose: string): string =>
  `${subject}.${stage}.${purpose}`;

/** What still hangs of each pending transfer: its amount less what was decided of it. */
export const openPending = (transfers: readonly Transfer[]): ReadonlyMap<string, bigint> => {
  const open = new Map<string, bigint>();
  for (const transfer of transfers) {
    if (transfer.phase === "pending") open.set(transfer.transferId, transfer.amountMinor);
  }
  for (const transfer of transfers) {
    if (transfer.pendingId === undefined) continue;
    open.set(transfer.pendingId, (open.get(transfer.pendingId) ?? 0n) - transfer.amountMinor);
  }
  return open;
};

/** Posted balance of each account of one currency: what came in less what went out. Sums to zero. */
export const balances = (transfers: readonly Transfer[], currency: string): ReadonlyMap<Account, bigint> => {
  const byAccount = new Map<Account, bigint>();
  for (const transfer of transfers) {
    if (transfer.phase !== "posted" || transfer.currency !== currency) continue;
    byAccount.set(transfer.from, (byAccount.get(transfer.from) ?? 0n) - transfer.amountMinor);
    byAccount.set(transfer.to, (byAccount.get(transfer.to) ?? 0n) + transfer.amountMinor);
  }
  return byAccount;
};

/** The purpose of the transfer that brings one party's part of the refund into escrow. */
export const fundingPurpose = (party: Exclude<Party, "buyer">): string => `refund-from-${party}`;
