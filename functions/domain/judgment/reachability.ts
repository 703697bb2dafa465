import { type Comparison, isTrue, type Node, type Scalar } from "./conditions.ts";
import { type FactName, factAt, slotOf } from "./facts.ts";
import type { CompiledRule } from "./rule-set.ts";
import type { FactValue } from "./verdict.ts";

/**
 * Finds rules that can never decide: their condition contradicts itself, or earlier rules match wherever it
 * would. The order of the rules is their priority, so that rules overlap is by design; only a rule that is
 * covered altogether is dead, and surely not what its author meant.
 *
 * What is found is certain; not everything is found. Facts are compared one by one: that a reason decides
 * its kind, say, is not known here.
 */

export type DeadRule = {
  readonly index: number;
  readonly problem: "never_matches" | "never_reached";
  /** The earlier rule that leaves nothing to this one, where it is one rule. */
  readonly by?: string;
};

/** Facts that are known of every case, so that naming all their values asks nothing. */
export const alwaysKnown: readonly FactName[] = [
  "requestType",
  "reasonKind",
  "reason",
  "category",
  "signedOff",
  "statutoryExclusion",
  "exclusionConfirmed",
  "informedOfWithdrawal",
  "intactStandard",
  "outboundInspected",
  "outboundShipped",
  "outboundParcelLost",
  "evidenceOnRecord",
  "packedBy",
  "transitRisk",
  "custodyRisk",
  "lossPays",
  "returnShipped",
  "returnInspected",
];

/** Written as alternatives, a condition with more of them than this is compared as a whole only. */
const maximumTerms = 16;

type Bound = { readonly value: Scalar; readonly included: boolean };

/** What a fact may still be. */
type Range =
  | { readonly kind: "values"; readonly values: ReadonlySet<FactValue> }
  | {
      readonly kind: "open";
      readonly low?: Bound;
      readonly high?: Bound;
      readonly without: ReadonlySet<FactValue>;
    };

/** One alternative: every fact it asks about, by its place in the catalogue, lies in its range. */
type Term = ReadonlyMap<number, Range>;

type Earlier = { readonly id: string; readonly term: Term };

export const deadRules = (rules: readonly CompiledRule[]): readonly DeadRule[] => {
  const dead: DeadRule[] = [];
  const earlier: Earlier[] = [];
  const wholes = new Map<string, string>();
  const covered = new Map<number, Set<FactValue>>();
  for (const [index, { id, condition }] of rules.entries()) {
    const whole = keyOf(condition.root);
    const twin = wholes.get(whole);
    if (twin !== undefined) {
      dead.push({ index, problem: "never_reached", by: twin });
      continue;
    }
    wholes.set(whole, id);
    const terms = alternativesOf(condition.root)?.map(termOf).filter(isPossible);
    if (!terms) continue;
    if (terms.length === 0) {
      dead.push({ index, problem: "never_matches" });
      continue;
    }
    const covers = terms.map((term) => coverOf(term, earlier, covered));
    const [first] = covers;
    if (covers.every((cover) => cover !== undefined)) {
      const one = first !== together && covers.every((cover) => cover === first);
      dead.push({ index, problem: "never_reached", ...(one && first ? { by: first } : {}) });
      continue;
    }
    for (const term of terms) {
      earlier.push({ id, term });
      noteCovered(covered, term);
    }
  }
  return dead;
};

/** No rule has this id: it stands for several rules that cover a term between them. */
const together = "";

/** Which earlier rule matches wherever the term does. */
const coverOf = (
  term: Term,
  earlier: readonly Earlier[],
  covered: ReadonlyMap<number, ReadonlySet<FactValue>>,
): string | undefined => {
  const one = earlier.find((candidate) => isWithin(term, candidate.term));
  if (one) return one.id;
  for (const [slot, range] of term) {
    if (range.kind === "values" && [...range.values].every((value) => covered.get(slot)?.has(value)))
      return together;
  }
  const everything = alwaysKnown.some((fact) => {
    const slot = slotOf(fact) ?? -1;
    return closedValues(slot)?.every((value) => covered.get(slot)?.has(value)) === true;
  });
  return everything ? together : undefined;
};

/** A term that asks about one fact only leaves nothing of these values to the rules behind it. */
const noteCovered = (covered: Map<number, Set<FactValue>>, term: Term): void => {
  const [only, ...others] = term;
  if (!only || others.length > 0) return;
  const [slot, range] = only;
  if (range.kind === "values") covered.set(slot, new Set([...(covered.get(slot) ?? []), ...range.values]));
};

