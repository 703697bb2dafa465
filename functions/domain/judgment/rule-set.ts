import { InvariantViolation } from "../errors.ts";
import type { EvidenceLimits } from "../evidence.ts";
import { wholeBps } from "../money.ts";
import type { AllowedRefusal } from "../refusal.ts";
import type { CaseType } from "../request.ts";
import { type CompiledCondition, type Condition, compileCondition, RuleError } from "./conditions.ts";
import { type FactSettings, type Facts, factAt, sayFact, slotOf } from "./facts.ts";
import { mayRead, type PartyReader, partyReaders } from "./readers.ts";
import { type Shortlist, shortlistOf } from "./shortlist.ts";
import {
  type BilingualText,
  isApprovable,
  type Liability,
  type LossBasis,
  type Party,
  parties,
  type Route,
  type TraceEntry,
} from "./verdict.ts";

/** Rules are data: what they ask, what follows, where that comes from and how it is said. */

/** The facts whose value is a party: "whoever bears it by contract". */
export type PartyFact = "packedBy" | "transitRisk" | "custodyRisk";

export type Outcome = {
  /** Shares, or the one party that a fact names. */
  readonly liability: Liability | { readonly partyOf: PartyFact };
  readonly route: Route;
  /** Empty where the rule allows no remedy at all. */
  readonly remedies: readonly CaseType[];
  readonly refundCapBps: number;
  readonly freightPayer: Party | { readonly partyOf: PartyFact };
  /** What the merchant's silence means on the route `merchant`. */
  readonly silence: "approve" | "refuse";
  /** What the merchant may refuse for on the route `merchant`; nothing if empty, the set's own if absent. */
  readonly refusals?: readonly AllowedRefusal[] | undefined;
  /** Whose carrier answers for the carrier's share. */
  readonly carrierLeg?: "outbound" | "return";
  /** The goods were lost or damaged there: the contract says what the merchant is owed for them. */
  readonly loss?: LossBasis;
  /** An exchange goes to the buyer before the goods come back: the rule trusts it with both. */
  readonly shipFirst?: boolean | undefined;
  /** What the buyer gets on top of the price; the minimum by currency, in whole minor units as they are written. */
  readonly compensation?: {
    readonly bps: number;
    readonly minimumMinor?: { readonly [currency: string]: number } | undefined;
  };
};

/** What follows, without asking anything. */
export type Ruling = {
  readonly id: string;
  /** The law's article, the guide or the contract the rule follows. */
  readonly source: string;
  readonly outcome: Outcome;
  /** `{fact}` stands for the fact's value in words. */
  readonly explanation: BilingualText;
  /**
   * Why, in words for a party and from facts that are for it. What follows is said from the outcome. Where
   * it is absent the party is told what follows, and not why.
   */
  readonly told?: { readonly [reader in PartyReader]?: BilingualText };
};

export type Rule = Ruling & { readonly when: Condition };

export type RuleSet = FactSettings & {
  readonly id: string;
  readonly version: string;
  readonly merchantAnswerHours: number;
  /** What a merchant may refuse for where the rule does not say; what is usual if absent. */
  readonly refusals?: readonly AllowedRefusal[] | undefined;
  /** How many files a case takes as evidence; absent: the service's own limits. */
  readonly evidenceLimits?: EvidenceLimits | undefined;
  /** Most of the return freight that is reimbursed, by currency; nothing in a currency that is not named. */
  readonly returnFreightCapMinor: { readonly [currency: string]: bigint };
  /** In order: the first that matches decides. */
  readonly rules: readonly Rule[];
  /** Decides where no rule matches, so that every case gets a verdict. */
  readonly otherwise: Ruling;
  /** Decides where the lines of one case do not all come to the same. */
  readonly linesDiffer: LinesDiffer<Ruling>;
};

type LinesDiffer<Of> = {
  /** Nothing was sent back yet: a case for each line can start anew. */
  readonly asFiled: Of;
  /** The goods of all lines are on their way back, lost or inspected. */
  readonly afterReturn: Of;
};

export const maximumRules = 200;

