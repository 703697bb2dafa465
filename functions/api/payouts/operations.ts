import * as z from "zod/mini";
import { transferStages } from "../../domain/settlement/transfer.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, money, paging, signedMoney } from "../../http/schemas.ts";

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

export const operations = [getMerchantBalanceOperation, getStatementOperation] as const;
