import {
  type Condition,
  compileCondition,
  examine,
  holds,
  type Scalar,
} from "../../functions/domain/judgment/conditions.ts";
import { type Facts, factAt, factCatalogue, slotOf } from "../../functions/domain/judgment/facts.ts";
import { decide } from "../../functions/domain/judgment/judge.ts";
import { compileRuleSet, type RuleSet } from "../../functions/domain/judgment/rule-set.ts";
import type { FactValue, Party, Route } from "../../functions/domain/judgment/verdict.ts";
import type { Given } from "./judged-cases.ts";

/** What a rule set has to say, case by case, and what follows from its conditions without a case. */

export const both = ["refund_only", "return_and_refund"] as const;
export const returned = ["return_and_refund"] as const;
export const unreturned = ["refund_only"] as const;
export const replaceable = ["refund_only", "return_and_refund", "exchange"] as const;
export const mendable = ["refund_only", "return_and_refund", "exchange", "repair"] as const;
export const mendableReturned = ["return_and_refund", "exchange", "repair"] as const;
export const sendable = ["refund_only", "resend"] as const;

type Besides = {
  readonly carrier?: string;
  readonly freightPayer?: Party;
  readonly silence?: "approve" | "refuse";
};

/** Who is liable (and pays the freight), on which route, for what, up to which part; and a carrier's name. */
export type Gives = readonly [Party, Route, readonly string[], capBps: number, besides?: string | Besides];

export type RuleCases = {
  readonly met: readonly (readonly [Given, Gives])[];
  /** One condition of the rule is broken at a time. */
  readonly missed: readonly (readonly [Given, leadsTo: string])[];
  /** What the rule asks is not known. */
  readonly unknown: readonly (readonly [Given, leadsTo: string])[];
};

export type TruthTable = { readonly [rule: string]: RuleCases };

/** The rows of a table, each with what it says before it. */
export const titled = <Expected>(rows: readonly (readonly [Given, Expected])[]) =>
  rows.map(([given, expected]): [string, Given, Expected] => {
    const said = JSON.stringify(given, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    return [said, given, expected];
  });

export type Comparison = Extract<Condition, { readonly fact: unknown }>;

/** The comparisons of a condition, wherever they stand. */
export const comparisonsIn = (condition: Condition): readonly Comparison[] => {
  if ("all" in condition) return condition.all.flatMap(comparisonsIn);
  if ("any" in condition) return condition.any.flatMap(comparisonsIn);
  return "not" in condition ? comparisonsIn(condition.not) : [condition];
};

/** The nearest values of which a comparison is not true: the bound itself or one off it, or any other value. */
export const justMissing = ({ fact, op, value }: Comparison): readonly Scalar[] => {
  const { type, words } = factAt(slotOf(fact) ?? -1);
  if (op === "gt" || op === "lt") return [value as Scalar];
  if (op === "gte") return [Number(value) - 1];
  if (op === "lte") return [Number(value) + 1];
  const all: readonly Scalar[] =
    type === "boolean" ? [true, false] : words ? Object.keys(words) : [Number(value) - 1, Number(value) + 1];
  const named: readonly unknown[] = Array.isArray(value) ? value : [value];
  return op === "neq" ? (named as readonly Scalar[]) : all.filter((other) => !named.includes(other));
};

/** Whether a comparison is true of a value. */
export const isTrueOf = (comparison: Comparison, value: FactValue): boolean => {
  const { root } = compileCondition(comparison, "when");
  const facts = factCatalogue.map(({ name }) => (name === comparison.fact ? value : null));
  return examine(root, facts) === holds;
};

/** The same facts but one. */
export const withFact = (facts: Facts, fact: string, value: FactValue): Facts =>
  facts.with(slotOf(fact) ?? -1, value);

/** The conditions without which every one of these cases still comes to the same rule and near misses. */
export const idleConditions = (ruleSet: RuleSet, cases: readonly Facts[]): readonly string[] => {
  const outcomes = (rules: RuleSet["rules"]): string => {
    const compiled = compileRuleSet({ ...ruleSet, rules });
    return JSON.stringify(
      cases.map((facts) => {
        const { rule, nearMisses } = decide(compiled, facts);
        return [rule.id, nearMisses];
      }),
    );
  };
  const shipped = outcomes(ruleSet.rules);
  return ruleSet.rules.flatMap((rule, index) => {
    const variants = withoutOne(rule.when).map((when) => ruleSet.rules.with(index, { ...rule, when }));
    return [...variants, ruleSet.rules.toSpliced(index, 1)]
      .filter((rules) => outcomes(rules) === shipped)
      .map((rules) => `${rule.id}: ${JSON.stringify(rules[index]?.when)}`);
  });
};

/** Every condition that is left when one part of it is no longer asked. */
const withoutOne = (condition: Condition): readonly Condition[] => {
  if ("all" in condition) {
    return condition.all.flatMap((part, index) => [
      ...(condition.all.length > 1 ? [{ all: condition.all.toSpliced(index, 1) }] : []),
      ...withoutOne(part).map((rest) => ({ all: condition.all.with(index, rest) })),
    ]);
  }
  if ("any" in condition) {
    return condition.any.flatMap((part, index) => [
      ...(condition.any.length > 1 ? [{ any: condition.any.toSpliced(index, 1) }] : []),
      ...withoutOne(part).map((rest) => ({ any: condition.any.with(index, rest) })),
    ]);
  }
  if ("not" in condition) return withoutOne(condition.not).map((rest) => ({ not: rest }));
  const { value } = condition;
  return Array.isArray(value) && value.length > 1
    ? value.map((_, index) => ({ ...condition, value: value.toSpliced(index, 1) }))
    : [];
};
