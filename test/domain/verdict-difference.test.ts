import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cnStandard } from "../../functions/domain/judgment/cn-standard.ts";
import { changesFor } from "../../functions/domain/judgment/difference.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { mayRead, readAs, readers } from "../../functions/domain/judgment/readers.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { aVerdict, whollyOn } from "../support/builders.ts";
import { judgmentInput } from "../support/judgment-inputs.ts";

/** What is said of a verdict that follows another one, and to whom. */

const first = aVerdict({
  rule: "no-reason-within-window",
  liability: whollyOn("buyer"),
  route: "automatic",
  freight: { payer: "buyer", capMinor: 0n },
  facts: { daysSinceSignOff: 3, returnShipped: false, packedBy: "platform" },
  trace: [{ rule: "no-reason-within-window", matched: true }],
});
const second = aVerdict({
  number: 2,
  rule: "return-parcel-lost",
  liability: whollyOn("carrier"),
  carrier: "kuaidi100",
  route: "automatic",
  freight: { payer: "carrier", capMinor: 3_000n },
  facts: { returnShipped: true, packedBy: "platform", returnParcelLost: true, transitRisk: "carrier" },
  trace: [{ rule: "return-parcel-lost", matched: true, hiddenFrom: ["buyer"] }],
});

const changes = (reader: (typeof readers)[number], from: Verdict = first, to: Verdict = second) =>
  changesFor(reader, from, to, "CNY");

