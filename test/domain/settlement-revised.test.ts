import { describe, expect, it } from "vitest";
import type { Party } from "../../functions/domain/judgment/verdict.ts";
import { append } from "../../functions/domain/settlement/ledger.ts";
import type { SettlementBasis } from "../../functions/domain/settlement/plan.ts";
import {
  assertSettled,
  flowsOf,
  postedMinor,
  postingStages,
  releaseTransfers,
  reserveTransfers,
  stageTransfers,
} from "../../functions/domain/settlement/stages.ts";
import { balances, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { hour, monday, whollyOn } from "../support/builders.ts";

/** A verdict that changes after money has moved: the difference is posted, nothing is edited. */

const aBasis = (verdict: Partial<SettlementBasis["verdict"]> = {}): SettlementBasis => ({
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
});

/** The ledger after every stage has run under a verdict, on top of what stands. */
const settledBy = (basis: SettlementBasis, ledger: readonly Transfer[] = []): readonly Transfer[] =>
  postingStages.reduce(
    (standing, stage) => append(standing, stageTransfers(basis, stage, standing, monday + hour)),
    ledger.length > 0 ? ledger : reserveTransfers(basis, monday),
  );

const released = (basis: SettlementBasis, ledger: readonly Transfer[]): readonly Transfer[] =>
  append(ledger, releaseTransfers(basis, ledger, monday + 2 * hour));

const brief = (transfers: readonly Transfer[]) =>
  transfers.map(({ purpose, from, to, amountMinor, corrects }) => [purpose, from, to, amountMinor, corrects]);

const balanceOf = (ledger: readonly Transfer[]) => Object.fromEntries(balances(ledger, "CNY"));

describe("a verdict revised after everything was posted", () => {
  const before = settledBy(aBasis());

  it("downwards: what was too much is taken back by corrections that name the old transfers", () => {
    const revised = aBasis({ number: 2, refundCapBps: 4_000 });
    const after = settledBy(revised, before);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(brief(after.slice(before.length))).toEqual([
      [
        "correction-of-refund-to-buyer.v2",
        "buyer:buyer-1",
        "case:case-1:escrow",
        60_000n,
        "case-1.refund.refund-to-buyer",
      ],
      [
        "correction-of-refund-from-merchant.v2",
        "case:case-1:escrow",
        "merchant:merchant-1:payable",
        60_000n,
        "case-1.refund.refund-from-merchant",
      ],
      [
        "correction-of-commission-reversal.v2",
        "merchant:merchant-1:payable",
        "platform:revenue",
        18_000n,
        "case-1.commission.commission-reversal",
      ],
    ]);
    expect(balanceOf(after)).toEqual(balanceOf(settledBy(revised)));
    expect(() => assertSettled(revised, released(revised, after))).not.toThrow();
  });

  it("upwards: only the difference is posted, under the number of the verdict", () => {
    const low = settledBy(aBasis({ refundCapBps: 4_000 }));
    const revised = aBasis({ number: 2 });
    const after = settledBy(revised, low);
    expect(brief(after.slice(low.length)).map(([purpose, , , amount]) => [purpose, amount])).toEqual([
      ["refund-from-merchant-beyond-reserve", 60_000n],
      ["refund-to-buyer.v2", 60_000n],
      ["commission-reversal.v2", 18_000n],
    ]);
    expect(balanceOf(after)).toEqual(balanceOf(settledBy(revised)));
  });

  it("to other parties: the first is given back what the second now bears, freight included", () => {
    const revised = aBasis({
      number: 2,
      liability: { merchant: 0, platform: 5_000, carrier: 5_000, buyer: 0 },
      freight: { payer: "carrier", capMinor: 1_000n },
    });
    const after = settledBy(revised, before);
    expect(balanceOf(after)).toEqual({
      ...balanceOf(settledBy(revised)),
      "merchant:merchant-1:payable": 0n,
      "platform:revenue": 0n,
    });
    expect(() => assertSettled(revised, released(revised, after))).not.toThrow();
  });

  it("there and back again comes to where it was, by a longer ledger", () => {
    const there = settledBy(aBasis({ number: 2, liability: whollyOn("carrier") }), before);
    const back = settledBy(aBasis({ number: 3 }), there);
    const nothing = { "carrier:kuaidi100:claims": 0n };
    expect(balanceOf(back)).toEqual({ ...balanceOf(before), ...nothing });
    expect(new Set(back.map(({ transferId }) => transferId)).size).toBe(back.length);
  });

  it("to the same again: nothing happens", () => {
    expect(settledBy(aBasis({ number: 2 }), before)).toEqual(before);
    expect(settledBy(aBasis(), before)).toEqual(before);
  });

  it("shows beside each flow of the plan what has been posted of it", () => {
    const revised = aBasis({ number: 2, refundCapBps: 4_000 });
    const shown = (ledger: readonly Transfer[]) =>
      flowsOf(revised).map((flow) => [flow.purpose, flow.amountMinor, postedMinor(flow, ledger)]);
    expect(shown([])).toEqual([
      ["return-freight", 1_500n, 0n],
      ["refund-from-merchant", 40_000n, 0n],
      ["refund-to-buyer", 40_000n, 0n],
      ["commission-reversal", 12_000n, 0n],
    ]);
    expect(shown(before).map(([, , posted]) => posted)).toEqual([1_500n, 100_000n, 100_000n, 30_000n]);
    expect(shown(settledBy(revised, before)).map(([, , posted]) => posted)).toEqual([
      1_500n,
      40_000n,
      40_000n,
      12_000n,
    ]);
  });
});

describe("what the buyer paid to have the goods sent", () => {
  const sentFor = (liability: SettlementBasis["verdict"]["liability"], refundCapBps = 10_000) =>
    flowsOf({
      ...aBasis({ liability, refundCapBps }),
      lines: [{ amountMinor: 100_000n, commissionBps: 3_000, outboundFreightMinor: 1_001n }],
    })
      .filter(({ purpose }) => purpose.startsWith("outbound-freight"))
      .map(({ from, amountMinor }) => [from, amountMinor]);

  it("comes back from those at fault, but for the buyer's own share", () => {
    expect(sentFor({ merchant: 5_000, platform: 0, carrier: 2_500, buyer: 2_500 })).toEqual([
      ["merchant:merchant-1:payable", 501n],
      ["carrier:kuaidi100:claims", 250n],
      ["case:case-1:escrow", 751n],
    ]);
    expect(sentFor(whollyOn("platform"))).toEqual([
      ["platform:expense", 1_001n],
      ["case:case-1:escrow", 1_001n],
    ]);
  });

  it("stays spent where the buyer changed their mind, and where nothing is refunded", () => {
    expect(sentFor(whollyOn("buyer"))).toEqual([]);
    expect(sentFor(whollyOn("merchant"), 0)).toEqual([]);
  });
});

describe("compensation on top of the price", () => {
  const shared = { merchant: 5_000, platform: 2_500, carrier: 0, buyer: 2_500 };
  const compensationOf = (
    compensation: { bps: number; minimumMinor?: bigint },
    liability = whollyOn("merchant"),
  ): readonly (readonly unknown[])[] =>
    flowsOf(aBasis({ compensation, liability }))
      .filter(({ purpose }) => purpose.startsWith("compensation"))
      .map(({ from, amountMinor }) => [from, amountMinor]);

  const [payable, expense, escrow] = [
    "merchant:merchant-1:payable",
    "platform:expense",
    "case:case-1:escrow",
  ];
  const wholly = (minor: bigint) => [
    [payable, minor],
    [escrow, minor],
  ];

  it("is a multiple of the price, or its minimum", () => {
    expect(compensationOf({ bps: 30_000 })).toEqual(wholly(300_000n));
    expect(compensationOf({ bps: 1_000, minimumMinor: 50_000n })).toEqual(wholly(50_000n));
    expect(compensationOf({ bps: 1_000, minimumMinor: 5_000n })).toEqual(wholly(10_000n));
  });

  it("falls on those at fault, and there is none where that is the buyer", () => {
    expect(compensationOf({ bps: 10_000 }, shared)).toEqual([
      [payable, 66_667n],
      [expense, 33_333n],
      [escrow, 100_000n],
    ]);
    expect(compensationOf({ bps: 10_000 }, whollyOn("buyer"))).toEqual([]);
  });

  it("is promised at approval, apart from the price", () => {
    const reserved = reserveTransfers(aBasis({ compensation: { bps: 5_000 } }), monday);
    expect(reserved.map(({ purpose, amountMinor }) => [purpose, amountMinor])).toEqual([
      ["refund-from-merchant", 100_000n],
      ["compensation-from-merchant", 50_000n],
    ]);
  });
});

describe("what the merchant is owed for a loss", () => {
  const lossOf = (
    pays: NonNullable<SettlementBasis["verdict"]["loss"]>["pays"],
    payer: Party,
    marketValueMinor?: bigint,
    liability = whollyOn(payer),
  ) => {
    const basis: SettlementBasis = {
      ...aBasis({ liability, loss: { pays, payer, basis: "custody" } }),
      returnFreightMinor: 0n,
      lines: [
        {
          amountMinor: 100_000n,
          commissionBps: 3_000,
          ...(marketValueMinor === undefined ? {} : { marketValueMinor }),
        },
      ],
    };
    const merchantKeeps =
      70_000n + (balances(settledBy(basis), "CNY").get("merchant:merchant-1:payable") ?? 0n);
    return [
      merchantKeeps,
      flowsOf(basis)
        .filter(({ purpose }) => purpose === "loss")
        .map(({ from, to }) => [from, to]),
    ];
  };
  const merchant = "merchant:merchant-1:payable";

  it("the price: the commission as well", () => {
    expect(lossOf("price", "platform")).toEqual([100_000n, [["platform:expense", merchant]]]);
    expect(lossOf("price", "carrier")).toEqual([100_000n, [["carrier:kuaidi100:claims", merchant]]]);
  });

  it("the price less commission: the sale stands", () => {
    expect(lossOf("price_less_commission", "platform")).toEqual([70_000n, []]);
  });

  it("the market value, higher or lower than what the sale left", () => {
    expect(lossOf("market_value", "platform", 90_000n)).toEqual([90_000n, [["platform:expense", merchant]]]);
    expect(lossOf("market_value", "platform", 50_000n)).toEqual([50_000n, [[merchant, "platform:expense"]]]);
    expect(lossOf("market_value", "platform", 70_000n)).toEqual([70_000n, []]);
    expect(lossOf("market_value", "platform")).toEqual([70_000n, []]);
  });

  it("nothing: the platform takes back what the sale left; what a carrier pays stays the merchant's", () => {
    expect(lossOf("nothing", "platform")).toEqual([0n, [[merchant, "platform:expense"]]]);
    expect(lossOf("nothing", "carrier")).toEqual([70_000n, []]);
  });

  it("of the part that others bear, where the merchant bears one too", () => {
    const half = { merchant: 5_000, platform: 5_000, carrier: 0, buyer: 0 };
    // Half of the sale is undone: 35,000 of 70,000 remain. The other half is worth 50,000 by the contract.
    expect(lossOf("price", "platform", undefined, half)[0]).toBe(50_000n);
    expect(lossOf("market_value", "platform", 200_000n, half)[0]).toBe(100_000n);
  });
});

describe("the fee for after-sales work", () => {
  const feeTerms = {
    caseFeeMinor: 500n,
    refundFeeBps: 100,
    rebateBps: 5_000,
    firstAnswerWithinHours: 12,
    inspectionWithinHours: 48,
  };
  const feesOf = (times: SettlementBasis["times"], refundCapBps = 10_000) =>
    flowsOf({ ...aBasis({ refundCapBps }), feeTerms, times })
      .filter(({ purpose }) => purpose.startsWith("stage-fee"))
      .map(({ purpose, amountMinor }) => [purpose, amountMinor]);
  const fee = ["stage-fee", 1_500n];
  const feeLessRebate = ["stage-fee", 750n];

  it.each([
    ["answered and inspected in time", { merchantAnsweredAt: 12 * hour, inspectedAt: 148 * hour }, true],
    ["answered a millisecond late", { merchantAnsweredAt: 12 * hour + 1, inspectedAt: 101 * hour }, false],
    ["inspected a millisecond late", { merchantAnsweredAt: hour, inspectedAt: 148 * hour + 1 }, false],
    ["silence answered", { inspectedAt: 101 * hour }, false],
    ["silence accepted the goods", { merchantAnsweredAt: hour }, false],
  ])("%s", (_what, ended, met) => {
    const times = { merchantAskedAt: 0, deliveredAt: 100 * hour, ...ended };
    expect(feesOf(times)).toEqual([met ? feeLessRebate : fee]);
  });

  it("a clock that never began was met: nobody was asked and nothing came back", () => {
    expect(feesOf({})).toEqual([feeLessRebate]);
  });

  it("is not due where nothing is refunded, nor without a tariff", () => {
    expect(feesOf({}, 0)).toEqual([]);
    expect(flowsOf(aBasis()).some(({ purpose }) => purpose.startsWith("stage-fee"))).toBe(false);
  });
});
