import { describe, expect, it } from "vitest";
import { settlementBasis, standingVerdict } from "../../functions/domain/case.ts";
import { positionsUnder, ruledBy } from "../../functions/domain/judgment/backtest.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { openActions } from "../../functions/domain/open-actions.ts";
import { type CaseType, caseTypes } from "../../functions/domain/request.ts";
import { flowsOf } from "../../functions/domain/settlement/stages.ts";
import {
  aDetail,
  aLine,
  aReturn,
  buyer,
  day,
  merchant,
  monday,
  operator,
  whollyOn,
} from "../support/builders.ts";
import {
  acceptsRuling,
  agrees,
  answers,
  approves,
  arrives,
  cancels,
  confirms,
  delivered,
  given,
  givesUp,
  goesMissing,
  inspected,
  judged,
  type Move,
  machineFails,
  neverSeen,
  offers,
  played,
  proposes,
  proposesGoods,
  refuses,
  reports,
  reships,
  rests,
  resumes,
  rulesGoods,
  scannedAt,
  settledMoney,
  ships,
  silence,
  untilClosed,
  withdraws,
} from "../support/cases.ts";

/** An exchange whose replacement goes to the buyer before the goods come back. */

const anExchange = aReturn({ type: "exchange" });
const trusting: Partial<Verdict> = { remedies: caseTypes, shipFirst: { pays: "price_less_commission" } };
const approved = [judged(trusting), approves()] as const;
const sent = [...approved, reships(), arrives()] as const;
const confirmed = [...sent, confirms()] as const;
const back = [...confirmed, ships(), delivered()] as const;
const again = (but: Partial<Verdict>): Move =>
  judged({ route: "automatic", remedies: ["return_and_refund"], ...but });

/** How a case ends, and what became of the money, by purpose. */
const settled = (...moves: readonly Move[]) => {
  const closed = untilClosed(played(anExchange, ...moves));
  expect(closed.state.stage).toBe("closed");
  return { outcome: closed.state.outcome, posted: settledMoney(closed) };
};
const withFreight = (on: "merchant" | "platform" | "carrier"): Readonly<Record<string, bigint>> =>
  on === "merchant" ? {} : { [`replacement-freight-from-${on}-to-merchant`]: 1_200n };

describe("the replacement goes first", () => {
  it("is sent at the approval, while the goods are with the buyer and not due yet", () => {
    const standing = given(anExchange, judged(trusting))
      .when(approves())
      .thenHappens({ type: "CaseApproved", shipFirst: { pays: "price_less_commission" } }, "FundsReserved");
    expect(standing.state).toMatchObject({
      stage: "awaiting_reshipment",
      reception: "awaiting",
      sentFirst: { goods: "not_due" },
    });
  });

  it.each<readonly [string, readonly Move[]]>([
    ["the rule", [judged({ ...trusting, route: "automatic" })]],
    ["the merchant's silence", [judged(trusting), silence()]],
  ])("by %s as by the merchant", (_, moves) => {
    expect(played(anExchange, ...moves).state).toMatchObject({
      stage: "awaiting_reshipment",
      sentFirst: { goods: "not_due" },
    });
  });

  it.each<readonly [string, CaseType, Partial<Verdict>, readonly Move[]]>([
    ["the verdict does not say so", "exchange", { remedies: caseTypes }, [approves()]],
    ["what is asked for is mended", "repair", trusting, [approves()]],
    [
      "a return was agreed on instead",
      "exchange",
      trusting,
      [offers({ remedy: "return_and_refund" }), answers("accept")],
    ],
  ])("not where %s: the goods come back first", (_, type, verdict, moves) => {
    const { state } = played(aReturn({ type }), judged(verdict), ...moves);
    expect(state.stage).toBe("awaiting_shipment");
    expect(state).not.toHaveProperty("sentFirst");
  });

  it("owes the goods from when the buyer has it, with the time of any return and its warnings", () => {
    for (const moves of [confirmed, [...sent, silence()], [...approved, reships(), confirms()]]) {
      const { state } = played(anExchange, ...moves);
      expect(state).toMatchObject({
        stage: "awaiting_shipment",
        reception: "awaiting",
        sentFirst: { goods: "owed" },
        deadlineAt: state.updatedAt + 7 * day,
        wakeAt: state.updatedAt + 3.5 * day,
      });
    }
  });

  it("cannot be cancelled once something was sent", () => {
    given(anExchange, ...confirmed)
      .when(cancels())
      .thenIsRefused("stage_forbids");
  });

  it("ends as any exchange when the goods are back as they were", () => {
    expect(settled(...back, inspected())).toEqual({
      outcome: "exchanged",
      posted: { "return-freight": 1_500n },
    });
  });

  it("is settled at once by what came back: nobody is asked to object, and no verdict takes the goods away", () => {
    const { state } = played(
      anExchange,
      ...back,
      inspected({ sameItem: false }),
      again({ refundCapBps: 7_000 }),
    );
    expect(state).toMatchObject({ stage: "settling", acceptance: "contradicted" });
    expect(state).not.toHaveProperty("refundInstead");
  });
});

