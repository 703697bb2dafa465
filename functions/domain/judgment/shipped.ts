import { cnStandard } from "./cn-standard.ts";
import { euStandard } from "./eu-standard.ts";
import type { CompiledRuleSet } from "./rule-set.ts";

/** The rule sets that come with the service. Never changed once shipped: cases keep them. */
export const shippedRuleSets: readonly CompiledRuleSet[] = [cnStandard, euStandard];

/** Judges where a platform has published nothing of its own. */
export const defaultRuleSet: CompiledRuleSet = cnStandard;
