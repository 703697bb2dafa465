import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import {
  carrier,
  documented,
  id,
  instant,
  money,
  pageOf,
  paging,
  text,
  trackingNumber,
} from "../../http/schemas.ts";
import { labelStatuses } from "../../store/labels.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import { place } from "../logistics/place.ts";

const status = documented(z.enum(labelStatuses), {
  description: "superseded: the goods travel under another waybill, or not at all; void the label.",
});

const labelView = documented(
  z.object({
    labelId: z.string(),
    caseId: z.string(),
    status,
    orderedAt: instant,
    expectedBy: documented(instant, {
      description: "Unanswered by then, the buyer may give a waybill of their own.",
    }),
    answeredAt: z.optional(instant),
    carrier: z.optional(z.string()),
    trackingNumber: z.optional(z.string()),
    costMinor: z.optional(money),
    document: z.optional(z.string()),
    reason: z.optional(z.string()),
  }),
  { id: "Label" },
);

const params = z.strictObject({ labelId: id });

export const orderReturnLabelOperation = defineOperation({
  operationId: "orderReturnLabel",
  method: "POST",
  path: "/v1/cases/{caseId}/return-label",
  area: "labels",
  roles: ["partner", "buyer"],
  summary: "Order a label for the return from the platform's carrier account.",
  description:
    "Tells `ReturnLabelOrdered` on the bus and lists the order at `GET /v1/labels`; the platform's label service answers with `POST /v1/labels/{labelId}`. The label's id is the case's with `.label` behind, and asking again is the same order. Its cost is charged to whoever owes the return freight; where that is the buyer, it is taken off the refund.",
  params: caseParams,
  replies: { 200: { description: "The label is ordered.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const listLabelsOperation = defineOperation({
  operationId: "listLabels",
  method: "GET",
  path: "/v1/labels",
  area: "labels",
  roles: ["partner", "operator"],
  summary: "Labels by status, the oldest order first: what is to be made, without it.",
  query: z.strictObject({ ...paging, status: z._default(z.enum(labelStatuses), "ordered") }),
  replies: { 200: { description: "One page.", schema: pageOf(labelView) } },
  problems: ["invalid_cursor"],
});

export const getLabelOperation = defineOperation({
  operationId: "getLabel",
  method: "GET",
  path: "/v1/labels/{labelId}",
  area: "labels",
  roles: ["partner", "buyer", "operator"],
  summary: "A label, with its document once there is one.",
  params,
  replies: { 200: { description: "The label.", schema: labelView } },
  problems: ["not_found"],
});

const answer = z.discriminatedUnion("result", [
  z.strictObject({
    result: z.literal("issued"),
    carrier,
    trackingNumber,
    costMinor: documented(money, { description: "What the carrier account is charged." }),
    document: documented(text(500), {
      description: "Where the label is: an address or a reference.",
      example: "https://labels.example/01K…",
    }),
    from: documented(z.optional(place), { description: "Where the parcel is handed in." }),
    to: documented(z.optional(place), {
      description:
        "Where it is sent. Both countries choose the clocks of the lane; a delivery in another city has to be confirmed.",
    }),
  }),
  z.strictObject({
    result: z.literal("failed"),
    reason: documented(text(500), { description: "For the buyer to read; it stays with the label." }),
  }),
]);

export const answerLabelOperation = defineOperation({
  operationId: "answerLabel",
  method: "POST",
  path: "/v1/labels/{labelId}",
  area: "labels",
  roles: ["partner"],
  summary: "The label service's answer to an order.",
  description:
    "Issued: the case waits for this parcel from now on. Failed: the buyer is told to send the goods with a waybill of their own. An order that is of no use any more is answered with `superseded`. The same answer again changes nothing; another one is refused.",
  params,
  body: answer,
  replies: { 200: { description: "The label as it stands.", schema: labelView } },
  problems: ["not_found", "label_answered", "tracking_number_taken"],
});

export const operations = [
  orderReturnLabelOperation,
  listLabelsOperation,
  getLabelOperation,
  answerLabelOperation,
] as const;
