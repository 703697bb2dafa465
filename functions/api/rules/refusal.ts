import type { FieldError } from "../../domain/errors.ts";
import { faultsOf, type RuleFault } from "../../domain/judgment/check-rule-set.ts";
import { conditionBounds, type RuleProblem } from "../../domain/judgment/conditions.ts";
import { type RuleDocument, type RulesReference, ruleSetFrom } from "../../domain/judgment/rule-document.ts";
import { maximumRules } from "../../domain/judgment/rule-set.ts";
import { Problem } from "../../http/problem.ts";
import { DocumentTooLarge } from "../../store/rule-sets.ts";

/** What each fault is to whoever wrote the rule. An unmapped one does not compile. */
const sentences: Readonly<Record<RuleProblem, string>> = {
  not_an_object: "A condition is an object: all, any, not, or fact with op and value.",
  unknown_key: "A condition has one of the keys all, any, not, or fact with op and value.",
  empty_group: "A group names at least one condition.",
  unknown_fact: "There is no such fact.",
  unknown_operator: "There is no such operator.",
  operator_not_for_type: "The operator is not one for this type of fact.",
  wrong_value: "The value is not one this fact can be compared with.",
  too_deep: `A condition has at most ${conditionBounds.depth} levels.`,
  too_many_comparisons: `A condition has at most ${conditionBounds.comparisons} comparisons.`,
  too_many_rules: `A rule set has at most ${maximumRules} rules.`,
  repeated_rule: "Another rule has this id.",
  wrong_shares: "The shares do not sum to 10,000 basis points.",
  unknown_placeholder: "A placeholder is the name of a fact in braces.",
  confidential_fact: "The text names a fact that is not for its reader.",
  nothing_to_ship:
    "Only an exchange is shipped first: it has to be among the remedies, on the route automatic or merchant.",
  unknown_time_zone: "There is no such time zone.",
  never_matches: "The condition contradicts itself: the rule never matches.",
  never_reached: "Earlier rules match wherever this one would: it never decides.",
};

const fieldOf = ({ problem, pointer, rule, by }: RuleFault): FieldError => {
  const sentence = by === undefined ? sentences[problem] : `Rule ${by} matches wherever this one would.`;
  return { pointer, detail: rule === undefined ? sentence : `Rule ${rule}: ${sentence}` };
};

/** As many as any request is told of at once. */
const maximumErrors = 50;

/** @throws Problem `ruleset_invalid` with every fault by rule and place */
export const requireSound = (document: RuleDocument, reference: RulesReference): void => {
  const faults = faultsOf(ruleSetFrom(document, reference));
  if (faults.length === 0) return;
  throw invalid(faults.slice(0, maximumErrors).map(fieldOf));
};

export const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem("ruleset_invalid", "The rule set has errors.", errors);

/** What could not be stored, as its author is told. */
export const refusalOf = (error: unknown): unknown =>
  error instanceof DocumentTooLarge
    ? invalid([{ pointer: "", detail: "The document is larger than an item of the table can be." }])
    : error;
