import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, pageOf, paging } from "../../http/schemas.ts";
import { draftBody, factView, newDraftBody, ruleSetSummary, ruleSetView } from "./schemas.ts";

const params = z.strictObject({ rulesetId: id });

export const listFactsOperation = defineOperation({
  operationId: "listFacts",
  method: "GET",
  path: "/v1/facts",
  area: "rules",
  roles: ["partner", "operator", "merchant"],
  summary: "The facts a rule may ask about.",
  description: "A closed list. A fact that is not known yet makes no condition true.",
  replies: { 200: { description: "All of them.", schema: z.object({ items: z.array(factView) }) } },
  problems: [],
});

export const createRuleSetOperation = defineOperation({
  operationId: "createRuleSet",
  method: "POST",
  path: "/v1/rulesets",
  area: "rules",
  roles: ["partner", "operator"],
  summary: "Begin a rule set, or the next version of one, as a draft.",
  description:
    "Every fault is refused with the rule and its place: unknown facts, values of the wrong type, shares that do not sum to 10,000, rules that can never decide. A rule set has at most one draft. Ids that end in `-standard` belong to the rule sets that come with the service; `basedOn` begins from one of them too.",
  body: newDraftBody,
  replies: { 201: { description: "The draft.", schema: ruleSetSummary } },
  problems: ["ruleset_invalid", "ruleset_draft_exists"],
});

export const listRuleSetsOperation = defineOperation({
  operationId: "listRuleSets",
  method: "GET",
  path: "/v1/rulesets",
  area: "rules",
  roles: ["partner", "operator"],
  summary:
    "All versions of the platform's rule sets, the newest first, then those that come with the service.",
  query: z.strictObject(paging),
  replies: { 200: { description: "One page.", schema: pageOf(ruleSetSummary) } },
  problems: ["invalid_cursor"],
});

export const getRuleSetOperation = defineOperation({
  operationId: "getRuleSet",
  method: "GET",
  path: "/v1/rulesets/{rulesetId}",
  area: "rules",
  roles: ["partner", "operator"],
  summary: "A rule set as it was written: its latest version, or the one named.",
  params,
  query: z.strictObject({
    version: documented(
      z.optional(
        z.codec(z.string().check(z.regex(/^[1-9]\d{0,5}$/, "must be an integer from 1")), z.int(), {
          decode: Number,
          encode: String,
        }),
      ),
      { override: { type: "integer", minimum: 1, pattern: undefined } },
    ),
  }),
  replies: { 200: { description: "The rule set.", schema: ruleSetView } },
  problems: ["not_found"],
});

export const replaceRuleSetOperation = defineOperation({
  operationId: "replaceRuleSet",
  method: "PUT",
  path: "/v1/rulesets/{rulesetId}",
  area: "rules",
  roles: ["partner", "operator"],
  summary: "Replace a draft as a whole.",
  description: "What is published is never changed: begin a next version instead.",
  params,
  body: draftBody,
  replies: { 200: { description: "The draft.", schema: ruleSetSummary } },
  problems: ["ruleset_shipped", "not_found", "ruleset_invalid", "ruleset_not_draft"],
  conditional: "required",
});

export const publishRuleSetOperation = defineOperation({
  operationId: "publishRuleSet",
  method: "POST",
  path: "/v1/rulesets/{rulesetId}/publication",
  area: "rules",
  roles: ["operator"],
  summary: "Publish a draft for good, to take effect now or later.",
  description:
    "Of all published versions of the platform, the one that took effect last judges the cases that are filed from then on. A case keeps the version it was first judged by.",
  params,
  body: z.strictObject({
    version: z.int().check(z.minimum(1), z.maximum(999_999)),
    effectiveFrom: documented(z.optional(instant), { description: "Not in the past; at once if absent." }),
  }),
  replies: { 200: { description: "It is published.", schema: ruleSetSummary } },
  problems: ["ruleset_shipped", "not_found", "ruleset_invalid", "ruleset_not_draft", "effective_time_taken"],
  conditional: "required",
});

export const retireRuleSetOperation = defineOperation({
  operationId: "retireRuleSet",
  method: "POST",
  path: "/v1/rulesets/{rulesetId}/retirement",
  area: "rules",
  roles: ["operator"],
  summary: "Take a published version out of force, from now on.",
  description:
    "Cases filed from now on are judged by the version that took effect before it, or by the shipped rules; cases filed earlier keep it. A version that has not taken effect yet never will.",
  params,
  body: z.strictObject({ version: z.int().check(z.minimum(1), z.maximum(999_999)) }),
  replies: { 200: { description: "It is retired.", schema: ruleSetSummary } },
  problems: ["ruleset_shipped", "not_found", "ruleset_not_published"],
  conditional: "required",
});

export const operations = [
  listFactsOperation,
  createRuleSetOperation,
  listRuleSetsOperation,
  getRuleSetOperation,
  replaceRuleSetOperation,
  publishRuleSetOperation,
  retireRuleSetOperation,
] as const;
