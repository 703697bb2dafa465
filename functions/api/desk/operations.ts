import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, pageOf } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import { approveForm, counterOfferForm, refuseForm, resumeForm } from "./decision-forms.ts";
import { allowedDecisions } from "./decision-schema.ts";
import { queueCounts, queueQuery, queueRow } from "./queue-schema.ts";

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
    z.strictObject(approveForm),
    z.strictObject(refuseForm),
    z.strictObject(counterOfferForm),
    z.strictObject(resumeForm),
  ]),
  replies: { 200: { description: "The decision stands.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "decision_forbidden", "precondition_failed"],
  conditional: true,
});

const rowOf = {
  caseId: id,
  version: documented(z.optional(z.int().check(z.minimum(1))), {
    description: "Of the case as it was read; the row fails if somebody else was faster.",
  }),
};

const bulkRow = z.discriminatedUnion("decision", [
  z.strictObject({ ...rowOf, ...approveForm }),
  z.strictObject({ ...rowOf, ...refuseForm }),
  z.strictObject({ ...rowOf, ...counterOfferForm }),
]);

const rowProblem = documented(
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.optional(z.array(z.object({ pointer: z.string(), detail: z.string() }))),
    allowed: z.optional(allowedDecisions),
  }),
  {
    id: "RowProblem",
    description: "As the row alone would have been answered; pointers lead into the whole body.",
  },
);

export const decideCasesOperation = defineOperation({
  operationId: "decideCases",
  method: "POST",
  path: "/v1/merchants/{merchantId}/decisions",
  area: "desk",
  roles: ["merchant"],
  summary: "Decide up to 50 cases at once, each on its own.",
  description:
    "Every row is checked and decided like `POST /v1/cases/{caseId}/decision`, in a transaction of its own: one that fails touches no other. Sent again with the same key, rows that were decided are reported as decided, also if the first attempt was cut off. A body that does not fit the schema is refused whole. `dryRun` says what each row would come to as things stand, and writes nothing.",
  params: z.strictObject({ merchantId: id }),
  body: z.strictObject({
    decisions: z.array(bulkRow).check(z.minLength(1), z.maxLength(50)),
    dryRun: z._default(z.boolean(), false),
  }),
  replies: {
    200: {
      description: "What became of each row, in their order.",
      schema: z.object({
        dryRun: z.boolean(),
        decided: z.int(),
        wouldBeDecided: z.int(),
        failed: z.int(),
        rows: z.array(
          z.object({
            caseId: z.string(),
            outcome: z.enum(["decided", "would_be_decided", "failed"]),
            status: documented(z.int(), { description: "As the row alone would have been answered." }),
            explanation: z.string(),
            receipt: z.optional(caseReceipt),
            problem: z.optional(rowProblem),
          }),
        ),
      }),
    },
  },
  problems: ["not_found"],
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
  summary:
    "The cases that wait for a merchant, the nearest deadline first, with what is needed to decide them.",
  description:
    "A walk from page to page shows each row at most once, and exactly once if it neither left nor changed its deadline meanwhile; a row that came or moved after the walk began belongs to the next walk. With a filter a page may be short, or empty, and still have a next.",
  params: z.strictObject({ merchantId: id }),
  query: queueQuery,
  replies: { 200: { description: "One page.", schema: pageOf(queueRow) } },
  problems: ["not_found", "invalid_cursor"],
});

export const getQueueCountsOperation = defineOperation({
  operationId: "getMerchantQueueCounts",
  method: "GET",
  path: "/v1/merchants/{merchantId}/queue/counts",
  area: "desk",
  roles: ["merchant", "partner", "operator"],
  summary: "How many cases wait for a merchant, by stage, and how many of them are overdue.",
  params: z.strictObject({ merchantId: id }),
  replies: { 200: { description: "The counts.", schema: queueCounts } },
  problems: ["not_found"],
});

export const operations = [
  decideCaseOperation,
  decideCasesOperation,
  answerOfferOperation,
  getQueueOperation,
  getQueueCountsOperation,
] as const;
