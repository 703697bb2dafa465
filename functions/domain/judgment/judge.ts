import { InvariantViolation } from "../errors.ts";
import { type Comparison, type Examination, examine, failedComparison, holds, isNear } from "./conditions.ts";
import { caseTypeWords } from "./fact-words.ts";
import { type Facts, factAt, factIn, factsOf } from "./facts.ts";
import type { JudgmentInput } from "./input.ts";
import {
  assertWhole,
  type CompiledRule,
  type CompiledRuleSet,
  type CompiledRuling,
  type Outcome,
  type PartyFact,
  solely,
} from "./rule-set.ts";
import {
  type BilingualText,
  type FactValue,
  type NearMiss,
  type Party,
  parties,
  type TraceEntry,
  type Verdict,
} from "./verdict.ts";

const maximumNearMisses = 3;

export type Decision = {
  readonly rule: CompiledRuling;
  readonly trace: readonly TraceEntry[];
  readonly nearMisses: readonly NearMiss[];
};

/** The bare engine: the first rule that matches, the rules tried on the way, and which of them came close. */
export const decide = (ruleSet: CompiledRuleSet, facts: Facts): Decision => {
  const trace: TraceEntry[] = [];
  const nearMisses: NearMiss[] = [];
  for (const rule of ruleSet.rules) {
    const examination = examine(rule.condition.root, facts);
    if (examination === holds) {
      trace.push(rule.matchedEntry);
      return { rule, trace, nearMisses };
    }
    trace.push(rule.failedEntries[failedComparison(examination)] as TraceEntry);
    if (isNear(examination) && nearMisses.length < maximumNearMisses) {
      nearMisses.push(nearMissOf(rule, examination, facts));
    }
  }
  trace.push(ruleSet.otherwise.matchedEntry);
  return { rule: ruleSet.otherwise, trace, nearMisses };
};

/** A rule tried before the one that matched: it would have decided, had this one fact been otherwise. */
const nearMissOf = ({ id, condition }: CompiledRule, examination: Examination, facts: Facts): NearMiss => {
  const { slot, fact, needed } = condition.comparisons[failedComparison(examination)] as Comparison;
  return { rule: id, fact, actual: facts[slot] ?? null, needed };
};

/**
 * Judges a case: each line on its own. Liability, cap and freight hold for the whole case, so the lines are
 * decided together only where they all come to the same; the first one then tells the verdict.
 *
 * @param number 1 for the first judgment of the case, 2 when it is judged again, …
 * @throws RangeError if the case has no lines
 * @throws InvariantViolation if the liability does not make a whole
 */
export const judge = (ruleSet: CompiledRuleSet, input: JudgmentInput, number: number): Verdict => {
  const verdicts = input.lines.map((_, line) => {
    const facts = factsOf(input, ruleSet, line);
    return verdictOf({ ruleSet, input, number, line, facts }, decide(ruleSet, facts));
  });
  const [first, ...others] = verdicts;
  if (!first) throw new RangeError("a case has at least one line");
  if (others.every((other) => isSameRuling(first, other))) return first;

  const { asFiled, afterReturn } = ruleSet.linesDiffer;
  const rule = input.returnParcel || input.returnInspection ? afterReturn : asFiled;
  // What each line came to, in their order, stands for the rules tried.
  const trace = [...verdicts.map((verdict) => ({ rule: verdict.rule, matched: true })), rule.matchedEntry];
  const judging = { ruleSet, input, number, line: 0, facts: factsOf(input, ruleSet) };
  return verdictOf(judging, { rule, trace, nearMisses: [] });
};

/** The rule settles cap, remedies and route; which parties and which carrier it names may still differ. */
const isSameRuling = (one: Verdict, other: Verdict): boolean =>
  one.rule === other.rule &&
  one.carrier === other.carrier &&
  one.freight.payer === other.freight.payer &&
  parties.every((party) => one.liability[party] === other.liability[party]);

type Judging = {
  readonly ruleSet: CompiledRuleSet;
  readonly input: JudgmentInput;
  readonly number: number;
  readonly line: number;
  readonly facts: Facts;
};

const verdictOf = (
  { ruleSet, input, number, line, facts }: Judging,
  { rule, trace, nearMisses }: Decision,
): Verdict => {
  const { outcome } = rule;
  const liability = assertWhole(
    "partyOf" in outcome.liability ? solely(partyIn(facts, outcome.liability.partyOf)) : outcome.liability,
    rule.id,
  );
  const payer =
    typeof outcome.freightPayer === "string"
      ? outcome.freightPayer
      : partyIn(facts, outcome.freightPayer.partyOf);
  const carrier = liability.carrier > 0 ? carrierOf(outcome, input, line) : undefined;
  const otherRemedyNeeded = outcome.route !== "ineligible" && !outcome.remedies.includes(input.type);
  const explanation = rule.explain(facts);
  return {
    number,
    rule: rule.id,
    rulesVersion: ruleSet.version,
    liability,
    route: otherRemedyNeeded ? "ineligible" : outcome.route,
    remedies: outcome.remedies,
    refundCapBps: outcome.refundCapBps,
    freight: { payer, capMinor: payer === "buyer" ? 0n : freightCap(ruleSet, input.currency) },
    clocks: { merchantAnswerHours: ruleSet.merchantAnswerHours, silence: outcome.silence },
    ...(carrier === undefined ? {} : { carrier }),
    explanation: otherRemedyNeeded ? nameRemedies(explanation, outcome, input) : explanation,
    facts: namedFacts(rule.restsOn, facts),
    trace,
    nearMisses,
    judgedAt: input.now,
  };
};

const partyIn = (facts: Facts, fact: PartyFact): Party => {
  const value = factIn(facts, fact);
  const party = parties.find((known) => known === value);
  if (!party) throw new InvariantViolation(`${fact} names no party: ${value}`);
  return party;
};

const carrierOf = (
  { carrierLeg }: Outcome,
  { lines, returnParcel }: JudgmentInput,
  line: number,
): string | undefined =>
  carrierLeg === "return" ? returnParcel?.carrier : lines[line]?.outboundParcel?.carrier;

const freightCap = ({ returnFreightCapMinor }: CompiledRuleSet, currency: string): bigint =>
  Object.hasOwn(returnFreightCapMinor, currency) ? (returnFreightCapMinor[currency] ?? 0n) : 0n;

/** The rule speaks for the buyer, but not for what was asked: say what may be asked instead. */
const nameRemedies = (
  explanation: BilingualText,
  { remedies }: Outcome,
  { type }: JudgmentInput,
): BilingualText => {
  const say = (language: keyof BilingualText, separator: string): string =>
    remedies.map((remedy) => caseTypeWords[remedy][language]).join(separator);
  return {
    "zh-CN": `${explanation["zh-CN"]}不支持所申请的“${caseTypeWords[type]["zh-CN"]}”，可申请：${say("zh-CN", "、")}。`,
    en: `${explanation.en} The remedy asked for, ${caseTypeWords[type].en}, is not open here; open is: ${say("en", ", ")}.`,
  };
};

const namedFacts = (slots: readonly number[], facts: Facts): { readonly [fact: string]: FactValue } =>
  Object.fromEntries(slots.map((slot) => [factAt(slot).name, facts[slot] ?? null]));
