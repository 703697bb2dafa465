import * as z from "zod/mini";
import { payoutKinds, payoutStatuses } from "../../domain/settlement/payout.ts";
import { transferStages } from "../../domain/settlement/transfer.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, money, pageOf, paging, signedMoney, text } from "../../http/schemas.ts";
import {
  closeReconciliationOperation,
  createReconciliationOperation,
  getReconciliationOperation,
  listFindingsOperation,
  putReconciliationPartOperation,
} from "./reconciliation-operations.ts";
import {
  getPayoutScheduleOperation,
  listPayoutSchedulesOperation,
  putPayoutScheduleOperation,
} from "./schedule-operations.ts";

const merchantParams = z.strictObject({ merchantId: id });

const balance = z.object({
  currency: z.string(),
  payableMinor: documented(signedMoney, {
    description: "What the platform owes the merchant; below zero what the merchant owes.",
    example: 896_000,
  }),
  heldMinor: documented(money, { description: "Of sales whose after-sales window is open." }),
  reserveMinor: documented(money, { description: "Kept back by the contract." }),
  inPayoutMinor: documented(money, { description: "Instructed and not confirmed yet." }),
  availableMinor: documented(money, { description: "What the next payout run would pay." }),
  negative: z.boolean(),
});

export const getMerchantBalanceOperation = defineOperation({
  operationId: "getMerchantBalance",
  method: "GET",
  path: "/v1/merchants/{merchantId}/balance",
  area: "payouts",
  roles: ["partner", "operator", "merchant"],
  summary: "What a merchant is owed and how much of it can be paid out; a merchant reads its own.",
  description:
    "Rolled up from the ledger within seconds. A sale is held until its after-sales window ends; a balance below zero is netted from later sales.",
  params: merchantParams,
  replies: {
    200: {
      description: "One entry for each currency in which anything was ever posted.",
      schema: documented(z.object({ merchantId: id, asOf: instant, balances: z.array(balance) }), {
        id: "MerchantBalance",
      }),
    },
  },
  problems: ["not_found"],
});

const statementEntry = z.object({
  at: instant,
  transferId: z.string(),
  stage: z.enum(transferStages),
  purpose: z.string(),
  orderId: z.optional(z.string()),
  caseId: z.optional(z.string()),
  payoutId: z.optional(z.string()),
  currency: z.string(),
  amountMinor: signedMoney,
  balanceMinor: documented(signedMoney, { description: "What the account held afterwards." }),
});

export const getStatementOperation = defineOperation({
  operationId: "getMerchantStatement",
  method: "GET",
  path: "/v1/merchants/{merchantId}/statement",
  area: "payouts",
  roles: ["partner", "operator", "merchant"],
  summary: "A merchant's account over a time, posting by posting; a merchant reads its own.",
  description:
    "Opening plus what is listed is always closing; the closing of a page is the opening of the next. With `Accept: text/csv` the whole statement comes as CSV (RFC 4180, UTF-8 with a byte order mark) with decimal amounts, up to 20,000 rows; text that a spreadsheet would take for a formula begins with an apostrophe.",
  params: merchantParams,
  query: z.strictObject({
    from: documented(instant, { description: "From this moment on." }),
    to: documented(z.optional(instant), { description: "Before this moment; until now if absent." }),
    ...paging,
  }),
  replies: {
    200: {
      description: "One page.",
      schema: z.object({
        merchantId: id,
        from: instant,
        to: instant,
        balances: z.array(
          z.object({ currency: z.string(), openingMinor: signedMoney, closingMinor: signedMoney }),
        ),
        items: z.array(statementEntry),
        nextCursor: documented(z.optional(z.string()), { description: "Absent on the last page." }),
      }),
    },
  },
  problems: ["not_found", "invalid_cursor"],
});

const payoutParams = z.strictObject({ payoutId: id });

export const payoutView = documented(
  z.object({
    payoutId: z.string(),
    kind: z.enum(payoutKinds),
    merchantId: z.optional(z.string()),
    buyerId: z.optional(z.string()),
    caseId: z.optional(z.string()),
    runId: z.optional(z.string()),
    currency: z.string(),
    amountMinor: money,
    status: z.enum(payoutStatuses),
    attempt: documented(z.int(), { description: "Every confirmation names the attempt it speaks of." }),
    instructedAt: instant,
    confirmBy: documented(instant, { description: "Without a word until then the outcome is unknown." }),
    failureReason: z.optional(z.string()),
    proof: z.optional(z.string()),
    advance: documented(z.optional(z.string()), { description: "By what the platform paid it itself." }),
    recovery: documented(z.optional(z.string()), { description: "By what the platform got that back." }),
    version: z.int(),
  }),
  { id: "Payout" },
);

export const runPayoutsOperation = defineOperation({
  operationId: "runPayouts",
  method: "POST",
  path: "/v1/payout-runs",
  area: "payouts",
  roles: ["partner", "operator"],
  summary: "Instruct the payment side to pay merchants what is available.",
  description:
    "One payout for each merchant, currency and `runId`, however often the run is sent. It goes through the merchants a page at a time: send it again with `nextCursor` until there is none. Nothing is paid to a merchant whose balance is below zero; `negative` lists them.",
  body: z.strictObject({
    runId: documented(id, { description: "Names the run, such as its day.", example: "2026-11-22" }),
    limit: documented(z.optional(z.int().check(z.minimum(1), z.maximum(50))), {
      description: "Merchants a page, 25 if absent.",
    }),
    cursor: z.optional(paging.cursor),
  }),
  replies: {
    200: {
      description: "What was instructed to the merchants of this page, now or before.",
      schema: z.object({
        runId: z.string(),
        payouts: z.array(payoutView),
        negative: z.array(
          z.object({ merchantId: z.string(), currency: z.string(), payableMinor: signedMoney }),
        ),
        nextCursor: documented(z.optional(z.string()), { description: "Absent when the run is through." }),
      }),
    },
  },
  problems: ["invalid_cursor"],
});

