import * as z from "zod/mini";
import { transferPhases, transferStages } from "../../domain/settlement/transfer.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, instant, money } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";

const posting = documented(
  z.object({
    transferId: z.string(),
    stage: z.enum(transferStages),
    purpose: z.string(),
    from: documented(z.string(), { example: "merchant:atelier:payable" }),
    to: z.string(),
    amountMinor: money,
    currency: z.string(),
    phase: z.enum(transferPhases),
    pendingId: documented(z.optional(z.string()), { description: "The pending transfer this one decides." }),
    corrects: documented(z.optional(z.string()), { description: "The posted transfer this one takes back." }),
    at: instant,
  }),
  { id: "Posting" },
);

export const getSettlementOperation = defineOperation({
  operationId: "getCaseSettlement",
  method: "GET",
  path: "/v1/cases/{caseId}/settlement",
  area: "settlement",
  roles: ["partner", "buyer", "merchant", "operator"],
  summary: "What the standing verdict asks of each party, and every transfer in the ledger, side by side.",
  params: caseParams,
  replies: {
    200: {
      description: "Plan and postings. Buyers see what reaches them, merchants what touches their account.",
      schema: z.object({
        caseId: z.string(),
        currency: z.string(),
        claimMinor: money,
        plan: documented(
          z.optional(
            z.object({
              refundMinor: money,
              funding: z.optional(z.object({ merchant: money, platform: money, carrier: money })),
              freightMinor: money,
              freightPayer: z.enum(["merchant", "platform", "carrier", "buyer"]),
              commissionReversalMinor: z.optional(money),
            }),
          ),
          { description: "Absent until the case is judged." },
        ),
        postings: z.array(posting),
      }),
    },
  },
  problems: ["not_found"],
});

export const operations = [getSettlementOperation] as const;
