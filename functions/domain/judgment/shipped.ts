import { cnStandard } from "./cn-standard.ts";
import type { CompiledRuleSet } from "./rule-set.ts";

/** The rule sets that come with the service. Never changed once shipped: cases keep them. */
export const shippedRuleSets: readonly CompiledRuleSet[] = [cnStandard];

/** Judges where a platform has published nothing of its own. */
export const defaultRuleSet: CompiledRuleSet = cnStandard;
