import { describe, expect, it } from "vitest";
import { InvariantViolation } from "../../functions/domain/errors.ts";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import type { Condition } from "../../functions/domain/judgment/conditions.ts";
import { RuleError } from "../../functions/domain/judgment/conditions.ts";
import { factDerivations } from "../../functions/domain/judgment/fact-derivations.ts";
import { factsKnown, factsOf, knownFactsOf } from "../../functions/domain/judgment/fact-values.ts";
import { type FactName, factCatalogue, factIn, factSources } from "../../functions/domain/judgment/facts.ts";
import type { JudgmentInput } from "../../functions/domain/judgment/input.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { readAs, readers } from "../../functions/domain/judgment/readers.ts";
import {
  assertWhole,
  compileRuleSet,
  maximumRules,
  type Rule,
  type RuleSet,
  solely,
} from "../../functions/domain/judgment/rule-set.ts";
import type { FactValue } from "../../functions/domain/judgment/verdict.ts";
import {
  cameBack,
  caseOf,
  day,
  dent,
  emptyPackage,
  flaw,
  type Given,
  noReason,
  notDelivered,
  scratch,
  worse,
  wrongItem,
} from "../support/judged-cases.ts";

const judged = (given: Given) => judge(cnStandard, caseOf(given), 1);

const both = ["refund_only", "return_and_refund"] as const;