describe("what the buyer answers for is borne by the platform, by whose rule it was trusted", () => {
  it("of goods that come back worse: what a refund would have left the merchant", () => {
    const worse = again({ refundCapBps: 7_000, liability: whollyOn("buyer") });
    expect(settled(...back, inspected({ sameItem: false }), worse)).toEqual({
      outcome: "exchanged",
      // 30 % of 1,280.00, less the commission of 30 %.
      posted: { "return-freight": 1_500n, "goods-on-trust-from-platform": 26_880n },
    });
  });

  it("beside what others answer for", () => {
    const shared = again({
      refundCapBps: 9_000,
      liability: { merchant: 0, platform: 0, carrier: 5_000, buyer: 5_000 },
      carrier: "sf",
    });
    expect(settled(...back, inspected({ sameItem: false }), shared).posted).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-carrier-to-merchant": 600n,
      "replacement-from-carrier": 40_320n,
      "goods-on-trust-from-platform": 8_960n,
    });
  });

  it("but not goods that others lose: they owe them as ever", () => {
    const lost = again({
      remedies: caseTypes,
      liability: whollyOn("carrier"),
      carrier: "sf",
      loss: { pays: "price", payer: "carrier", basis: "transit" },
    });
    expect(settled(...confirmed, ships(), goesMissing(), lost)).toEqual({
      outcome: "exchanged",
      posted: {
        "return-freight": 1_500n,
        ...withFreight("carrier"),
        "replacement-from-carrier": 89_600n,
        loss: 38_400n,
      },
    });
  });
});

describe("a buyer who never sends the goods keeps both", () => {
  it("told beside the deadline, and never charged", () => {
    const kept = given(anExchange, ...confirmed)
      .when(silence())
      .thenHappens({ type: "GoodsKept", basis: "silence" });
    expect(kept.state).toMatchObject({ stage: "settling", sentFirst: { goods: "kept" } });
    expect(untilClosed(kept).state.outcome).toBe("return_owed");
  });

  it.each([
    ["price_less_commission", 89_600n],
    ["price", 128_000n],
    ["market_value", 150_000n],
    // A contract that disclaims accidents does not speak of what the platform gives away.
    ["nothing", 89_600n],
  ] as const)("and the platform pays the merchant once, as its contract says: %s", (pays, amountMinor) => {
    const filed = aReturn({
      type: "exchange",
      detail: aDetail({ lines: [aLine({ marketValueMinor: 150_000n })] }),
    });
    for (const party of ["merchant", "platform", "carrier", "buyer"] as const) {
      const verdict = {
        ...trusting,
        shipFirst: { pays },
        liability: whollyOn(party),
        loss: { pays, payer: "platform", basis: "custody" },
      } as const;
      const standing = played(filed, judged(verdict), ...confirmed.slice(1), silence());
      const basis = settlementBasis(standing, standingVerdict(standing));
      const goods = flowsOf(basis).filter(({ purpose }) => !purpose.includes("freight"));
      expect(goods, party).toMatchObject([
        {
          purpose: "goods-on-trust-from-platform",
          from: "platform:expense",
          to: "merchant:merchant-1:payable",
          amountMinor,
        },
      ]);
      const positions = positionsUnder(ruledBy(basis.verdict as Verdict), basis);
      expect(positions.platform + positions.merchant + positions.carrier, party).toBe(0n);
      expect(positions.buyer, party).toBe(0n);
    }
  });

  it("where the market value was not named, as another sale", () => {
    const verdict = { ...trusting, shipFirst: { pays: "market_value" } } as const;
    expect(settled(judged(verdict), ...confirmed.slice(1), silence()).posted).toEqual({
      "goods-on-trust-from-platform": 89_600n,
    });
  });

  it("gives the line back what it held: the buyer has what was paid for", () => {
    const kept = untilClosed(played(anExchange, ...confirmed, silence()));
    given(anExchange, ...confirmed, silence())
      .when((standing) => ({
        command: { type: "SettleNextStage" },
        by: operator,
        at: standing.state.updatedAt,
      }))
      .thenHappens("FreightSettled", "ReserveReleased", {
        type: "CaseClosed",
        outcome: "return_owed",
        released: [{ lineId: "line-1", quantity: 1, amountMinor: 128_000n }],
      });
    expect(kept.state.refundInstead).toBeUndefined();
  });
});

