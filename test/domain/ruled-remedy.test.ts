import { describe, expect, it } from "vitest";
import type { FiledCase } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import type { CaseType, Reason } from "../../functions/domain/request.ts";
import { fittingRemedies } from "../../functions/domain/ruled-remedy.ts";
import {
  aDetail,
  aLine,
  aRefundOnly,
  aResend,
  aReturn,
  buyer,
  day,
  merchant,
  secondArbiter,
  whollyOn,
} from "../support/builders.ts";
import {
  acceptsRuling,
  afterEvents,
  agrees,
  answers,
  appeals,
  approves,
  arrives,
  at,
  confirms,
  delivered,
  escalates,
  given,
  givesUp,
  goesMissing,
  inspected,
  judged,
  type Move,
  offers,
  played,
  proposesGoods,
  refuses,
  repaired,
  reships,
  rests,
  rules,
  rulesGoods,
  scannedAt,
  settledMoney,
  ships,
  silence,
  untilClosed,
  withdraws,
} from "../support/cases.ts";

const everyRemedy: readonly CaseType[] = ["refund_only", "return_and_refund", "exchange", "repair", "resend"];
const money: readonly CaseType[] = ["refund_only", "return_and_refund"];

const filedFor = (reason: Reason, but: Partial<FiledCase> = {}): FiledCase =>
  aReturn({ detail: aDetail({ reason }), ...but });
const defective = filedFor("DEFECTIVE");
const notDelivered = aRefundOnly({
  detail: aDetail({ reason: "NOT_DELIVERED", lines: [aLine({ heldQuantity: 0 })] }),
});

const heard = [rests(buyer), rests(merchant)] as const;
const asked = [judged(), refuses(), escalates(), ...heard] as const;
const approved = [judged({ remedies: everyRemedy }), approves()] as const;
/** What was sent back is there, or nowhere, and an arbiter is asked. */
const back = [
  ...approved,
  ships(),
  delivered(),
  inspected({ sameItem: false }),
  judged({ route: "arbitration" }),
  ...heard,
] as const;
const lost = [...approved, ships(), goesMissing(), judged({ route: "arbitration" }), ...heard] as const;
/** A carrier took what was sent to the buyer, and never scanned it again. */
const neverArrives: Move = (standing) => {
  const { updatedAt } = standing.state;
  return at(updatedAt + 40 * day, silence(scannedAt(updatedAt, "picked_up")))(standing);
};
const accepted = [acceptsRuling(buyer), acceptsRuling(merchant)] as const;

describe("a ruling of compensation alone", () => {
  it.each(["exchange", "repair", "resend"] as const)(
    "sends nothing for a claim of %s: the compensation is paid, and the goods stay where they are",
    (type) => {
      const filed = type === "resend" ? aResend() : filedFor("DEFECTIVE", { type });
      const alone = rules({ remedy: "none", refundMinor: 0n, compensationMinor: 5_000n });
      const { state, ledger } = untilClosed(played(filed, ...asked, alone, ...accepted));
      expect(state).toMatchObject({ stage: "closed", outcome: "not_refunded" });
      expect(settledMoney({ state, ledger })).toMatchObject({ "compensation-to-buyer": 5_000n });
    },
  );
});

