import * as z from "zod";
import { caseTypes, reasons } from "../../domain/request.ts";
import { defineOperation } from "../../http/operation.ts";
import { basisPoints, bilingual, code, id, instant, money } from "../../http/schemas.ts";

const party = z.enum(["merchant", "platform", "carrier", "buyer"]);

const option = z.object({
  reasonKind: z.enum(["change_of_mind", "fault"]),
  reason: z.enum(reasons),
  type: z.enum(caseTypes),
  status: z
    .enum(["open", "closed", "depends"])
    .meta({ description: "`depends`: filing needs claimedFlaw; name it here too." }),
  route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]).optional(),
  explanation: bilingual.optional(),
  problem: z
    .enum(["requests_exceeded", "quantity_exceeded", "refundable_exceeded"])
    .optional()
    .meta({ description: "What filing would answer with." }),
  until: instant.optional().meta({ description: "Filed from then on, it is turned down." }),
  buyerPaysFreight: z.boolean().optional(),
  freightPayer: party.optional(),
  refundCapBps: basisPoints.optional(),
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
    quantity: z.int().min(1).max(10_000).optional().meta({ description: "All that are left if absent." }),
    reasons: z
      .array(z.enum(reasons))
      .min(1)
      .max(reasons.length)
      .optional()
      .meta({ description: "All of them if absent." }),
    claimedFlaw: z.strictObject({ code, place: code }).optional(),
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

export const operations = [checkEligibilityOperation] as const;