describe("an operator who looks into a return that was to follow", () => {
  const contradicted = [
    ...back,
    inspected({ sameItem: false }),
    judged({ route: "arbitration", liability: whollyOn("buyer") }),
  ] as const;

  it("is called instead of an arbiter: the buyer has the goods, and there is no refund to rule on", () => {
    given(anExchange, ...back, inspected({ sameItem: false }))
      .when(judged({ route: "arbitration" }))
      .thenHappens("CaseJudged", { type: "ManualReviewOpened", cause: "return_contradicted" });
  });

  it("lets it count, or does not: then the goods are still owed", () => {
    expect(settled(...contradicted, approves(operator))).toEqual({
      outcome: "exchanged",
      posted: { "return-freight": 1_500n },
    });
    expect(settled(...contradicted, refuses(operator))).toEqual({
      outcome: "return_owed",
      posted: { "return-freight": 1_500n, "goods-on-trust-from-platform": 89_600n },
    });
  });

  const broughtBack = [...confirmed, ships(), silence(scannedAt(monday + 3 * day, "returned"))] as const;

  it("lets a buyer keep what came back to it, or send it once more", () => {
    expect(played(anExchange, ...broughtBack).state).toMatchObject({
      stage: "manual_review",
      reception: "returned_to_sender",
    });
    expect(settled(...broughtBack, approves(operator)).outcome).toBe("return_owed");
    const { state } = played(anExchange, ...broughtBack, resumes());
    expect(state).toMatchObject({ stage: "awaiting_shipment", sentFirst: { goods: "owed" } });
  });

  const silentOperator = [silence(), silence(), silence()] as const;

  it.each<readonly [string, readonly Move[], string]>([
    ["the goods are with the buyer", [...confirmed, machineFails(), ...silentOperator], "return_owed"],
    ["no carrier ever saw them", [...confirmed, ships(), neverSeen(), ...silentOperator], "return_owed"],
    ["they arrived", [...back, machineFails(), ...silentOperator], "exchanged"],
  ])("and never answers: the platform pays, where %s", (_, moves, outcome) => {
    const { posted, ...ended } = settled(...moves);
    expect(ended.outcome).toBe(outcome);
    const owed = outcome === "exchanged" ? "replacement-from-platform" : "goods-on-trust-from-platform";
    expect(posted).toMatchObject({ [owed]: 89_600n });
    expect(posted).not.toHaveProperty("refund-to-buyer");
  });
});

describe("what was to go first and cannot be had", () => {
  const returnedFor = [ships(), delivered(), inspected()] as const;

  it.each<readonly [string, readonly Move[], string]>([
    ["the merchant cannot supply", [...approved, givesUp("awaiting_reshipment")], "cannot_supply"],
    ["nobody sends it", [...approved, silence()], "silence"],
    ["no carrier ever had it", [...approved, reships(), neverSeen()], "never_sent"],
    ["it is lost, and no other is allowed", [...approved, reships(), goesMissing(), again({})], "verdict"],
  ])("%s: the goods come back for a refund", (_, moves, refundInstead) => {
    const { state } = played(anExchange, ...moves);
    expect(state).toMatchObject({ stage: "awaiting_shipment", refundInstead });
    expect(settled(...moves, ...returnedFor)).toMatchObject({
      outcome: "refunded",
      posted: { "refund-to-buyer": 128_000n },
    });
    expect(settled(...moves, silence()), "nobody got anything").toEqual({
      outcome: "never_shipped",
      posted: {},
    });
    expect(played(anExchange, ...moves, cancels()).state.outcome).toBe("cancelled");
  });

  it("went back to its sender, and no operator says anything: the buyer has not got it", () => {
    const wentBack = [...approved, reships(), silence(scannedAt(monday + 3 * day, "returned"))] as const;
    expect(played(anExchange, ...wentBack, silence(), silence(), silence()).state).toMatchObject({
      stage: "awaiting_shipment",
      refundInstead: "silence",
    });
    expect(played(anExchange, ...wentBack, approves(operator)).state.stage).toBe("awaiting_reshipment");
  });

  it("is sent once more where it was lost and another is allowed", () => {
    const lost = [...approved, reships(), goesMissing(), again({ remedies: caseTypes })] as const;
    expect(played(anExchange, ...lost).state).toMatchObject({
      stage: "awaiting_reshipment",
      reception: "awaiting",
    });
    expect(settled(...lost, reships(), arrives(), confirms(), ...returnedFor).outcome).toBe("exchanged");
  });
});

