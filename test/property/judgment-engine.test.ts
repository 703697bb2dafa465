import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { type Condition, type Operator, operatorsOf } from "../../functions/domain/judgment/conditions.ts";
import { factsOf } from "../../functions/domain/judgment/fact-values.ts";
import {
  type FactName,
  type Facts,
  factAt,
  factCatalogue,
  factIn,
  slotOf,
} from "../../functions/domain/judgment/facts.ts";
import { type Decision, decide } from "../../functions/domain/judgment/judge.ts";
import { mayRead, partyReaders } from "../../functions/domain/judgment/readers.ts";
import { compileRuleSet, type Rule, type RuleSet } from "../../functions/domain/judgment/rule-set.ts";
import type { FactValue, NearMiss, TraceEntry } from "../../functions/domain/judgment/verdict.ts";
import { judgmentInput } from "../support/judgment-inputs.ts";

/*
 * The engine takes short cuts; here is what it may never do otherwise, written without any: each rule of the
 * document in its order, each part of it in its order, in three values.
 */

type Truth = boolean | null;
type Failure = { readonly fact: FactName; readonly needed: string; readonly near: boolean };

const symbols: { readonly [operator in Operator]: readonly [asked: string, negated: string] } = {
  eq: ["=", "≠"],
  neq: ["≠", "="],
  in: ["∈", "∉"],
  lt: ["<", "≥"],
  lte: ["≤", ">"],
  gt: [">", "≤"],
  gte: ["≥", "<"],
};

const compare = (actual: FactValue, op: Operator, value: unknown): Truth => {
  if (actual === null) return null;
  if (Array.isArray(value)) return value.includes(actual);
  const operand = value as typeof actual;
  const truths: { readonly [operator in Operator]: boolean } = {
    eq: actual === operand,
    neq: actual !== operand,
    in: false,
    lt: actual < operand,
    lte: actual <= operand,
    gt: actual > operand,
    gte: actual >= operand,
  };
  return truths[op];
};

/** What is in the way of a condition, or of its negation, if it is not fulfilled. */
const failureOf = (condition: Condition, facts: Facts, wanted: boolean): Failure | undefined => {
  if ("not" in condition) return failureOf(condition.not, facts, !wanted);
  if ("fact" in condition) {
    const { fact, op, value } = condition;
    if (compare(factIn(facts, fact), op, value) === wanted) return undefined;
    return {
      fact,
      needed: `${symbols[op][wanted ? 0 : 1]} ${Array.isArray(value) ? `{${value.join(", ")}}` : value}`,
      near: !factAt(slotOf(fact) ?? -1).stated,
    };
  }
  const isAll = "all" in condition;
  const parts = (isAll ? condition.all : condition.any).map((part) => failureOf(part, facts, wanted));
  const failures = parts.filter((part) => part !== undefined);
  const [first] = failures;
  if (isAll === wanted) return first && { ...first, near: first.near && failures.length === 1 };
  return failures.length < parts.length ? undefined : (failures.find(({ near }) => near) ?? first);
};

const askedBy = (condition: Condition): readonly FactName[] => {
  if ("fact" in condition) return [condition.fact];
  if ("not" in condition) return askedBy(condition.not);
  return ("all" in condition ? condition.all : condition.any).flatMap(askedBy);
};

type PlainDecision = Omit<Decision, "rule"> & { readonly rule: string };

const plainly = ({ rules, otherwise }: RuleSet, facts: Facts): PlainDecision => {
  const trace: TraceEntry[] = [];
  const nearMisses: NearMiss[] = [];
  for (const { id, when } of rules) {
    const readers = partyReaders.filter((reader) => !askedBy(when).every((fact) => mayRead(reader, fact)));
    const hiddenFrom = readers.length > 0 ? { hiddenFrom: readers } : {};
    const failure = failureOf(when, facts, true);
    if (!failure) {
      trace.push({ rule: id, matched: true, ...hiddenFrom });
      return { rule: id, trace, nearMisses };
    }
    const { fact, needed, near } = failure;
    trace.push({ rule: id, matched: false, failedOn: fact, ...hiddenFrom });
    if (near) nearMisses.push({ rule: id, fact, actual: factIn(facts, fact), needed });
  }
  trace.push({ rule: otherwise.id, matched: true });
  return { rule: otherwise.id, trace, nearMisses };
};

const byEngine = (decision: Decision): PlainDecision => ({ ...decision, rule: decision.rule.id });

const firstThree = (decision: PlainDecision): PlainDecision => ({
  ...decision,
  nearMisses: decision.nearMisses.slice(0, 3),
});

/** Facts of every type, stated and on record, of open and of closed lists, each with a few values. */
const pools: { readonly [fact in FactName]?: readonly [FactValue, ...FactValue[]] } = {
  requestType: ["refund_only", "return_and_refund"],
  reasonKind: ["change_of_mind", "fault"],
  reason: ["COLOR", "EXPIRED", "DEFECTIVE"],
  claimedFlawCode: ["scratch", "stain"],
  category: ["bags", "shoes", "watches"],
  currency: ["CNY", "EUR"],
  amountMinor: [0, 100, 2 ** 53 - 1],
  daysSinceSignOff: [0, 1, 7],
  signedOffOn: ["2026-02-28", "2026-03-01", "2026-10-01"],
  outboundClean: [true, false],
  transitDamageScan: [true, false],
};
const pooled = Object.keys(pools) as FactName[];
const pool = (fact: FactName): readonly FactValue[] => pools[fact] ?? [];

