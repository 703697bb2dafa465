import { type Comparison, isNear, isTrue, type Node } from "./conditions.ts";
import { type Facts, factAt } from "./facts.ts";
import type { CompiledRule } from "./rule-set.ts";
import type { FactValue, TraceEntry } from "./verdict.ts";

/**
 * Which rules are worth examining. Most rules begin with what the buyer stated, its reason or the kind of it,
 * and where that comparison fails nothing else of the rule is looked at: the trace says so, and it never was
 * near. So what each stated value leaves open is found once, when the rules are compiled. Every verdict, trace
 * and near miss is the same as without it.
 */

export type Candidate = {
  /** Its place among the rules. */
  readonly place: number;
  readonly rule: CompiledRule;
  /** What of its condition is still open. */
  readonly open: Node;
};

export type Shortlist = {
  /** For each rule what the trace says if its first comparison failed. */
  readonly firstFailures: readonly TraceEntry[];
  readonly root: Branch;
};

/** Candidates by what is known so far, and how one more stated fact narrows them down. */
type Branch = { readonly candidates: readonly Candidate[]; readonly narrowed: Narrowed | undefined };

type Narrowed = { readonly slot: number; readonly byValue: ReadonlyMap<FactValue, Branch> };

/** A rule that begins with a stated fact is a candidate only by its rest, and only where the beginning holds. */
type Sorted = {
  readonly beginning: Comparison | undefined;
  readonly whole: Candidate;
  readonly rest: Candidate;
};

/** Stated facts that are told apart. A third would make branches by the hundred for a rule or two. */
const maximumSlots = 2;

export const shortlistOf = (rules: readonly CompiledRule[]): Shortlist => {
  const sorted = rules.map((rule, place): Sorted => {
    const { root } = rule.condition;
    const rest: Node = { kind: "all", nodes: root.kind === "all" ? root.nodes.slice(1) : [] };
    return {
      beginning: beginningOf(root),
      whole: { place, rule, open: root },
      rest: { place, rule, open: rest },
    };
  });
  return {
    firstFailures: rules.flatMap(({ failedEntries }) => failedEntries.slice(0, 1)),
    root: branchOf(sorted, slotsOf(sorted), new Map()),
  };
};

/** The first comparison of a condition that is nothing without it, if it is with a stated fact of a closed list. */
const beginningOf = (root: Node): Comparison | undefined => {
  const first = root.kind === "all" ? root.nodes[0] : root;
  if (first?.kind !== "comparison" || isNear(first.failed)) return undefined;
  return factAt(first.slot).words && first;
};

/** The places of the facts with which most rules begin. */
const slotsOf = (sorted: readonly Sorted[]): readonly number[] => {
  const rulesBySlot = new Map<number, number>();
  for (const { beginning } of sorted) {
    if (beginning) rulesBySlot.set(beginning.slot, (rulesBySlot.get(beginning.slot) ?? 0) + 1);
  }
  return [...rulesBySlot]
    .sort(([, a], [, b]) => b - a)
    .slice(0, maximumSlots)
    .map(([slot]) => slot);
};

const branchOf = (
  sorted: readonly Sorted[],
  [slot, ...others]: readonly number[],
  known: ReadonlyMap<number, FactValue>,
): Branch => {
  const candidates = sorted.flatMap(({ beginning, whole, rest }) => {
    const value = beginning && known.get(beginning.slot);
    if (!beginning || value === undefined) return [whole];
    return isTrue(beginning, value) ? [rest] : [];
  });
  if (slot === undefined) return { candidates, narrowed: undefined };
  const values = [...Object.keys(factAt(slot).words ?? {}), null];
  const byValue = values.map(
    (value) => [value, branchOf(sorted, others, new Map([...known, [slot, value]]))] as const,
  );
  return { candidates, narrowed: { slot, byValue: new Map(byValue) } };
};

/** The rules to examine for these facts, in their order. A value no list has leaves more of them. */
export const candidatesIn = ({ root }: Shortlist, facts: Facts): readonly Candidate[] => {
  let branch = root;
  while (branch.narrowed) {
    const next = branch.narrowed.byValue.get(facts[branch.narrowed.slot] ?? null);
    if (!next) break;
    branch = next;
  }
  return branch.candidates;
};
