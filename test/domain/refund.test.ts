import { describe, expect, it } from "vitest";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import {
  changePayout,
  confirmationClockMs,
  instruct,
  type PayoutCommand,
} from "../../functions/domain/settlement/payout.ts";
import { refundInstruction, refundStanding } from "../../functions/domain/settlement/refund.ts";
import { accounts, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { aRefundOnly, aReturn, aVerdict, monday } from "../support/builders.ts";
import {
  afterEvents,
  approves,
  given,
  judged,
  played,
  settles,
  untilClosed,
  wayTo,
} from "../support/cases.ts";

/** The buyer's money leaves the ledger: one instruction a verdict, and never more than is owed. */

const instruction = (payoutId: string, amountMinor: bigint) => ({
  type: "PayoutInstructed" as const,
  change: {
    after: { payoutId, kind: "refund", buyerId: "buyer-1", caseId: "case-1", amountMinor, attempt: 1 },
  },
});

describe("a refund", () => {
  it("is instructed with the last posting to the buyer: price, freight and what comes on top in one sum", () => {
    const compensated = judged({ compensation: { bps: 1_000 } });
    const history = [compensated, ...wayTo.settling.slice(1)];
    const after = given(aReturn(), ...history, settles())
      .when(settles())
      .thenHappens("RefundSettled", instruction("rf-case-1.v1", 128_000n + 12_800n + 1_500n));
    expect(after.state.instructedRefundMinor).toBe(142_300n);
  });

  it("of freight alone is instructed with the freight", () => {
    const nothingOfThePrice = [judged({ refundCapBps: 0 }), ...wayTo.settling.slice(1)];
    given(aReturn(), ...nothingOfThePrice)
      .when(settles())
      .thenHappens("FreightSettled", instruction("rf-case-1.v1", 1_500n), "CaseClosed");
  });

  it("of nothing is not instructed", () => {
    given(aRefundOnly(), judged({ refundCapBps: 0, freight: { payer: "buyer", capMinor: 0n } }), approves())
      .when(settles())
      .thenHappens("CaseClosed");
  });
});

/** As if an appeal had been heard after the refund was instructed. */
const rejudged = (standing: CaseSnapshot, but: Partial<Verdict>): CaseSnapshot => {
  const number = standing.state.verdictNumber + 1;
  const state = { ...standing.state, verdictNumber: number };
  return { ...standing, state, verdict: aVerdict({ ...but, number }) };
};

const next = (standing: CaseSnapshot) => {
  const { command, by, at } = settles()(standing);
  const events = decide(command, standing, at, by);
  return { events, after: afterEvents(standing, events) };
};

describe("a verdict revised after the refund was instructed", () => {
  const paid = played(
    aReturn(),
    judged({ refundCapBps: 5_000 }),
    ...wayTo.settling.slice(1),
    settles(),
    settles(),
  );

  it("upwards: the difference is an instruction with an id of its own", () => {
    expect(paid.state.instructedRefundMinor).toBe(65_500n);
    const { events } = next(rejudged(paid, {}));
    expect(events).toMatchObject([{ type: "RefundSettled" }, instruction("rf-case-1.v2", 64_000n)]);
  });

  it("downwards: nothing more is instructed, and up again only what is owed beyond what was", () => {
    const lower = next(rejudged(paid, { refundCapBps: 2_500 }));
    expect(lower.events).toMatchObject([{ type: "RefundSettled" }]);
    const closed = untilClosed(lower.after);
    expect(closed.state).toMatchObject({ stage: "closed", instructedRefundMinor: 65_500n });
    const higher = next(rejudged(lower.after, { refundCapBps: 7_500 }));
    expect(higher.events).toMatchObject([{ type: "RefundSettled" }, instruction("rf-case-1.v3", 32_000n)]);
    expect(higher.after.state.instructedRefundMinor).toBe(96_000n + 1_500n);
  });

  it("by the same amounts instructs nothing", () => {
    const again = next(rejudged(paid, { refundCapBps: 5_000 }));
    expect(again.events.map(({ type }) => type)).toEqual(["CommissionReversed", "CaseClosed"]);
  });
});

const refund = (payoutId: string, amountMinor: bigint, ...commands: readonly PayoutCommand[]) => {
  const reference = {
    tenantId: "lux",
    payoutId,
    kind: "refund",
    buyerId: "buyer-1",
    caseId: "case-1",
  } as const;
  const { after } = instruct({ ...reference, currency: "CNY", amountMinor }, monday);
  return commands.reduce((payout, command) => changePayout(payout, command, monday + 1).after, after);
};
const succeeded: PayoutCommand = { type: "Confirm", attempt: 1, result: "succeeded" };
const failed: PayoutCommand = { type: "Confirm", attempt: 1, result: "failed", reason: "closed" };
const advance: PayoutCommand = { type: "Advance", reference: "bank-7" };

describe("where the buyer's money is", () => {
  it.each([
    ["told to be paid", [refund("a", 5n)], { status: "instructed", amountMinor: 5n, paidMinor: 0n }],
    ["paid", [refund("a", 5n, succeeded)], { status: "paid", amountMinor: 5n, paidMinor: 5n }],
    ["failed", [refund("a", 5n, failed)], { status: "failed", amountMinor: 5n, paidMinor: 0n }],
    ["advanced", [refund("a", 5n, failed, advance)], { status: "paid", amountMinor: 5n, paidMinor: 5n }],
    [
      "paid for one verdict and failed for the next",
      [refund("a", 5n, succeeded), refund("b", 3n, failed)],
      { status: "failed", amountMinor: 8n, paidMinor: 5n },
    ],
  ] as const)("%s", (_name, payouts, standing) => {
    expect(refundStanding(payouts, monday + 1)).toEqual(standing);
  });

  it("is unknown when the payment side has not answered in its time", () => {
    const late = monday + confirmationClockMs;
    expect(refundStanding([refund("a", 5n)], late).status).toBe("unknown");
  });

  it("is computed from the case's own ledger alone", () => {
    const toBuyer: Transfer = {
      transferId: "case-1.refund.refund-to-buyer",
      stage: "refund",
      purpose: "refund-to-buyer",
      from: accounts.escrow("case-1"),
      to: accounts.buyer("buyer-1"),
      amountMinor: 10n,
      currency: "CNY",
      phase: "posted",
      at: monday,
    };
    const { state } = played(aReturn());
    expect(refundInstruction(state, [toBuyer], monday)?.after.amountMinor).toBe(10n);
    expect(refundInstruction(state, [{ ...toBuyer, phase: "pending" }], monday)).toBeUndefined();
    expect(refundInstruction({ ...state, instructedRefundMinor: 10n }, [toBuyer], monday)).toBeUndefined();
    expect(refundInstruction({ ...state, buyerId: "buyer-2" }, [toBuyer], monday)).toBeUndefined();
  });
});
