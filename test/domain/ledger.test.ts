import { describe, expect, it } from "vitest";
import {
  append,
  LedgerError,
  type LedgerErrorCode,
  standingMinor,
} from "../../functions/domain/settlement/ledger.ts";
import {
  accounts,
  balances,
  openPending,
  type Transfer,
  transferIdOf,
} from "../../functions/domain/settlement/transfer.ts";
import { hour, monday } from "../support/builders.ts";

const payable = accounts.merchantPayable("merchant-1");
const escrow = accounts.escrow("case-1");

const aTransfer = (but: Partial<Transfer> = {}): Transfer => {
  const { stage = "refund", purpose = "refund-from-merchant" } = but;
  return {
    transferId: transferIdOf("case-1", stage, purpose),
    stage,
    purpose,
    from: payable,
    to: escrow,
    amountMinor: 1_000n,
    currency: "CNY",
    phase: "posted",
    at: monday,
    ...but,
  };
};

const promise = aTransfer({ stage: "reserve", phase: "pending" });
const decides = (phase: Transfer["phase"], amountMinor: bigint, purpose: string = phase) =>
  aTransfer({ phase, amountMinor, purpose, pendingId: promise.transferId });
const posted = aTransfer();
const takesBack = (amountMinor: bigint, but: Partial<Transfer> = {}) =>
  aTransfer({
    purpose: `refund-from-merchant.${amountMinor}`,
    from: escrow,
    to: payable,
    amountMinor,
    corrects: posted.transferId,
    ...but,
  });

const openOf = (ledger: readonly Transfer[]) => openPending(ledger).get(promise.transferId);

describe("two phases", () => {
  it("a promise moves nothing, and is posted in parts until nothing of it is open", () => {
    const promised = append([], [promise]);
    expect(balances(promised, "CNY").size).toBe(0);
    const part = append(promised, [decides("posted", 400n)]);
    expect([openOf(part), balances(part, "CNY").get(escrow)]).toEqual([600n, 400n]);
    const whole = append(part, [decides("posted", 600n, "rest")]);
    expect([openOf(whole), balances(whole, "CNY").get(escrow)]).toEqual([0n, 1_000n]);
  });

  it.each(["voided", "expired", "failed"] as const)(
    "a promise that is %s moves nothing and hangs no more",
    (phase) => {
      const ledger = append([], [promise, decides("posted", 400n), decides(phase, 600n)]);
      expect([openOf(ledger), balances(ledger, "CNY").get(escrow)]).toEqual([0n, 400n]);
    },
  );
});

describe("append-only", () => {
  it("takes a repetition, at whatever time, for the same transfer", () => {
    const ledger = append([], [promise, posted]);
    expect(append(ledger, [{ ...posted, at: monday + hour }, promise])).toEqual(ledger);
  });

  it("takes nothing back but by a transfer that names the old one", () => {
    const ledger = append([posted], [takesBack(300n), takesBack(700n)]);
    expect(standingMinor(ledger, posted)).toBe(0n);
    expect(balances(ledger, "CNY").get(escrow)).toBe(0n);
  });

  it("keeps the id of what failed taken for good", () => {
    const failed = aTransfer({ phase: "failed" });
    const ledger = append([], [failed]);
    expect(balances(ledger, "CNY").size).toBe(0);
    expect(append(ledger, [failed])).toEqual(ledger);
    expect(refusalOf(ledger, posted)).toBe("id_failed");
  });
});

const refusalOf = (ledger: readonly Transfer[], transfer: Transfer): LedgerErrorCode | undefined => {
  try {
    append(ledger, [transfer]);
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
  return undefined;
};

describe("the ledger refuses", () => {
  it.each<[LedgerErrorCode, string, readonly Transfer[], Transfer]>([
    ["id_taken", "another amount under a known id", [posted], { ...posted, amountMinor: 999n }],
    ["id_taken", "a posting under the id of its own promise", [promise], { ...promise, phase: "posted" }],
    ["amount_not_positive", "nothing", [], { ...posted, amountMinor: 0n }],
    ["amount_not_positive", "less than nothing", [], { ...posted, amountMinor: -1n }],
    ["same_account", "what goes nowhere", [], { ...posted, to: payable }],
    ["currency_unknown", "money nobody counts in", [], { ...posted, currency: "XXX" }],
    ["phase_contradicts", "a void of nothing", [], { ...posted, phase: "voided" }],
    ["phase_contradicts", "a promise that decides", [promise], decides("pending", 1n)],
    ["phase_contradicts", "a promised correction", [posted], takesBack(1n, { phase: "pending" })],
    ["pending_not_found", "a decision about nothing", [], decides("posted", 1n)],
    ["pending_not_found", "a decision about what is posted", [posted], decides("posted", 1n, "again")],
    [
      "pending_differs",
      "a decision to another account",
      [promise],
      { ...decides("posted", 1n), to: "buyer:b" },
    ],
    [
      "pending_differs",
      "a decision in another currency",
      [promise],
      { ...decides("posted", 1n), currency: "EUR" },
    ],
    ["pending_exceeded", "more than was promised", [promise], decides("posted", 1_001n)],
    ["pending_exceeded", "more than is open", [promise, decides("voided", 999n)], decides("posted", 2n)],
    ["corrected_not_found", "a correction of nothing", [], takesBack(1n)],
    [
      "correction_differs",
      "a correction the same way again",
      [posted],
      takesBack(1n, { from: payable, to: escrow }),
    ],
    ["correction_exceeded", "more than was posted", [posted], takesBack(1_001n)],
    ["correction_exceeded", "more than still stands", [posted, takesBack(999n)], takesBack(2n)],
  ])("%s: %s", (code, _what, ledger, transfer) => {
    expect(refusalOf(ledger, transfer)).toBe(code);
  });
});