describe("which goods may be ruled", () => {
  it.each<readonly [string, FiledCase, readonly Move[], readonly CaseType[]]>([
    ["a flaw, with the goods at the buyer's", defective, asked, ["exchange", "repair"]],
    ["a change of mind", filedFor("CHANGED_MIND"), asked, ["exchange"]],
    ["a missing part", filedFor("MISSING_PART"), asked, ["exchange", "resend"]],
    ["what never arrived", notDelivered, asked, ["resend"]],
    ["what came late", filedFor("DELIVERED_LATE"), asked, []],
    ["a flaw, with the goods back", defective, back, ["exchange", "repair"]],
    ["a missing part of goods that are back", filedFor("MISSING_PART"), back, ["exchange"]],
    ["a flaw of goods that are lost", defective, lost, ["exchange"]],
  ])("%s", (_what, filed, history, goods) => {
    const dispute = given(filed, ...history);
    expect(fittingRemedies(dispute.before.state)).toEqual([...money, ...goods]);
    for (const remedy of ["exchange", "repair", "resend"] as const) {
      const ruling = dispute.when(rulesGoods(remedy, { refundMinor: 64_000n }));
      const proposal = dispute.when(proposesGoods(remedy));
      if (goods.includes(remedy)) {
        ruling.thenHappens("CaseJudged", { type: "CaseRuled", final: false });
        continue;
      }
      const detail = `must not be ${remedy} as the case stands; allowed: ${[...money, ...goods].join(", ")}`;
      expect(ruling.thenIsRefused("ruling_unsound").fields).toEqual([{ pointer: "/remedy", detail }]);
      expect(proposal.thenIsRefused("ruling_unsound").fields).toContainEqual({ pointer: "/remedy", detail });
    }
  });

  it("nobody mends what did not come back", () => {
    const nothing = [
      ...approved,
      ships(),
      delivered(),
      inspected({ receivedQuantity: 0 }),
      judged({ route: "arbitration" }),
      ...heard,
    ];
    given(defective, ...nothing)
      .when(rulesGoods("repair"))
      .thenIsRefused("ruling_unsound");
  });

  it("the claim is refunded if they cannot be had, unless less is said; a missing part has to be priced", () => {
    const flaw = given(defective, ...asked);
    expect(flaw.when(rulesGoods("repair")).thenHappens("CaseJudged", "CaseRuled").verdict).toMatchObject({
      refundCapBps: 10_000,
      remedies: ["repair"],
      ruling: { remedy: "repair", refundMinor: 128_000n },
    });
    const part = given(filedFor("MISSING_PART"), ...asked);
    const pointers = (move: Move) =>
      part
        .when(move)
        .thenIsRefused("ruling_unsound")
        .fields.map(({ pointer }) => pointer);
    expect(pointers(rulesGoods("resend"))).toEqual(["/refundMinor"]);
    expect(pointers(rulesGoods("resend", { refundMinor: 0n }))).toEqual(["/remedy"]);
    expect(pointers(proposesGoods("resend"))).toEqual(["/amountMinor"]);
    part.when(rulesGoods("resend", { refundMinor: 9_000n })).thenHappens("CaseJudged", "CaseRuled");
  });

  it("money that is owed has to be said", () => {
    const { fields } = given(defective, ...asked)
      .when((standing) => {
        const made = rules()(standing);
        const { refundMinor: _, ...command } = made.command as Extract<
          typeof made.command,
          { type: "RuleCase" }
        >;
        return { ...made, command };
      })
      .thenIsRefused("ruling_unsound");
    expect(fields.map(({ pointer }) => pointer)).toEqual(["/refundMinor"]);
  });
});

