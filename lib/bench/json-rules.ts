import { Engine, type NestedCondition, type TopLevelCondition } from "json-rules-engine";
import type { Condition, Operator } from "../../functions/domain/judgment/conditions.ts";
import { type FactName, type Facts, factIn } from "../../functions/domain/judgment/facts.ts";
import type { Rule } from "../../functions/domain/judgment/rule-set.ts";

/** The same rules in json-rules-engine, which many would reach for, to measure ours beside it. */

const operatorNames: { readonly [operator in Operator]: string } = {
  eq: "equal",
  neq: "notEqual",
  in: "in",
  lt: "lessThan",
  lte: "lessThanInclusive",
  gt: "greaterThan",
  gte: "greaterThanInclusive",
};

const translated = (condition: Condition): NestedCondition => {
  if ("all" in condition) return { all: condition.all.map(translated) };
  if ("any" in condition) return { any: condition.any.map(translated) };
  if ("not" in condition) return { not: translated(condition.not) };
  return { fact: condition.fact, operator: operatorNames[condition.op], value: condition.value };
};

const asTopLevel = (condition: Condition): TopLevelCondition => {
  const nested = translated(condition);
  return "operator" in nested ? { all: [nested] } : (nested as TopLevelCondition);
};

const factsAsked = (condition: Condition): readonly FactName[] => {
  if ("all" in condition) return condition.all.flatMap(factsAsked);
  if ("any" in condition) return condition.any.flatMap(factsAsked);
  if ("not" in condition) return factsAsked(condition.not);
  return [condition.fact];
};

/**
 * Answers with the id of the first rule that matches the facts at a place, or nothing. Set up once: rules by
 * priority, the facts the rules ask for by name. It stops at the first success.
 */
export const jsonRulesJudge = (
  rules: readonly Rule[],
  cases: readonly Facts[],
): ((index: number) => Promise<string | undefined>) => {
  const engine = new Engine();
  for (const [index, { id, when }] of rules.entries()) {
    engine.addRule({ conditions: asTopLevel(when), event: { type: id }, priority: rules.length - index });
  }
  engine.on("success", () => {
    engine.stop();
  });
  const asked = [...new Set(rules.flatMap(({ when }) => factsAsked(when)))];
  const byName = cases.map((facts) => Object.fromEntries(asked.map((name) => [name, factIn(facts, name)])));
  return async (index) => (await engine.run(byName[index])).events[0]?.type;
};
