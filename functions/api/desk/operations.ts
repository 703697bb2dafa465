import * as z from "zod/mini";
import { refusalReasons } from "../../domain/case.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, pageOf, paging, text } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt, caseSummary } from "../cases/schemas.ts";

export const decideCaseOperation = defineOperation({
  operationId: "decideCase",
  method: "POST",
  path: "/v1/cases/{caseId}/decision",
  area: "desk",
  roles: ["merchant", "operator"],
  summary: "Approve or refuse a case; an operator decides or resumes one in manual review.",
  description:
    "A merchant answers while the case waits for it; whoever is faster than the clock wins. An operator acts only in manual_review: `resume` takes the case back to where it left off.",
  params: caseParams,
  body: z.discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("approve"), note: z.optional(text(1000)) }),
    z.strictObject({
      decision: z.literal("refuse"),
      reason: z.enum(refusalReasons),
      note: z.optional(text(1000)),
    }),
    z.strictObject({ decision: z.literal("resume"), note: z.optional(text(1000)) }),
  ]),
  replies: { 200: { description: "The decision stands.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
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

export const operations = [decideCaseOperation, getQueueOperation] as const;