describe("a final ruling of goods leads to", () => {
  const final = (filed: FiledCase, history: readonly Move[], goods: "exchange" | "repair" | "resend") =>
    given(filed, ...history, rulesGoods(goods, { refundMinor: 64_000n }))
      .when(silence())
      .thenHappens(
        { type: "RulingFinalized", because: "no_appeal", remedy: goods },
        ...(filed === defective && history === back && goods === "repair"
          ? [{ type: "DispositionDecided", disposition: "REPAIR", instead: "QUARANTINE" } as const]
          : []),
        { type: "CaseApproved", basis: "ruling" },
        ...(history === asked ? ["FundsReserved" as const] : []),
      );

  it.each<readonly [string, FiledCase, readonly Move[], "exchange" | "repair" | "resend", object]>([
    [
      "the return, where the buyer has the goods",
      defective,
      asked,
      "exchange",
      { stage: "awaiting_shipment", reception: "awaiting", acceptance: "pending" },
    ],
    ["the return before a repair", defective, asked, "repair", { stage: "awaiting_shipment" }],
    ["the repair, where they are back", defective, back, "repair", { stage: "repairing" }],
    ["the sending, where they are back", defective, back, "exchange", { stage: "awaiting_reshipment" }],
    ["the sending, where they are lost", defective, lost, "exchange", { stage: "awaiting_reshipment" }],
    [
      "the sending of what never arrived",
      notDelivered,
      asked,
      "resend",
      { stage: "awaiting_reshipment", reception: "none" },
    ],
    [
      "the sending of a part, and the buyer keeps the rest",
      filedFor("MISSING_PART"),
      asked,
      "resend",
      { stage: "awaiting_reshipment", reception: "none", acceptance: "not_needed" },
    ],
  ])("%s", (_what, filed, history, goods, expected) => {
    const after = final(filed, history, goods);
    expect(after.state).toMatchObject({ ...expected, type: goods });
    expect(after.dispute).toMatchObject({ end: "ruled" });
  });

  it("goods that come back although the buyer had asked to keep them are held", () => {
    given(
      aRefundOnly({ detail: aDetail({ reason: "DEFECTIVE", lines: [aLine({ heldQuantity: 0 })] }) }),
      ...asked,
      rulesGoods("exchange"),
    )
      .when(silence())
      .thenHappens(
        { type: "RulingFinalized", held: [{ lineId: "line-1", amountMinor: 0n, quantity: 1 }] },
        "CaseApproved",
        "FundsReserved",
      );
  });

  it("what was to be repaired and is paid for instead goes back to whom it belongs", () => {
    const filed = filedFor("DEFECTIVE", { type: "repair" });
    const mended = [
      ...approved,
      ships(),
      delivered(),
      inspected({ flaws: [{ code: "scratch", place: "back", severity: "minor" }] }),
      judged({ route: "arbitration" }),
      ...heard,
      rules(),
    ];
    const after = given(filed, ...mended)
      .when(silence())
      .thenHappens(
        "RulingFinalized",
        { type: "DispositionDecided", disposition: "RETURN_TO_CONSIGNOR", instead: "REPAIR" },
        "CaseApproved",
      );
    expect(after.state).toMatchObject({ stage: "settling", type: "return_and_refund" });
  });

  it("the same when it was given on an appeal, or by both sides' acceptance", () => {
    given(defective, ...asked, rules(), appeals(merchant), rests(buyer))
      .when(rulesGoods("repair", {}, secondArbiter))
      .thenHappens(
        "CaseJudged",
        { type: "CaseRuled", final: true },
        { type: "RulingFinalized", because: "second_ruling", remedy: "repair" },
        "CaseApproved",
        "FundsReserved",
      );
    expect(played(defective, ...asked, rulesGoods("exchange"), ...accepted).state).toMatchObject({
      stage: "awaiting_shipment",
      type: "exchange",
    });
  });
});

