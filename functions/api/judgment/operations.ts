import * as z from "zod/mini";
import { caseTypes, reasons } from "../../domain/request.ts";
import { defineOperation } from "../../http/operation.ts";
import { basisPoints, bilingual, code, documented, id, instant, money } from "../../http/schemas.ts";
import { listedVerdict, previewBody, previewView } from "./schemas.ts";

const caseParams = z.strictObject({ caseId: id });

const party = z.enum(["merchant", "platform", "carrier", "buyer"]);

const option = z.object({
  reasonKind: z.enum(["change_of_mind", "fault"]),
  reason: z.enum(reasons),
  type: z.enum(caseTypes),
  status: documented(z.enum(["open", "closed", "depends"]), {
    description: "`depends`: filing needs claimedFlaw; name it here too.",
  }),
  route: z.optional(z.enum(["automatic", "merchant", "arbitration", "ineligible"])),
  explanation: z.optional(bilingual),
  problem: documented(z.optional(z.enum(["requests_exceeded", "quantity_exceeded", "refundable_exceeded"])), {
    description: "What filing would answer with.",
  }),
  until: documented(z.optional(instant), { description: "Filed from then on, it is turned down." }),
  buyerPaysFreight: z.optional(z.boolean()),
  freightPayer: z.optional(party),
  refundCapBps: z.optional(basisPoints),
});

export const checkEligibilityOperation = defineOperation({
  operationId: "checkEligibility",
  method: "POST",
  path: "/v1/eligibility",
  area: "judgment",
  roles: ["partner", "buyer"],
  readOnly: true,
  summary: "Which requests are open for an order line, until when, and who would pay the freight.",
  description: "Judges each as if it were filed now. Nothing is held.",
  body: z.strictObject({
    orderId: id,
    lineId: id,
    quantity: documented(z.optional(z.int().check(z.minimum(1), z.maximum(10_000))), {
      description: "All that are left if absent.",
    }),
    reasons: documented(
      z.optional(z.array(z.enum(reasons)).check(z.minLength(1), z.maxLength(reasons.length))),
      { description: "All of them if absent." },
    ),
    claimedFlaw: z.optional(z.strictObject({ code, place: code })),
  }),
  replies: {
    200: {
      description: "One entry for each reason and remedy.",
      schema: z.object({
        orderId: z.string(),
        lineId: z.string(),
        currency: z.string(),
        requestsLeft: z.int(),
        remainingQuantity: z.int(),
        refundableMinor: money,
        rulesVersion: z.string(),
        options: z.array(option),
      }),
    },
  },
  problems: ["not_found"],
});

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

export const operations = [
  checkEligibilityOperation,
  previewJudgmentOperation,
  listVerdictsOperation,
] as const;
