import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { id } from "../../http/schemas.ts";
import { listedVerdict, previewBody, previewView } from "./schemas.ts";

const caseParams = z.strictObject({ caseId: id });

export const previewJudgmentOperation = defineOperation({
  operationId: "previewJudgment",
  method: "POST",
  path: "/v1/judgments/preview",
  area: "judgment",
  roles: ["partner", "operator"],
  readOnly: true,
  summary: "What a rule set would say of given facts, or of a case as it stands.",
  description:
    "Judges by a draft, a published or retired version, or one that comes with the service; by what is in force now if none is named. Writes nothing. A case is compared with its standing verdict.",
  body: previewBody,
  replies: { 200: { description: "The whole verdict, as the arbiter reads it.", schema: previewView } },
  problems: ["not_found", "ruleset_invalid"],
});

export const listVerdictsOperation = defineOperation({
  operationId: "listCaseVerdicts",
  method: "GET",
  path: "/v1/cases/{caseId}/verdicts",
  area: "judgment",
  roles: ["partner", "buyer", "merchant", "operator"],
  summary: "Every verdict of a case, the first one first, and what changed from one to the next.",
  description: "A case has few; of more than 50 the latest 50 are told.",
  params: caseParams,
  replies: {
    200: { description: "As the caller may read them.", schema: z.object({ items: z.array(listedVerdict) }) },
  },
  problems: ["not_found"],
});

export const operations = [previewJudgmentOperation, listVerdictsOperation] as const;
