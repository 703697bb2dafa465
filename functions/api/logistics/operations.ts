import * as z from "zod/mini";
import { namedDispositions } from "../../domain/inspected-goods.ts";
import { defineOperation } from "../../http/operation.ts";
import { carrier, documented, flaw, id, instant, money, trackingNumber } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import { place } from "./place.ts";

const waybill = {
  carrier,
  trackingNumber,
  freightMinor: documented(z._default(money, 0n), {
    description: "What the buyer paid for this parcel; reimbursed as the verdict says.",
  }),
  lines: documented(
    z.optional(
      z
        .array(z.strictObject({ lineId: id, quantity: z.int().check(z.minimum(1), z.maximum(10_000)) }))
        .check(z.minLength(1), z.maxLength(20)),
    ),
    { description: "What is in it, where the buyer says so." },
  ),
  from: documented(z.optional(place), { description: "Where it is handed in." }),
  to: documented(z.optional(place), {
    description:
      "Where it is sent. Both countries choose the clocks of the lane; a delivery in another city has to be confirmed.",
  }),
};

const sharing =
  "Cases of one buyer and one merchant may share a parcel: the same carrier and number is given for each, and its cost for the first alone. For anybody else's goods a number in use is refused, under whichever carrier's name.";

export const shipReturnOperation = defineOperation({
  operationId: "shipReturn",
  method: "POST",
  path: "/v1/cases/{caseId}/return-shipment",
  area: "logistics",
  roles: ["partner", "buyer"],
  summary: "Give the waybill under which the goods travel back.",
  params: caseParams,
  description: sharing,
  body: z.strictObject(waybill),
  replies: { 200: { description: "The parcel is tracked from now on.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "tracking_number_taken", "precondition_failed"],
  conditional: true,
});

export const addReturnShipmentOperation = defineOperation({
  operationId: "addReturnShipment",
  method: "POST",
  path: "/v1/cases/{caseId}/return-shipments",
  area: "logistics",
  roles: ["partner", "buyer"],
  summary: "Give another waybill of a return that travels in parts.",
  description: `While the return is on its way; the first waybill is given with \`return-shipment\`. The return is inspected when all its parcels have arrived. ${sharing}`,
  params: caseParams,
  body: z.strictObject(waybill),
  replies: { 200: { description: "The parcel is tracked as well.", schema: caseReceipt } },
  problems: [
    "not_found",
    "stage_forbids",
    "tracking_number_taken",
    "parcels_exceeded",
    "precondition_failed",
  ],
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

const disposition = z.enum(namedDispositions);

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
          disposition: documented(z.optional(disposition), {
            description:
              "What is to become of the units that came back. Without it, it follows from what was found. Units that did not come back are `MISSING`.",
          }),
        }),
      )
      .check(z.minLength(1), z.maxLength(20)),
  }),
  replies: { 200: { description: "The inspection is on record.", schema: caseReceipt } },
  problems: [
    "not_found",
    "stage_forbids",
    "inspection_incomplete",
    "disposition_forbidden",
    "precondition_failed",
  ],
  conditional: true,
});

export const changeDispositionOperation = defineOperation({
  operationId: "changeDisposition",
  method: "PUT",
  path: "/v1/cases/{caseId}/disposition",
  area: "logistics",
  roles: ["warehouse"],
  summary: "Change what is to become of inspected goods.",
  description:
    "Until the case is closed. It holds for the units of a line that came back; each change is told by an event `DispositionDecided`, and lines that are not named stay as they are.",
  params: caseParams,
  body: z.strictObject({
    lines: z.array(z.strictObject({ lineId: id, disposition })).check(z.minLength(1), z.maxLength(20)),
  }),
  replies: { 200: { description: "It is so now.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "disposition_forbidden", "precondition_failed"],
  conditional: true,
});

const lane = documented(
  z
    .string()
    .check(
      z.regex(
        /^(domestic|cross_border|[A-Z]{2}-[A-Z]{2})$/,
        "must be domestic, cross_border or two countries",
      ),
    ),
  { description: "A kind of lane, or two countries (ISO 3166).", example: "CN-DE" },
);

/** Ninety days: a parcel that is silent for longer is nobody's parcel any more. */
const hours = z.int().check(z.minimum(1), z.maximum(2_160));

const transitClocks = {
  firstScanHours: documented(hours, { description: "From the waybill to the first scan." }),
  stuckHours: documented(hours, { description: "From the last movement until everybody is told." }),
  claimHours: documented(hours, {
    description: "From the last movement until the claim is to be announced.",
  }),
  lostHours: documented(hours, { description: "From the last movement until the parcel counts as lost." }),
};

const transitClockView = { carrier: z.string(), lane: z.string(), ...transitClocks };

export const putTransitClockOperation = defineOperation({
  operationId: "putTransitClock",
  method: "PUT",
  path: "/v1/transit-clocks/{carrier}/{lane}",
  area: "logistics",
  roles: ["partner", "operator"],
  summary: "Set how long a carrier's parcels may be silent on a lane.",
  description:
    "`any` stands for every carrier. Of several rows the carrier's own counts before `any`, two countries before a kind of lane, and the platform's rows before the shipped ones. A parcel keeps the clocks it had when its waybill was given.",
  params: z.strictObject({ carrier, lane }),
  body: z.strictObject(transitClocks).check(
    z.superRefine(({ firstScanHours, stuckHours, claimHours, lostHours }, context) => {
      const ordered = [
        ["claimHours", claimHours, stuckHours, "must be more than stuckHours"],
        ["lostHours", lostHours, claimHours, "must be more than claimHours"],
        ["firstScanHours", lostHours, firstScanHours, "must be less than lostHours"],
      ] as const;
      for (const [field, more, less, message] of ordered) {
        if (more <= less) context.addIssue({ code: "custom", path: [field], message });
      }
    }),
  ),
  replies: {
    200: {
      description: "The row was replaced, or stood like this already.",
      schema: z.object({ ...transitClockView, version: z.int() }),
    },
    201: { description: "The row is new.", schema: z.object({ ...transitClockView, version: z.int() }) },
  },
  problems: ["precondition_failed"],
  conditional: true,
});

export const listTransitClocksOperation = defineOperation({
  operationId: "listTransitClocks",
  method: "GET",
  path: "/v1/transit-clocks",
  area: "logistics",
  roles: ["partner", "operator"],
  summary: "How long parcels may be silent: the platform's own rows, and the shipped ones behind them.",
  replies: {
    200: {
      description: "All rows.",
      schema: z.object({
        items: z.array(z.object({ ...transitClockView, version: z.int() })),
        shipped: z.array(z.object(transitClockView)),
      }),
    },
  },
  problems: [],
});

export const operations = [
  shipReturnOperation,
  addReturnShipmentOperation,
  putTransitClockOperation,
  listTransitClocksOperation,
  reportNotReceivedOperation,
  inspectReturnOperation,
  changeDispositionOperation,
] as const;
