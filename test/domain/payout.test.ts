import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaseError } from "../../functions/domain/errors.ts";
import { append } from "../../functions/domain/settlement/ledger.ts";
import {
  changePayout,
  confirmationClockMs,
  instruct,
  maximumAttempts,
  type Payout,
  type PayoutChange,
  type PayoutCommand,
  standingStatus,
} from "../../functions/domain/settlement/payout.ts";
import { balances, openPending, type Transfer } from "../../functions/domain/settlement/transfer.ts";

const at = Date.parse("2026-03-02T09:00:00Z");
const first = () =>
  instruct(
    {
      tenantId: "lux",
      payoutId: "po-1",
      kind: "merchant",
      merchantId: "atelier",
      currency: "CNY",
      amountMinor: 700n,
    },
    at,
  );

const succeeded = (attempt = 1): PayoutCommand => ({ type: "Confirm", attempt, result: "succeeded" });
const failed = (attempt = 1): PayoutCommand => ({
  type: "Confirm",
  attempt,
  result: "failed",
  reason: "closed",
});
const unknown = (attempt = 1): PayoutCommand => ({ type: "Confirm", attempt, result: "unknown" });
const retry: PayoutCommand = { type: "Retry" };
const prove: PayoutCommand = { type: "ProveOffline", reference: "bank-7" };

const advance: PayoutCommand = { type: "Advance", reference: "bank-8" };
const recover: PayoutCommand = { type: "Recover", reference: "bank-9" };

const firstRefund = () =>
  instruct(
    {
      tenantId: "lux",
      payoutId: "rf-1",
      kind: "refund",
      buyerId: "buyer-1",
      caseId: "case-1",
      currency: "CNY",
      amountMinor: 700n,
    },
    at,
  );

const told = (...commands: readonly PayoutCommand[]) => toldTo(first(), commands);
const refundTold = (...commands: readonly PayoutCommand[]) => toldTo(firstRefund(), commands);

const toldTo = (
  begun: PayoutChange,
  commands: readonly PayoutCommand[],
): { payout: Payout; ledger: readonly Transfer[] } => {
  let change = begun;
  let ledger = append([], change.transfers);
  for (const command of commands) {
    change = changePayout(change.after, command, at + 1);
    ledger = append(ledger, change.transfers);
  }
  return { payout: change.after, ledger };
};

const refusal = (...commands: readonly PayoutCommand[]): string => refusalOf(() => told(...commands));
const refundRefusal = (...commands: readonly PayoutCommand[]): string =>
  refusalOf(() => refundTold(...commands));

const refusalOf = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof CaseError) return error.code;
    throw error;
  }
  return "none";
};

