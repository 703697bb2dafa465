import { createHash } from "node:crypto";
import { InvariantViolation } from "../domain/errors.ts";
import {
  canonicalText,
  type RuleDocument,
  type RulesReference,
  rulesVersionOf,
} from "../domain/judgment/rule-document.ts";
import {
  effectiveRulesKey,
  type Key,
  ruleSetDocumentKey,
  ruleSetPartition,
  ruleSetsPartition,
  ruleSetVersionKey,
  ruleSetVersionPrefix,
  tableKeys,
} from "./keys.ts";
import {
  getItem,
  type Page,
  putOnce,
  putWrite,
  queryPage,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

/**
 * The rule sets of a tenant. A version is a small item that says what became of it, and a document that is
 * never written again once the version is published. What is in force when stands on a timeline of its own,
 * one item a publication, so that a judgment finds it with one query.
 */

export type RuleSetVersion = RulesReference & {
  readonly tenantId: string;
  readonly name: string;
  readonly state: "draft" | "published" | "retired";
  /** Counts the changes of the rule set, over all its versions: the `ETag`. */
  readonly revision: number;
  /** SHA-256 of the canonical document, hexadecimal. */
  readonly sha256: string;
  readonly ruleCount: number;
  /** The version it was begun from. */
  readonly basedOn?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly publishedAt?: number;
  readonly publishedBy?: string;
  readonly effectiveFrom?: number;
  readonly retiredAt?: number;
  readonly retiredBy?: string;
};

/** The state of a version changed since it was read, or somebody was faster to make it. */
export const revisionConflict = "revision";

/** Another version of the tenant takes effect at the same moment. */
export const effectiveConflict = "effectiveFrom";

/** DynamoDB's limit of an item is 400 KB, names and keys included. */
export const maximumDocumentBytes = 390 * 1024;

/** A document that no item holds; nothing was written. */
export class DocumentTooLarge extends Error {
  override readonly name = "DocumentTooLarge";
}

/** A document as it is kept: as text, so that what was signed off is kept to the letter. */
type StoredDocument = { readonly document: string };

const textOf = (document: RuleDocument): string => {
  const text = canonicalText(document);
  if (Buffer.byteLength(text) > maximumDocumentBytes) throw new DocumentTooLarge(`${text.length} characters`);
  return text;
};

const versionItem = (version: RuleSetVersion): Record<string, unknown> => ({
  ...ruleSetVersionKey(version.tenantId, version.rulesetId, version.version),
  ...version,
  [tableKeys.index.partitionKey]: ruleSetsPartition(version.tenantId),
  [tableKeys.index.sortKey]:
    `${new Date(version.createdAt).toISOString()}#${rulesVersionOf(version.rulesetId, version.version)}`,
});

const documentItem = ({ tenantId, rulesetId, version }: RuleSetVersion, document: string) => ({
  ...ruleSetDocumentKey(tenantId, rulesetId, version),
  document,
});

/** Moves a version on, if it still is what was read. */
const versionWrite = (table: Table, before: RuleSetVersion, after: RuleSetVersion): Write =>
  putWrite(table, revisionConflict, {
    Item: versionItem(after),
    ConditionExpression: "revision = :revision",
    ExpressionAttributeValues: { ":revision": before.revision },
  });

/** The latest version of a rule set: the only one that can be a draft. */
export const latestVersion = async (
  table: Table,
  tenantId: string,
  rulesetId: string,
): Promise<RuleSetVersion | undefined> => {
  const { items } = await queryPage<RuleSetVersion>(table, {
    KeyConditionExpression: "PK = :ruleSet AND begins_with(SK, :version)",
    ExpressionAttributeValues: {
      ":ruleSet": ruleSetPartition(tenantId, rulesetId),
      ":version": ruleSetVersionPrefix,
    },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: 1,
  });
  return items[0] && withoutKeys(items[0]);
};

export const findVersion = async (
  table: Table,
  tenantId: string,
  { rulesetId, version }: RulesReference,
): Promise<RuleSetVersion | undefined> => {
  const found = await getItem<RuleSetVersion>(table, ruleSetVersionKey(tenantId, rulesetId, version));
  return found && withoutKeys(found);
};

export const findDocument = async (
  table: Table,
  tenantId: string,
  { rulesetId, version }: RulesReference,
): Promise<RuleDocument | undefined> => {
  const stored = await getItem<StoredDocument>(table, ruleSetDocumentKey(tenantId, rulesetId, version));
  return stored && (JSON.parse(stored.document) as RuleDocument);
};

/** Every version of every rule set of a tenant, the newest first, a page at a time. */
export const listVersions = async (
  table: Table,
  tenantId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<RuleSetVersion>> => {
  const { items, lastKey } = await queryPage<RuleSetVersion>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :ruleSets",
    ExpressionAttributeValues: { ":ruleSets": ruleSetsPartition(tenantId) },
    ScanIndexForward: false,
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { items: items.map(withoutKeys), ...(lastKey ? { lastKey } : {}) };
};

/** What belongs into the transaction of a change, such as the recorded reply to it. */
type Extra = (after: RuleSetVersion) => readonly Write[];

export type NewDraft = {
  readonly tenantId: string;
  readonly rulesetId: string;
  readonly name: string;
  readonly document: RuleDocument;
  readonly basedOn?: string;
  readonly now: number;
};

/**
 * Begins the next version of a rule set, the first if it is new.
 *
 * @param latest the version that stands, if there is one; never a draft
 * @throws Conflict `revision` if somebody else began it, DocumentTooLarge
 */
export const createDraft = async (
  table: Table,
  latest: RuleSetVersion | undefined,
  { tenantId, rulesetId, name, document, basedOn, now }: NewDraft,
  extra: Extra,
): Promise<RuleSetVersion> => {
  const text = textOf(document);
  const draft: RuleSetVersion = {
    tenantId,
    rulesetId,
    version: (latest?.version ?? 0) + 1,
    name,
    state: "draft",
    // Never a number the version before has had: an old ETag must not fit a draft nobody has read.
    revision: (latest?.revision ?? 0) + 1,
    ...digestOf(document, text),
    ...(basedOn === undefined ? {} : { basedOn }),
    createdAt: now,
    updatedAt: now,
  };
  await transact(table, [
    putOnce(table, revisionConflict, versionItem(draft)),
    putOnce(table, revisionConflict, documentItem(draft, text)),
    ...extra(draft),
  ]);
  return draft;
};

/** What tells one document from another, and how long it is. */
export const digestOf = ({ rules }: RuleDocument, text: string) => ({
  sha256: createHash("sha256").update(text).digest("hex"),
  ruleCount: rules.length,
});

/**
 * Replaces what a draft says.
 *
 * @throws Conflict `revision` if it was replaced or published meanwhile, DocumentTooLarge
 */
export const replaceDraft = async (
  table: Table,
  draft: RuleSetVersion,
  { name, document, now }: Pick<NewDraft, "name" | "document" | "now">,
): Promise<RuleSetVersion> => {
  const text = textOf(document);
  const after = { ...draft, ...digestOf(document, text), name, revision: draft.revision + 1, updatedAt: now };
  await transact(table, [
    versionWrite(table, draft, after),
    putWrite(table, revisionConflict, { Item: documentItem(after, text) }),
  ]);
  return after;
};

/** A publication on the tenant's timeline. */
export type Effective = RulesReference & { readonly effectiveFrom: number; readonly retiredAt?: number };

const effectiveItem = (
  tenantId: string,
  effectiveFrom: number,
  { rulesetId, version, retiredAt }: RuleSetVersion,
): Key & Effective => ({
  ...effectiveRulesKey(tenantId, effectiveFrom),
  rulesetId,
  version,
  effectiveFrom,
  ...(retiredAt === undefined ? {} : { retiredAt }),
});

type Decision = { readonly by: string; readonly now: number };

/**
 * Publishes a draft for good.
 *
 * @param effectiveFrom not before now: what has been judged is never put in question
 * @throws Conflict `revision` if the draft changed meanwhile, `effectiveFrom` if that moment is taken
 */
export const publishDraft = async (
  table: Table,
  draft: RuleSetVersion,
  effectiveFrom: number,
  { by, now }: Decision,
  extra: Extra,
): Promise<RuleSetVersion> => {
  const after: RuleSetVersion = {
    ...draft,
    state: "published",
    revision: draft.revision + 1,
    updatedAt: now,
    publishedAt: now,
    publishedBy: by,
    effectiveFrom,
  };
  await transact(table, [
    versionWrite(table, draft, after),
    putWrite(table, effectiveConflict, {
      Item: effectiveItem(draft.tenantId, effectiveFrom, after),
      // What was retired before it ever took effect gives its moment back.
      ConditionExpression: "attribute_not_exists(PK) OR retiredAt <= :effectiveFrom",
      ExpressionAttributeValues: { ":effectiveFrom": effectiveFrom },
    }),
    ...extra(after),
  ]);
  return after;
};

/**
 * Takes a published version out of force, from now on.
 *
 * @throws Conflict `revision` if somebody else retired it
 */
export const retireVersion = async (
  table: Table,
  published: RuleSetVersion,
  { by, now }: Decision,
  extra: Extra,
): Promise<RuleSetVersion> => {
  const { tenantId, rulesetId, version, effectiveFrom } = published;
  if (effectiveFrom === undefined) {
    throw new InvariantViolation(`${rulesVersionOf(rulesetId, version)} was published for no time`);
  }
  const after: RuleSetVersion = {
    ...published,
    state: "retired",
    revision: published.revision + 1,
    updatedAt: now,
    retiredAt: now,
    retiredBy: by,
  };
  await transact(table, [
    versionWrite(table, published, after),
    putWrite(table, revisionConflict, { Item: effectiveItem(tenantId, effectiveFrom, after) }),
    ...extra(after),
  ]);
  return after;
};
