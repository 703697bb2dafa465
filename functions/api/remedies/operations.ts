import * as z from "zod/mini";
import { replacementProblems } from "../../domain/case.ts";
import { defineOperation } from "../../http/operation.ts";
import { carrier, documented, money, trackingNumber } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import { place } from "../logistics/place.ts";

export const recordRepairOperation = defineOperation({
  operationId: "recordRepair",
  method: "POST",
  path: "/v1/cases/{caseId}/repair",
  area: "remedies",
  roles: ["merchant", "warehouse"],
  summary: "Say that the goods are repaired, or that they cannot be.",
  description: "`not_repairable`, or no word within the clock, turns the remedy into a refund.",
  params: caseParams,
  body: z.discriminatedUnion("outcome", [
    z.strictObject({
      outcome: z.literal("repaired"),
      costMinor: documented(z._default(money, 0n), {
        description:
          "What the repair cost, in the currency of the case. It is shared as the verdict says, up to what a refund would have cost.",
      }),
    }),
    z.strictObject({ outcome: z.literal("not_repairable") }),
  ]),
  replies: { 200: { description: "It is on record.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const shipReplacementOperation = defineOperation({
  operationId: "shipReplacement",
  method: "POST",
  path: "/v1/cases/{caseId}/replacement-shipment",
  area: "remedies",
  roles: ["merchant", "warehouse"],
  summary: "Give the waybill under which the buyer gets the replacement or the repaired goods.",
  params: caseParams,
  body: z.strictObject({
    carrier,
    trackingNumber,
    freightMinor: documented(z._default(money, 0n), {
      description: "What sending it cost. It is shared as the verdict says, up to its cap for freight.",
    }),
    from: documented(z.optional(place), { description: "Where it is handed in." }),
    to: documented(z.optional(place), {
      description: "Where it is sent. Both countries choose the clocks of the lane.",
    }),
  }),
  replies: { 200: { description: "The parcel is tracked from now on.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "tracking_number_taken", "precondition_failed"],
  conditional: true,
});

export const giveUpReplacementOperation = defineOperation({
  operationId: "giveUpReplacement",
  method: "POST",
  path: "/v1/cases/{caseId}/cannot-supply",
  area: "remedies",
  roles: ["merchant", "warehouse"],
  summary: "Say that what was promised cannot be sent: the remedy turns into a refund.",
  params: caseParams,
  replies: { 200: { description: "The buyer is refunded.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const answerReplacementOperation = defineOperation({
  operationId: "answerReplacement",
  method: "POST",
  path: "/v1/cases/{caseId}/receipt",
  area: "remedies",
  roles: ["partner", "buyer"],
  summary: "Confirm what was sent, or say what is wrong with it.",
  description: "A problem is looked into by a person. No word within the clock counts as a confirmation.",
  params: caseParams,
  body: z.discriminatedUnion("outcome", [
    z.strictObject({ outcome: z.literal("confirmed") }),
    z.strictObject({ outcome: z.literal("problem"), problem: z.enum(replacementProblems) }),
  ]),
  replies: { 200: { description: "It is on record.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const operations = [
  recordRepairOperation,
  shipReplacementOperation,
  giveUpReplacementOperation,
  answerReplacementOperation,
] as const;
