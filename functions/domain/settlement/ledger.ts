import { InvariantViolation } from "../errors.ts";
import { isCurrency } from "../money.ts";
import { openPending, type Transfer } from "./transfer.ts";

/**
 * The rules of the ledger. It only grows: whatever is to be appended is held against what stands, and a
 * transfer that breaks a rule is refused with its name before anything is written. The table holds the same
 * line once more, by putting each transfer only if its id is free.
 */

/** Everything the ledger refuses, by name. The list is closed. */
export type LedgerErrorCode =
  | "id_taken"
  | "id_failed"
  | "amount_not_positive"
  | "same_account"
  | "currency_unknown"
  | "phase_contradicts"
  | "pending_not_found"
  | "pending_differs"
  | "pending_exceeded"
  | "corrected_not_found"
  | "correction_differs"
  | "correction_exceeded";

/** A transfer that must not be appended. Nothing has been written. */
export class LedgerError extends InvariantViolation {
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, { transferId }: Transfer) {
    super(`${transferId}: ${code}`);
    this.code = code;
  }
}

/** When a transfer was made says nothing about what it is: a repetition is the same transfer. */
const sameTransfer = (one: Transfer, other: Transfer): boolean =>
  one.stage === other.stage &&
  one.purpose === other.purpose &&
  one.from === other.from &&
  one.to === other.to &&
  one.amountMinor === other.amountMinor &&
  one.currency === other.currency &&
  one.phase === other.phase &&
  one.pendingId === other.pendingId &&
  one.corrects === other.corrects &&
  one.reference === other.reference;

const requireWellFormed = (transfer: Transfer): void => {
  if (transfer.amountMinor <= 0n) throw new LedgerError("amount_not_positive", transfer);
  if (transfer.from === transfer.to) throw new LedgerError("same_account", transfer);
  if (!isCurrency(transfer.currency)) throw new LedgerError("currency_unknown", transfer);
  const decides = transfer.pendingId !== undefined;
  const letsGo = transfer.phase === "voided" || transfer.phase === "expired";
  if (transfer.phase === "pending" ? decides : letsGo && !decides) {
    throw new LedgerError("phase_contradicts", transfer);
  }
  if (transfer.corrects !== undefined && (decides || transfer.phase !== "posted")) {
    throw new LedgerError("phase_contradicts", transfer);
  }
};

/** A decision is made about a promise that stands, between its accounts, and about no more than is open. */
const requireOpen = (ledger: readonly Transfer[], transfer: Transfer): void => {
  const { pendingId, from, to, currency, amountMinor } = transfer;
  if (pendingId === undefined) return;
  const pending = ledger.find((other) => other.transferId === pendingId && other.phase === "pending");
  if (!pending) throw new LedgerError("pending_not_found", transfer);
  if (pending.from !== from || pending.to !== to || pending.currency !== currency) {
    throw new LedgerError("pending_differs", transfer);
  }
  if (amountMinor > (openPending(ledger).get(pendingId) ?? 0n)) {
    throw new LedgerError("pending_exceeded", transfer);
  }
};

/** What stands of a posted transfer after its corrections. */
export const standingMinor = (ledger: readonly Transfer[], posted: Transfer): bigint =>
  ledger.reduce(
    (left, { corrects, amountMinor }) => (corrects === posted.transferId ? left - amountMinor : left),
    posted.amountMinor,
  );

/** A correction goes the other way between the same accounts, and takes back no more than stands. */
const requireCorrectable = (ledger: readonly Transfer[], transfer: Transfer): void => {
  const { corrects, from, to, currency, amountMinor } = transfer;
  if (corrects === undefined) return;
  const posted = ledger.find((other) => other.transferId === corrects && other.phase === "posted");
  if (!posted) throw new LedgerError("corrected_not_found", transfer);
  if (posted.from !== to || posted.to !== from || posted.currency !== currency) {
    throw new LedgerError("correction_differs", transfer);
  }
  if (amountMinor > standingMinor(ledger, posted)) throw new LedgerError("correction_exceeded", transfer);
};

/**
 * Appends transfers one after the other; each may build on those before it. One that stands already, the
 * same in everything but its time, changes nothing: so a stage can be run again.
 *
 * @returns the ledger afterwards
 * @throws LedgerError naming the rule that a transfer breaks
 */
export const append = (ledger: readonly Transfer[], transfers: readonly Transfer[]): readonly Transfer[] => {
  const after = [...ledger];
  for (const transfer of transfers) {
    const known = after.find(({ transferId }) => transferId === transfer.transferId);
    if (known?.phase === "failed" && transfer.phase !== "failed")
      throw new LedgerError("id_failed", transfer);
    if (known && !sameTransfer(known, transfer)) throw new LedgerError("id_taken", transfer);
    if (known) continue;
    requireWellFormed(transfer);
    requireOpen(after, transfer);
    requireCorrectable(after, transfer);
    after.push(transfer);
  }
  return after;
};
