import { describe, expect, it } from "vitest";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { RuleError } from "../../functions/domain/judgment/conditions.ts";
import { factCatalogue } from "../../functions/domain/judgment/facts.ts";
import { judgeFacts } from "../../functions/domain/judgment/judge.ts";
import { factReaders, partyReaders, readAs } from "../../functions/domain/judgment/readers.ts";
import { compileRuleSet, type Rule, standingRulings } from "../../functions/domain/judgment/rule-set.ts";
import type { FactValue } from "../../functions/domain/judgment/verdict.ts";

const by = { number: 1, judgedAt: 0, carrierOn: () => "sf" };

/** A verdict on these facts and no other. */
const verdictOn = (known: { readonly [fact: string]: FactValue }) =>
  judgeFacts(
    cnStandard,
    factCatalogue.map(({ name }) => known[name] ?? null),
    by,
  );

const hiddenFlaw = verdictOn({
  requestType: "return_and_refund",
  reasonKind: "fault",
  reason: "DEFECTIVE",
  claimedFlawCode: "scratch",
  claimedFlawPlace: "back",
  claimedFlawAtIntake: true,
  claimedFlawDisclosed: false,
  currency: "CNY",
});

describe("one verdict, three registers", () => {
  it("tells the arbiter everything, the merchant its own records, the buyer what concerns it", () => {
    expect(readAs("arbiter", hiddenFlaw).explanation.en).toContain("on record at intake");
    expect(readAs("merchant", hiddenFlaw).explanation).toEqual({
      "zh-CN":
        "买家所指瑕疵（scratch，back）在贵方送货入库验货时已有记录，而商品页未如实披露。责任由贵方承担。如需退货，运费由贵方承担。",
      en: "The flaw the buyer names (scratch, back) is on record from the intake of your goods, and the listing did not disclose it as it was. You answer for it. If the goods come back, you pay the freight.",
    });
    expect(readAs("buyer", hiddenFlaw).explanation).toEqual({
      "zh-CN": "您所指瑕疵（scratch，back）经核实属实。请寄回商品，验收后全额退款。退货运费无需您承担。",
      en: "The flaw you name (scratch, back) is confirmed. Send the goods back; after inspection the full amount is refunded. You do not pay the return freight.",
    });
  });

  it("names the rule, the parties and the confidence only to whom they are for", () => {
    expect(readAs("buyer", hiddenFlaw)).not.toHaveProperty("rule");
    expect(readAs("buyer", hiddenFlaw).liability).toEqual({ buyer: 0 });
    expect(readAs("buyer", hiddenFlaw).freight).toEqual({ buyerPays: false, capMinor: 3_000n });
    expect(readAs("merchant", hiddenFlaw)).toMatchObject({ rule: "flaw-hidden-at-intake" });
    expect(readAs("merchant", hiddenFlaw)).not.toHaveProperty("confidence");
    expect(readAs("arbiter", hiddenFlaw)).toMatchObject({ confidence: { records: 2, claims: 3 } });
  });

  it("keeps a buyer's earlier requests from the merchant, and the platform's bounds from both", () => {
    expect(factReaders.priorRequests).toEqual(["buyer", "arbiter"]);
    expect(factReaders.largeClaim).toEqual(["arbiter"]);
    expect(Object.keys(factReaders).sort()).toEqual(factCatalogue.map(({ name }) => name).sort());
  });

  it("says what follows even where a rule says a party nothing of why", () => {
    const silent = compileRuleSet({
      ...cnStandardRules,
      rules: cnStandardRules.rules.map(({ told: _, ...rule }) => rule),
    });
    const facts = factCatalogue.map(({ name }) => hiddenFlaw.facts[name] ?? null);
    expect(readAs("buyer", judgeFacts(silent, facts, by)).explanation.en).toBe(
      "Send the goods back; after inspection the full amount is refunded. You do not pay the return freight.",
    );
  });

  it.each([
    ["exchange", "Send the goods back; after inspection: exchange. You do not pay the return freight."],
    ["repair", "Send the goods back; after inspection: repair. You do not pay the return freight."],
  ])("promises a buyer who asks for %s no money", (requestType, said) => {
    const facts = factCatalogue.map(({ name }) =>
      name === "requestType" ? requestType : (hiddenFlaw.facts[name] ?? null),
    );
    expect(readAs("buyer", judgeFacts(cnStandard, facts, by)).explanation.en).toContain(said);
  });

  it("promises what never arrived without asking for anything", () => {
    const facts = {
      requestType: "resend",
      reasonKind: "fault",
      reason: "MISSING_PART",
      packedBy: "platform",
    };
    const { en } = readAs("buyer", verdictOn(facts)).explanation;
    expect(en).toContain("You get what you asked for: sending again.");
    expect(en).not.toContain("freight");
  });

  it("is written to both parties by every shipped rule, in both languages", () => {
    const standing = standingRulings(cnStandardRules).map(([, ruling]) => ruling);
    for (const { id, told } of [...cnStandardRules.rules, ...standing]) {
      for (const reader of partyReaders) {
        expect(told?.[reader]?.["zh-CN"], `${id} ${reader}`).toMatch(/[\u4e00-\u9fff].*。$/u);
        expect(told?.[reader]?.en, `${id} ${reader}`).toMatch(/^[^\u4e00-\u9fff]+\.$/u);
      }
    }
  });

  it("is refused in a rule that would tell a party what is not for it", () => {
    const [first, ...rest] = cnStandardRules.rules as readonly [Rule, ...Rule[]];
    const leak = { "zh-CN": "{transitRisk}", en: "{transitRisk}" };
    const leaking = (told: Rule["told"]) => () =>
      compileRuleSet({ ...cnStandardRules, rules: [{ ...first, ...(told ? { told } : {}) }, ...rest] });
    expect(leaking({ buyer: leak })).toThrow(RuleError);
    expect(leaking({ buyer: leak })).toThrow("confidential_fact");
    expect(leaking({ merchant: leak })).not.toThrow();
  });
});

describe("confidence", () => {
  it("is nothing where only the buyer's word and a presumption speak", () => {
    expect(verdictOn({ reasonKind: "fault", reason: "EXPIRED" }).confidence).toMatchObject({
      bps: 0,
      records: 0,
      claims: 1,
    });
  });

  it("counts the records a rule rests on, and the unknown facts on which earlier rules failed", () => {
    const { rule, confidence } = verdictOn({
      requestType: "refund_only",
      reasonKind: "fault",
      reason: "NOT_DELIVERED",
      outboundParcelStatus: "delivered",
      returnShipped: true,
    });
    expect(rule).toBe("not-delivered-but-signed-for");
    // The reason is the buyer's word, the status is on record, and nobody says whether the return is lost.
    expect(confidence).toEqual({ bps: 3_333, records: 1, claims: 1, unknown: 1 });
  });
});