describe("a problem with what was sent first", () => {
  it.each([
    ["not_received", "awaiting_reshipment"],
    ["incomplete", "awaiting_reshipment"],
    ["faulty", "awaiting_shipment"],
    ["wrong_item", "awaiting_shipment"],
  ] as const)(
    "if the operator finds the buyer right: %s leads to %s, and the goods are not due alone",
    (problem, stage) => {
      const { state } = played(anExchange, ...sent, reports(problem), approves(operator));
      expect(state).toMatchObject({ stage, reception: "awaiting", sentFirst: { goods: "not_due" } });
    },
  );

  it("brings both back, and another is sent", () => {
    const both = [...sent, reports("faulty"), approves(operator), ships(), delivered(), inspected()] as const;
    expect(played(anExchange, ...both).state.stage).toBe("awaiting_reshipment");
    expect(settled(...both, reships(), arrives(), confirms())).toMatchObject({ outcome: "exchanged" });
    expect(settled(...both, givesUp("awaiting_reshipment"))).toMatchObject({ outcome: "refunded" });
  });

  it("that the buyer keeps together with the goods", () => {
    const kept = [...sent, reports("faulty"), approves(operator), silence()] as const;
    expect(settled(...kept).outcome).toBe("return_owed");
  });

  const bothBroughtBack = [
    ...sent,
    reports("faulty"),
    approves(operator),
    ships(),
    silence(scannedAt(monday + 3 * day, "returned")),
  ] as const;

  it.each<readonly [string, readonly Move[]]>([
    [
      "an operator ends it while both are due",
      [...bothBroughtBack.slice(0, -2), machineFails(), refuses(operator)],
    ],
    ["an operator ends it when both went back to the buyer", [...bothBroughtBack, refuses(operator)]],
    ["nobody answers then", [...bothBroughtBack, silence(), silence(), silence()]],
  ])("leaves no merchant with neither, where %s", (_, moves) => {
    expect(settled(...moves)).toMatchObject({
      outcome: "return_owed",
      posted: { "goods-on-trust-from-platform": 89_600n },
    });
  });

  it("that is none leaves the goods owed", () => {
    const { state } = played(anExchange, ...sent, reports("faulty"), refuses(operator));
    expect(state).toMatchObject({ stage: "awaiting_shipment", sentFirst: { goods: "owed" } });
  });
});

describe("an exchange of which all has come back before", () => {
  const both = [...sent, reports("faulty"), approves(operator), ships(), delivered(), inspected()] as const;

  it("keeps nothing on trust: of what is sent next, and complained of, the goods were given back", () => {
    const kept = [...both, reships(), arrives(), reports("faulty"), approves(operator), silence()] as const;
    expect(settled(...kept)).toEqual({ outcome: "exchanged", posted: { "return-freight": 1_500n } });
  });
});

describe("a dispute over what was sent first and lost", () => {
  const disputed = [
    ...approved,
    reships(),
    goesMissing(),
    judged({ route: "arbitration", remedies: caseTypes }),
    rests(buyer),
    rests(merchant),
  ] as const;

  it("that ends with an exchange has the goods back first, as both sides are told", () => {
    for (const decided of [
      [rulesGoods("exchange"), acceptsRuling(buyer), acceptsRuling(merchant)],
      [proposesGoods("exchange"), agrees()],
    ]) {
      const { state } = played(anExchange, ...disputed, ...decided);
      expect(state.stage).toBe("awaiting_shipment");
      expect(state).not.toHaveProperty("sentFirst");
    }
  });

  it("is not let go by the buyer: what was sent and lost is answered for by somebody", () => {
    const dispute = given(anExchange, ...disputed);
    expect(openActions(dispute.before, "buyer", dispute.before.state.updatedAt)).not.toContain("withdraw");
    dispute.when(withdraws(buyer)).thenIsRefused("stage_forbids");
  });

  it("that ends with money is not closed without it when an operator is silent", () => {
    const agreed = [
      ...disputed,
      proposes(merchant, 30_000n, "refund_only"),
      agrees(),
      machineFails(),
    ] as const;
    given(anExchange, ...agreed)
      .when(silence())
      .thenHappens({ type: "DeadlineExtended", reason: "operator_overdue" });
  });
});