describe("a verdict", () => {
  it("explains itself with the facts, in both languages, amounts and dates readable", () => {
    expect(judged({ ...noReason, claimMinor: 1_280_050n }).explanation).toEqual({
      "zh-CN":
        "商品于 2026-03-01 签收，无理由退货期至 2026-03-08，申请在期内。退货后退款 12800.50 CNY，退货运费由买家承担。",
      en: "Signed for on 2026-03-01, the goods can be returned without a reason until 2026-03-08, and the request is in time. 12800.50 CNY is refunded after the return; the buyer pays the return freight.",
    });
    expect(judged({ ...noReason, filedAt: day("2026-03-10T01:00:00") }).explanation.en).toContain(
      "the request came 9 days after sign-off",
    );
    expect(judged({ outbound: [scratch], custodyRisk: "merchant" }).explanation).toEqual({
      "zh-CN": "买家所指瑕疵（scratch，back）在入库之后、出库之前产生或加重。按合同，保管风险由商户承担。",
      en: "The flaw the buyer names (scratch, back) arose or got worse between intake and dispatch. By contract the risk of custody lies with the merchant.",
    });
    expect(judged({ ...notDelivered, way: "not scanned" }).explanation).toMatchObject({
      "zh-CN": expect.stringContaining("（未知）"),
      en: expect.stringContaining("(unknown)"),
    });
  });

  it("fills a template once: what a buyer writes is never read as one", () => {
    const claims = { code: "{reason}", place: "{transitRisk}" };
    const { rule, explanation } = judged({ claims, outbound: [{ ...claims, severity: "minor" }] });
    expect(rule).toBe("flaw-arose-in-custody");
    expect(explanation.en).toContain("({reason}, {transitRisk})");
  });

  it("is ineligible for a remedy the rule does not give, and says which it does", () => {
    const verdict = judged({ ...noReason, type: "refund_only" });
    expect(verdict).toMatchObject({
      rule: "no-reason-within-window",
      route: "ineligible",
      remedies: ["return_and_refund"],
    });
    expect(verdict.explanation["zh-CN"]).toMatch(/不支持所申请的“仅退款”，可申请：退货退款。$/);
    expect(verdict.explanation.en).toMatch(
      /The remedy asked for, refund only, is not open here; open is: return and refund\.$/,
    );
    expect(judged({ ...emptyPackage, type: "return_and_refund" })).toMatchObject({
      route: "ineligible",
      remedies: ["refund_only", "resend"],
    });
  });

  it("is not ineligible for goods instead once the return was sent: what they stand for is refunded", () => {
    const given: Given = { type: "exchange", back: {}, found: { flaws: [dent] } };
    expect(judged({ ...given, back: {}, found: {} })).toMatchObject({ route: "merchant" });
    expect(judged(given)).toMatchObject({
      rule: "return-worse-minor",
      route: "automatic",
      remedies: ["return_and_refund"],
    });
    expect(judged({ ...noReason, type: "exchange" })).toMatchObject({ route: "ineligible" });
  });

  it("adds no remedies to a rule that gives none", () => {
    const { explanation } = judged({ ...noReason, category: "perishable" });
    expect(explanation).toEqual({
      "zh-CN": "鲜活易腐商品依法不适用无理由退货。",
      en: "By law, perishable goods cannot be returned without a reason.",
    });
  });

  it("caps the return freight by currency, and reimburses none that the buyer pays", () => {
    const cap = (given: Given) => judged(given).freight;
    expect(cap({})).toEqual({ payer: "merchant", capMinor: 3_000n });
    expect(cap({ currency: "USD" })).toEqual({ payer: "merchant", capMinor: 1_500n });
    expect(cap({ currency: "XTS" })).toEqual({ payer: "merchant", capMinor: 0n });
    expect(cap({ currency: "constructor" })).toEqual({ payer: "merchant", capMinor: 0n });
    expect(cap(noReason)).toEqual({ payer: "buyer", capMinor: 0n });
  });

  it("rests on named facts: those asked, those said, and the one that names the party", () => {
    expect(judged({ reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } }).facts).toEqual({
      reason: "DAMAGED_ON_ARRIVAL",
      requestType: "return_and_refund",
      outboundClean: true,
      transitDamageScan: true,
      transitDamageTrusted: true,
      transitRisk: "carrier",
    });
    expect(judged({}).facts).toEqual({ reason: "DEFECTIVE" });
  });

  it("traces every rule tried up to the one that matched, with the fact each failed on", () => {
    const { trace } = judged({ ...noReason, category: "perishable" });
    expect(trace.map(({ rule }) => rule)).toEqual(cnStandardRules.rules.slice(0, 13).map(({ id }) => id));
    expect(trace.at(0)).toEqual({ rule: "return-parcel-lost", matched: false, failedOn: "returnShipped" });
    expect(trace.at(-1)).toEqual({ rule: "no-reason-never-returnable", matched: true });
    expect(judged({}).trace).toHaveLength(cnStandardRules.rules.length + 1);
    expect(judged({}).trace.at(-1)).toEqual({ rule: "fault-presumed-merchant", matched: true });
  });

  it("names the facts on record that would have led elsewhere, three at most", () => {
    expect(judged({ ...notDelivered, way: "not scanned" }).nearMisses).toEqual([
      {
        rule: "not-delivered-unconfirmed",
        fact: "outboundParcelStatus",
        actual: null,
        needed: "∈ {returning, returned}",
      },
      {
        rule: "not-delivered-but-signed-for",
        fact: "outboundParcelStatus",
        actual: null,
        needed: "= delivered",
      },
      { rule: "lost-on-the-way-out", fact: "outboundParcelLost", actual: false, needed: "= true" },
    ]);
    expect(judged({ reason: "DAMAGED_ON_ARRIVAL" }).nearMisses.map(({ rule }) => rule)).toEqual([
      "flaw-hidden-at-intake",
      "flaw-arose-in-custody",
      "flaw-disclosed-not-confirmed",
    ]);
    expect(judged({ ...noReason, filedAt: day("2026-03-09T00:00:00") }).nearMisses).toEqual([
      { rule: "no-reason-never-returnable", fact: "statutoryExclusion", actual: false, needed: "= true" },
      { rule: "no-reason-exclusion-confirmed", fact: "exclusionConfirmed", actual: false, needed: "= true" },
      { rule: "no-reason-within-window", fact: "withinNoReasonWindow", actual: false, needed: "= true" },
    ]);
    expect(
      judged({ ...noReason, back: { damaged: true }, found: {}, filedAt: day("2026-03-09T00:00:00") })
        .nearMisses,
    ).toHaveLength(3);
  });

  it("carries its number, its rules' version and the time of the judgment", () => {
    expect(judge(cnStandard, caseOf(), 2)).toMatchObject({
      number: 2,
      rulesVersion: "cn-standard@1",
      judgedAt: day("2026-03-20T00:00:00"),
    });
  });

  it("is not given for a case without lines, or for an amount no number holds", () => {
    expect(() => judge(cnStandard, { ...caseOf(), lines: [] }, 1)).toThrow(RangeError);
    expect(() => judged({ claimMinor: 2n ** 60n })).toThrow(RangeError);
  });
});

