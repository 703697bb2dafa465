import { describe, expect, it } from "vitest";
import { faultsOf } from "../../functions/domain/judgment/check-rule-set.ts";
import { cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { euStandardRules } from "../../functions/domain/judgment/eu-standard.ts";
import { factsOf } from "../../functions/domain/judgment/fact-values.ts";
import { conditionReasons, type Facts } from "../../functions/domain/judgment/facts.ts";
import { decide, judge } from "../../functions/domain/judgment/judge.ts";
import { partyReaders } from "../../functions/domain/judgment/readers.ts";
import {
  compileRuleSet,
  type RuleSet,
  solely,
  standingRulings,
} from "../../functions/domain/judgment/rule-set.ts";
import { shippedRuleSets } from "../../functions/domain/judgment/shipped.ts";
import type { FactValue } from "../../functions/domain/judgment/verdict.ts";
import { cnTruth } from "../support/cn-truth.ts";
import { euTruth } from "../support/eu-truth.ts";
import { caseOf, type Given } from "../support/judged-cases.ts";
import {
  comparisonsIn,
  idleConditions,
  isTrueOf,
  justMissing,
  type TruthTable,
  titled,
  withFact,
} from "../support/truth-tables.ts";

const shipped: readonly (readonly [string, RuleSet, TruthTable])[] = [
  ["cn-standard", cnStandardRules, cnTruth],
  ["eu-standard", euStandardRules, euTruth],
];

it("every shipped rule set is tested here", () => {
  expect(shippedRuleSets.map(({ id }) => id)).toEqual(shipped.map(([id]) => id));
});

describe.each(shipped)("%s, rule by rule", (_, rules, truth) => {
  const ruleSet = compileRuleSet(rules);
  const factsFor = (given: Given): Facts => factsOf(caseOf(given), rules);
  const ruleFor = (given: Given): string => judge(ruleSet, caseOf(given), 1).rule;

  it("has a truth table for each of its rules, and no other", () => {
    expect(Object.keys(truth)).toEqual([...rules.rules.map(({ id }) => id), rules.otherwise.id]);
  });

  describe.each(Object.entries(truth))("%s", (rule, { met, missed, unknown }) => {
    it.each(titled(met))("is met by %s", (_, given, [party, route, remedies, refundCapBps, more = {}]) => {
      const verdict = judge(ruleSet, caseOf(given), 1);
      const besides = typeof more === "string" ? { carrier: more } : more;
      const silence = besides.silence ?? (route === "ineligible" ? "refuse" : "approve");
      expect(verdict).toMatchObject({
        rule,
        liability: solely(party),
        route,
        remedies,
        refundCapBps,
        freight: { payer: besides.freightPayer ?? party, capMinor: verdict.freight.capMinor },
        clocks: { merchantAnswerHours: 48, silence },
      });
      expect(verdict.carrier).toBe(besides.carrier);
    });

    it.each(titled(missed))("is missed by %s", (_, given, leadsTo) => {
      expect(leadsTo).not.toBe(rule);
      expect(ruleFor(given)).toBe(leadsTo);
    });

    it.each(titled(unknown))("does not guess at %s", (_, given, leadsTo) => {
      expect(ruleFor(given)).toBe(leadsTo);
    });

    it("rests on each fact it asks: unknown or just missing, some case that met it meets it no more", () => {
      const witnesses = met.map(([given]) => factsFor(given));
      const wins = (facts: Facts): boolean => decide(ruleSet, facts).rule.id === rule;
      expect(witnesses.every(wins)).toBe(true);
      const when = rules.rules.find(({ id }) => id === rule)?.when;
      const asked = when ? comparisonsIn(when) : [];
      for (const comparison of asked) {
        const { fact } = comparison;
        const keptBy = (value: FactValue) => witnesses.filter((facts) => wins(withFact(facts, fact, value)));
        expect(keptBy(null).length, `${fact} unknown`).toBeLessThan(witnesses.length);
        const alternatives = asked.filter((other) => other !== comparison && other.fact === fact);
        for (const value of justMissing(comparison)) {
          if (alternatives.some((other) => isTrueOf(other, value))) continue;
          // A case that meets the rule without knowing the fact meets it by an alternative, whatever the fact is.
          expect(keptBy(value).length, `${fact} ${value}`).toBeLessThan(witnesses.length);
          expect(
            keptBy(null).filter((facts) => !keptBy(value).includes(facts)),
            `${fact} ${value}`,
          ).toEqual([]);
        }
      }
    });
  });

  it("has no fault that a platform's own rules could be refused for", () => {
    expect(faultsOf(rules)).toEqual([]);
  });

  it("names a source for every rule and says every rule in both languages, to everybody", () => {
    const rulings = [...rules.rules, ...standingRulings(rules).map(([, ruling]) => ruling)];
    for (const { id, source, explanation, told } of rulings) {
      expect(source, id).not.toBe("");
      for (const said of [explanation, ...partyReaders.map((reader) => told?.[reader])]) {
        expect(said?.["zh-CN"], id).toMatch(/[\u4e00-\u9fff].*。$/u);
        expect(said?.en, id).toMatch(/^[^\u4e00-\u9fff]+\.$/u);
        const named = (text = "") => new Set(text.match(/\{\w+\}/g));
        expect(named(said?.en), id).toEqual(named(said?.["zh-CN"]));
      }
    }
  });

  it("has a bound and a freight cap for the same currencies", () => {
    expect(Object.keys(rules.largeClaimMinor)).toEqual(Object.keys(rules.returnFreightCapMinor));
  });
});

describe("nothing is asked in vain: without any one condition some case of the tables comes out otherwise", () => {
  const givens = shipped.flatMap(([, , truth]) =>
    Object.values(truth).flatMap(({ met, missed, unknown }) =>
      [...met, ...missed, ...unknown].map(([given]) => given),
    ),
  );
  const idle = (rules: RuleSet) =>
    idleConditions(
      rules,
      givens.map((given) => factsOf(caseOf(given), rules)),
    );

  /** Asked although the rules before them leave no other answer: their explanations count on it. */
  const common = [
    'wrong-or-missing-packed-by-merchant: {"all":[{"fact":"reason","op":"in","value":["WRONG_ITEM","MISSING_PART"]}]}',
    'empty-package-packed-by-merchant: {"all":[{"fact":"reason","op":"eq","value":"EMPTY_PACKAGE"}]}',
    'reported-lost-unconfirmed: {"all":[{"fact":"reason","op":"eq","value":"NOT_DELIVERED"},{"fact":"outboundParcelStatus","op":"eq","value":"lost"}]}',
    'not-dispatched-by-merchant: {"all":[{"fact":"reason","op":"eq","value":"NOT_DELIVERED"},{"fact":"outboundShipped","op":"eq","value":false}]}',
  ];

  it("by cn-standard", () => {
    expect(idle(cnStandardRules)).toEqual([
      'no-reason-window-over: {"all":[{"fact":"reasonKind","op":"eq","value":"change_of_mind"}]}',
      ...common,
    ]);
  });

  it("by eu-standard", () => {
    expect(idle(euStandardRules)).toEqual([
      'withdrawal-window-over: {"all":[{"fact":"reasonKind","op":"eq","value":"change_of_mind"}]}',
      `flaw-disclosed-not-confirmed: {"all":[{"fact":"reason","op":"in","value":${JSON.stringify(conditionReasons)}},{"fact":"claimedFlawDisclosed","op":"eq","value":true}]}`,
      ...common,
    ]);
  });
});
