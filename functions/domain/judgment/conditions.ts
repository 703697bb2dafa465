import { type FactName, type Facts, type FactType, factAt, slotOf } from "./facts.ts";
import type { FactValue } from "./verdict.ts";

/**
 * Conditions are documents: a tree of `all`, `any` and `not` over comparisons of one fact with one value.
 * They are checked and compiled once, into nodes of plain values that one small function walks; nothing in
 * them is ever evaluated as text.
 */

export const operators = ["eq", "neq", "in", "lt", "lte", "gt", "gte"] as const;
export type Operator = (typeof operators)[number];

export type Scalar = string | number | boolean;

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly fact: FactName; readonly op: Operator; readonly value: Scalar | readonly Scalar[] };

/** What bounds the work a rule can cause, however it was written. */
export const conditionBounds = { depth: 4, comparisons: 20, values: 50, textLength: 200 } as const;

/** Everything that can be wrong with a rule, by name. */
export type RuleProblem =
  | "not_an_object"
  | "unknown_key"
  | "empty_group"
  | "unknown_fact"
  | "unknown_operator"
  | "operator_not_for_type"
  | "wrong_value"
  | "too_deep"
  | "too_many_comparisons"
  | "too_many_rules"
  | "repeated_rule"
  | "wrong_shares"
  | "unknown_placeholder"
  | "confidential_fact"
  | "nothing_to_ship"
  | "unknown_time_zone"
  | "never_matches"
  | "never_reached";

/** A rule that cannot be used; the path is the JSON pointer of the place in its document. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  readonly problem: RuleProblem;
  readonly path: string;

  constructor(problem: RuleProblem, path: string) {
    super(`${path}: ${problem}`);
    this.problem = problem;
    this.path = path;
  }
}

export type EffectiveOperator = Operator | "not_in";

/** An effective operator and the type it compares, as one word: the hot part decides by nothing else. */
type Test = "is_true" | "is_false" | "in" | "not_in" | (typeof numberTests | typeof textTests)[OrderOperator];
type OrderOperator = Exclude<EffectiveOperator, "in" | "not_in">;

// Written out, because a text put together while compiling compares slower than one of the source.
const numberTests = {
  eq: "number_eq",
  neq: "number_neq",
  lt: "number_lt",
  lte: "number_lte",
  gt: "number_gt",
  gte: "number_gte",
} as const;
const textTests = {
  eq: "text_eq",
  neq: "text_neq",
  lt: "text_lt",
  lte: "text_lte",
  gt: "text_gt",
  gte: "text_gte",
} as const;

const testOf = (operator: EffectiveOperator, operand: Scalar): Test => {
  if (operator === "in" || operator === "not_in") return operator;
  if (typeof operand === "boolean") return (operator === "eq") === operand ? "is_true" : "is_false";
  return (typeof operand === "number" ? numberTests : textTests)[operator];
};

/** One comparison of a compiled condition. */
export type Comparison = {
  readonly kind: "comparison";
  readonly slot: number;
  readonly fact: FactName;
  readonly operator: EffectiveOperator;
  /** Never `null`: no operator is true of the unknown. */
  readonly operand: Scalar;
  readonly members: ReadonlySet<FactValue>;
  readonly test: Test;
  /** The operand by its type, so that the hot part need not ask. */
  readonly number: number;
  readonly text: string;
  /** What the fact has to be, language-neutral: `≤ 7`, `= true`, `∉ {bags, shoes}`. */
  readonly needed: string;
  /** What examining this comparison answers when it fails. */
  readonly failed: Examination;
};

type Group = { readonly kind: "all" | "any"; readonly nodes: readonly Node[] };

export type Node = Comparison | Group;

export type CompiledCondition = { readonly root: Node; readonly comparisons: readonly Comparison[] };

/**
 * How a condition came out, as one number, so that trying a rule allocates nothing: `holds`, or which
 * comparison failed and whether that came near.
 */
export type Examination = number;

export const holds: Examination = -1;

/** The comparison that failed first. */
export const failedComparison = (examination: Examination): number => examination >> 1;

/**
 * Whether the condition would hold if that comparison alone turned out otherwise. Never so of what the buyer
 * stated: a verdict does not teach which reason to name. (That also lets most rules be given up at once.)
 */
export const isNear = (examination: Examination): boolean => (examination & 1) === 1;

const notNear = (examination: Examination): Examination => examination & ~1;

/**
 * Compiles a condition document.
 *
 * Logic is three-valued: a comparison with an unknown fact is unknown, and so is its negation. A condition
 * holds only if it is true, so `not` is pushed down to the comparisons while compiling (de Morgan), where
 * each negated operator again asks for a known value. What runs is then two-valued and never needs to
 * carry the unknown.
 *
 * @param path JSON pointer of where the document stands, for the error
 * @throws RuleError naming what is wrong and where
 */
