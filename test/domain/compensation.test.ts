import { describe, expect, it } from "vitest";
import { factCatalogue } from "../../functions/domain/judgment/facts.ts";
import { judgeFacts } from "../../functions/domain/judgment/judge.ts";
import { ruleSetFrom } from "../../functions/domain/judgment/rule-document.ts";
import { compileRuleSet } from "../../functions/domain/judgment/rule-set.ts";
import { aDocument, aRule, shipped } from "../support/rules.ts";

/** A rule may grant more than the price; the verdict says how much of it, and at least how much. */

const ruleSet = compileRuleSet(
  ruleSetFrom(
    aDocument({
      rules: [
        aRule(
          "fraud",
          { fact: "reason", op: "eq", value: "COUNTERFEIT" },
          {
            outcome: {
              ...shipped.otherwise.outcome,
              compensation: { bps: 30_000, minimumMinor: { CNY: 50_000 } },
            },
          },
        ),
      ],
    }),
    { rulesetId: "house", version: 1 },
  ),
);

const verdictIn = (currency: string, reason: string) => {
  const known: Record<string, string> = { reason, currency, requestType: "return_and_refund" };
  return judgeFacts(
    ruleSet,
    factCatalogue.map(({ name }) => known[name] ?? null),
    { number: 1, judgedAt: 0, carrierOn: () => undefined },
  );
};

describe("compensation that a rule grants", () => {
  it("has a minimum in the currencies the rule names", () => {
    expect(verdictIn("CNY", "COUNTERFEIT").compensation).toEqual({ bps: 30_000, minimumMinor: 50_000n });
    expect(verdictIn("EUR", "COUNTERFEIT").compensation).toEqual({ bps: 30_000 });
  });

  it("comes from no rule that does not grant it", () => {
    expect(verdictIn("CNY", "DEFECTIVE").compensation).toBeUndefined();
  });
});