describe("the money of a ruling of goods, to the cent", () => {
  const shares = { merchant: 6_000, platform: 4_000, carrier: 0, buyer: 0 };
  const ruled = rulesGoods("exchange", {
    liability: shares,
    refundMinor: 100_000n,
    compensationMinor: 5_001n,
    freightPayer: "platform",
  });
  const owed = [...asked, ruled, ...accepted, ships(), delivered(), inspected()] as const;
  /** Due whatever becomes of the goods. */
  const anyway = {
    "return-freight": 1_500n,
    "compensation-from-merchant": 3_001n,
    "compensation-from-platform": 2_000n,
    "compensation-to-buyer": 5_001n,
  };

  it("refund and compensation are reserved, by the ruling's shares", () => {
    const { ledger } = played(defective, ...asked, ruled, ...accepted);
    expect(ledger.map(({ purpose, amountMinor, phase }) => [purpose, amountMinor, phase])).toEqual([
      ["refund-from-merchant", 60_000n, "pending"],
      ["refund-from-platform", 40_000n, "pending"],
      ["compensation-from-merchant", 3_001n, "pending"],
      ["compensation-from-platform", 2_000n, "pending"],
    ]);
  });

  it("in kind: the compensation is paid, and the merchant is given its part of what it gave twice", () => {
    const after = untilClosed(played(defective, ...owed, reships(), arrives(), confirms()));
    expect(after.state).toMatchObject({
      stage: "closed",
      outcome: "exchanged",
      instructedRefundMinor: 6_501n,
    });
    expect(settledMoney(after)).toEqual({
      ...anyway,
      "replacement-freight-from-platform-to-merchant": 480n,
      "replacement-from-platform": 28_000n,
    });
  });

  it("in vain: the ruling's own amount is refunded by its shares, the commission on the merchant's part", () => {
    const after = untilClosed(played(defective, ...owed, givesUp("awaiting_reshipment")));
    expect(after.state).toMatchObject({ outcome: "partially_refunded", refundInstead: "cannot_supply" });
    expect(settledMoney(after)).toEqual({
      ...anyway,
      "refund-from-merchant": 60_000n,
      "refund-from-platform": 40_000n,
      "refund-to-buyer": 100_000n,
      "commission-reversal": 18_000n,
    });
  });

  it("nobody sends the goods: nothing is paid, and the lines are free again", () => {
    const after = played(defective, ...asked, ruled, ...accepted, silence());
    expect(after.state).toMatchObject({ stage: "closed", outcome: "never_shipped" });
    expect(settledMoney(after)).toEqual({});
  });

  it("a repair's cost is shared, up to what would have been refunded", () => {
    const mending = rulesGoods("repair", { liability: shares, refundMinor: 10_000n });
    const after = untilClosed(
      played(
        defective,
        ...asked,
        mending,
        ...accepted,
        ships(),
        delivered(),
        inspected(),
        repaired(merchant, 12_000n),
        reships(merchant, 0n),
        arrives(),
        confirms(),
      ),
    );
    expect(after.state.outcome).toBe("repaired");
    expect(settledMoney(after)).toEqual({
      "return-freight": 1_500n,
      "repair-from-platform-to-merchant": 4_000n,
    });
  });

  it("what was ruled on top is paid by those it was ruled on, whoever lost the goods since", () => {
    const byTheCarrier = judged({
      rule: "return-parcel-lost",
      route: "automatic",
      remedies: everyRemedy,
      liability: whollyOn("carrier"),
      carrier: "kuaidi100",
    });
    const again = [neverArrives, byTheCarrier, reships(), arrives(), confirms()];
    const after = untilClosed(played(defective, ...owed, reships(), ...again));
    expect(after.state.outcome).toBe("exchanged");
    expect(settledMoney(after)).toMatchObject({
      "compensation-from-merchant": 3_001n,
      "compensation-from-platform": 2_000n,
      "compensation-to-buyer": 5_001n,
    });
    expect(settledMoney(after)).not.toHaveProperty("compensation-from-carrier");
  });

  it("nor does a rule grant anew what was not ruled, or pay whoever alone answers now", () => {
    const waiting = [...owed.slice(0, -1), inspected({ sameItem: false })] as const;
    const granting = { rule: "counterfeit", compensation: { bps: 30_000 } };
    const judgedSo = (history: readonly Move[], verdict: Parameters<typeof judged>[0]) =>
      played(defective, ...history, judged(verdict)).verdict;
    expect(judgedSo(waiting, granting)?.compensation).toEqual({ bps: 0, minimumMinor: 5_001n, by: shares });
    expect(judgedSo(waiting, { ...granting, liability: whollyOn("buyer") })).not.toHaveProperty(
      "compensation",
    );
    const none = [
      ...asked,
      rulesGoods("exchange"),
      ...accepted,
      ships(),
      delivered(),
      inspected({ sameItem: false }),
    ];
    expect(judgedSo(none, granting)).not.toHaveProperty("compensation");
  });
});