export const listPayoutsOperation = defineOperation({
  operationId: "listPayouts",
  method: "GET",
  path: "/v1/payouts",
  area: "payouts",
  roles: ["partner", "operator"],
  summary: "Payouts by what is known of them, the oldest first: what the payment side has to do.",
  description: "A page may hold fewer payouts than asked for, or none, while there is a `nextCursor`.",
  query: z.strictObject({ status: z.enum(payoutStatuses), ...paging }),
  replies: { 200: { description: "One page.", schema: pageOf(payoutView) } },
  problems: ["invalid_cursor"],
});

export const getPayoutOperation = defineOperation({
  operationId: "getPayout",
  method: "GET",
  path: "/v1/payouts/{payoutId}",
  area: "payouts",
  roles: ["partner", "operator"],
  summary: "A payout and what is known of it.",
  params: payoutParams,
  replies: { 200: { description: "The payout.", schema: payoutView } },
  problems: ["not_found"],
});

const attempt = z.int().check(z.minimum(1), z.maximum(100));

export const confirmPayoutOperation = defineOperation({
  operationId: "confirmPayout",
  method: "POST",
  path: "/v1/payouts/{payoutId}/confirmation",
  area: "payouts",
  roles: ["partner", "operator"],
  summary: "What the payment side says of an attempt.",
  description:
    "The same word again changes nothing. Another word about an attempt whose outcome is known is refused: what is true then is found by reconciliation.",
  params: payoutParams,
  body: z.discriminatedUnion("result", [
    z.strictObject({ result: z.literal("succeeded"), attempt }),
    z.strictObject({ result: z.literal("failed"), attempt, reason: text(200) }),
    z.strictObject({ result: z.literal("unknown"), attempt }),
  ]),
  replies: { 200: { description: "What is known now.", schema: payoutView } },
  problems: ["not_found", "payout_contradicts", "payout_attempt_unknown"],
});

export const retryPayoutOperation = defineOperation({
  operationId: "retryPayout",
  method: "POST",
  path: "/v1/payouts/{payoutId}/retry",
  area: "payouts",
  roles: ["partner", "operator"],
  summary: "Try a payout again that is known to have failed, under the same id.",
  description: "A buyer's refund as often as it fails; a payout to a merchant three times.",
  params: payoutParams,
  replies: { 200: { description: "It is instructed again.", schema: payoutView } },
  problems: ["not_found", "payout_not_failed", "payout_attempts_exhausted"],
});

export const provePayoutOperation = defineOperation({
  operationId: "provePayoutOffline",
  method: "POST",
  path: "/v1/payouts/{payoutId}/offline-proof",
  area: "payouts",
  roles: ["operator"],
  summary: "Say that a payout was paid otherwise, with the proof.",
  description: "Where it is known to have failed, or its outcome is unknown.",
  params: payoutParams,
  body: z.strictObject({
    reference: documented(text(200), { description: "What proves it, such as the bank's reference." }),
  }),
  replies: { 200: { description: "It counts as paid.", schema: payoutView } },
  problems: ["not_found", "payout_contradicts", "payout_not_answered"],
});

export const advancePayoutOperation = defineOperation({
  operationId: "advancePayout",
  method: "POST",
  path: "/v1/payouts/{payoutId}/advance",
  area: "payouts",
  roles: ["operator"],
  summary: "Say that the platform has paid a buyer itself what the payment side failed to pay.",
  description:
    "For a refund that is known to have failed. The buyer counts as paid, and the payment side owes the platform from then on.",
  params: payoutParams,
  body: z.strictObject({
    reference: documented(text(200), { description: "By what it was paid, such as the bank's reference." }),
  }),
  replies: { 200: { description: "The platform has advanced it.", schema: payoutView } },
  problems: ["not_found", "payout_not_refund", "payout_not_failed"],
});

export const recoverPayoutOperation = defineOperation({
  operationId: "recoverPayout",
  method: "POST",
  path: "/v1/payouts/{payoutId}/recovery",
  area: "payouts",
  roles: ["operator"],
  summary: "Say that the platform got back what it had advanced.",
  params: payoutParams,
  body: z.strictObject({
    reference: documented(text(200), { description: "By what it came back, such as the bank's reference." }),
  }),
  replies: { 200: { description: "Nothing is open any more.", schema: payoutView } },
  problems: ["not_found", "payout_not_advanced"],
});

export const operations = [
  getMerchantBalanceOperation,
  getStatementOperation,
  runPayoutsOperation,
  putPayoutScheduleOperation,
  getPayoutScheduleOperation,
  listPayoutSchedulesOperation,
  listPayoutsOperation,
  getPayoutOperation,
  confirmPayoutOperation,
  retryPayoutOperation,
  provePayoutOperation,
  advancePayoutOperation,
  recoverPayoutOperation,
  createReconciliationOperation,
  putReconciliationPartOperation,
  closeReconciliationOperation,
  getReconciliationOperation,
  listFindingsOperation,
] as const;
