import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultsOf } from "../../functions/domain/judgment/check-rule-set.ts";
import { cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { operators } from "../../functions/domain/judgment/conditions.ts";
import { factAt, factCatalogue } from "../../functions/domain/judgment/facts.ts";
import {
  canonicalText,
  parseRulesVersion,
  type RuleDocument,
  ruleSetFrom,
} from "../../functions/domain/judgment/rule-document.ts";
import { compileRuleSet } from "../../functions/domain/judgment/rule-set.ts";
import { caseTypes } from "../../functions/domain/request.ts";
import { aDocument, aRule, shipped } from "../support/rules.ts";

const faults = (document: RuleDocument) =>
  faultsOf(ruleSetFrom(document, { rulesetId: "house", version: 1 }));
const ofRules = (...conditions: readonly unknown[]) =>
  faults(aDocument({ rules: conditions.map((when, index) => aRule(`r${index}`, when)) }));

const is = (fact: string, value: unknown, op = "eq") => ({ fact, op, value });
const days = (op: string, value: number) => ({ fact: "daysSinceSignOff", op, value });

describe("the shipped rules", () => {
  it("pass the check every platform's rules have to pass, and survive the way through a document", () => {
    expect(faultsOf(cnStandardRules)).toEqual([]);
    const document = JSON.parse(canonicalText(shipped)) as RuleDocument;
    expect(ruleSetFrom(document, { rulesetId: "cn-standard", version: 1 })).toEqual(cnStandardRules);
  });
});

describe("a rule that can never decide", () => {
  const never = (by: string | undefined = "r0", index = 1) => [
    { problem: "never_reached", pointer: `/rules/${index}/when`, rule: `r${index}`, ...(by ? { by } : {}) },
  ];

  it.each([
    ["the same again", is("signedOff", true), is("signedOff", true)],
    ["the same said otherwise", is("signedOff", true), { not: is("signedOff", false) }],
    [
      "more conditions than an earlier one",
      is("signedOff", true),
      { all: [is("signedOff", true), days("lt", 7)] },
    ],
    ["a narrower bound", days("lte", 7), days("lt", 7)],
    ["a bound within a bound", days("gt", 2), { all: [days("gte", 3), days("lte", 5)] }],
    ["one of several values", is("category", ["bags", "shoes"], "in"), is("category", "bags")],
    ["a value below a bound", days("lt", 7), days("eq", 3)],
    ["a narrower exclusion", is("currency", "CNY", "neq"), { not: is("currency", ["CNY", "USD"], "in") }],
    [
      "alternatives that are all taken",
      { any: [is("category", "bags"), days("gt", 7)] },
      { any: [is("category", "bags"), days("gt", 30)] },
    ],
  ])("is found: %s", (_, first, second) => {
    expect(ofRules(first, second)).toEqual(never());
  });

  it("is found behind rules that cover it only together, or that cover everything", () => {
    const returned = is("returnInspected", true);
    expect(ofRules(is("signedOff", true), is("signedOff", false), returned)).toEqual(never("", 2));
    expect(ofRules({ any: [is("signedOff", true), is("signedOff", false)] }, returned)).toEqual(never(""));
  });

  it.each([
    ["two values at once", { all: [is("reason", "COLOR"), is("reason", "STYLE")] }],
    ["true and not true", { all: [is("signedOff", true), { not: is("signedOff", true) }] }],
    ["below and above", { all: [days("lt", 3), days("gt", 5)] }],
    ["nothing between", { all: [days("lt", 3), days("gte", 3)] }],
    ["the one value excluded", { all: [days("lte", 3), days("gte", 3), days("neq", 3)] }],
    ["no word left", { not: is("requestType", caseTypes, "in") }],
  ])("is found: %s", (_, when) => {
    expect(ofRules(when)).toEqual([{ problem: "never_matches", pointer: "/rules/0/when", rule: "r0" }]);
  });

  it.each([
    ["a wider bound", days("lt", 7), days("lte", 7)],
    ["another value", is("category", "bags"), is("category", "shoes")],
    ["one condition less", { all: [is("signedOff", true), days("lt", 7)] }, is("signedOff", true)],
    ["an unknown that no value covers", days("lt", 7), { not: is("outboundClean", true) }],
    [
      "only part of it is taken",
      is("category", "bags"),
      { any: [is("category", "bags"), is("signedOff", true)] },
    ],
    ["rules that merely overlap", is("category", "bags"), is("signedOff", true)],
  ])("is not what this one is: %s", (_, first, second) => {
    expect(ofRules(first, second)).toEqual([]);
  });

  it("is not claimed of facts that may be unknown", () => {
    expect(ofRules(is("outboundClean", true), is("outboundClean", false), is("signedOff", true))).toEqual([]);
  });
});

describe("other faults", () => {
  it("are all named at once, each with its rule and place", () => {
    const otherwise = aRule("r0", undefined);
    expect(
      faults(
        aDocument({
          timeZone: "Asia/Nowhere",
          rules: [
            aRule("r0", is("luck", true)),
            aRule("r1", { all: [is("signedOff", "yes")] }),
            aRule("r2", is("signedOff", true), { explanation: { "zh-CN": "好", en: "{luck" } }),
          ],
          otherwise,
        }),
      ),
    ).toEqual([
      { problem: "unknown_time_zone", pointer: "/timeZone" },
      { problem: "repeated_rule", pointer: "/otherwise/id" },
      { problem: "unknown_fact", pointer: "/rules/0/when/fact", rule: "r0" },
      { problem: "wrong_value", pointer: "/rules/1/when/all/0/value", rule: "r1" },
      { problem: "unknown_placeholder", pointer: "/rules/2/explanation/en", rule: "r2" },
    ]);
  });

  it("are found in 200 rules of 20 comparisons without a hang, and beyond 200 not even looked for", () => {
    const wide = (seed: number) => ({
      any: Array.from({ length: 10 }, (_, place) => ({
        all: [days("gte", seed * 100 + place * 2), is("amountMinor", seed + place, "lt")],
      })),
    });
    const rules = Array.from({ length: 201 }, (_, seed) => aRule(`r${seed}`, wide(seed)));
    expect(faults(aDocument({ rules: rules.slice(1) })).length).toBeLessThan(200);
    expect(faults(aDocument({ rules }))).toEqual([{ problem: "too_many_rules", pointer: "/rules" }]);
  });
});

describe("random conditions", () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(true, 3, 7, "bags", "CNY", "2026-03-01", null),
    fc.anything(),
  );
  const comparison = fc.record({
    fact: fc.constantFrom<string>(...factCatalogue.map(({ name }) => name), "__proto__", "constructor"),
    op: fc.constantFrom<string>(...operators, "eval"),
    value: fc.oneof(value, fc.array(value, { maxLength: 3 })),
  });
  const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 5 },
      comparison,
      fc.record({ all: fc.array(tie("condition"), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("condition"), { maxLength: 3 }) }),
      fc.record({ not: tie("condition") }),
    ),
  }));
  const good = fc.constantFrom<unknown>(
    ...factCatalogue
      .map((_, slot) => factAt(slot))
      .map(({ name, type, words }) => ({
        fact: name,
        op: "eq",
        value: {
          boolean: true,
          number: 3,
          money: 3,
          date: "2026-03-01",
          text: Object.keys(words ?? { a: 1 })[0],
        }[type],
      })),
  );

  it("never crash the check, and what passes it compiles", () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(condition, good), { minLength: 1, maxLength: 4 }), (conditions) => {
        const document = aDocument({ rules: conditions.map((when, index) => aRule(`r${index}`, when)) });
        const ruleSet = ruleSetFrom(document, { rulesetId: "house", version: 1 });
        if (faultsOf(ruleSet).length > 0) return;
        passed += 1;
        compileRuleSet(ruleSet);
      }),
      { seed: 20_261_122, numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});

describe("the name of a version", () => {
  it("is read back only as it was written", () => {
    expect(parseRulesVersion("house@12")).toEqual({ rulesetId: "house", version: 12 });
    for (const wrong of ["house", "house@", "house@0", "house@01", "@1", "a#b@1", "house@1@2", "house@1 "]) {
      expect(parseRulesVersion(wrong)).toBeUndefined();
    }
  });
});