describe("the difference of two verdicts", () => {
  it("names every change, and a fact of one of them alone as such", () => {
    expect(changes("arbiter")).toEqual({
      rule: { before: "no-reason-within-window", after: "return-parcel-lost" },
      liability: { before: whollyOn("buyer"), after: whollyOn("carrier") },
      freight: {
        before: { buyerPays: true, payer: "buyer", capMinor: 0n },
        after: { buyerPays: false, payer: "carrier", capMinor: 3_000n },
      },
      carrier: { after: "kuaidi100" },
      facts: [
        { fact: "daysSinceSignOff", before: 3 },
        { fact: "returnShipped", before: false, after: true },
        { fact: "returnParcelLost", after: true },
        { fact: "transitRisk", after: "carrier" },
      ],
      explanation: {
        "zh-CN":
          "由规则 return-parcel-lost 判定，此前为 no-reason-within-window。事实变化：买家已寄回：是，此前为否。现另依据：退货包裹丢失：是；运输风险承担方：承运商。此前依据而现未采用：签收后天数：3。责任：承运商 100 %，此前为买家 100 %。退货运费由承运商承担，此前为买家。退货运费最多报销 30.00 CNY，此前为 0.00 CNY。",
        en: "Decided by return-parcel-lost, before by no-reason-within-window. Changed facts: return shipped: yes, before no. It now also rests on: return parcel lost: yes; bears the risk of transit: the carrier. It no longer asks: days since sign-off: 3. Liability: the carrier 100 %, before the buyer 100 %. The return freight is paid by the carrier, before by the buyer. At most 30.00 CNY of the return freight is reimbursed, before 0.00 CNY.",
      },
    });
  });

  it("says that a replacement now goes first, and not that one which went is not to go any more", () => {
    const shipping = { ...second, shipFirst: { pays: "price" } } as const;
    expect(changes("buyer", first, shipping)).toMatchObject({
      shipFirst: { after: true },
      explanation: { en: expect.stringContaining("The replacement is now sent before the goods come back.") },
    });
    const since = changes("buyer", shipping, second);
    expect(since).toMatchObject({ shipFirst: { before: true } });
    expect(since.explanation.en).not.toContain("replacement");
  });

  it("tells a buyer its own side, without the rule that asks a contract, and without the contract", () => {
    expect(changes("buyer")).toEqual({
      rule: { before: "no-reason-within-window" },
      liability: { before: { buyer: 10_000 }, after: { buyer: 0 } },
      freight: {
        before: { buyerPays: true, payer: "buyer", capMinor: 0n },
        after: { buyerPays: false, capMinor: 3_000n },
      },
      facts: [
        { fact: "daysSinceSignOff", before: 3 },
        { fact: "returnShipped", before: false, after: true },
        { fact: "returnParcelLost", after: true },
      ],
      explanation: {
        "zh-CN":
          "本案已重新判定。事实变化：买家已寄回：是，此前为否。现另依据：退货包裹丢失：是。您承担 0 % 的责任，此前为 100 %。退货运费不再由您承担。退货运费最多报销 30.00 CNY，此前为 0.00 CNY。",
        en: "The case was judged again. Changed facts: return shipped: yes, before no. It now also rests on: return parcel lost: yes. Your share of the liability is 0 %, before 100 %. You do not pay the return freight any more. At most 30.00 CNY of the return freight is reimbursed, before 0.00 CNY.",
      },
    });
  });

  it("tells a merchant its own share, and who pays the freight", () => {
    const { explanation } = changes("merchant");
    expect(explanation.en).toContain("Your share of the liability is the same.");
    expect(explanation.en).toContain("The return freight is paid by the carrier, before by the buyer.");
    expect(explanation["zh-CN"]).toContain("贵方承担的责任不变。");
  });

  it("says it of every consequence", () => {
    const strict = aVerdict({
      rulesVersion: "house@1",
      route: "ineligible",
      remedies: [],
      refundCapBps: 0,
      clocks: { merchantAnswerHours: 24, silence: "refuse" },
      trace: [{ rule: "quality-problem", matched: true }],
    });
    expect(changes("arbiter", aVerdict(), strict).explanation.en).toBe(
      "Decided by quality-problem, as before. Rules: house@1, before cn-standard@1. The case is not eligible, before answered by the merchant. Open remedies: none; before: refund only, return and refund. At most 0 % of the claim is refunded, before 100 %. The merchant answers within 24 hours and no answer is a refusal; before, 48 hours and no answer is consent.",
    );
  });

  it("says that nothing changed where nothing did, whatever order the parts are kept in", () => {
    const { buyer, ...others } = first.liability;
    const again = { ...first, number: 2, liability: { buyer, ...others } };
    for (const reader of readers) {
      const { facts, explanation, ...outcome } = changes(reader, first, again);
      expect([facts, outcome]).toEqual([[], {}]);
      expect(explanation.en).toContain("What follows is the same.");
      expect(explanation["zh-CN"]).toContain("结果不变。");
    }
  });

  it("keeps a fact that left the catalogue under its name", () => {
    const old = { ...first, facts: { weatherOnTheRoad: "rain" } };
    expect(changes("arbiter", old, { ...old, number: 2, facts: {} }).explanation.en).toContain(
      "It no longer asks: weatherOnTheRoad: rain.",
    );
  });

  it("never tells a reader what neither verdict tells it", () => {
    fc.assert(
      fc.property(judgmentInput, judgmentInput, fc.constantFrom(...readers), (one, other, reader) => {
        const [from, to] = [judge(cnStandard, one, 1), judge(cnStandard, other, 2)];
        const told = changesFor(reader, from, to, "CNY");
        expect(told.facts.filter(({ fact }) => !mayRead(reader, fact))).toEqual([]);
        expect(told.rule?.before ?? readAs(reader, from).rule).toBe(readAs(reader, from).rule);
        expect(told.rule?.after ?? readAs(reader, to).rule).toBe(readAs(reader, to).rule);
        // Hidden facts may be anything: what the reader is told does not depend on them.
        const blind = (verdict: Verdict): Verdict => ({
          ...verdict,
          facts: Object.fromEntries(Object.entries(verdict.facts).filter(([fact]) => mayRead(reader, fact))),
        });
        expect(changesFor(reader, blind(from), blind(to), "CNY")).toEqual(told);
        if (reader === "buyer") expect(told.explanation.en).not.toMatch(/paid by|merchant 1|carrier 1/);
      }),
      { seed: 20_261_122, numRuns: 500 },
    );
  });
});
