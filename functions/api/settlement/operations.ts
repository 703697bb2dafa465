import * as z from "zod/mini";
import { parties } from "../../domain/judgment/verdict.ts";
import { postingStages } from "../../domain/settlement/stages.ts";
import { transferPhases, transferStages } from "../../domain/settlement/transfer.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, instant, money, pageOf, paging } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { claimId, claimSettlementBody, claimView } from "./claim-schemas.ts";
import { tariffBody, tariffView } from "./tariff-schemas.ts";

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
    reference: documented(z.optional(z.string()), { description: "What the outside calls it." }),
    at: instant,
  }),
  { id: "Posting" },
);

const funding = z.object({ merchant: money, platform: money, carrier: money });

const flow = z.object({
  stage: z.enum(postingStages),
  purpose: z.string(),
  from: z.string(),
  to: z.string(),
  amountMinor: money,
  postedMinor: documented(money, { description: "Of it in the ledger, after corrections." }),
});

const plan = z.object({
  refundMinor: money,
  funding: z.optional(funding),
  freightMinor: money,
  freightPayer: z.enum(parties),
  labelMinor: documented(money, {
    description: "Of the cost of the platform's label, what whoever owes the freight gives back.",
  }),
  outboundFreightMinor: documented(money, {
    description: "Of what the buyer paid to have the goods sent: all but the buyer's own share.",
  }),
  outboundFreight: z.optional(funding),
  replacementFreightMinor: documented(z.optional(money), {
    description: "What sending a replacement or the repaired goods cost whoever did it, up to the cap.",
  }),
  replacementFreight: z.optional(z.object({ merchant: funding, platform: funding })),
  repairMinor: documented(z.optional(money), {
    description: "What the repair cost whoever did it, up to what a refund would have cost.",
  }),
  repair: documented(z.optional(z.object({ merchant: funding, platform: funding })), {
    description: "By who laid it out: who bears how much of it.",
  }),
  replacement: documented(z.optional(funding), {
    description:
      "What the others at fault owe the merchant for the goods it gives in place of those it sold.",
  }),
  strayPieceMinor: documented(z.optional(money), {
    description:
      "What a carrier owes the platform for a wrong item that it lost: whose that was is not on record.",
  }),
  onTrustMinor: documented(z.optional(money), {
    description:
      "What the platform pays the merchant because the buyer got the replacement first, and did not give the goods back as they were.",
  }),
  compensationMinor: documented(money, { description: "On top of the price, where the rule grants it." }),
  compensation: z.optional(funding),
  loss: documented(z.optional(z.object({ from: z.enum(parties), to: z.enum(parties), amountMinor: money })), {
    description: "What a loss moves between the merchant and who answers for it, by its contract.",
  }),
  commissionReversalMinor: z.optional(money),
  feeMinor: documented(z.optional(money), { description: "By the platform's tariff for after-sales work." }),
  feeRebateMinor: documented(z.optional(money), {
    description: "What comes back of the fee, since the merchant has met its clocks so far.",
  }),
  flows: documented(z.array(flow), {
    description: "Everything the plan moves, beside what the ledger shows of it.",
  }),
});

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
        plan: documented(z.optional(plan), { description: "Absent until the case is judged." }),
        postings: z.array(posting),
      }),
    },
  },
  problems: ["not_found"],
});

const tariffParams = z.strictObject({ tariffId: id });

export const putTariffOperation = defineOperation({
  operationId: "putTariff",
  method: "PUT",
  path: "/v1/tariffs/{tariffId}",
  area: "settlement",
  roles: ["partner", "operator"],
  summary: "Set what merchants pay for after-sales work.",
  description:
    "Replaces the tariff as a whole. A case is charged by the period that took effect last, among all tariffs of its currency, when it was filed; without one there is no fee. A period that has begun stays as it is, and none begins in the past. Sending the same again changes nothing.",
  params: tariffParams,
  body: tariffBody,
  replies: {
    200: { description: "The tariff was replaced, or stood like this already.", schema: tariffView },
    201: { description: "The tariff is new.", schema: tariffView },
  },
  problems: ["precondition_failed"],
  conditional: true,
});

export const getTariffOperation = defineOperation({
  operationId: "getTariff",
  method: "GET",
  path: "/v1/tariffs/{tariffId}",
  area: "settlement",
  roles: ["partner", "operator", "merchant"],
  summary: "A tariff with all its periods.",
  params: tariffParams,
  replies: { 200: { description: "The tariff.", schema: tariffView } },
  problems: ["not_found"],
});

const claimParams = z.strictObject({ claimId });

export const listCarrierClaimsOperation = defineOperation({
  operationId: "listCarrierClaims",
  method: "GET",
  path: "/v1/carrier-claims",
  area: "settlement",
  roles: ["partner", "operator"],
  summary: "What carriers owe for cases, the oldest claim first.",
  description: "With `status` a page may hold fewer claims than asked for and still have a `nextCursor`.",
  query: z.strictObject({ ...paging, status: z.optional(z.enum(["open", "closed"])) }),
  replies: { 200: { description: "One page.", schema: pageOf(claimView) } },
  problems: ["invalid_cursor"],
});

export const getCarrierClaimOperation = defineOperation({
  operationId: "getCarrierClaim",
  method: "GET",
  path: "/v1/carrier-claims/{claimId}",
  area: "settlement",
  roles: ["partner", "operator"],
  summary: "A claim on a carrier, with where its evidence lies.",
  params: claimParams,
  replies: { 200: { description: "The claim.", schema: claimView } },
  problems: ["not_found"],
});

export const settleCarrierClaimOperation = defineOperation({
  operationId: "settleCarrierClaim",
  method: "POST",
  path: "/v1/carrier-claims/{claimId}/settlement",
  area: "settlement",
  roles: ["partner", "operator"],
  summary: "What became of a claim on a carrier, or of a part of it.",
  description:
    "`paid`: the carrier paid so much. `reduced`: the platform agreed to so much less. `written_off`: it gives up the rest. The platform has paid the buyer long since; what a carrier does not pay is the platform's expense. Each is a transfer of its own in the case's ledger.",
  params: claimParams,
  body: claimSettlementBody,
  replies: { 200: { description: "The claim as it stands now.", schema: claimView } },
  problems: ["not_found", "claim_exceeded", "precondition_failed"],
  conditional: true,
});

export const operations = [
  getSettlementOperation,
  putTariffOperation,
  getTariffOperation,
  listCarrierClaimsOperation,
  getCarrierClaimOperation,
  settleCarrierClaimOperation,
] as const;
