import {
  canonicalText,
  type RuleDocument,
  type RulesReference,
  rulesVersionOf,
} from "../../domain/judgment/rule-document.ts";
import { type ShippedDocument, shippedDocuments } from "../../domain/judgment/shipped-documents.ts";
import { Problem } from "../../http/problem.ts";
import { digestOf, type RuleSetVersion } from "../../store/rule-sets.ts";

/** The rule sets that come with the service, told like a platform's own that were published. */

export type ShippedVersion = {
  readonly summary: Omit<RuleSetVersion, "tenantId"> & { readonly shipped: true };
  readonly document: RuleDocument;
};

const versionOf = ({ rulesetId, version, name, shippedAt, document }: ShippedDocument): ShippedVersion => ({
  summary: {
    rulesetId,
    version,
    name,
    state: "published",
    shipped: true,
    revision: 1,
    ...digestOf(document, canonicalText(document)),
    createdAt: shippedAt,
    updatedAt: shippedAt,
    publishedAt: shippedAt,
  },
  document,
});

export const shippedVersions: readonly ShippedVersion[] = shippedDocuments.map(versionOf);

/** The one of this name and version, or the latest of this name. */
export const findShipped = ({
  rulesetId,
  version,
}: Pick<RulesReference, "rulesetId"> & Partial<RulesReference>): ShippedVersion | undefined =>
  shippedVersions.findLast(
    ({ summary }) =>
      summary.rulesetId === rulesetId && (version === undefined || summary.version === version),
  );

/** @throws Problem `ruleset_shipped` if the rule set comes with the service */
export const requireOwn = ({ rulesetId }: Pick<RulesReference, "rulesetId">): void => {
  const ours = findShipped({ rulesetId });
  if (!ours) return;
  const basedOn = rulesVersionOf(rulesetId, ours.summary.version);
  throw new Problem(
    "ruleset_shipped",
    `Begin a rule set of your own from it: POST /v1/rulesets with basedOn ${basedOn}.`,
  );
};
