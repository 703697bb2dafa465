import { InvariantViolation } from "../domain/errors.ts";
import {
  parseRulesVersion,
  type RulesReference,
  ruleSetFrom,
  rulesVersionOf,
} from "../domain/judgment/rule-document.ts";
import { type CompiledRuleSet, compileRuleSet } from "../domain/judgment/rule-set.ts";
import { defaultRuleSet, shippedRuleSets } from "../domain/judgment/shipped.ts";
import { effectiveRulesKey, ruleSetsPartition } from "./keys.ts";
import { type Effective, findDocument, findVersion, latestVersion } from "./rule-sets.ts";
import { queryPage, type Table } from "./table.ts";

/** Which rules judge a case, ready to judge. */

/**
 * The rules for a case that was filed at this time: the version that took effect last and was not retired by
 * then. It is the same answer whenever it is asked, since no version is published or retired in the past.
 *
 * @throws RuleError if the version that is in force does not compile; nobody judges by another one instead
 */
export const rulesFiledUnder = async (
  table: Table,
  tenantId: string,
  filedAt: number,
): Promise<CompiledRuleSet> => {
  const effective = await effectiveAt(table, tenantId, filedAt);
  return effective ? compiledVersion(table, tenantId, effective) : defaultRuleSet;
};

/** Few publications are retired, so the first page nearly always has the answer. */
const timelinePage = 10;

const effectiveAt = async (table: Table, tenantId: string, at: number): Promise<Effective | undefined> => {
  let start: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryPage<Effective>(table, {
      KeyConditionExpression: "PK = :ruleSets AND SK BETWEEN :first AND :last",
      ExpressionAttributeValues: {
        ":ruleSets": ruleSetsPartition(tenantId),
        ":first": effectiveRulesKey(tenantId, 0).SK,
        ":last": effectiveRulesKey(tenantId, at).SK,
      },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: timelinePage,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    const inForce = items.find(({ retiredAt }) => retiredAt === undefined || retiredAt > at);
    if (inForce) return inForce;
    start = lastKey;
  } while (start);
  return undefined;
};

/**
 * The rules a verdict names, to judge the same case again by them.
 *
 * @throws InvariantViolation if there is no such version, RuleError if it does not compile
 */
export const rulesOfVersion = async (
  table: Table,
  tenantId: string,
  rulesVersion: string,
): Promise<CompiledRuleSet> => {
  const shipped = shippedRuleSets.find(({ version }) => version === rulesVersion);
  if (shipped) return shipped;
  const reference = parseRulesVersion(rulesVersion);
  if (!reference) throw new InvariantViolation(`${rulesVersion} names no rules`);
  return compiledVersion(table, tenantId, reference);
};

/**
 * The rules somebody wants to try: a version that comes with the service or one of the tenant's own, be it a
 * draft, published or retired; its latest one if no version is named. `undefined` if there is none.
 *
 * @throws RuleError if it does not compile
 */
export const rulesToTry = async (
  table: Table,
  tenantId: string,
  rulesetId: string,
  version: number | undefined,
): Promise<CompiledRuleSet | undefined> => {
  const shipped = shippedRuleSets.find(
    (rules) =>
      rules.id === rulesetId &&
      (version === undefined || rules.version === rulesVersionOf(rulesetId, version)),
  );
  if (shipped) return shipped;
  const found =
    version === undefined
      ? await latestVersion(table, tenantId, rulesetId)
      : await findVersion(table, tenantId, { rulesetId, version });
  if (!found) return undefined;
  if (found.state !== "draft") return compiledVersion(table, tenantId, found);
  // A draft changes: what is compiled of it is kept by nobody.
  const document = await findDocument(table, tenantId, found);
  return document && compileRuleSet(ruleSetFrom(document, found));
};

/** Compiled versions of this execution environment. A published version never changes, so none gets old. */
const compiled = new WeakMap<Table, Map<string, CompiledRuleSet>>();
const maximumCompiled = 100;

const compiledVersion = async (
  table: Table,
  tenantId: string,
  reference: RulesReference,
): Promise<CompiledRuleSet> => {
  const ofTable = compiled.get(table) ?? new Map<string, CompiledRuleSet>();
  compiled.set(table, ofTable);
  const rulesVersion = rulesVersionOf(reference.rulesetId, reference.version);
  const key = `${tenantId}/${rulesVersion}`;
  const known = ofTable.get(key);
  if (known) return known;
  const document = await findDocument(table, tenantId, reference);
  if (!document) throw new InvariantViolation(`the rules ${rulesVersion} are gone`);
  const rules = compileRuleSet(ruleSetFrom(document, reference));
  const [oldest] = ofTable.keys();
  if (oldest !== undefined && ofTable.size >= maximumCompiled) ofTable.delete(oldest);
  ofTable.set(key, rules);
  return rules;
};