export const compileCondition = (document: unknown, path: string): CompiledCondition => {
  const comparisons: Comparison[] = [];
  const root = compileNode(document, { path, depth: 1, negated: false, comparisons });
  return { root, comparisons };
};

type Place = {
  readonly path: string;
  readonly depth: number;
  readonly negated: boolean;
  readonly comparisons: Comparison[];
};

const compileNode = (document: unknown, place: Place): Node => {
  if (place.depth > conditionBounds.depth) throw new RuleError("too_deep", place.path);
  const entries = plainEntries(document, place.path);
  if (entries.size === 1) {
    const { negated } = place;
    const [key, value] = [...entries][0] ?? [];
    if (key === "all") return { kind: negated ? "any" : "all", nodes: compileGroup(value, key, place) };
    if (key === "any") return { kind: negated ? "all" : "any", nodes: compileGroup(value, key, place) };
    if (key === "not") return compileNode(value, { ...inside(place, key), negated: !negated });
  }
  return compileComparison(entries, place);
};

const inside = (place: Place, step: string): Place => ({
  ...place,
  path: `${place.path}/${step}`,
  depth: place.depth + 1,
});

const comparisonKeys = ["fact", "op", "value"] as const;

/** Own values of a plain object only: nothing inherited is ever read, and no getter is ever run. */
const plainEntries = (document: unknown, path: string): ReadonlyMap<string, unknown> => {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new RuleError("not_an_object", path);
  }
  const prototype: unknown = Object.getPrototypeOf(document);
  if (prototype !== Object.prototype && prototype !== null) throw new RuleError("not_an_object", path);
  const keys = Reflect.ownKeys(document);
  if (keys.length > comparisonKeys.length) throw new RuleError("unknown_key", path);
  return new Map(
    keys.map((key) => {
      const property = Object.getOwnPropertyDescriptor(document, key);
      const isPlain = property?.enumerable && "value" in property;
      if (typeof key !== "string" || !isPlain) throw new RuleError("unknown_key", path);
      return [key, property.value];
    }),
  );
};

/** The elements of a list, read by their places: neither its iterator nor a getter is ever run. */
const elementsOf = (list: readonly unknown[], length: number): readonly unknown[] =>
  Array.from({ length }, (_, index) => Object.getOwnPropertyDescriptor(list, index)?.value as unknown);

const compileGroup = (value: unknown, key: "all" | "any", place: Place): readonly Node[] => {
  const group = inside(place, key);
  if (!Array.isArray(value)) throw new RuleError("wrong_value", group.path);
  const { length } = value;
  // An empty group would be true (all) or false (any) without looking at a single fact.
  if (length === 0) throw new RuleError("empty_group", group.path);
  if (length > conditionBounds.comparisons) throw new RuleError("too_many_comparisons", group.path);
  return elementsOf(value, length).map((child, index) =>
    compileNode(child, { ...group, path: `${group.path}/${index}` }),
  );
};

const negation: { readonly [operator in Operator]: EffectiveOperator } = {
  eq: "neq",
  neq: "eq",
  in: "not_in",
  lt: "gte",
  lte: "gt",
  gt: "lte",
  gte: "lt",
};

const symbols: { readonly [operator in EffectiveOperator]: string } = {
  eq: "=",
  neq: "≠",
  in: "∈",
  not_in: "∉",
  lt: "<",
  lte: "≤",
  gt: ">",
  gte: "≥",
};

/** What may be asked of a fact, by its type. */
export const operatorsOf: { readonly [type in FactType]: readonly Operator[] } = {
  text: ["eq", "neq", "in"],
  boolean: ["eq", "neq"],
  number: operators,
  money: operators,
  date: operators,
};

const compileComparison = (entries: ReadonlyMap<string, unknown>, place: Place): Node => {
  const { path, comparisons } = place;
  for (const key of entries.keys()) {
    if (!(comparisonKeys as readonly string[]).includes(key)) throw new RuleError("unknown_key", path);
  }
  const fact = entries.get("fact");
  const slot = typeof fact === "string" ? slotOf(fact) : undefined;
  if (slot === undefined) throw new RuleError("unknown_fact", `${path}/fact`);
  const operator = operators.find((known) => known === entries.get("op"));
  if (!operator) throw new RuleError("unknown_operator", `${path}/op`);
  const { name, type, stated } = factAt(slot);
  if (!operatorsOf[type].includes(operator)) throw new RuleError("operator_not_for_type", `${path}/op`);

  const value = entries.get("value");
  const effective = place.negated ? negation[operator] : operator;
  const index = comparisons.length;
  if (index >= conditionBounds.comparisons) throw new RuleError("too_many_comparisons", path);
  const operand = operator === "in" ? "" : checkedScalar(value, slot, path);
  const members = operator === "in" ? checkedSet(value, slot, path) : noMembers;
  const comparison: Comparison = {
    kind: "comparison",
    slot,
    fact: name,
    operator: effective,
    operand,
    members,
    test: testOf(effective, operand),
    number: typeof operand === "number" ? operand : 0,
    text: typeof operand === "string" ? operand : "",
    needed: `${symbols[effective]} ${operator === "in" ? `{${[...members].join(", ")}}` : operand}`,
    failed: (index << 1) | (stated ? 0 : 1),
  };
  comparisons.push(comparison);
  return comparison;
};

