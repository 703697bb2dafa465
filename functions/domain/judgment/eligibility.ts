import { windowEndsAt } from "../calendar.ts";
import { noReasonWindowEndsAt } from "./fact-values.ts";
import type { FactName } from "./facts.ts";
import type { JudgmentInput } from "./input.ts";
import { judge } from "./judge.ts";
import type { CompiledRuleSet } from "./rule-set.ts";
import type { FactValue, Verdict } from "./verdict.ts";

export type Eligibility = {
  readonly verdict: Verdict;
  readonly open: boolean;
  /** Epoch milliseconds from which on the same request is turned down, if time alone closes it. */
  readonly until?: number;
};

/**
 * Judges a request as if it were filed now. When it closes is not computed from what a window is thought to
 * mean: the judge is asked again at each moment at which a fact of time changes for a rule, and the first one
 * at which it turns the request down counts.
 */
export const eligibilityOf = (ruleSet: CompiledRuleSet, input: JudgmentInput): Eligibility => {
  const verdict = judge(ruleSet, input, 1);
  const open = verdict.route !== "ineligible";
  if (!open) return { verdict, open };
  const until = turningPoints(ruleSet, input).find(
    (at) => judge(ruleSet, { ...input, now: at, filedAt: at }, 1).route === "ineligible",
  );
  return { verdict, open, ...(until === undefined ? {} : { until }) };
};

/** Rules that count more days than ten years are about no window. */
const maximumDays = 3_660;

const daysSinceSignOff: FactName = "daysSinceSignOff";

/** The moments to come, in their order, at which filing later may come out otherwise. */
const turningPoints = (ruleSet: CompiledRuleSet, input: JudgmentInput): readonly number[] => {
  const [judged] = input.lines;
  const signedOffAt = judged?.line.signedOffAt;
  const windowEnd = noReasonWindowEndsAt(signedOffAt, ruleSet);
  if (signedOffAt === undefined || windowEnd === null) return [];
  // The fact becomes n at the midnight that ends a window of n - 1 days, and is more than n from the next one on.
  const days = new Set(daysAsked(ruleSet).flatMap((count) => [count - 1, count]));
  const moments = [...days].map((count) => windowEndsAt(signedOffAt, count, ruleSet.timeZone));
  return [...new Set([windowEnd, ...moments])].filter((at) => at > input.filedAt).sort((a, b) => a - b);
};

/** Every number of days that some rule compares the time since sign-off with. */
const daysAsked = ({ rules }: CompiledRuleSet): readonly number[] =>
  rules
    .flatMap(({ condition }) => condition.comparisons)
    .filter(({ fact }) => fact === daysSinceSignOff)
    .flatMap(({ operand, members }): readonly FactValue[] => [operand, ...members])
    .filter((value): value is number => typeof value === "number" && value >= 0 && value <= maximumDays)
    .map(Math.floor);
