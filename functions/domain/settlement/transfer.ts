import type { Party } from "../judgment/verdict.ts";

/** The stages money moves in. `reserve` happens at approval; the others while the case is settled. */
export const settlementStages = ["reserve", "freight", "refund", "commission", "release"] as const;
export type SettlementStage = (typeof settlementStages)[number];

/** An account of one tenant's ledger, written as a path. */
export type Account = string;

export const accounts = {
  merchantPayable: (merchantId: string): Account => `merchant:${merchantId}:payable`,
  platformRevenue: (): Account => "platform:revenue",
  platformExpense: (): Account => "platform:expense",
  carrierClaims: (carrier: string): Account => `carrier:${carrier}:claims`,
  escrow: (caseId: string): Account => `case:${caseId}:escrow`,
  buyer: (buyerId: string): Account => `buyer:${buyerId}`,
};

export type TransferPhase = "pending" | "posted" | "voided";

/**
 * One line of the double-entry ledger: `amountMinor` leaves `from` and enters `to`. Append-only. A pending
 * transfer moves nothing yet; a posted or voided one that names it in `pendingId` decides it, in part or
 * whole.
 */
export type Transfer = {
  /** `<caseId>.<stage>.<purpose>`: deterministic, so the same stage can never move money twice. */
  readonly transferId: string;
  readonly stage: SettlementStage;
  readonly purpose: string;
  readonly from: Account;
  readonly to: Account;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly phase: TransferPhase;
  readonly pendingId?: string;
  readonly at: number;
};

/** What still hangs of each pending transfer: its amount less what was posted or voided of it. */
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
