import * as z from "zod/mini";
import { caseTypes, reasons } from "../../domain/request.ts";
import { defineOperation } from "../../http/operation.ts";
import { basisPoints, bilingual, code, documented, id, instant, money } from "../../http/schemas.ts";

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
  area: "eligibility",
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

export const operations = [checkEligibilityOperation] as const;