const comparisonOf = (facts: readonly FactName[]): fc.Arbitrary<Condition> =>
  fc.constantFrom(...facts).chain((fact): fc.Arbitrary<Condition> => {
    const values = pool(fact).filter((value) => value !== null);
    return fc
      .constantFrom(...operatorsOf[factAt(slotOf(fact) ?? -1).type])
      .chain((op) =>
        (op === "in"
          ? fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })
          : fc.constantFrom(...values)
        ).map((value) => ({ fact, op, value })),
      );
  });

const stated = comparisonOf(["requestType", "reasonKind", "reason", "claimedFlawCode"]);

const treeOf = (maxDepth: number): fc.Arbitrary<Condition> =>
  fc.letrec<{ tree: Condition; group: readonly Condition[] }>((tie) => ({
    tree: fc.oneof(
      { maxDepth, depthIdentifier: `tree-${maxDepth}` },
      comparisonOf(pooled),
      fc.record({ all: tie("group") }),
      fc.record({ any: tie("group") }),
      fc.record({ not: tie("tree") }),
    ),
    group: fc.array(tie("tree"), { minLength: 1, maxLength: 2, depthIdentifier: `tree-${maxDepth}` }),
  })).tree;

/** Half of the conditions begin as most rules do, with what the buyer stated. */
const condition: fc.Arbitrary<Condition> = fc.oneof(
  treeOf(3),
  fc
    .tuple(fc.oneof(stated, fc.record({ not: stated })), fc.array(treeOf(1), { maxLength: 3 }))
    .map(([beginning, rest]) => ({ all: [beginning, ...rest] })),
);

const ruleSet: fc.Arbitrary<RuleSet> = fc
  .array(condition, { maxLength: 12, size: "max" })
  .map((conditions) => ({
    ...cnStandardRules,
    rules: conditions.map(
      (when, index): Rule => ({
        id: `rule-${index}`,
        source: "test",
        when,
        outcome: cnStandardRules.otherwise.outcome,
        explanation: { "zh-CN": "", en: "" },
      }),
    ),
  }));

/** Known and unknown values, and now and then a word that no list has. */
const someFacts: fc.Arbitrary<Facts> = fc
  .record(
    Object.fromEntries(
      pooled.map((fact) => {
        const values = pool(fact);
        const foreign = typeof values[0] === "string" ? ["a word of tomorrow"] : [];
        return [fact, fc.constantFrom<FactValue>(...values, ...values, ...values, ...foreign, null)];
      }),
    ),
  )
  .map((known) => factCatalogue.map(({ name }) => known[name] ?? null));

const seed = 20_261_122;

describe("the engine", () => {
  it("finds the rule, the trace and the near misses that reading the rules one by one finds", () => {
    const seen = { matched: 0, otherwise: 0, near: 0, moreNearThanTold: 0 };
    fc.assert(
      fc.property(ruleSet, fc.array(someFacts, { minLength: 4, maxLength: 4 }), (rules, cases) => {
        const compiled = compileRuleSet(rules);
        for (const facts of cases) {
          const expected = plainly(rules, facts);
          expect(byEngine(decide(compiled, facts))).toEqual(firstThree(expected));
          seen[expected.rule === rules.otherwise.id ? "otherwise" : "matched"] += 1;
          if (expected.nearMisses.length > 0) seen.near += 1;
          if (expected.nearMisses.length > 3) seen.moreNearThanTold += 1;
        }
      }),
      { seed, numRuns: 2_000 },
    );
    expect(Math.min(seen.matched, seen.otherwise, seen.near)).toBeGreaterThan(1_000);
    expect(seen.moreNearThanTold).toBeGreaterThan(50);
  });

  it("does so over the shipped rules, on the facts of cases", () => {
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const facts = factsOf(input, cnStandard);
        expect(byEngine(decide(cnStandard, facts))).toEqual(firstThree(plainly(cnStandardRules, facts)));
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("tells nothing of one case in the verdict of another", () => {
    fc.assert(
      fc.property(ruleSet, someFacts, someFacts, (rules, one, other) => {
        const compiled = compileRuleSet(rules);
        const before = decide(compiled, one);
        const copy = structuredClone(byEngine(before).trace);
        decide(compiled, other);
        expect(before.trace).toEqual(copy);
        expect(decide(compiled, one)).toEqual(before);
        expect(decide(compiled, one).trace).not.toBe(before.trace);
      }),
      { seed, numRuns: 500 },
    );
  });

  it("takes a fact that is missing altogether for unknown", () => {
    fc.assert(
      fc.property(ruleSet, (rules) => {
        const compiled = compileRuleSet(rules);
        const unknown = factCatalogue.map(() => null);
        expect(byEngine(decide(compiled, []))).toEqual(byEngine(decide(compiled, unknown)));
      }),
      { seed, numRuns: 500 },
    );
  });
});
