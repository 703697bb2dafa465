import { cnStandardRules } from "./cn-standard.ts";
import { euStandardRules } from "./eu-standard.ts";
import { documentOf, parseRulesVersion, type RuleDocument, type RulesReference } from "./rule-document.ts";
import type { RuleSet } from "./rule-set.ts";

/** The rule sets that come with the service as a platform reads them, and begins its own from. */

export type ShippedDocument = RulesReference & {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly shippedAt: number;
  readonly document: RuleDocument;
};

const shipped = (ruleSet: RuleSet, name: string, shippedAt: number): ShippedDocument => {
  const reference = parseRulesVersion(ruleSet.version);
  if (!reference) throw new RangeError(`${ruleSet.version} names no version`);
  return { ...reference, name, shippedAt, document: documentOf(ruleSet) };
};

export const shippedDocuments: readonly ShippedDocument[] = [
  shipped(cnStandardRules, "China: Consumer Rights Law, art. 25", Date.UTC(2026, 10, 22)),
  shipped(euStandardRules, "European Union: Directives 2011/83/EU and (EU) 2019/771", Date.UTC(2026, 10, 22)),
];