describe("a payout", () => {
  it("moves money once it has succeeded, and none before", () => {
    expect(balances(told().ledger, "CNY").size).toBe(0);
    const { payout, ledger } = told(succeeded());
    expect(payout.status).toBe("succeeded");
    expect(balances(ledger, "CNY")).toEqual(
      new Map([
        ["merchant:atelier:payable", -700n],
        ["platform:clearing", 700n],
      ]),
    );
  });

  it("that failed is tried again under its own id, and what is said late of the first try changes nothing", () => {
    const { payout, ledger } = told(failed(), retry, failed(1), unknown(1), succeeded(2));
    expect(payout).toMatchObject({ payoutId: "po-1", attempt: 2, status: "succeeded" });
    expect(ledger.map(({ transferId, phase }) => `${transferId} ${phase}`)).toEqual([
      "po-1.payout.attempt-1 pending",
      "po-1.payout.attempt-1.failed voided",
      "po-1.payout.attempt-2 pending",
      "po-1.payout.attempt-2.succeeded posted",
    ]);
  });

  it("hears the same word twice as once", () => {
    expect(told(succeeded(), succeeded(), unknown()).payout.version).toBe(2);
    expect(told(failed(), failed()).payout.version).toBe(2);
    expect(told(unknown(), unknown()).payout.version).toBe(2);
  });

  it("refuses by name what contradicts what is known", () => {
    expect(refusal(succeeded(), failed())).toBe("payout_contradicts");
    expect(refusal(failed(), succeeded())).toBe("payout_contradicts");
    expect(refusal(failed(), retry, succeeded(1))).toBe("payout_contradicts");
    expect(refusal(succeeded(2))).toBe("payout_attempt_unknown");
    expect(refusal(retry)).toBe("payout_not_failed");
    expect(refusal(unknown(), retry)).toBe("payout_not_failed");
    expect(refusal(succeeded(), prove)).toBe("payout_contradicts");
  });

  it("is unknown when its clock has run out, and still hears what became of it", () => {
    const { payout } = told();
    expect(standingStatus(payout, at + confirmationClockMs - 1)).toBe("instructed");
    expect(standingStatus(payout, at + confirmationClockMs)).toBe("unknown");
    expect(changePayout(payout, prove, at + confirmationClockMs).after.status).toBe("succeeded");
    expect(told(unknown(), succeeded()).payout.status).toBe("succeeded");
  });

  it("is proved by an operator after it failed or where nobody knows, and not while an answer can come", () => {
    const tries = [failed(1), retry, failed(2), retry, failed(3)];
    expect(maximumAttempts).toBe(3);
    expect(refusal(prove)).toBe("payout_not_answered");
    expect(refusal(failed(), retry, prove)).toBe("payout_not_answered");
    expect(told(failed(), prove).payout.status).toBe("succeeded");
    expect(refusal(...tries, retry)).toBe("payout_attempts_exhausted");
    const { payout, ledger } = told(...tries, prove, prove);
    expect(payout).toMatchObject({ status: "succeeded", proof: "bank-7" });
    expect(balances(ledger, "CNY").get("merchant:atelier:payable")).toBe(-700n);
  });

  it("is not advanced by the platform: that is for a buyer's refund", () => {
    expect(refusal(failed(), advance)).toBe("payout_not_refund");
  });

  it.each([
    ["a merchant's payout", first, "merchant:atelier:payable"],
    ["a buyer's refund", firstRefund, "buyer:buyer-1"],
  ])("never moves its amount twice, whatever it is told: %s", (_name, begin, source) => {
    const command = fc.oneof(
      fc.constant(advance),
      fc.constant(recover),
      fc.constant(retry),
      fc.constant(prove),
      fc
        .tuple(fc.integer({ min: 1, max: 4 }), fc.nat(2))
        .map(([attempt, which]) => ([succeeded, failed, unknown][which] ?? unknown)(attempt)),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        let { after: payout, transfers } = begin();
        let ledger = append([], transfers);
        for (const one of commands) {
          try {
            ({ after: payout, transfers } = changePayout(payout, one, at + 1));
            ledger = append(ledger, transfers);
          } catch (error) {
            if (!(error instanceof CaseError)) throw error;
          }
          const balanceOf = balances(ledger, "CNY");
          const isPaid = payout.status === "succeeded" || payout.status === "advanced";
          expect(balanceOf.get(source) ?? 0n).toBe(isPaid ? -700n : 0n);
          expect(balanceOf.get("platform:clearing") ?? 0n).toBe(payout.status === "succeeded" ? 700n : 0n);
          expect(balanceOf.get("platform:advances") ?? 0n).toBe(payout.status === "advanced" ? 700n : 0n);
          const open = [...openPending(ledger).values()].reduce((sum, minor) => sum + minor, 0n);
          const waits = payout.status === "instructed" || payout.status === "unknown";
          expect(open).toBe(waits ? 700n : 0n);
        }
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
  });
});

describe("a buyer's refund", () => {
  const tries = (times: number): readonly PayoutCommand[] =>
    Array.from({ length: times }, (_, index) => [failed(index + 1), retry]).flat();

  it("is tried again under its own id for as long as it fails", () => {
    const { payout } = refundTold(...tries(7), succeeded(8));
    expect(payout).toMatchObject({ payoutId: "rf-1", attempt: 8, status: "succeeded" });
  });

  it("that failed is advanced by the platform, which gets it back later", () => {
    const { payout, ledger } = refundTold(...tries(3), failed(4), advance, advance, failed(4));
    expect(payout).toMatchObject({ status: "advanced", advance: "bank-8" });
    expect(balances(ledger, "CNY")).toEqual(
      new Map([
        ["buyer:buyer-1", -700n],
        ["platform:advances", 700n],
      ]),
    );
    const back = refundTold(failed(), advance, recover, recover);
    expect(back.payout).toMatchObject({ status: "succeeded", recovery: "bank-9" });
    expect(balances(back.ledger, "CNY").get("platform:advances")).toBe(0n);
    expect(balances(back.ledger, "CNY").get("platform:clearing")).toBe(700n);
  });

  it("is not advanced while it may have been paid, nor paid by another way after it was advanced", () => {
    expect(refundRefusal(advance)).toBe("payout_not_failed");
    expect(refundRefusal(unknown(), advance)).toBe("payout_not_failed");
    expect(refundRefusal(failed(), advance, succeeded())).toBe("payout_contradicts");
    expect(refundRefusal(failed(), advance, retry)).toBe("payout_not_failed");
    expect(refundRefusal(failed(), advance, prove)).toBe("payout_contradicts");
    expect(refundRefusal(failed(), recover)).toBe("payout_not_advanced");
    expect(refundRefusal(failed(), advance, recover, succeeded())).toBe("payout_contradicts");
  });
});
