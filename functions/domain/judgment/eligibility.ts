import { noReasonWindowEndsAt } from "./facts.ts";
import type { JudgmentInput } from "./input.ts";
import { judge } from "./judge.ts";
import type { CompiledRuleSet } from "./rule-set.ts";
import type { Verdict } from "./verdict.ts";

export type Eligibility = {
  readonly verdict: Verdict;
  readonly open: boolean;
  /** Epoch milliseconds from which on the same request is turned down, if time alone closes it. */
  readonly until?: number;
};

/**
 * Judges a request as if it were filed now. When it closes is not computed from what a window is thought to
 * mean: the judge is asked again at the window's end, and what it then says counts.
 */
export const eligibilityOf = (ruleSet: CompiledRuleSet, input: JudgmentInput): Eligibility => {
  const verdict = judge(ruleSet, input, 1);
  const open = verdict.route !== "ineligible";
  const endsAt = noReasonWindowEndsAt(input, ruleSet);
  if (!open || endsAt === null || endsAt <= input.filedAt) return { verdict, open };
  const afterwards = judge(ruleSet, { ...input, now: endsAt, filedAt: endsAt }, 1);
  return { verdict, open, ...(afterwards.route === "ineligible" ? { until: endsAt } : {}) };
};