describe("what a loss pays", () => {
  const damaged: Given = { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } };

  it("stands in the verdict where goods were lost or damaged on others than the merchant and the buyer", () => {
    const lossOf = (given: Given) => judged(given).loss;
    expect(lossOf(damaged)).toEqual({ pays: "price_less_commission", payer: "carrier", basis: "transit" });
    expect(lossOf({ ...damaged, transitRisk: "platform", lossPays: "price" })).toEqual({
      pays: "price",
      payer: "platform",
      basis: "transit",
    });
    expect(lossOf({ outbound: [scratch], lossPays: "market_value", marketValueMinor: 90_000n })).toEqual({
      pays: "market_value",
      payer: "platform",
      basis: "custody",
    });
    for (const given of [
      { outbound: [scratch], custodyRisk: "merchant" },
      { ...damaged, lossPays: "nothing" },
      { intake: [scratch] },
      noReason,
      // Wrongly packed is not lost.
      wrongItem,
      { ...notDelivered, way: { status: "returned" } },
    ] as const satisfies readonly Given[]) {
      expect(judged(given)).not.toHaveProperty("loss");
    }
  });

  it("is nothing where the merchant bears the loss by contract, which then answers for the refund", () => {
    expect(judged({ ...damaged, lossPays: "nothing" })).toMatchObject({
      rule: "damaged-in-transit",
      liability: solely("merchant"),
      freight: { payer: "merchant" },
    });
    expect(judged({ ...noReason, back: { lost: true }, lossPays: "nothing" }).liability).toEqual(
      solely("merchant"),
    );
  });

  it("is said to the merchant and the arbiter, and not to the buyer", () => {
    const verdict = judged({ ...damaged, lossPays: "price" });
    const [buyer, merchant, arbiter] = readers.map((reader) => readAs(reader, verdict));
    expect(arbiter?.explanation.en).toMatch(/For the loss the carrier owes the merchant the price\.$/);
    expect(arbiter?.explanation["zh-CN"]).toMatch(/按合同，承运商就货损向商户赔付：全部售价。$/);
    expect(merchant?.explanation.en).toContain("For the loss the carrier owes you the price.");
    expect(merchant?.explanation["zh-CN"]).toContain("承运商就货损向贵方赔付：全部售价。");
    expect([arbiter?.loss, merchant?.loss]).toEqual([verdict.loss, verdict.loss]);
    expect(buyer).not.toHaveProperty("loss");
    expect(JSON.stringify(buyer?.explanation)).not.toMatch(/loss|货损/);
  });

  it("is not owed on a request that is turned down as filed", () => {
    expect(judged({ outbound: [scratch], type: "refund_only" })).toMatchObject({ route: "ineligible" });
    expect(judged({ outbound: [scratch], type: "refund_only" })).not.toHaveProperty("loss");
  });

  it("makes two verdicts of two lines whose losses pay otherwise", () => {
    const input = caseOf({ ...damaged, anotherLine: true, lossPays: "market_value", marketValueMinor: 1n });
    const [first, second] = input.lines;
    if (!first || !second) throw new Error("the case has two lines");
    const { marketValueMinor: _, ...item } = second.item;
    expect(judge(cnStandard, input, 1).rule).toBe("damaged-in-transit");
    expect(judge(cnStandard, { ...input, lines: [first, { ...second, item }] }, 1).rule).toBe("lines-differ");
  });
});

describe("an exchange whose replacement goes first", () => {
  const trusted: Given = { ...wrongItem, type: "exchange", buyerTrusted: true, returnsOwed: 0 };

  it("says so, with what the merchant's contract pays for goods that never come back", () => {
    expect(judged(trusted).shipFirst).toEqual({ pays: "price_less_commission" });
    expect(judged({ ...trusted, lossPays: "price" }).shipFirst).toEqual({ pays: "price" });
    for (const given of [
      { ...trusted, buyerTrusted: false },
      { ...trusted, type: "return_and_refund" },
      // The goods are on their way: nothing can go first any more.
      { ...trusted, back: {} },
    ] as const satisfies readonly Given[]) {
      expect(judged(given)).not.toHaveProperty("shipFirst");
    }
  });

  it("tells each reader what it has to do, and nobody but the arbiter why the buyer is trusted", () => {
    const [buyer, merchant, arbiter] = readers.map((reader) => readAs(reader, judged(trusted)));
    expect(buyer?.explanation).toMatchObject({
      en: expect.stringMatching(
        /The replacement is sent to you first; send the goods back once you have it\./,
      ),
      "zh-CN": expect.stringContaining("换货商品将先行寄出；收到后请寄回原商品。"),
    });
    expect(merchant?.explanation).toMatchObject({
      en: expect.stringMatching(/Send the replacement first; .* the platform bears it\.$/),
      "zh-CN": expect.stringContaining("请先寄出换货商品"),
    });
    expect(arbiter?.explanation.en).toMatch(
      /vouches for the buyer.* that they may not is the platform's risk\.$/,
    );
    for (const read of [buyer, merchant, arbiter]) expect(read?.shipFirst).toBe(true);
    for (const read of [buyer, merchant]) {
      expect(read).not.toHaveProperty("rule");
      expect(Object.keys(read?.facts ?? {})).not.toContain("buyerTrusted");
      expect(JSON.stringify({ ...read, freight: undefined })).not.toMatch(
        /vouches|returnsOwed|price_less_commission/,
      );
    }
  });

  it("is said of an approval that the merchant is asked for", () => {
    const asked = compileRuleSet({
      ...cnStandardRules,
      rules: cnStandardRules.rules.map((rule) =>
        rule.id === "wrong-item-shipped-first"
          ? { ...rule, outcome: { ...rule.outcome, route: "merchant" } }
          : rule,
      ),
    });
    expect(judge(asked, caseOf(trusted), 1).told.buyer.en).toContain(
      "If it is approved: The replacement is sent to you first",
    );
  });

  it("is one verdict of two lines only where their contracts pay the same", () => {
    const input = caseOf({ ...trusted, anotherLine: true, lossPays: "market_value", marketValueMinor: 1n });
    const [first, second] = input.lines;
    if (!first || !second) throw new Error("the case has two lines");
    const { marketValueMinor: _, ...item } = second.item;
    expect(judge(cnStandard, input, 1).rule).toBe("wrong-item-shipped-first");
    expect(judge(cnStandard, { ...input, lines: [first, { ...second, item }] }, 1).rule).toBe("lines-differ");
  });

  it("comes out the same from what is kept of the case, which is nothing where nobody vouches", () => {
    const kept = (given: Given) => knownFactsOf(caseOf(given));
    expect(kept(trusted).facts).toMatchObject({ buyerTrusted: true, returnsOwed: 0 });
    expect(kept(noReason).facts).not.toHaveProperty("buyerTrusted");
    expect(kept(noReason).facts).not.toHaveProperty("returnsOwed");
    for (const given of [trusted, noReason]) {
      expect(factsKnown(kept(given), cnStandardRules)).toEqual(factsOf(caseOf(given), cnStandardRules));
    }
  });
});