describe("goods that were ruled", () => {
  const ruledGoods = [...asked, rulesGoods("exchange"), ...accepted, ships(), delivered()] as const;

  it("are not taken away by a rule without anybody being asked", () => {
    const worse = given(defective, ...ruledGoods, inspected({ sameItem: false }));
    const after = worse.when(judged({ remedies: money })).thenHappens("CaseJudged");
    expect(after.state.stage).toBe("awaiting_objection");
    worse.when(judged({ remedies: everyRemedy })).thenHappens("CaseJudged", "VerdictUncontested");
    given(defective, ...ruledGoods, inspected({ sameItem: false }), judged({ remedies: money }))
      .when(silence())
      .thenHappens(
        { type: "VerdictUncontested", basis: "silence" },
        { type: "TurnedIntoRefund", cause: "verdict" },
      );
  });

  it("are not given after all because somebody withdraws an objection to a verdict that gives money", () => {
    const objected = [
      ...ruledGoods,
      inspected({ sameItem: false }),
      judged({ remedies: money }),
      escalates(merchant),
    ];
    const after = given(defective, ...objected)
      .when(withdraws(merchant))
      .thenHappens(
        { type: "DisputeWithdrawn", leaves: "settles" },
        { type: "TurnedIntoRefund", cause: "verdict" },
      );
    expect(untilClosed(after).state.outcome).toBe("refunded");
  });
});

describe("what each side is told of goods", () => {
  it.each<readonly [FiledCase, readonly Move[], "exchange" | "repair" | "resend", string, string]>([
    [
      defective,
      asked,
      "exchange",
      "寄回商品后换货；无货可换的，退款 640.00 CNY。",
      "Once the goods are back, another piece of the same is sent; if there is none, 640.00 CNY is refunded to the buyer instead.",
    ],
    [defective, back, "exchange", "换货；无货可换的", "Another piece of the same is sent; if there is none,"],
    [defective, asked, "repair", "寄回商品后维修；不能修好的", "Once the goods are back, they are repaired"],
    [
      defective,
      back,
      "repair",
      "商品维修后寄回；",
      "The goods are repaired and returned; if that cannot be done,",
    ],
    [notDelivered, asked, "resend", "补寄；无法补寄的", "What did not arrive is sent again; if that cannot"],
  ])("%#", (filed, history, goods, zh, en) => {
    const { verdict } = played(filed, ...history, rulesGoods(goods, { refundMinor: 64_000n }));
    for (const side of ["buyer", "merchant"] as const) {
      expect(verdict?.told[side]["zh-CN"]).toContain(zh);
      expect(verdict?.told[side].en).toContain(en);
    }
  });
});

describe("both sides agree on goods", () => {
  it.each([
    ["with the buyer", asked, "awaiting_shipment"],
    ["back", back, "awaiting_reshipment"],
  ] as const)("that are %s, paid by the merchant", (_where, history, stage) => {
    const after = given(defective, ...history, proposesGoods("exchange"))
      .when(agrees(buyer))
      .thenHappens(
        "CaseJudged",
        { type: "SettlementAgreed", remedy: "exchange" },
        { type: "CaseApproved", basis: "settlement" },
        ...(history === asked ? ["FundsReserved" as const] : []),
      );
    expect(after.state).toMatchObject({ stage, type: "exchange" });
    expect(after.dispute).toMatchObject({ end: "agreed" });
    expect(after.verdict).toMatchObject({
      liability: whollyOn("merchant"),
      ruling: { basis: "agreement", remedy: "exchange", refundMinor: 128_000n },
    });
    expect(after.verdict?.told.buyer.en).toContain("Both sides have agreed:");
    expect(after.verdict?.told.buyer.en).toContain("1280.00 CNY is refunded to the buyer instead");
  });
});

describe("nobody rules, and goods were asked for", () => {
  const unruled = (verdict: Parameters<typeof judged>[0]) =>
    played(
      filedFor("DEFECTIVE", { type: "repair" }),
      judged({ route: "arbitration", ...verdict }),
      silence(),
      silence(),
      silence(),
    );

  it("they are given where the standing verdict allows them, and else it grants nothing", () => {
    const granted = unruled({ remedies: everyRemedy });
    expect(granted.verdict?.ruling).toMatchObject({
      basis: "silence",
      remedy: "repair",
      refundMinor: 128_000n,
    });
    expect(granted.verdict?.told.buyer.en).toContain("What was asked for is given");
    expect(unruled({ remedies: money }).verdict?.ruling).toMatchObject({ remedy: "none", refundMinor: 0n });
  });

  it("goods that are lost are not mended: their price is refunded", () => {
    const after = played(
      filedFor("DEFECTIVE", { type: "repair" }),
      ...approved,
      ships(),
      goesMissing(),
      judged({ route: "arbitration", remedies: everyRemedy }),
      silence(),
      silence(),
      silence(),
    );
    expect(after.verdict?.ruling).toMatchObject({ remedy: "return_and_refund", refundMinor: 128_000n });
  });
});

