import { type LossTerm, lossTerms } from "../catalog.ts";
import { InvariantViolation } from "../errors.ts";
import { wholeBps } from "../money.ts";
import { type CaseType, caseTypes, isRefund } from "../request.ts";
import { type Comparison, type Examination, examine, failedComparison, holds, isNear } from "./conditions.ts";
import { factsOf } from "./fact-values.ts";
import { caseTypeWords } from "./fact-words.ts";
import { type Facts, factAt, factIn } from "./facts.ts";
import type { JudgmentInput } from "./input.ts";
import { joined, sayLoss, sayShipFirst, sayTo } from "./registers.ts";
import {
  assertWhole,
  type CompiledRule,
  type CompiledRuleSet,
  type CompiledRuling,
  type Outcome,
  type PartyFact,
  solely,
} from "./rule-set.ts";
import { type Candidate, candidatesIn } from "./shortlist.ts";
import {
  type BilingualText,
  type Compensation,
  type Confidence,
  type FactValue,
  type Liability,
  type Loss,
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
export const decide = ({ shortlist, otherwise }: CompiledRuleSet, facts: Facts): Decision => {
  const candidates = candidatesIn(shortlist, facts);
  // True of every rule that is no candidate; what the others came to is written over it.
  const trace = shortlist.firstFailures.slice();
  const nearMisses: NearMiss[] = [];
  for (let index = 0; index < candidates.length; index += 1) {
    const { place, rule, open } = candidates[index] as Candidate;
    const examination = examine(open, facts);
    if (examination === holds) {
      trace[place] = rule.matchedEntry;
      trace.length = place + 1;
      return { rule, trace, nearMisses };
    }
    trace[place] = rule.failedEntries[failedComparison(examination)] as TraceEntry;
    if (isNear(examination) && nearMisses.length < maximumNearMisses) {
      nearMisses.push(nearMissOf(rule, examination, facts));
    }
  }
  trace.push(otherwise.matchedEntry);
  return { rule: otherwise, trace, nearMisses };
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
export const judge = (ruleSet: CompiledRuleSet, input: JudgmentInput, number: number): Verdict =>
  judgeLines(
    ruleSet,
    input.lines.map((_, line) => ({
      facts: factsOf(input, ruleSet, line),
      carrierOn: (leg) =>
        leg === "return" ? input.returnParcel?.carrier : input.lines[line]?.outboundParcel?.carrier,
    })),
    { number, judgedAt: input.now },
  );

/** What a line is judged by, wherever it comes from. */
export type LineToJudge = { readonly facts: Facts; readonly carrierOn: Judgment["carrierOn"] };

/** The same of lines whose facts are there already. Throws as `judge` does. */
export const judgeLines = (
  ruleSet: CompiledRuleSet,
  lines: readonly LineToJudge[],
  stamp: Pick<Judgment, "number" | "judgedAt">,
): Verdict => {
  const verdicts = lines.map(({ facts, carrierOn }) => judgeFacts(ruleSet, facts, { ...stamp, carrierOn }));
  const [first, ...others] = verdicts;
  const [line] = lines;
  if (!first || !line) throw new RangeError("a case has at least one line");
  if (others.every((other) => isSameRuling(first, other))) return first;

  const { asFiled, afterReturn } = ruleSet.linesDiffer;
  const sentBack =
    factIn(line.facts, "returnShipped") === true || factIn(line.facts, "returnInspected") === true;
  const rule = sentBack ? afterReturn : asFiled;
  // What each line came to, in their order, stands for the rules tried.
  const trace = [...verdicts.flatMap((verdict) => verdict.trace.slice(-1)), rule.matchedEntry];
  return verdictOf(
    ruleSet,
    line.facts,
    { rule, trace, nearMisses: [] },
    { ...stamp, carrierOn: line.carrierOn },
  );
};

/** The rule settles cap, remedies and route; which parties and which carrier it names may still differ. */
const isSameRuling = (one: Verdict, other: Verdict): boolean =>
  one.rule === other.rule &&
  one.carrier === other.carrier &&
  one.freight.payer === other.freight.payer &&
  one.loss?.pays === other.loss?.pays &&
  one.shipFirst?.pays === other.shipFirst?.pays &&
  parties.every((party) => one.liability[party] === other.liability[party]);

/** What a verdict says beyond what follows from facts. */
export type Judgment = {
  readonly number: number;
  readonly judgedAt: number;
  readonly carrierOn: (leg: "outbound" | "return") => string | undefined;
};

/**
 * Judges the facts of one line, wherever they come from.
 *
 * @throws InvariantViolation if the liability does not make a whole
 * @throws UnnamedParty if the fact that names a party is unknown
 */
export const judgeFacts = (ruleSet: CompiledRuleSet, facts: Facts, judgment: Judgment): Verdict =>
  verdictOf(ruleSet, facts, decide(ruleSet, facts), judgment);

const verdictOf = (
  ruleSet: CompiledRuleSet,
  facts: Facts,
  { rule, trace, nearMisses }: Decision,
  { number, judgedAt, carrierOn }: Judgment,
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
  const carrier = liability.carrier > 0 ? carrierOn(outcome.carrierLeg ?? "outbound") : undefined;
  const type = caseTypes.find((known) => known === factIn(facts, "requestType"));
  const shipped = factIn(facts, "returnShipped") === true;
  // Goods that were sent back for others are paid for, if the others are no longer allowed.
  const otherRemedyNeeded =
    outcome.route !== "ineligible" &&
    type !== undefined &&
    !outcome.remedies.includes(type) &&
    !(shipped && !isRefund(type));
  const loss = otherRemedyNeeded ? undefined : lossIn(outcome, liability, facts);
  const why = rule.explain(facts);
  const shipFirst =
    outcome.shipFirst && type === "exchange" && !shipped ? { pays: lossTermIn(facts) } : undefined;
  const explanation =
    loss || shipFirst
      ? joined([
          why,
          ...(loss ? [sayLoss(loss, "arbiter")] : []),
          ...(shipFirst ? [sayShipFirst("arbiter")] : []),
        ])
      : why;
  const route = otherRemedyNeeded ? ("ineligible" as const) : outcome.route;
  const { remedies, refundCapBps } = outcome;
  const capMinor = payer === "buyer" ? 0n : freightCap(ruleSet, String(factIn(facts, "currency")));
  const freight = { payer, capMinor };
  const clocks = { merchantAnswerHours: ruleSet.merchantAnswerHours, silence: outcome.silence };
  const said = {
    type,
    liability,
    route,
    remedies,
    refundCapBps,
    freight,
    clocks,
    loss,
    shipFirst,
    otherRemedyNeeded,
    shipped,
  };
  // Written out: spreading one object into the next took a fifth of a judgment.
  const verdict: Verdict = {
    number,
    rule: rule.id,
    rulesVersion: ruleSet.version,
    liability,
    route,
    remedies,
    refundCapBps,
    freight,
    clocks,
    confidence: confidenceIn(rule, nearMisses, facts),
    explanation: otherRemedyNeeded ? nameRemedies(explanation, outcome, type) : explanation,
    told: {
      buyer: sayTo("buyer", rule.tell.buyer?.(facts), said),
      merchant: sayTo("merchant", rule.tell.merchant?.(facts), said),
    },
    facts: namedFacts(rule.restsOn, facts),
    trace,
    nearMisses,
    judgedAt,
  };
  const { compensation } = outcome;
  const refusals = route === "merchant" ? (outcome.refusals ?? ruleSet.refusals) : undefined;
  const { evidenceLimits } = ruleSet;
  if (carrier === undefined && !loss && !shipFirst && !compensation && !refusals && !evidenceLimits) {
    return verdict;
  }
  return {
    ...verdict,
    ...(carrier === undefined ? {} : { carrier }),
    ...(loss ? { loss } : {}),
    ...(shipFirst ? { shipFirst } : {}),
    ...(refusals ? { refusals } : {}),
    ...(evidenceLimits ? { evidenceLimits } : {}),
    ...(compensation
      ? { compensation: compensationIn(compensation, String(factIn(facts, "currency"))) }
      : {}),
  };
};

const confidenceIn = (
  { restsOn }: CompiledRuling,
  nearMisses: readonly NearMiss[],
  facts: Facts,
): Confidence => {
  const known = restsOn.filter((slot) => (facts[slot] ?? null) !== null);
  const claims = known.filter((slot) => factAt(slot).stated).length;
  const records = known.length - claims;
  const unknown = new Set(nearMisses.filter(({ actual }) => actual === null).map(({ fact }) => fact)).size;
  const all = records + claims + unknown;
  return { bps: all === 0 ? 0 : Math.floor((records * wholeBps) / all), records, claims, unknown };
};

/** The rule that matched leaves something to the party a fact names, and the fact is not known. */
export class UnnamedParty extends InvariantViolation {
  readonly fact: PartyFact;

  constructor(fact: PartyFact, value: FactValue) {
    super(`${fact} names no party: ${value}`);
    this.fact = fact;
  }
}

/** The contract speaks only of what the platform's or the carrier's side has to answer for. */
const lossIn = ({ loss: basis }: Outcome, liability: Liability, facts: Facts): Loss | undefined => {
  const { platform, carrier } = liability;
  if (!basis || platform + carrier === 0) return undefined;
  return { pays: lossTermIn(facts), payer: carrier > platform ? "carrier" : "platform", basis };
};

const lossTermIn = (facts: Facts): LossTerm => {
  const value = factIn(facts, "lossPays");
  return lossTerms.find((term) => term === value) ?? "price_less_commission";
};

const partyIn = (facts: Facts, fact: PartyFact): Party => {
  const value = factIn(facts, fact);
  const party = parties.find((known) => known === value);
  if (!party) throw new UnnamedParty(fact, value);
  return party;
};

const freightCap = ({ returnFreightCapMinor }: CompiledRuleSet, currency: string): bigint =>
  Object.hasOwn(returnFreightCapMinor, currency) ? (returnFreightCapMinor[currency] ?? 0n) : 0n;

const compensationIn = (
  { bps, minimumMinor = {} }: NonNullable<Outcome["compensation"]>,
  currency: string,
): Compensation => {
  const minimum = Object.hasOwn(minimumMinor, currency) ? minimumMinor[currency] : undefined;
  return { bps, ...(minimum === undefined ? {} : { minimumMinor: BigInt(minimum) }) };
};

/** The rule speaks for the buyer, but not for what was asked: say what may be asked instead. */
const nameRemedies = (explanation: BilingualText, { remedies }: Outcome, type: CaseType): BilingualText => {
  const say = (language: keyof BilingualText, separator: string): string =>
    remedies.map((remedy) => caseTypeWords[remedy][language]).join(separator);
  return {
    "zh-CN": `${explanation["zh-CN"]}不支持所申请的“${caseTypeWords[type]["zh-CN"]}”，可申请：${say("zh-CN", "、")}。`,
    en: `${explanation.en} The remedy asked for, ${caseTypeWords[type].en}, is not open here; open is: ${say("en", ", ")}.`,
  };
};

const namedFacts = (slots: readonly number[], facts: Facts): { readonly [fact: string]: FactValue } =>
  Object.fromEntries(slots.map((slot) => [factAt(slot).name, facts[slot] ?? null]));
