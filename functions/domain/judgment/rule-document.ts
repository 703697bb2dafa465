import type { Condition } from "./conditions.ts";
import type { Rule, RuleSet, Ruling } from "./rule-set.ts";

/**
 * A rule set as a platform writes it: plain JSON, amounts as integers. What it is called and when it takes
 * effect is not part of it, so the same document always has the same digest.
 */
export type RuleDocument = {
  readonly timeZone: string;
  readonly noReasonWindowDays: number;
  readonly merchantAnswerHours: number;
  readonly evidenceLimits?: RuleSet["evidenceLimits"];
  readonly largeClaimMinor: { readonly [currency: string]: number };
  readonly returnFreightCapMinor: { readonly [currency: string]: number };
  readonly refusals?: RuleSet["refusals"];
  readonly rules: readonly (Ruling & { readonly when: unknown })[];
  readonly otherwise: Ruling;
  readonly linesDiffer: RuleSet["linesDiffer"];
};

/** Ids that end like this belong to the rule sets that come with the service, now or later. */
export const isReservedRuleSetId = (rulesetId: string): boolean => rulesetId.endsWith("-standard");

/** How a verdict names the rules it was judged by. */
export const rulesVersionOf = (rulesetId: string, version: number): string => `${rulesetId}@${version}`;

export type RulesReference = { readonly rulesetId: string; readonly version: number };

/** The parts of a `<rulesetId>@<version>`; nothing if it is none. */
export const parseRulesVersion = (rulesVersion: string): RulesReference | undefined => {
  const [, rulesetId, version] = /^([A-Za-z0-9_.-]{1,64})@([1-9]\d{0,5})$/.exec(rulesVersion) ?? [];
  return rulesetId && version ? { rulesetId, version: Number(version) } : undefined;
};

/** The rule set a document describes. Its conditions are whatever was written: compiling checks them. */
export const ruleSetFrom = (document: RuleDocument, { rulesetId, version }: RulesReference): RuleSet => ({
  id: rulesetId,
  version: rulesVersionOf(rulesetId, version),
  timeZone: document.timeZone,
  noReasonWindowDays: document.noReasonWindowDays,
  merchantAnswerHours: document.merchantAnswerHours,
  ...(document.evidenceLimits ? { evidenceLimits: document.evidenceLimits } : {}),
  largeClaimMinor: exactAmounts(document.largeClaimMinor),
  returnFreightCapMinor: exactAmounts(document.returnFreightCapMinor),
  ...(document.refusals ? { refusals: document.refusals } : {}),
  rules: document.rules.map((rule): Rule => ({ ...rule, when: rule.when as Condition })),
  otherwise: document.otherwise,
  linesDiffer: document.linesDiffer,
});

/** The document that describes a rule set. */
export const documentOf = ({
  id: _id,
  version: _version,
  largeClaimMinor,
  returnFreightCapMinor,
  ...rest
}: RuleSet): RuleDocument => ({
  ...rest,
  largeClaimMinor: plainAmounts(largeClaimMinor),
  returnFreightCapMinor: plainAmounts(returnFreightCapMinor),
});

const plainAmounts = (amounts: {
  readonly [currency: string]: bigint;
}): { readonly [currency: string]: number } =>
  Object.fromEntries(Object.entries(amounts).map(([currency, amount]) => [currency, Number(amount)]));

const exactAmounts = (amounts: {
  readonly [currency: string]: number;
}): { readonly [currency: string]: bigint } =>
  Object.fromEntries(Object.entries(amounts).map(([currency, amount]) => [currency, BigInt(amount)]));

/**
 * One text for documents that say the same, whatever the order of their keys (RFC 8785). Only for documents
 * that passed their check, which bounds how deep they go.
 */
export const canonicalText = (document: RuleDocument): string => JSON.stringify(sorted(document));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};
