import { describe, expect, it } from "vitest";
import { InvariantViolation } from "../../functions/domain/errors.ts";
import type { Party } from "../../functions/domain/judgment/verdict.ts";
import { planSettlement, type SettlementBasis } from "../../functions/domain/settlement/plan.ts";
import {
  assertSettled,
  releaseTransfers,
  reserveTransfers,
  stageTransfers,
} from "../../functions/domain/settlement/stages.ts";
import { balances, openPending, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { hour, monday, whollyOn } from "../support/builders.ts";

const aBasis = (
  verdict: Partial<SettlementBasis["verdict"]> = {},
  but: Partial<SettlementBasis> = {},
): SettlementBasis => ({
  caseId: "case-1",
  merchantId: "merchant-1",
  buyerId: "buyer-1",
  currency: "CNY",
  lines: [{ amountMinor: 100_000n, commissionBps: 3_000 }],
  verdict: {
    number: 1,
    liability: whollyOn("merchant"),
    refundCapBps: 10_000,
    freight: { payer: "merchant", capMinor: 2_000n },
    carrier: "kuaidi100",
    ...verdict,
  },
  returnFreightMinor: 1_500n,
  times: {},
  ...but,
});

const freightTransfers = (basis: SettlementBasis, at: number, ledger: readonly Transfer[] = []) =>
  stageTransfers(basis, "freight", ledger, at);
const refundTransfers = (basis: SettlementBasis, ledger: readonly Transfer[], at: number) =>
  stageTransfers(basis, "refund", ledger, at);
const commissionTransfers = (basis: SettlementBasis, at: number, ledger: readonly Transfer[] = []) =>
  stageTransfers(basis, "commission", ledger, at);

const brief = (transfers: readonly Transfer[]) =>
  transfers.map(({ purpose, from, to, amountMinor, phase }) => [purpose, from, to, amountMinor, phase]);

describe("what the platform laid out for the return's label", () => {
  const owed = (payer: Party, labelCostMinor: bigint, returnFreightMinor = 0n) =>
    planSettlement(aBasis({ freight: { payer, capMinor: 2_000n } }, { labelCostMinor, returnFreightMinor }))
      .labelMinor;

  it("is given back by who owes the freight, up to what the cap leaves behind the buyer's own outlay", () => {
    expect(owed("merchant", 1_200n)).toBe(1_200n);
    expect(owed("carrier", 3_000n)).toBe(2_000n);
    expect(owed("merchant", 1_200n, 1_500n)).toBe(500n);
    expect(owed("platform", 1_200n)).toBe(0n);
  });

  it("is the buyer's to give back out of the refund, and no more than that", () => {
    expect(owed("buyer", 1_200n)).toBe(1_200n);
    expect(owed("buyer", 10_000_000n)).toBe(100_000n);
  });

  it("is a transfer of its own to the platform", () => {
    const basis = aBasis({}, { labelCostMinor: 400n });
    expect(brief(freightTransfers(basis, monday))).toContainEqual([
      "return-label",
      "merchant:merchant-1:payable",
      "platform:expense",
      400n,
      "posted",
    ]);
  });
});

describe("the plan: who pays how much", () => {
  it.each([
    ["merchant", { merchant: 100_000n, platform: 0n, carrier: 0n }, 30_000n],
    ["platform", { merchant: 0n, platform: 100_000n, carrier: 0n }, 0n],
    ["carrier", { merchant: 0n, platform: 0n, carrier: 100_000n }, 0n],
    // A change of mind undoes the sale: the merchant has the goods again, and its commission back.
    ["buyer", { merchant: 100_000n, platform: 0n, carrier: 0n }, 30_000n],
  ] as const)("all liability on the %s", (party, funding, commissionReversalMinor) => {
    expect(planSettlement(aBasis({ liability: whollyOn(party) }))).toMatchObject({
      refundMinor: 100_000n,
      funding,
      commissionReversalMinor,
    });
  });

  it("shared liability: parts of an odd amount add up, the commission only on the merchant's part", () => {
    const liability = { merchant: 3_333, platform: 3_333, carrier: 3_334, buyer: 0 };
    const plan = planSettlement(
      aBasis({ liability }, { lines: [{ amountMinor: 101n, commissionBps: 2_500 }] }),
    );
    expect(plan).toMatchObject({
      refundMinor: 101n,
      funding: { merchant: 34n, platform: 33n, carrier: 34n },
      commissionReversalMinor: 8n,
    });
  });

  it("each line is reversed at the rate frozen on its own sale, rounded down line by line", () => {
    const lines = [
      { amountMinor: 33_333n, commissionBps: 2_500 },
      { amountMinor: 66_667n, commissionBps: 5_000 },
      { amountMinor: 10_000n, commissionBps: 0 },
    ];
    expect(planSettlement(aBasis({}, { lines }))).toMatchObject({
      refundMinor: 110_000n,
      commissionReversalMinor: 8_333n + 33_333n,
    });
  });

  it("refunds what the verdict caps, and reverses the commission on no more than that", () => {
    expect(planSettlement(aBasis({ refundCapBps: 5_000 }))).toMatchObject({
      refundMinor: 50_000n,
      funding: { merchant: 50_000n },
      commissionReversalMinor: 15_000n,
    });
    expect(planSettlement(aBasis({ refundCapBps: 0 }))).toMatchObject({
      refundMinor: 0n,
      commissionReversalMinor: 0n,
    });
  });

  it.each([
    [1_500n, 2_000n, 1_500n],
    [2_000n, 2_000n, 2_000n],
    [9_999n, 2_000n, 2_000n],
    [0n, 2_000n, 0n],
    [1_500n, 0n, 0n],
  ])("freight of %i with a cap of %i: %i", (returnFreightMinor, capMinor, freightMinor) => {
    const freight = { payer: "platform", capMinor } as const;
    expect(planSettlement(aBasis({ freight }, { returnFreightMinor }))).toMatchObject({ freightMinor });
  });

  it("owes the buyer no freight that the buyer has to bear", () => {
    const freight = { payer: "buyer", capMinor: 2_000n } as const;
    expect(planSettlement(aBasis({ freight })).freightMinor).toBe(0n);
    expect(freightTransfers(aBasis({ freight }), monday)).toEqual([]);
  });
});

describe("the stages", () => {
  it("reserve: each funder's part is promised to escrow, and moves nothing yet", () => {
    const liability = { merchant: 5_000, platform: 2_000, carrier: 3_000, buyer: 0 };
    const reserve = reserveTransfers(aBasis({ liability }), monday);
    expect(brief(reserve)).toEqual([
      ["refund-from-merchant", "merchant:merchant-1:payable", "case:case-1:escrow", 50_000n, "pending"],
      ["refund-from-platform", "platform:expense", "case:case-1:escrow", 20_000n, "pending"],
      ["refund-from-carrier", "carrier:kuaidi100:claims", "case:case-1:escrow", 30_000n, "pending"],
    ]);
    expect(balances(reserve, "CNY").size).toBe(0);
    expect(reserve.map(({ transferId }) => transferId)).toContain("case-1.reserve.refund-from-carrier");
  });

  it.each([
    ["merchant", "merchant:merchant-1:payable"],
    ["platform", "platform:expense"],
    ["carrier", "carrier:kuaidi100:claims"],
  ] as const)("freight: the %s pays the buyer's outlay", (payer, from) => {
    const freight = { payer: payer as Party, capMinor: 2_000n };
    expect(brief(freightTransfers(aBasis({ freight }), monday))).toEqual([
      ["return-freight", from, "buyer:buyer-1", 1_500n, "posted"],
    ]);
  });

  it("refund: the reserve is posted into escrow and escrow pays the buyer", () => {
    const reserve = reserveTransfers(aBasis(), monday);
    const refund = refundTransfers(aBasis(), reserve, monday + hour);
    expect(brief(refund)).toEqual([
      ["refund-from-merchant", "merchant:merchant-1:payable", "case:case-1:escrow", 100_000n, "posted"],
      ["refund-to-buyer", "case:case-1:escrow", "buyer:buyer-1", 100_000n, "posted"],
    ]);
    expect(refund[0]?.pendingId).toBe("case-1.reserve.refund-from-merchant");
  });

  it("commission: comes back to the merchant from the platform's revenue", () => {
    expect(brief(commissionTransfers(aBasis(), monday))).toEqual([
      ["commission-reversal", "platform:revenue", "merchant:merchant-1:payable", 30_000n, "posted"],
    ]);
    expect(commissionTransfers(aBasis({ liability: whollyOn("carrier") }), monday)).toEqual([]);
  });
});

describe("a verdict that changed after the reserve", () => {
  const reserved = reserveTransfers(aBasis(), monday);
  const settledBy = (basis: SettlementBasis) => {
    const refund = refundTransfers(basis, reserved, monday + hour);
    const release = releaseTransfers(basis, [...reserved, ...refund], monday + hour);
    return { refund, release, ledger: [...reserved, ...refund, ...release] };
  };

  it("asks less of the merchant: part of its reserve is posted, the rest voided", () => {
    const basis = aBasis({ refundCapBps: 2_500 });
    const { refund, release, ledger } = settledBy(basis);
    expect(refund[0]).toMatchObject({ amountMinor: 25_000n, pendingId: reserved[0]?.transferId });
    expect(release).toMatchObject([
      {
        transferId: "case-1.release.refund-from-merchant",
        phase: "voided",
        amountMinor: 75_000n,
        pendingId: "case-1.reserve.refund-from-merchant",
      },
    ]);
    expect(() => assertSettled(basis, ledger)).not.toThrow();
    expect(balances(ledger, "CNY").get("buyer:buyer-1")).toBe(25_000n);
  });

  it("asks somebody else: what the carrier never reserved is posted beyond, the merchant's reserve voided", () => {
    const basis = aBasis({ liability: whollyOn("carrier") });
    const { refund, release, ledger } = settledBy(basis);
    expect(brief(refund)).toEqual([
      [
        "refund-from-carrier-beyond-reserve",
        "carrier:kuaidi100:claims",
        "case:case-1:escrow",
        100_000n,
        "posted",
      ],
      ["refund-to-buyer", "case:case-1:escrow", "buyer:buyer-1", 100_000n, "posted"],
    ]);
    expect(release).toMatchObject([{ amountMinor: 100_000n, from: "merchant:merchant-1:payable" }]);
    expect(() => assertSettled(basis, ledger)).not.toThrow();
  });

  it("asks more than was reserved: reserve and excess are two transfers", () => {
    const small = reserveTransfers(aBasis({ refundCapBps: 4_000 }), monday);
    const refund = refundTransfers(aBasis(), small, monday + hour);
    expect(brief(refund).map(([purpose, , , amount]) => [purpose, amount])).toEqual([
      ["refund-from-merchant", 40_000n],
      ["refund-from-merchant-beyond-reserve", 60_000n],
      ["refund-to-buyer", 100_000n],
    ]);
    expect(() => assertSettled(aBasis(), [...small, ...refund])).not.toThrow();
  });

  it("names another carrier: the first one's reserve is not spent on the second one's debt", () => {
    const first = aBasis({ liability: whollyOn("carrier"), carrier: "sf" });
    const second = aBasis({ liability: whollyOn("carrier"), carrier: "yto" });
    const promised = reserveTransfers(first, monday);
    const refund = refundTransfers(second, promised, monday + hour);
    const release = releaseTransfers(second, [...promised, ...refund], monday + hour);
    expect(refund[0]).toMatchObject({ from: "carrier:yto:claims", amountMinor: 100_000n });
    expect(release).toMatchObject([{ from: "carrier:sf:claims", amountMinor: 100_000n }]);
    expect(() => assertSettled(second, [...promised, ...refund, ...release])).not.toThrow();
  });

  it("refunds nothing at all: everything is voided", () => {
    const { refund, release, ledger } = settledBy(aBasis({ refundCapBps: 0 }));
    expect(refund).toEqual([]);
    expect(release).toMatchObject([{ phase: "voided", amountMinor: 100_000n }]);
    expect([...openPending(ledger).values()]).toEqual([0n]);
  });

  it("voids once: a second release finds nothing to do", () => {
    const basis = aBasis({ refundCapBps: 2_500 });
    expect(releaseTransfers(basis, settledBy(basis).ledger, monday)).toEqual([]);
  });
});

describe("a case closes only with a finished ledger", () => {
  const basis = aBasis();
  const reserve = reserveTransfers(basis, monday);
  const refund = refundTransfers(basis, reserve, monday);
  const [intoEscrow, toBuyer] = refund;
  if (!intoEscrow || !toBuyer) throw new Error("a refund has two transfers");

  it("is content with one", () => {
    expect(() => assertSettled(basis, [])).not.toThrow();
    expect(() => assertSettled(basis, [...reserve, ...refund])).not.toThrow();
  });

  it.each([
    ["a reserve is undecided", reserve],
    ["a reserve was posted beyond its amount", [...reserve, { ...intoEscrow, amountMinor: 100_001n }]],
    ["a post names a reserve that does not exist", [intoEscrow, toBuyer]],
    ["escrow was paid in and not out", [...reserve, intoEscrow]],
    ["escrow paid out what never came in", [toBuyer]],
  ])("not when %s", (_what, ledger) => {
    expect(() => assertSettled(basis, ledger)).toThrow(InvariantViolation);
  });
});

describe("balances", () => {
  it("sum to zero, count what is posted, and keep currencies apart", () => {
    const cny = refundTransfers(aBasis(), reserveTransfers(aBasis(), monday), monday);
    const eur = freightTransfers(aBasis({}, { currency: "EUR" }), monday);
    const all = [...reserveTransfers(aBasis(), monday), ...cny, ...eur];
    for (const currency of ["CNY", "EUR"]) {
      expect([...balances(all, currency).values()].reduce((sum, each) => sum + each, 0n)).toBe(0n);
    }
    expect(balances(all, "CNY").get("buyer:buyer-1")).toBe(100_000n);
    expect(balances(all, "EUR").get("buyer:buyer-1")).toBe(1_500n);
  });
});
