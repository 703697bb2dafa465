import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, money, signedMoney } from "../../http/schemas.ts";

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

export const operations = [getMerchantBalanceOperation] as const;