describe("a wrong item that the platform packed", () => {
  const line = aLine({ strayPiece: true });
  const wrongItem = (type: CaseType = "exchange") =>
    aReturn({ type, detail: aDetail({ reason: "WRONG_ITEM", lines: [line] }) });
  const onPlatform = { remedies: caseTypes, route: "automatic", liability: whollyOn("platform") } as const;
  const lostByCarrier = again({
    remedies: caseTypes,
    liability: whollyOn("carrier"),
    carrier: "sf",
    loss: { pays: "price", payer: "carrier", basis: "transit" },
  });
  const wrongBack = [ships(), delivered(), inspected({ sameItem: false }), judged(onPlatform)] as const;
  const goods = (...moves: readonly Move[]) => {
    const { ledger, state } = untilClosed(played(wrongItem(), judged(onPlatform), ...moves));
    const posted = ledger.filter(({ phase, purpose }) => phase === "posted" && !purpose.includes("freight"));
    return [
      state.outcome,
      posted.map(({ purpose, from, to, amountMinor }) => [purpose, from, to, amountMinor]),
    ];
  };

  it("is paid for once, by the sale: what was sold never left before", () => {
    expect(goods(...wrongBack, reships(), arrives(), confirms())).toEqual(["exchanged", []]);
  });

  it("and lost on the way back is owed to the platform, which answers to whoever's it was", () => {
    expect(goods(ships(), goesMissing(), lostByCarrier, reships(), arrives(), confirms())).toEqual([
      "exchanged",
      [["stray-piece-from-carrier", "carrier:sf:claims", "platform:expense", 89_600n]],
    ]);
  });

  it("while what was sold, lost on its way to the buyer, is the merchant's", () => {
    expect(
      goods(...wrongBack, reships(), goesMissing(), lostByCarrier, reships(), arrives(), confirms()),
    ).toEqual([
      "exchanged",
      [
        ["replacement-from-carrier", "carrier:sf:claims", "merchant:merchant-1:payable", 89_600n],
        ["loss", "carrier:sf:claims", "merchant:merchant-1:payable", 38_400n],
      ],
    ]);
  });

  it("is refunded as ever where the right one cannot be had", () => {
    expect(goods(...wrongBack, givesUp("awaiting_reshipment"))).toEqual([
      "refunded",
      [
        ["refund-from-platform", "platform:expense", "case:case-1:escrow", 128_000n],
        ["refund-to-buyer", "case:case-1:escrow", "buyer:buyer-1", 128_000n],
      ],
    ]);
  });

  it("and kept by a buyer who got the right one first is the platform's to answer for", () => {
    const first = judged({ ...onPlatform, shipFirst: { pays: "price" } });
    const { ledger, state } = untilClosed(
      played(wrongItem(), first, reships(), arrives(), confirms(), silence()),
    );
    expect(state.outcome).toBe("return_owed");
    expect(ledger.filter(({ phase }) => phase === "posted").map(({ purpose }) => purpose)).toEqual([
      "replacement-freight-from-platform-to-merchant",
    ]);
  });

  it.each([
    ["platform", []],
    ["merchant", [["goods-on-trust-from-platform", 128_000n]]],
  ] as const)(
    "packed by the %s and kept: what was sent first and was lost is the carrier's to answer for",
    (packedBy, kept) => {
      const filed = packedBy === "platform" ? wrongItem() : anExchange;
      const first = judged({ ...onPlatform, shipFirst: { pays: "price" } });
      const lost = [reships(), goesMissing(), lostByCarrier] as const;
      const { ledger, state } = untilClosed(
        played(filed, first, ...lost, reships(), arrives(), confirms(), silence()),
      );
      expect(state.outcome).toBe("return_owed");
      const posted = ledger.filter(
        ({ phase, purpose }) => phase === "posted" && !purpose.includes("freight"),
      );
      expect(posted.map(({ purpose, amountMinor }) => [purpose, amountMinor])).toEqual([
        ["replacement-from-carrier", 89_600n],
        ...kept,
        ["loss", 38_400n],
      ]);
    },
  );

  it("is not the case where the merchant packed it: then both are its own, and what is lost is owed to it", () => {
    const packedByMerchant = aReturn({
      type: "exchange",
      detail: aDetail({ reason: "WRONG_ITEM", lines: [aLine()] }),
    });
    const { ledger } = untilClosed(
      played(
        packedByMerchant,
        judged({ remedies: caseTypes }),
        approves(merchant),
        ships(buyer),
        goesMissing(),
        lostByCarrier,
        reships(),
        arrives(),
        confirms(),
      ),
    );
    expect(ledger.find(({ purpose }) => purpose === "replacement-from-carrier")).toMatchObject({
      to: "merchant:merchant-1:payable",
      amountMinor: 89_600n,
    });
  });
});