export type CompiledRuling = {
  readonly id: string;
  readonly outcome: Outcome;
  /** Catalogue places of the facts the verdict rests on: those asked, those said, those that name a party. */
  readonly restsOn: readonly number[];
  readonly matchedEntry: TraceEntry;
  readonly explain: (facts: Facts) => BilingualText;
  readonly tell: { readonly [reader in PartyReader]: ((facts: Facts) => BilingualText) | undefined };
};

export type CompiledRule = CompiledRuling & {
  readonly condition: CompiledCondition;
  /** What the trace says when the comparison of this index failed. Shared by all judgments. */
  readonly failedEntries: readonly TraceEntry[];
};

export type CompiledRuleSet = Omit<RuleSet, "rules" | "otherwise" | "linesDiffer"> & {
  readonly rules: readonly CompiledRule[];
  /** The same rules, as the engine looks them up. */
  readonly shortlist: Shortlist;
  readonly otherwise: CompiledRuling;
  readonly linesDiffer: LinesDiffer<CompiledRuling>;
};

/**
 * Checks a rule set and compiles it, once for many judgments.
 *
 * @throws RuleError naming the rule and the place in it
 */
export const compileRuleSet = (ruleSet: RuleSet): CompiledRuleSet => {
  const { rules, otherwise, linesDiffer, ...settings } = ruleSet;
  if (rules.length > maximumRules) throw new RuleError("too_many_rules", "/rules");
  const [repeated] = repeatedIds(ruleSet);
  if (repeated !== undefined) throw new RuleError("repeated_rule", repeated);
  const compiled = rules.map((rule, index) => compileRule(rule, `/rules/${index}`));
  return {
    ...settings,
    rules: compiled,
    shortlist: shortlistOf(compiled),
    otherwise: compileRuling(otherwise, [], "/otherwise"),
    linesDiffer: {
      asFiled: compileRuling(linesDiffer.asFiled, [], "/linesDiffer/asFiled"),
      afterReturn: compileRuling(linesDiffer.afterReturn, [], "/linesDiffer/afterReturn"),
    },
  };
};

/** The rulings of a set that ask nothing, with their JSON pointers. */
export const standingRulings = ({
  otherwise,
  linesDiffer,
}: RuleSet): readonly (readonly [string, Ruling])[] => [
  ["/otherwise", otherwise],
  ["/linesDiffer/asFiled", linesDiffer.asFiled],
  ["/linesDiffer/afterReturn", linesDiffer.afterReturn],
];

/** The pointers of the ids that an earlier rule of the set has already. */
export const repeatedIds = (ruleSet: RuleSet): readonly string[] => {
  const seen = new Set<string>();
  const rules = ruleSet.rules.map((rule, index) => [`/rules/${index}`, rule] as const);
  return [...rules, ...standingRulings(ruleSet)].flatMap(([pointer, { id }]) => {
    const repeated = seen.has(id);
    seen.add(id);
    return repeated ? [`${pointer}/id`] : [];
  });
};

/**
 * Checks and compiles one rule.
 *
 * @param path JSON pointer of the rule, for the error
 * @throws RuleError
 */
export const compileRule = (rule: Rule, path: string): CompiledRule => {
  const condition = compileCondition(rule.when, `${path}/when`);
  const asked = condition.comparisons.map(({ slot }) => slot);
  const hidden = hiddenFrom(asked);
  return {
    ...compileRuling(rule, asked, path),
    condition,
    failedEntries: condition.comparisons.map(({ fact }) =>
      Object.freeze({ rule: rule.id, matched: false, failedOn: fact, ...hidden }),
    ),
  };
};

/** Whom a rule may not be named to: its name tells what it asks. */
const hiddenFrom = (asked: readonly number[]): Pick<TraceEntry, "hiddenFrom"> => {
  const from = partyReaders.filter((reader) => asked.some((slot) => !mayRead(reader, factAt(slot).name)));
  return from.length === 0 ? {} : { hiddenFrom: from };
};

