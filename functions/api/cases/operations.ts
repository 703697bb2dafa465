import * as z from "zod/mini";
import { audiences } from "../../domain/notifications.ts";
import { caseTypes, reasons } from "../../domain/request.ts";
import { defineOperation } from "../../http/operation.ts";
import { code, documented, id, money, pageOf, paging, text } from "../../http/schemas.ts";
import { caseReceipt, caseSummary, caseView, timelineEntry } from "./schemas.ts";

export const caseParams = z.strictObject({ caseId: id });

const claimedFlaw = documented(z.strictObject({ code, place: code }), {
  description:
    "The flaw the buyer names, claimed of each line; required where the reason is a flaw of the goods, refused with a change of mind.",
});

export const fileCaseOperation = defineOperation({
  operationId: "fileCase",
  method: "POST",
  path: "/v1/cases",
  area: "cases",
  roles: ["partner", "buyer"],
  summary: "File an after-sales case over lines of one order and one merchant.",
  description:
    "Holds the claimed units and amount of each line, so that all cases of a line together never exceed what was paid. Each line is judged on its own: where they do not all come to the same, the case is ineligible, and a case for each line is to be filed. The judgment follows within moments; read the case to see it.",
  body: z.strictObject({
    orderId: id,
    type: z.enum(caseTypes),
    reason: z.enum(reasons),
    description: z.optional(text(2000)),
    claimedFlaw: z.optional(claimedFlaw),
    lines: z
      .array(
        z.strictObject({
          lineId: id,
          quantity: z.int().check(z.minimum(1), z.maximum(10_000)),
          amountMinor: documented(z.optional(money), {
            description:
              "For refund_only: ask for less than the units cost. For resend: what is refunded if it cannot be sent; a missing part needs it.",
            example: 5_000,
          }),
          exchangeForItemId: documented(z.optional(id), {
            description:
              "For exchange: another item of the same merchant, whose price on record is what was paid for a unit of this line. Absent: another piece of the same.",
          }),
        }),
      )
      .check(z.minLength(1), z.maxLength(20)),
  }),
  replies: { 201: { description: "The case was filed.", schema: caseReceipt } },
  problems: [
    "not_found",
    "quantity_exceeded",
    "refundable_exceeded",
    "requests_exceeded",
    "merchant_mismatch",
  ],
});

export const getCaseOperation = defineOperation({
  operationId: "getCase",
  method: "GET",
  path: "/v1/cases/{caseId}",
  area: "cases",
  roles: ["partner", "buyer", "merchant", "operator", "warehouse"],
  summary: "Where a case stands, why, who acts next and until when.",
  params: caseParams,
  replies: { 200: { description: "The case.", schema: caseView } },
  problems: ["not_found"],
});

export const listCasesOperation = defineOperation({
  operationId: "listCases",
  method: "GET",
  path: "/v1/cases",
  area: "cases",
  roles: ["partner", "buyer", "operator"],
  summary: "The cases of an order or of a buyer, oldest first.",
  query: z.strictObject({ orderId: z.optional(id), buyerId: z.optional(id), ...paging }).check(
    z.refine(({ orderId, buyerId }) => (orderId === undefined) !== (buyerId === undefined), {
      path: ["orderId"],
      message: "Name either orderId or buyerId.",
    }),
  ),
  replies: { 200: { description: "One page.", schema: pageOf(caseSummary) } },
  problems: ["not_found", "invalid_cursor"],
});

export const getTimelineOperation = defineOperation({
  operationId: "getCaseTimeline",
  method: "GET",
  path: "/v1/cases/{caseId}/timeline",
  area: "cases",
  roles: ["partner", "buyer", "merchant", "operator", "warehouse"],
  summary: "Everything that happened in a case, oldest first.",
  params: caseParams,
  query: z.strictObject(paging),
  replies: { 200: { description: "One page.", schema: pageOf(timelineEntry) } },
  problems: ["not_found", "invalid_cursor"],
});

export const cancelCaseOperation = defineOperation({
  operationId: "cancelCase",
  method: "POST",
  path: "/v1/cases/{caseId}/cancellation",
  // Beside the other decisions about a case: what files and reads cases decides nothing, and is smaller without.
  area: "desk",
  roles: ["partner", "buyer"],
  summary: "Cancel a case before the goods ship back or money posts.",
  params: caseParams,
  replies: { 200: { description: "The case was cancelled.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const getNotificationsOperation = defineOperation({
  operationId: "getCaseNotifications",
  method: "GET",
  path: "/v1/cases/{caseId}/notifications",
  area: "messages",
  roles: ["partner", "buyer", "merchant", "operator"],
  summary: "The messages a case gave rise to, in zh-CN and en; buyers and merchants see their own.",
  params: caseParams,
  replies: {
    200: {
      description: "All of them, oldest first.",
      schema: z.object({
        items: z.array(
          z.object({
            eventId: z.string(),
            at: z.string(),
            audience: z.enum(audiences),
            template: z.string(),
            text: z.object({ "zh-CN": z.string(), en: z.string() }),
          }),
        ),
      }),
    },
  },
  problems: ["not_found"],
});

export const operations = [
  fileCaseOperation,
  getCaseOperation,
  listCasesOperation,
  getTimelineOperation,
  cancelCaseOperation,
  getNotificationsOperation,
] as const;
