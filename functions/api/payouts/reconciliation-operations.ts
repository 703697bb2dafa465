import * as z from "zod/mini";
import { payoutStatuses } from "../../domain/settlement/payout.ts";
import { findingActions, findingKinds } from "../../domain/settlement/reconciliation.ts";
import { csvBody } from "../../http/csv-body.ts";
import { jsonLinesBody } from "../../http/json-lines-body.ts";
import { defineOperation } from "../../http/operation.ts";
import { currency, documented, id, instant, money, pageOf, paging } from "../../http/schemas.ts";

const reconciliationParams = z.strictObject({ reconciliationId: id });

const roles = ["partner", "operator"] as const;

const line = z.strictObject({
  payoutId: id,
  amountMinor: money,
  currency,
  status: z.enum(["paid", "failed"]),
});

const finding = documented(
  z.object({
    kind: z.enum(findingKinds),
    payoutId: z.string(),
    action: documented(z.enum(findingActions), { description: "What is to be done." }),
    there: z.optional(z.object({ amountMinor: money, currency: z.string(), status: z.string() })),
    here: z.optional(z.object({ amountMinor: money, currency: z.string(), status: z.enum(payoutStatuses) })),
  }),
  { id: "ReconciliationFinding" },
);

const view = documented(
  z.object({
    reconciliationId: z.string(),
    from: instant,
    to: instant,
    status: z.enum(["open", "closing", "closed"]),
    parts: z.int(),
    lines: documented(z.int(), { description: "Of the file, so far." }),
    matched: z.int(),
    checked: documented(z.int(), { description: "Payouts held against the file while closing." }),
  }),
  { id: "Reconciliation" },
);

export const createReconciliationOperation = defineOperation({
  operationId: "createReconciliation",
  method: "POST",
  path: "/v1/reconciliations",
  area: "payouts",
  roles,
  summary: "Begin to reconcile the payment side's file of a time.",
  description:
    "Then put the file in parts, close it, and read what differs. The payouts instructed in this time are held against the file. Sending the same again finds what was begun.",
  body: z.strictObject({
    reconciliationId: documented(id, { description: "Names it, such as its day.", example: "2026-11-22" }),
    from: instant,
    to: instant,
  }),
  replies: { 200: { description: "The reconciliation.", schema: view } },
  problems: [],
});

export const putReconciliationPartOperation = defineOperation({
  operationId: "putReconciliationPart",
  method: "PUT",
  path: "/v1/reconciliations/{reconciliationId}/parts/{part}",
  area: "payouts",
  roles,
  summary: "Put a part of the file and have it matched.",
  description:
    "Up to 1,000 lines a part, 9,999 parts, in any order and as many at the same time as you like. A part sent again replaces itself. The file may come as it is, as CSV with the columns `payoutId`, `amountMinor`, `currency` and `status` (others are left alone) or as JSON lines; what is wrong is named by line and column.",
  params: z.strictObject({
    reconciliationId: id,
    part: documented(
      z.codec(z.string().check(z.regex(/^[1-9]\d{0,3}$/, "must be 1 to 9999")), z.int(), {
        decode: Number,
        encode: String,
      }),
      { description: "The number of the part, from 1.", override: { type: "integer", pattern: undefined } },
    ),
  }),
  body: z.strictObject({ lines: z.array(line).check(z.minLength(1), z.maxLength(1000)) }),
  formats: {
    "text/csv": csvBody(
      "lines",
      { payoutId: "text", amountMinor: "integer", currency: "text", status: "text" },
      "payoutId,amountMinor,currency,status\r\npo-2f6c,128000,CNY,paid\r\npo-71aa,6400,CNY,failed\r\n",
    ),
    "application/x-ndjson": jsonLinesBody(
      "lines",
      '{"payoutId":"po-2f6c","amountMinor":128000,"currency":"CNY","status":"paid"}\n',
    ),
  },
  replies: {
    200: {
      description: "What the part came to.",
      schema: z.object({
        part: z.int(),
        lines: z.int(),
        matched: z.int(),
        findings: z.array(finding),
      }),
    },
  },
  problems: ["not_found", "reconciliation_closed", "malformed_csv"],
});

export const closeReconciliationOperation = defineOperation({
  operationId: "closeReconciliation",
  method: "POST",
  path: "/v1/reconciliations/{reconciliationId}/close",
  area: "payouts",
  roles,
  summary: "Look for what the file does not name.",
  description:
    "Some thousand payouts a call: send it again, each time with a fresh key, until the status is `closed`.",
  params: reconciliationParams,
  replies: { 200: { description: "How far it has come.", schema: view } },
  problems: ["not_found"],
});

export const getReconciliationOperation = defineOperation({
  operationId: "getReconciliation",
  method: "GET",
  path: "/v1/reconciliations/{reconciliationId}",
  area: "payouts",
  roles,
  summary: "How far a reconciliation has come.",
  params: reconciliationParams,
  replies: { 200: { description: "The reconciliation.", schema: view } },
  problems: ["not_found"],
});

export const listFindingsOperation = defineOperation({
  operationId: "listReconciliationFindings",
  method: "GET",
  path: "/v1/reconciliations/{reconciliationId}/findings",
  area: "payouts",
  roles,
  summary: "What differs between the file and what is known here, each with what to do.",
  description:
    "What matches is counted, not listed. A page holds what some parts came to, as many as that is.",
  params: reconciliationParams,
  query: z.strictObject({ cursor: paging.cursor }),
  replies: { 200: { description: "One page.", schema: pageOf(finding) } },
  problems: ["not_found", "invalid_cursor"],
});