describe("what was sent again and is lost", () => {
  it("is nothing a buyer could keep who is to send the rest back, and does not", () => {
    const filed = aResend({
      detail: aDetail({ reason: "MISSING_PART", lines: [aLine({ heldQuantity: 0 })] }),
    });
    const resent = [judged({ route: "automatic", remedies: everyRemedy }), reships(), neverArrives];
    const back = played(
      filed,
      ...resent,
      judged({ route: "arbitration" }),
      ...heard,
      rules({ remedy: "return_and_refund" }),
      ...accepted,
    );
    expect(back.state).toMatchObject({ stage: "awaiting_shipment", type: "return_and_refund" });
    const { command, by, at: time } = silence()(back);
    const after = afterEvents(back, decide(command, back, time, by));
    expect(after.state).toMatchObject({ stage: "closed", outcome: "never_shipped" });
    expect(settledMoney(after)).toEqual({});
  });
});

describe("goods that are ruled where the case had turned into a refund before", () => {
  const couldNotBeHad = [
    judged({ remedies: everyRemedy, shipFirst: { pays: "price" } }),
    approves(),
    givesUp("awaiting_reshipment"),
    ships(),
    delivered(),
    inspected({ sameItem: false }),
    judged({ route: "arbitration", remedies: everyRemedy }),
    ...heard,
  ] as const;
  const filed = filedFor("DEFECTIVE", { type: "exchange" });

  it.each([
    ["exchange", "awaiting_reshipment", "exchanged"],
    ["repair", "repairing", "repaired"],
  ] as const)("are owed all the same: %s", (remedy, stage, outcome) => {
    const toGive = remedy === "repair" ? [repaired(), reships()] : [reships()];
    for (const decided of [
      [rulesGoods(remedy), ...accepted],
      [proposesGoods(remedy), agrees()],
    ]) {
      const after = played(filed, ...couldNotBeHad, ...decided);
      expect(after.state.stage).toBe(stage);
      const closed = untilClosed(
        played(filed, ...couldNotBeHad, ...decided, ...toGive, arrives(), confirms()),
      );
      expect(closed.state.outcome).toBe(outcome);
      expect(settledMoney(closed)).not.toHaveProperty("refund-to-buyer");
    }
  });

  it("are not granted by the standing verdict where nobody rules: what could not be had is paid for", () => {
    const after = played(filed, ...couldNotBeHad, silence(), silence(), silence());
    expect(after.state).toMatchObject({ stage: "settling", type: "return_and_refund" });
    expect(after.verdict?.ruling).toMatchObject({ remedy: "return_and_refund", refundMinor: 128_000n });
  });
});

describe("what was agreed on before a dispute", () => {
  it("is over with its decision, and stays so when what was ruled is lost and the case is judged again", () => {
    const contested = [
      judged({ remedies: everyRemedy }),
      offers({ remedy: "return_and_refund", amountMinor: 50_000n }),
      answers("accept"),
      ships(),
      delivered(),
      inspected({ sameItem: false }),
      judged({ route: "arbitration" }),
      ...heard,
    ] as const;
    const lostAgain = [reships(), neverArrives, judged({ route: "automatic", remedies: money })] as const;
    const ruled = played(
      defective,
      ...contested,
      rulesGoods("exchange", { compensationMinor: 9_000n }),
      ...accepted,
      ...lostAgain,
    );
    expect(settledMoney(untilClosed(ruled))).toMatchObject({
      "refund-to-buyer": 128_000n,
      "compensation-to-buyer": 9_000n,
    });
    const settled = played(defective, ...contested, proposesGoods("exchange"), agrees(), ...lostAgain);
    expect(settledMoney(untilClosed(settled))).toMatchObject({ "refund-to-buyer": 128_000n });
  });
});
