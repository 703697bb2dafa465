import { RuleError, type RuleProblem } from "./conditions.ts";
import { deadRules } from "./reachability.ts";
import {
  type CompiledRule,
  compileRule,
  compileRuling,
  maximumRules,
  type RuleSet,
  repeatedIds,
  standingRulings,
} from "./rule-set.ts";

/** Something wrong with a rule set, and where. */
export type RuleFault = {
  readonly problem: RuleProblem;
  /** JSON pointer into the document. */
  readonly pointer: string;
  /** The rule's id, where the fault is a rule's. */
  readonly rule?: string;
  /** The earlier rule that leaves nothing to this one. */
  readonly by?: string;
};

/**
 * Everything that keeps a rule set from being saved: the first fault of each rule and, where the rules stand
 * for themselves, those that can never decide. An empty list means that it compiles.
 */
export const faultsOf = (ruleSet: RuleSet): readonly RuleFault[] => {
  const { rules } = ruleSet;
  // Before anything is done once a rule.
  if (rules.length > maximumRules) return [{ problem: "too_many_rules", pointer: "/rules" }];
  const faults: RuleFault[] = [
    ...(isTimeZone(ruleSet.timeZone)
      ? []
      : [{ problem: "unknown_time_zone", pointer: "/timeZone" } as const]),
    ...repeatedIds(ruleSet).map((pointer) => ({ problem: "repeated_rule", pointer }) as const),
  ];
  const compiled: CompiledRule[] = [];
  const attempt = (rule: string, compile: () => void): void => {
    try {
      compile();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      faults.push({ problem: error.problem, pointer: error.path, rule });
    }
  };
  for (const [index, rule] of rules.entries()) {
    attempt(rule.id, () => compiled.push(compileRule(rule, `/rules/${index}`)));
  }
  for (const [pointer, ruling] of standingRulings(ruleSet)) {
    attempt(ruling.id, () => compileRuling(ruling, [], pointer));
  }
  if (faults.length > 0) return faults;
  return deadRules(compiled).map(({ index, problem, by }) => ({
    problem,
    pointer: `/rules/${index}/when`,
    rule: rules[index]?.id ?? "",
    ...(by === undefined ? {} : { by }),
  }));
};

const isTimeZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};
