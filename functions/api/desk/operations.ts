import * as z from "zod/mini";
import { refusalReasons } from "../../domain/refusal.ts";
import { caseTypes } from "../../domain/request.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, money, pageOf, paging, text } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt, caseSummary } from "../cases/schemas.ts";

export const decideCaseOperation = defineOperation({
  operationId: "decideCase",
  method: "POST",
  path: "/v1/cases/{caseId}/decision",
  area: "desk",
  roles: ["merchant", "operator"],
  summary:
    "Approve or refuse a case, or offer something else; an operator decides or resumes one in manual review.",
  description:
    "A merchant answers while the case waits for it; whoever is faster than the clock wins. A counter-offer stops its clock until the buyer answers, twice a case at most. An operator acts only in manual_review: `resume` takes the case back to where it left off.",
  params: caseParams,
  body: z.discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("approve"), note: z.optional(text(1000)) }),
    z.strictObject({
      decision: z.literal("refuse"),
      reason: z.enum(refusalReasons),
      evidenceIds: documented(z.optional(z.array(id).check(z.minLength(1), z.maxLength(20))), {
        description: "Files of the merchant's that have arrived, where the rules ask for proof.",
      }),
      note: z.optional(text(1000)),
    }),
    z.strictObject({
      decision: z.literal("counter_offer"),
      remedy: documented(z.enum(caseTypes), {
        description:
          "One the verdict allows, or `refund_only` in any case: the buyer keeps the goods for a part of the price.",
      }),
      amountMinor: documented(z.optional(money), {
        description:
          "What is refunded of the price, at most what the verdict lets be; required where the remedy is a refund.",
        example: 38_400,
      }),
      note: z.optional(text(1000)),
    }),
    z.strictObject({ decision: z.literal("resume"), note: z.optional(text(1000)) }),
  ]),
  replies: { 200: { description: "The decision stands.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "decision_forbidden", "precondition_failed"],
  conditional: true,
});

export const answerOfferOperation = defineOperation({
  operationId: "answerOffer",
  method: "POST",
  path: "/v1/cases/{caseId}/offer-answer",
  area: "desk",
  roles: ["partner", "buyer"],
  summary: "Accept or decline what the merchant offers instead.",
  description:
    "An acceptance is binding: the case goes on as if the buyer had asked for what was offered, and nothing on top of it is paid. After a refusal, or no answer within 72 hours, the merchant goes on with what was left of its time.",
  params: caseParams,
  body: z.strictObject({ answer: z.enum(["accept", "decline"]) }),
  replies: { 200: { description: "The answer stands.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "quantity_exceeded", "precondition_failed"],
  conditional: true,
});

export const getQueueOperation = defineOperation({
  operationId: "getMerchantQueue",
  method: "GET",
  path: "/v1/merchants/{merchantId}/queue",
  area: "desk",
  roles: ["merchant", "partner", "operator"],
  summary: "The cases that wait for a merchant, the nearest deadline first.",
  params: z.strictObject({ merchantId: id }),
  query: z.strictObject(paging),
  replies: {
    200: {
      description: "One page.",
      schema: pageOf(
        z.extend(caseSummary, {
          deadlineAt: instant,
          overdue: documented(z.boolean(), {
            description: "The deadline has passed; silence is about to count.",
          }),
        }),
      ),
    },
  },
  problems: ["not_found", "invalid_cursor"],
});

export const operations = [decideCaseOperation, answerOfferOperation, getQueueOperation] as const;
