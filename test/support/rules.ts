import { cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { documentOf, type RuleDocument } from "../../functions/domain/judgment/rule-document.ts";
import {
  createDraft,
  latestVersion,
  publishDraft,
  type RuleSetVersion,
} from "../../functions/store/rule-sets.ts";
import type { Table } from "../../functions/store/table.ts";

/** Rule sets of a platform's own: small, and a test names only what it is about. */

/** The shipped rule set as a platform would have written it. */
export const shipped: RuleDocument = documentOf(cnStandardRules);

type WrittenRule = RuleDocument["rules"][number];

export const aRule = (id: string, when: unknown, but: Partial<WrittenRule> = {}): WrittenRule => ({
  ...shipped.otherwise,
  id,
  when,
  ...but,
});

/** One rule that matches every change of mind. */
export const aDocument = (but: Partial<RuleDocument> = {}): RuleDocument => ({
  ...shipped,
  rules: [aRule("any-change-of-mind", { fact: "reasonKind", op: "eq", value: "change_of_mind" })],
  ...but,
});

/** Puts a next version of a rule set in force. */
export const publish = async (
  table: Table,
  tenantId: string,
  rulesetId: string,
  effectiveFrom: number,
  document: RuleDocument = aDocument(),
): Promise<RuleSetVersion> => {
  const latest = await latestVersion(table, tenantId, rulesetId);
  const now = Math.min(effectiveFrom, latest?.updatedAt ?? effectiveFrom);
  const draft = await createDraft(
    table,
    latest,
    { tenantId, rulesetId, name: rulesetId, document, now },
    () => [],
  );
  return publishDraft(table, draft, effectiveFrom, { by: "operator-1", now }, () => []);
};