const noMembers: ReadonlySet<FactValue> = new Set();

const checkedSet = (value: unknown, slot: number, path: string): ReadonlySet<Scalar> => {
  if (!Array.isArray(value)) throw new RuleError("wrong_value", `${path}/value`);
  const { length } = value;
  if (length === 0 || length > conditionBounds.values) throw new RuleError("wrong_value", `${path}/value`);
  return new Set(elementsOf(value, length).map((member) => checkedScalar(member, slot, path)));
};

const checkedScalar = (value: unknown, slot: number, path: string): Scalar => {
  if (!isOperand(value, slot)) throw new RuleError("wrong_value", `${path}/value`);
  return value;
};

/** The value has the fact's own type; where the fact's values are a closed list, it is one of them. */
const isOperand = (value: unknown, slot: number): value is Scalar => {
  const { type, words } = factAt(slot);
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return Number.isFinite(value);
    case "money":
      return Number.isSafeInteger(value);
    case "date":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
    case "text":
      if (typeof value !== "string" || value.length > conditionBounds.textLength) return false;
      return words === undefined || Object.hasOwn(words, value);
    default:
      return type satisfies never;
  }
};

/**
 * Examines a condition: the hot part of every judgment. Counted loops and few calls are what brings 32
 * rules with their trace above a million judgments a second.
 */
export const examine = (node: Node, facts: Facts): Examination => {
  if (node.kind === "comparison") return isTrue(node, facts[node.slot]) ? holds : node.failed;
  return node.kind === "all" ? examineAll(node.nodes, facts) : examineAny(node.nodes, facts);
};

const examineAll = (nodes: readonly Node[], facts: Facts): Examination => {
  let first = holds;
  for (let index = 0; index < nodes.length; index += 1) {
    const examination = examine(nodes[index] as Node, facts);
    if (examination === holds) continue;
    if (first !== holds) return notNear(first);
    if (!isNear(examination)) return examination;
    first = examination;
  }
  return first;
};

/** Of alternatives that all fail, one that came near tells best what was missing. */
const examineAny = (nodes: readonly Node[], facts: Facts): Examination => {
  let best = holds;
  for (let index = 0; index < nodes.length; index += 1) {
    const examination = examine(nodes[index] as Node, facts);
    if (examination === holds) return holds;
    if (best === holds || (isNear(examination) && !isNear(best))) best = examination;
  }
  return best;
};

/**
 * Whether a comparison is true of a value. None is true of `null`: that is what keeps the unknown from
 * matching. A case for each type lets the machine compare numbers as numbers and texts as texts.
 */
export const isTrue = (comparison: Comparison, value: FactValue | undefined): boolean => {
  switch (comparison.test) {
    case "is_true":
      return value === true;
    case "is_false":
      return value === false;
    case "number_lte":
      return typeof value === "number" && value <= comparison.number;
    case "number_gt":
      return typeof value === "number" && value > comparison.number;
    case "text_eq":
      return typeof value === "string" && value === comparison.text;
    case "in":
      return value !== null && value !== undefined && comparison.members.has(value);
    case "not_in":
      return value !== null && value !== undefined && !comparison.members.has(value);
    case "text_neq":
      return typeof value === "string" && value !== comparison.text;
    case "number_eq":
      return typeof value === "number" && value === comparison.number;
    case "number_neq":
      return typeof value === "number" && value !== comparison.number;
    case "number_lt":
      return typeof value === "number" && value < comparison.number;
    case "number_gte":
      return typeof value === "number" && value >= comparison.number;
    // Dates are ISO texts, whose order is that of the days.
    case "text_lt":
      return typeof value === "string" && value < comparison.text;
    case "text_lte":
      return typeof value === "string" && value <= comparison.text;
    case "text_gt":
      return typeof value === "string" && value > comparison.text;
    case "text_gte":
      return typeof value === "string" && value >= comparison.text;
    default:
      return comparison.test satisfies never;
  }
};