/** The same for conditions that were written alike. */
const keyOf = (node: Node): string =>
  node.kind === "comparison"
    ? JSON.stringify([node.fact, node.operator, node.operand, [...node.members].sort()])
    : `${node.kind}(${node.nodes.map(keyOf).join()})`;

/** The condition as alternatives of comparisons that hold at once; nothing if they are too many. */
const alternativesOf = (node: Node): readonly (readonly Comparison[])[] | undefined => {
  if (node.kind === "comparison") return [[node]];
  let alternatives: readonly (readonly Comparison[])[] = node.kind === "all" ? [[]] : [];
  for (const inner of node.nodes) {
    const more = alternativesOf(inner);
    if (!more) return undefined;
    alternatives =
      node.kind === "all"
        ? alternatives.flatMap((one) => more.map((other) => [...one, ...other]))
        : [...alternatives, ...more];
    if (alternatives.length > maximumTerms) return undefined;
  }
  return alternatives;
};

const termOf = (comparisons: readonly Comparison[]): Term =>
  new Map([...Map.groupBy(comparisons, ({ slot }) => slot)].map(([slot, all]) => [slot, rangeOf(slot, all)]));

const isPossible = (term: Term): boolean =>
  [...term.values()].every((range) => range.kind === "open" || range.values.size > 0);

/** Every value a fact can take, where the list is closed. */
const closedValues = (slot: number): readonly FactValue[] | undefined => {
  const { type, words } = factAt(slot);
  if (type === "boolean") return [true, false];
  return words && Object.keys(words);
};

const rangeOf = (slot: number, comparisons: readonly Comparison[]): Range => {
  const all = (value: FactValue): boolean => comparisons.every((comparison) => isTrue(comparison, value));
  const named = comparisons.find(({ operator }) => operator === "eq" || operator === "in");
  const candidates =
    closedValues(slot) ?? (named && (named.operator === "eq" ? [named.operand] : [...named.members]));
  if (candidates) return { kind: "values", values: new Set(candidates.filter(all)) };

  const low = tightest(comparisons, ["gt", "gte"], (a, b) => a > b);
  const high = tightest(comparisons, ["lt", "lte"], (a, b) => a < b);
  // Nothing lies between, or one value alone.
  if (low && high && !(low.value < high.value)) {
    return { kind: "values", values: new Set(low.value === high.value && all(low.value) ? [low.value] : []) };
  }
  const without = comparisons.flatMap(({ operator, operand, members }) =>
    operator === "neq" ? [operand] : operator === "not_in" ? [...members] : [],
  );
  return { kind: "open", ...(low ? { low } : {}), ...(high ? { high } : {}), without: new Set(without) };
};

const tightest = (
  comparisons: readonly Comparison[],
  [excluding, including]: readonly [Comparison["operator"], Comparison["operator"]],
  isTighter: (a: Scalar, b: Scalar) => boolean,
): Bound | undefined => {
  let bound: Bound | undefined;
  for (const { operator, operand } of comparisons) {
    if (operator !== excluding && operator !== including) continue;
    const included = operator === including;
    if (!bound || isTighter(operand, bound.value)) bound = { value: operand, included };
    else if (operand === bound.value) bound = { value: operand, included: bound.included && included };
  }
  return bound;
};

/** Whether every case the narrow term matches is matched by the wide one. */
const isWithin = (narrow: Term, wide: Term): boolean => {
  for (const [slot, range] of wide) {
    const asked = narrow.get(slot);
    if (!asked || !isRangeWithin(asked, range)) return false;
  }
  return true;
};

const isRangeWithin = (narrow: Range, wide: Range): boolean => {
  if (narrow.kind === "values") return [...narrow.values].every((value) => contains(wide, value));
  if (wide.kind === "values") return false;
  return (
    isBoundWithin(narrow.low, wide.low, (a, b) => a > b) &&
    isBoundWithin(narrow.high, wide.high, (a, b) => a < b) &&
    [...wide.without].every((value) => !contains(narrow, value))
  );
};

const isBoundWithin = (
  narrow: Bound | undefined,
  wide: Bound | undefined,
  isTighter: (a: Scalar, b: Scalar) => boolean,
): boolean =>
  !wide ||
  (narrow !== undefined &&
    (isTighter(narrow.value, wide.value) ||
      (narrow.value === wide.value && (wide.included || !narrow.included))));

const contains = (range: Range, value: FactValue): boolean => {
  if (range.kind === "values") return range.values.has(value);
  if (value === null || range.without.has(value)) return false;
  const { low, high } = range;
  return (
    (!low || value > low.value || (low.included && value === low.value)) &&
    (!high || value < high.value || (high.included && value === high.value))
  );
};