/** The same of what asks nothing: the last resort. */
export const compileRuling = (
  { id, outcome, explanation, told = {} }: Ruling,
  asked: readonly number[],
  path: string,
): CompiledRuling => {
  const { liability, freightPayer, refundCapBps, shipFirst, remedies, route } = outcome;
  if (!("partyOf" in liability) && !isWhole(liability)) {
    throw new RuleError("wrong_shares", `${path}/outcome/liability`);
  }
  if (!isBasisPoints(refundCapBps)) throw new RuleError("wrong_shares", `${path}/outcome/refundCapBps`);
  const mayShip = remedies.includes("exchange") && isApprovable(route);
  if (shipFirst && !mayShip) throw new RuleError("nothing_to_ship", `${path}/outcome/shipFirst`);
  const zh = compileTemplate(explanation["zh-CN"], "zh-CN", `${path}/explanation/zh-CN`);
  const en = compileTemplate(explanation.en, "en", `${path}/explanation/en`);
  const named = [liability, freightPayer].flatMap((from) =>
    typeof from === "object" && "partyOf" in from ? (slotOf(from.partyOf) ?? []) : [],
  );
  return {
    id,
    outcome,
    restsOn: [...new Set([...asked, ...named, ...zh.said, ...en.said])],
    matchedEntry: Object.freeze({ rule: id, matched: true, ...hiddenFrom(asked) }),
    explain: (facts) => ({ "zh-CN": zh.fill(facts), en: en.fill(facts) }),
    tell: {
      buyer: told.buyer && compileTold(told.buyer, "buyer", path),
      merchant: told.merchant && compileTold(told.merchant, "merchant", path),
    },
  };
};

/** @throws RuleError if the text names a fact that is not for its reader */
const compileTold = (
  text: BilingualText,
  reader: PartyReader,
  path: string,
): ((facts: Facts) => BilingualText) => {
  const compiled = (language: keyof BilingualText): Template => {
    const pointer = `${path}/told/${reader}/${language}`;
    const template = compileTemplate(text[language], language, pointer);
    if (template.said.some((slot) => !mayRead(reader, factAt(slot).name))) {
      throw new RuleError("confidential_fact", pointer);
    }
    return template;
  };
  const zh = compiled("zh-CN");
  const en = compiled("en");
  return (facts) => ({ "zh-CN": zh.fill(facts), en: en.fill(facts) });
};

type Template = { readonly said: readonly number[]; readonly fill: (facts: Facts) => string };

/** A value that is filled in is never read as a template again. */
const compileTemplate = (text: string, language: keyof BilingualText, path: string): Template => {
  const said: number[] = [];
  // Odd places are the names between braces.
  const parts = text.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) {
      // A brace that is left over was meant as a placeholder, and would be read by the buyer.
      if (/[{}]/.test(part)) throw new RuleError("unknown_placeholder", path);
      return part;
    }
    const slot = slotOf(part);
    if (slot === undefined) throw new RuleError("unknown_placeholder", path);
    said.push(slot);
    return slot;
  });
  return {
    said,
    fill: (facts) =>
      parts.map((part) => (typeof part === "string" ? part : sayFact(part, facts, language))).join(""),
  };
};

const isBasisPoints = (bps: number): boolean => Number.isInteger(bps) && bps >= 0 && bps <= wholeBps;

const isWhole = (liability: Liability): boolean =>
  parties.every((party) => isBasisPoints(liability[party])) &&
  parties.reduce((sum, party) => sum + liability[party], 0) === wholeBps;

/** The whole liability of one party. */
export const solely = (party: Party): Liability => ({
  merchant: 0,
  platform: 0,
  carrier: 0,
  buyer: 0,
  [party]: wholeBps,
});

/**
 * Nobody pays by shares that do not make a whole.
 *
 * @throws InvariantViolation so that an operator takes the case over
 */
export const assertWhole = (liability: Liability, rule: string): Liability => {
  if (!isWhole(liability)) {
    throw new InvariantViolation(
      `the shares of ${rule} do not sum to ${wholeBps}: ${JSON.stringify(liability)}`,
    );
  }
  return liability;
};
