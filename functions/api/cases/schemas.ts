import * as z from "zod/mini";
import { acceptances, caseOutcomes, receptions } from "../../domain/case.ts";
import { actions, nextActors, stages } from "../../domain/lifecycle.ts";
import { caseTypes, reasons } from "../../domain/request.ts";
import { basisPoints, bilingual, documented, instant, money } from "../../http/schemas.ts";

/** What the replies about a case say. Amounts are in minor units of the case's currency. */

const stage = z.enum(stages);
const nextActor = z.enum(nextActors);
const outcome = z.enum(caseOutcomes);
const action = z.enum(actions);

/** The answer to every command: what stands now. Details are read with `GET /v1/cases/{caseId}`. */
export const caseReceipt = documented(
  z.object({
    caseId: z.string(),
    stage,
    nextActor,
    deadlineAt: z.optional(instant),
    version: z.int(),
  }),
  { id: "CaseReceipt" },
);

export const caseSummary = documented(
  z.object({
    caseId: z.string(),
    orderId: z.string(),
    buyerId: z.string(),
    merchantId: z.string(),
    type: z.enum(caseTypes),
    reason: z.enum(reasons),
    stage,
    nextActor,
    claimMinor: money,
    currency: z.string(),
    filedAt: instant,
    updatedAt: instant,
    deadlineAt: z.optional(instant),
    outcome: z.optional(outcome),
  }),
  { id: "CaseSummary" },
);

const factValue = documented(z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()]), {
  override: { type: ["string", "number", "boolean", "null"] },
});

const verdictView = documented(
  z.object({
    number: z.int(),
    rule: documented(z.optional(z.string()), {
      description: "Absent where its name would tell the reader what is not for it.",
    }),
    rulesVersion: z.string(),
    liability: documented(
      z.object({
        merchant: z.optional(basisPoints),
        platform: z.optional(basisPoints),
        carrier: z.optional(basisPoints),
        buyer: basisPoints,
      }),
      { description: "Shares in basis points; they sum to 10,000. A buyer reads its own." },
    ),
    route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
    remedies: z.array(z.enum(caseTypes)),
    refundCapBps: basisPoints,
    freight: z.object({
      buyerPays: z.boolean(),
      payer: documented(z.optional(z.enum(["merchant", "platform", "carrier", "buyer"])), {
        description: "A buyer reads only whether it pays.",
      }),
      capMinor: money,
    }),
    clocks: z.object({ merchantAnswerHours: z.int(), silence: z.enum(["approve", "refuse"]) }),
    carrier: z.optional(z.string()),
    confidence: documented(
      z.optional(z.object({ bps: basisPoints, records: z.int(), claims: z.int(), unknown: z.int() })),
      {
        description:
          "For partners and operators: how many of the facts looked at are records, claims, or unknown; `bps` is the part of the records.",
      },
    ),
    explanation: documented(bilingual, {
      description: "Written for who reads it: the buyer, the merchant, or (partner, operator) the arbiter.",
    }),
    facts: z.record(z.string(), factValue),
    trace: z.array(z.object({ rule: z.string(), matched: z.boolean(), failedOn: z.optional(z.string()) })),
    nearMisses: z.array(
      z.object({ rule: z.string(), fact: z.string(), actual: factValue, needed: z.string() }),
    ),
    judgedAt: instant,
  }),
  { id: "Verdict" },
);

const actionsByRole = z.object({
  partner: z.array(action),
  buyer: z.array(action),
  merchant: z.array(action),
  warehouse: z.array(action),
  operator: z.array(action),
});

export const caseView = documented(
  z.extend(caseSummary, {
    version: z.int(),
    description: z.optional(z.string()),
    claimedFlaw: z.optional(z.object({ code: z.string(), place: z.string() })),
    lines: z.array(
      z.object({
        lineId: z.string(),
        itemId: z.string(),
        title: z.string(),
        quantity: z.int(),
        amountMinor: money,
      }),
    ),
    reception: z.enum(receptions),
    acceptance: z.enum(acceptances),
    returnParcel: z.optional(
      z.object({
        carrier: z.string(),
        trackingNumber: z.string(),
        status: z.optional(z.string()),
        lastScanAt: z.optional(instant),
      }),
    ),
    actions: documented(actionsByRole, { description: "What each role may do next." }),
    verdict: documented(z.optional(verdictView), {
      description:
        "As the reader may see it. Absent until the case is judged, and for a warehouse: an inspection is not to know what hangs on it.",
    }),
  }),
  { id: "Case" },
);

export const timelineEntry = documented(
  z.object({
    eventId: z.string(),
    type: z.string(),
    at: instant,
    by: z.object({ role: z.string() }),
    stage: documented(stage, { description: "The stage the case stood in afterwards." }),
    payload: z.record(z.string(), z.unknown()),
  }),
  { id: "TimelineEntry" },
);
