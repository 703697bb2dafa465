import * as z from "zod";
import { acceptances, caseOutcomes, receptions } from "../../domain/case.ts";
import { actions, nextActors, stages } from "../../domain/lifecycle.ts";
import { caseTypes, reasons } from "../../domain/request.ts";
import { basisPoints, bilingual, instant, money } from "../../http/schemas.ts";

/** What the replies about a case say. Amounts are in minor units of the case's currency. */

const stage = z.enum(stages);
const nextActor = z.enum(nextActors);
const outcome = z.enum(caseOutcomes);
const action = z.enum(actions);

/** The answer to every command: what stands now. Details are read with `GET /v1/cases/{caseId}`. */
export const caseReceipt = z
  .object({
    caseId: z.string(),
    stage,
    nextActor,
    deadlineAt: instant.optional(),
    version: z.int(),
  })
  .meta({ id: "CaseReceipt" });

export const caseSummary = z
  .object({
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
    deadlineAt: instant.optional(),
    outcome: outcome.optional(),
  })
  .meta({ id: "CaseSummary" });

const factValue = z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()]).meta({
  override: { type: ["string", "number", "boolean", "null"] },
});

const verdictView = z
  .object({
    number: z.int(),
    rule: z
      .string()
      .optional()
      .meta({ description: "Absent where its name would tell the reader what is not for it." }),
    rulesVersion: z.string(),
    liability: z
      .object({
        merchant: basisPoints.optional(),
        platform: basisPoints.optional(),
        carrier: basisPoints.optional(),
        buyer: basisPoints,
      })
      .meta({ description: "Shares in basis points; they sum to 10,000. A buyer reads its own." }),
    route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
    remedies: z.array(z.enum(caseTypes)),
    refundCapBps: basisPoints,
    freight: z.object({
      buyerPays: z.boolean(),
      payer: z
        .enum(["merchant", "platform", "carrier", "buyer"])
        .optional()
        .meta({ description: "A buyer reads only whether it pays." }),
      capMinor: money,
    }),
    clocks: z.object({ merchantAnswerHours: z.int(), silence: z.enum(["approve", "refuse"]) }),
    carrier: z.string().optional(),
    confidence: z
      .object({ bps: basisPoints, records: z.int(), claims: z.int(), unknown: z.int() })
      .optional()
      .meta({
        description:
          "For partners and operators: how many of the facts looked at are records, claims, or unknown; `bps` is the part of the records.",
      }),
    explanation: bilingual.meta({
      description: "Written for who reads it: the buyer, the merchant, or (partner, operator) the arbiter.",
    }),
    facts: z.record(z.string(), factValue),
    trace: z.array(z.object({ rule: z.string(), matched: z.boolean(), failedOn: z.string().optional() })),
    nearMisses: z.array(
      z.object({ rule: z.string(), fact: z.string(), actual: factValue, needed: z.string() }),
    ),
    judgedAt: instant,
  })
  .meta({ id: "Verdict" });

const actionsByRole = z.object({
  partner: z.array(action),
  buyer: z.array(action),
  merchant: z.array(action),
  warehouse: z.array(action),
  operator: z.array(action),
});

export const caseView = caseSummary
  .extend({
    version: z.int(),
    description: z.string().optional(),
    claimedFlaw: z.object({ code: z.string(), place: z.string() }).optional(),
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
    returnParcel: z
      .object({
        carrier: z.string(),
        trackingNumber: z.string(),
        status: z.string().optional(),
        lastScanAt: instant.optional(),
      })
      .optional(),
    actions: actionsByRole.meta({ description: "What each role may do next." }),
    verdict: verdictView.optional().meta({
      description:
        "As the reader may see it. Absent until the case is judged, and for a warehouse: an inspection is not to know what hangs on it.",
    }),
  })
  .meta({ id: "Case" });

export const timelineEntry = z
  .object({
    eventId: z.string(),
    type: z.string(),
    at: instant,
    by: z.object({ role: z.string() }),
    stage: stage.meta({ description: "The stage the case stood in afterwards." }),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "TimelineEntry" });
