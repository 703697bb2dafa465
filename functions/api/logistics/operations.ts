import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { carrier, documented, flaw, id, instant, money, text, trackingNumber } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";

const place = z.strictObject({
  country: documented(z.string().check(z.regex(/^[A-Z]{2}$/, "must be two capital letters (ISO 3166)")), {
    description: "ISO 3166.",
    example: "CN",
  }),
  city: documented(z.optional(text(64)), { description: "As the carrier writes it.", example: "上海市" }),
});

export const shipReturnOperation = defineOperation({
  operationId: "shipReturn",
  method: "POST",
  path: "/v1/cases/{caseId}/return-shipment",
  area: "logistics",
  roles: ["partner", "buyer"],
  summary: "Give the waybill under which the goods travel back.",
  params: caseParams,
  body: z.strictObject({
    carrier,
    trackingNumber,
    freightMinor: documented(z._default(money, 0n), {
      description: "What the buyer paid for the return; reimbursed as the verdict says.",
    }),
    from: documented(z.optional(place), { description: "Where it is handed in." }),
    to: documented(z.optional(place), {
      description:
        "Where it is sent. Both countries choose the clocks of the lane; a delivery in another city has to be confirmed.",
    }),
  }),
  replies: { 200: { description: "The parcel is tracked from now on.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "tracking_number_taken", "precondition_failed"],
  conditional: true,
});

export const reportNotReceivedOperation = defineOperation({
  operationId: "reportNotReceived",
  method: "POST",
  path: "/v1/cases/{caseId}/not-received",
  area: "logistics",
  roles: ["warehouse", "merchant"],
  summary: "Say that a return which the carrier calls delivered is not there.",
  description:
    "The case waits for the parcel again, its claim window is opened and it counts as lost in the end. A merchant gains by goods that did not arrive: after its report an operator decides instead. Whoever finds the goods inspects them.",
  params: caseParams,
  body: z.strictObject({
    trackingNumber: documented(z.optional(trackingNumber), {
      description: "Which of the case's parcels; all of them without it.",
    }),
  }),
  replies: { 200: { description: "The parcel is traced.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "parcel_unknown", "precondition_failed"],
  conditional: true,
});

export const inspectReturnOperation = defineOperation({
  operationId: "inspectReturn",
  method: "POST",
  path: "/v1/cases/{caseId}/inspection",
  area: "logistics",
  roles: ["warehouse", "merchant"],
  summary: "Record what came back. As sent: the case is settled. Otherwise it is judged again.",
  params: caseParams,
  body: z.strictObject({
    inspectedAt: instant,
    lines: z
      .array(
        z.strictObject({
          lineId: id,
          receivedQuantity: z.int().check(z.minimum(0), z.maximum(10_000)),
          sameItem: documented(z.boolean(), { description: "Whether it is the item that was sold." }),
          flaws: z.array(flaw).check(z.maxLength(50)),
        }),
      )
      .check(z.minLength(1), z.maxLength(20)),
  }),
  replies: { 200: { description: "The inspection is on record.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "inspection_incomplete", "precondition_failed"],
  conditional: true,
});

export const operations = [shipReturnOperation, reportNotReceivedOperation, inspectReturnOperation] as const;