describe("the facts", () => {
  const fact = (name: FactName, given: Given): FactValue =>
    factIn(factsOf(caseOf(given), cnStandardRules), name);

  it("are catalogued once each, with a label in both languages and a derivation", () => {
    const names = factCatalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(new Set(factCatalogue.map(({ source }) => source))).toEqual(new Set(factSources));
    for (const { name, label, ...definition } of factCatalogue) {
      // What counts says what it counts.
      const counts = definition.type === "number" || definition.type === "money";
      expect("unit" in definition, name).toBe(counts);
      expect(label["zh-CN"], name).toMatch(/[\u4e00-\u9fff]/u);
      expect(label.en, name).not.toBe("");
      expect(factDerivations[name], name).toMatch(/\.$/);
    }
  });

  it("count what has arrived by side and kind, and keep nothing where nothing has", () => {
    const evidence = { buyer_photo: 2, merchant_document: 1, warehouse_photo: 1, warehouse_video: 2 };
    const counted = (given: Given) =>
      (["buyerPhotos", "buyerVideos", "merchantDocuments", "warehouseFiles"] as const).map((name) =>
        fact(name, given),
      );
    expect(counted({ evidence })).toEqual([2, 0, 1, 3]);
    expect(counted({})).toEqual([0, 0, 0, 0]);
    const kept = knownFactsOf(caseOf({ evidence: { buyer_photo: 2 } }));
    expect(
      Object.keys(kept.facts).filter((name) => /^(buyer|merchant|warehouse)(Ph|Vi|Do|Fi)/.test(name)),
    ).toEqual(["buyerPhotos"]);
    expect(factsKnown(kept, cnStandardRules)).toEqual(
      factsOf(caseOf({ evidence: { buyer_photo: 2 } }), cnStandardRules),
    );
  });

  it("count days by local midnights, none before sign-off", () => {
    const days = (signedOff: string, filed: string) =>
      fact("daysSinceSignOff", { signedOffAt: day(signedOff), filedAt: day(filed) });
    expect(days("2026-03-01T23:59:59", "2026-03-02T00:00:00")).toBe(1);
    expect(days("2026-03-01T00:00:00", "2026-03-01T23:59:59")).toBe(0);
    expect(days("2026-03-01T00:00:00", "2026-02-20T00:00:00")).toBe(0);
    expect(fact("daysSinceSignOff", { signedOffAt: "not yet" })).toBeNull();
    expect(fact("signedOffOn", { signedOffAt: day("2026-03-01T00:00:00") })).toBe("2026-03-01");
    expect(fact("noReasonWindowLastDay", { signedOffAt: day("2026-02-25T23:00:00") })).toBe("2026-03-04");
  });

  it("follow the rule set's own window and time zone", () => {
    const input = caseOf({ signedOffAt: day("2026-03-01T06:00:00"), filedAt: day("2026-03-15T05:00:00") });
    const within = (timeZone: string, noReasonWindowDays: number) =>
      factIn(factsOf(input, { ...cnStandardRules, timeZone, noReasonWindowDays }), "withinNoReasonWindow");
    expect(within("Asia/Shanghai", 7)).toBe(false);
    expect(within("Asia/Shanghai", 14)).toBe(true);
    // In Berlin it was still 28 February when it was signed for.
    expect(within("Europe/Berlin", 14)).toBe(true);
    expect(within("Europe/Berlin", 13)).toBe(false);
    expect(within("Asia/Shanghai", 13)).toBe(false);
  });

  it("say of the claimed flaw what the records say, and nothing where there is none", () => {
    const about = (given: Given): readonly FactValue[] =>
      (
        [
          "claimedFlawAtIntake",
          "claimedFlawDisclosed",
          "claimedFlawAtOutbound",
          "claimedFlawAroseInCustody",
        ] as const
      ).map((name) => fact(name, given));
    expect(about({})).toEqual([false, false, false, false]);
    expect(about({ intake: [scratch], disclosed: [scratch], outbound: [scratch] })).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(about({ intake: [scratch], outbound: "not inspected" })).toEqual([true, false, null, null]);
    expect(about({ claims: "no flaw", intake: [scratch], outbound: [scratch] })).toEqual([
      null,
      null,
      null,
      null,
    ]);
    // A flaw named beside a change of mind is no claim of fault.
    expect(about({ reason: "CHANGED_MIND", intake: [scratch], outbound: [scratch] })).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("say of delivery and the road what the carrier said, in days", () => {
    const on = (iso: string) => day(`2026-${iso}`);
    const filedAt = on("03-03T12:00:00");
    expect(fact("daysSinceDelivered", { filedAt, way: { deliveredAt: on("03-01T23:59:00") } })).toBe(2);
    expect(fact("daysSinceDelivered", { way: { status: "in_transit" } })).toBeNull();
    const silent = { lastScanAt: on("02-20T01:00:00") };
    const now = on("03-07T00:00:00");
    expect(fact("outboundSilentDays", { filedAt, now, way: { status: "in_transit", ...silent } })).toBe(15);
    expect(fact("outboundParcelLost", { now, way: { status: "in_transit", lostAt: now } })).toBe(true);
    expect(fact("outboundParcelLost", { now, way: { status: "in_transit", lostAt: now + 1 } })).toBe(false);
    expect(fact("outboundParcelLost", { way: "no parcel" })).toBe(false);
    for (const status of ["delivered", "returned"] as const) {
      expect(fact("outboundSilentDays", { filedAt, way: { status, ...silent } })).toBeNull();
    }
    expect(fact("outboundShipped", { way: "not scanned" })).toBe(true);
    expect(fact("outboundShipped", { way: "no parcel" })).toBe(false);
    expect(fact("deliveryDays", { orderedAt: on("02-27T23:00:00") })).toBe(2);
    expect(fact("deliveryDays", { signedOffAt: "not yet" })).toBeNull();
    const back = { handedOverAt: on("03-08T00:00:00") };
    expect(fact("returnHandOverDays", { filedAt, back })).toBe(5);
    expect(fact("returnHandOverDays", { filedAt, back: {} })).toBeNull();
  });

  it("count years by anniversaries, the day itself still within", () => {
    const years = (signedOff: string, filed: string) =>
      fact("yearsSinceSignOff", { signedOffAt: day(signedOff), filedAt: day(filed) });
    expect(years("2026-03-01T12:00:00", "2027-03-01T23:59:59")).toBe(0);
    expect(years("2026-03-01T12:00:00", "2027-03-02T00:00:00")).toBe(1);
    expect(years("2028-02-29T12:00:00", "2029-02-28T23:59:59")).toBe(0);
    expect(years("2028-02-29T12:00:00", "2029-03-01T00:00:00")).toBe(1);
    expect(years("2026-03-01T12:00:00", "2026-02-01T00:00:00")).toBe(0);
    expect(fact("yearsSinceSignOff", { signedOffAt: "not yet" })).toBeNull();
  });

  it("say what a loss pays, and nothing that nobody said", () => {
    expect(fact("lossPays", {})).toBe("price_less_commission");
    expect(fact("lossPays", { lossPays: "price" })).toBe("price");
    expect(fact("lossPays", { lossPays: "market_value", marketValueMinor: 90_000n })).toBe("market_value");
    // A market value nobody named cannot be paid.
    expect(fact("lossPays", { lossPays: "market_value" })).toBe("price_less_commission");
    expect(fact("marketValueMinor", { marketValueMinor: 90_000n })).toBe(90_000);
    expect(fact("marketValueMinor", {})).toBeNull();
  });

  it("lay custody and the road on a merchant that is owed nothing for a loss", () => {
    const risks = (given: Given) => [fact("transitRisk", given), fact("custodyRisk", given)];
    expect(risks({})).toEqual(["carrier", "platform"]);
    expect(risks({ lossPays: "nothing" })).toEqual(["merchant", "merchant"]);
    expect(risks({ lossPays: "nothing", transitRisk: "platform" })).toEqual(["merchant", "merchant"]);
  });

  it("say how a merchant stands, and nothing where its history was not read", () => {
    const history = { filed30Days: 3, filed90Days: 9, ended90Days: 6, refused90Days: 2 };
    const of = (given: Given) =>
      (["merchantStanding", "merchantCases30Days", "merchantCases90Days", "merchantRefusalBps"] as const).map(
        (name) => fact(name, given),
      );
    expect(of({ standing: "watched", history })).toEqual(["watched", 3, 9, 3_333]);
    expect(of({ history: { ...history, ended90Days: 0, refused90Days: 0 } }).at(-1)).toBeNull();
    expect(of({})).toEqual(["good", null, null, null]);
  });

  it("hold what came back to its category's standard, and to no other", () => {
    const broken = (given: Given) => fact("returnNotIntact", given);
    const cameWith = (...codes: readonly string[]): Given => ({
      ...noReason,
      back: {},
      found: { flaws: codes.map((code) => flaw(code, "set")) },
    });
    expect(broken(noReason)).toBeNull();
    expect(broken(cameWith())).toBe("none");
    expect(broken(cameWith("scratch", "tag_removed"))).toBe("tag_removed");
    expect(broken(cameWith("hygiene_seal_broken"))).toBe("none");
    expect(broken({ ...cameWith("hygiene_seal_broken"), category: "medical" })).toBe("hygiene_seal_broken");
    expect(broken({ ...cameWith("worn"), category: "watches" })).toBe("none");
    // It was worn when it left.
    expect(broken({ ...cameWith("worn"), outbound: [flaw("worn", "set")] })).toBe("none");
    expect(fact("intactStandard", { category: "toys" })).toBe("apparel");
    expect(fact("intactStandard", { category: "watches" })).toBe("none");
  });

  it("tell what was sold: units, price, grades and what the listing left out", () => {
    expect(fact("quantityClaimed", { claimedUnits: 2 })).toBe(2);
    expect(fact("quantityBought", {})).toBe(3);
    expect(fact("paidMinor", {})).toBe(300_000);
    expect(fact("commissionBps", {})).toBe(3_000);
    expect(fact("itemGrade", {})).toBe("A");
    expect([fact("outboundGrade", {}), fact("outboundGrade", { outbound: "not inspected" })]).toEqual([
      "A",
      null,
    ]);
    const told = { intake: [scratch, flaw("dent", "corner", "severe")], disclosed: [flaw("dent", "corner")] };
    expect([fact("intakeFlawCount", told), fact("undisclosedFlawCount", told)]).toEqual([2, 2]);
    expect([fact("exclusion", {}), fact("informedOfWithdrawal", {})]).toEqual([null, true]);
    expect(fact("informedOfWithdrawal", { informed: false })).toBe(false);
    expect(fact("orderedOn", { orderedAt: day("2026-02-20T00:00:00") })).toBe("2026-02-20");
  });

  it("are those of one line each: what became of one line says nothing of another", () => {
    const input = caseOf({ ...noReason, ...cameBack, anotherLine: true });
    const { returnInspection } = input;
    if (!returnInspection) throw new Error("the case was inspected");
    const partly = { ...returnInspection, lines: returnInspection.lines.slice(0, 1) };
    const shortOf = (line: number) =>
      factIn(factsOf({ ...input, returnInspection: partly }, cnStandardRules, line), "returnShort");
    // The inspection does not mention the second line, so it did not come back.
    expect([shortOf(0), shortOf(1)]).toEqual([false, true]);
    expect(factIn(factsOf(input, cnStandardRules, 1), "lineCount")).toBe(2);
    expect(() => factsOf(input, cnStandardRules, 2)).toThrow(RangeError);
  });

  it("tell who inspected the return", () => {
    expect(fact("returnInspectedBy", {})).toBeNull();
    expect(fact("returnInspectedBy", cameBack)).toBe("warehouse");
    expect(fact("returnInspectedBy", { back: {}, found: { by: "silence" } })).toBe("silence");
  });

  it("tell whether tracking was strongly signed, and nothing without a parcel", () => {
    const trusted = (given: Given) => [
      fact("transitDamageTrusted", given),
      fact("outboundStatusTrusted", given),
    ];
    expect(trusted({ way: { damaged: true } })).toEqual([true, true]);
    expect(trusted({ way: { damaged: true, weak: true } })).toEqual([false, false]);
    expect(trusted({ way: "no parcel" })).toEqual([null, null]);
  });

  it("keep what was counted before", () => {
    expect(fact("priorRequests", { priorRequests: 4 })).toBe(4);
    expect(fact("claimedFlawCode", {})).toBe("scratch");
    expect(fact("claimedFlawPlace", {})).toBe("back");
  });
});

describe("a case of several lines", () => {
  /** One case over the lines of several, each inspected as its own case says. */
  const together = (...cases: readonly Given[]): JudgmentInput => {
    const inputs = cases.map((given) => caseOf(given));
    const [first] = inputs;
    if (!first) throw new Error("a case has at least one line");
    const lines = inputs.flatMap((input, index) =>
      input.lines.slice(0, 1).map((judged) => ({
        ...judged,
        line: { ...judged.line, lineId: `line-${index + 1}` },
      })),
    );
    const found = inputs.flatMap(({ returnInspection }, index) =>
      (returnInspection?.lines ?? []).slice(0, 1).map((entry) => ({ ...entry, lineId: `line-${index + 1}` })),
    );
    return {
      ...first,
      lines,
      ...(first.returnInspection ? { returnInspection: { ...first.returnInspection, lines: found } } : {}),
    };
  };
  const judgedTogether = (...cases: readonly Given[]) => judge(cnStandard, together(...cases), 1);

  it("has the verdict of its lines where they all come to the same", () => {
    const alone = judged(noReason);
    expect(judgedTogether(noReason, noReason, noReason)).toEqual(alone);
    // Both came back a little worse: the cap is right for both.
    expect(judgedTogether(worse("minor"), worse("minor"))).toMatchObject({
      rule: "return-worse-minor",
      refundCapBps: 9_000,
    });
  });

  it.each<[string, Given, Given]>([
    ["one line may not be returned", noReason, { ...noReason, category: "perishable" }],
    ["one line's exclusion was confirmed", noReason, { ...noReason, confirmed: true }],
    ["the claimed flaw is on record for one line only", { intake: [scratch] }, {}],
    ["one line was packed by the merchant", wrongItem, { ...wrongItem, packedBy: "merchant" }],
    [
      "the contract lays custody at different doors",
      { outbound: [scratch] },
      { outbound: [scratch], custodyRisk: "merchant" },
    ],
  ])("is to be filed line by line where %s, whichever comes first", (_, one, other) => {
    for (const lines of [
      [one, other],
      [other, one],
    ]) {
      const verdict = judgedTogether(...lines);
      expect(verdict).toMatchObject({
        rule: "lines-differ",
        liability: solely("buyer"),
        route: "ineligible",
        remedies: [],
        refundCapBps: 0,
        freight: { payer: "buyer", capMinor: 0n },
        facts: { lineCount: 2 },
        nearMisses: [],
      });
      expect(verdict.carrier).toBeUndefined();
      expect(verdict.explanation["zh-CN"]).toMatch(/2 行.*分别申请。$/);
      expect(verdict.explanation.en).toMatch(/2 lines.*one case for each line\.$/);
    }
  });

  it("is to be filed line by line where two carriers would answer for the same rule", () => {
    const damaged: Given = { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } };
    const input = together(damaged, damaged);
    const [first, second] = input.lines;
    if (!first || !second?.outboundParcel) throw new Error("both lines travelled");
    const elsewhere = { ...second, outboundParcel: { ...second.outboundParcel, carrier: "yt-out" } };
    expect(judge(cnStandard, input, 1)).toMatchObject({ rule: "damaged-in-transit", carrier: "sf-out" });
    expect(judge(cnStandard, { ...input, lines: [first, elsewhere] }, 1).rule).toBe("lines-differ");
  });

  it.each<[string, Given, Given]>([
    ["one line came back worse", { ...noReason, ...cameBack }, worse("minor")],
    ["one line came back worse than the other", worse("minor"), worse("severe")],
    [
      "one line is another item",
      { ...noReason, ...cameBack },
      { ...noReason, back: {}, found: { sameItem: false } },
    ],
  ])("goes to arbitration where %s, for nothing can be filed anew", (_, one, other) => {
    for (const lines of [
      [one, other],
      [other, one],
    ]) {
      expect(judge(cnStandard, together(...lines), 2)).toMatchObject({
        number: 2,
        rule: "lines-differ-after-return",
        route: "arbitration",
        liability: solely("buyer"),
        remedies: both,
      });
    }
  });

  it("goes to arbitration where the parcel was lost and the contracts differ on the road", () => {
    const lost: Given = { ...noReason, back: { lost: true } };
    expect(judgedTogether(lost, lost).rule).toBe("return-parcel-lost");
    expect(judgedTogether(lost, { ...lost, transitRisk: "platform" })).toMatchObject({
      rule: "lines-differ-after-return",
      route: "arbitration",
    });
  });

  it("traces the rule each line came to", () => {
    expect(judgedTogether(noReason, { ...noReason, confirmed: true }).trace).toEqual([
      { rule: "no-reason-within-window", matched: true },
      { rule: "no-reason-exclusion-confirmed", matched: true },
      { rule: "lines-differ", matched: true },
    ]);
  });
});

describe("a rule set", () => {
  const rule = (change: Partial<Rule>): RuleSet => ({
    ...cnStandardRules,
    rules: cnStandardRules.rules.slice(0, 1).map((first) => ({ ...first, ...change })),
  });
  const refused = (ruleSet: RuleSet): [problem: string, path: string] => {
    try {
      compileRuleSet(ruleSet);
    } catch (error) {
      if (error instanceof RuleError) return [error.problem, error.path];
      throw error;
    }
    return ["accepted", ""];
  };
  const outcome = cnStandardRules.otherwise.outcome;

  it("is refused with the rule and the place of the trouble", () => {
    const when = { fact: "luck", op: "eq", value: true } as unknown as Condition;
    expect(refused(rule({ id: "mine", when }))).toEqual(["unknown_fact", "/rules/0/when/fact"]);
    expect(refused(rule({ id: "mine", explanation: { "zh-CN": "", en: "{luck}" } }))).toEqual([
      "unknown_placeholder",
      "/rules/0/explanation/en",
    ]);
    expect(refused(rule({ id: "mine", explanation: { "zh-CN": "{constructor}", en: "" } }))).toEqual([
      "unknown_placeholder",
      "/rules/0/explanation/zh-CN",
    ]);
    for (const [id, pointer] of [
      ["fault-presumed-merchant", "/otherwise/id"],
      ["lines-differ", "/linesDiffer/asFiled/id"],
      ["lines-differ-after-return", "/linesDiffer/afterReturn/id"],
    ] as const) {
      expect(refused(rule({ id }))).toEqual(["repeated_rule", pointer]);
    }
  });

  it("is refused when shares do not make a whole", () => {
    const shares = (merchant: number, platform: number) =>
      refused(
        rule({
          id: "mine",
          outcome: { ...outcome, liability: { merchant, platform, carrier: 0, buyer: 0 } },
        }),
      );
    expect(shares(5_000, 5_000)).toEqual(["accepted", ""]);
    for (const [merchant, platform] of [
      [5_000, 4_999],
      [5_000, 5_001],
      [10_001, -1],
      [4_999.5, 5_000.5],
      [Number.NaN, 10_000],
    ] as const) {
      expect(shares(merchant, platform)).toEqual(["wrong_shares", "/rules/0/outcome/liability"]);
    }
    for (const refundCapBps of [-1, 10_001, 0.5]) {
      expect(refused(rule({ id: "mine", outcome: { ...outcome, refundCapBps } }))).toEqual([
        "wrong_shares",
        "/rules/0/outcome/refundCapBps",
      ]);
    }
  });

  it("is refused where it ships first what is no exchange, or what an arbiter or nobody is to grant", () => {
    const shipping = (change: Partial<Rule["outcome"]>) =>
      refused(rule({ id: "mine", outcome: { ...outcome, shipFirst: true, ...change } }));
    expect(shipping({ remedies: ["exchange"], route: "automatic" })).toEqual(["accepted", ""]);
    expect(shipping({ remedies: ["exchange"], route: "merchant" })).toEqual(["accepted", ""]);
    expect(shipping({ remedies: both, shipFirst: false })).toEqual(["accepted", ""]);
    for (const change of [
      { remedies: both, route: "automatic" },
      { remedies: ["exchange"], route: "arbitration" },
      { remedies: ["exchange"], route: "ineligible" },
    ] as const) {
      expect(shipping(change)).toEqual(["nothing_to_ship", "/rules/0/outcome/shipFirst"]);
    }
  });

  it("is refused beyond its size", () => {
    const [first] = cnStandardRules.rules;
    const rules = Array.from({ length: maximumRules + 1 }, (_, index) => ({ ...first, id: `rule-${index}` }));
    expect(refused({ ...cnStandardRules, rules: rules.slice(1) as Rule[] })).toEqual(["accepted", ""]);
    expect(refused({ ...cnStandardRules, rules: rules as Rule[] })).toEqual(["too_many_rules", "/rules"]);
  });

  it("shares a liability over parties when its rule does", () => {
    const liability = { merchant: 2_500, platform: 0, carrier: 7_500, buyer: 0 };
    const shared = compileRuleSet(
      rule({
        when: { fact: "reasonKind", op: "eq", value: "fault" },
        outcome: { ...outcome, liability, freightPayer: { partyOf: "packedBy" }, carrierLeg: "outbound" },
      }),
    );
    expect(judge(shared, caseOf(), 1)).toMatchObject({
      liability,
      carrier: "sf-out",
      freight: { payer: "platform", capMinor: 3_000n },
    });
  });

  it("never lets a verdict out whose shares are wrong", () => {
    const liability = { merchant: 10_000, platform: 1, carrier: 0, buyer: 0 };
    expect(() => assertWhole(liability, "mine")).toThrow(InvariantViolation);
    const broken = {
      ...cnStandard,
      rules: [],
      otherwise: { ...cnStandard.otherwise, outcome: { ...outcome, liability } },
    };
    expect(() => judge(broken, caseOf(), 1)).toThrow(InvariantViolation);
  });
});
