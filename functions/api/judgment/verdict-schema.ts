import * as z from "zod/mini";
import { lossTerms } from "../../domain/catalog.ts";
import { lossBases, parties } from "../../domain/judgment/verdict.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, bilingual, documented, instant, money } from "../../http/schemas.ts";

/** A verdict as it is told. Who reads it decides what of it is there: `domain/judgment/readers.ts`. */

export const factValue = documented(z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()]), {
  override: { type: ["string", "number", "boolean", "null"] },
});

export const verdictView = documented(
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
    loss: documented(
      z.optional(z.object({ pays: z.enum(lossTerms), payer: z.enum(parties), basis: z.enum(lossBases) })),
      {
        description:
          "What the merchant is owed by contract for goods lost or damaged in custody or on the road. Not for a buyer.",
      },
    ),
    compensation: documented(z.optional(z.object({ bps: z.int(), minimumMinor: z.optional(money) })), {
      description: "What the buyer gets on top of the price: so much of it, and at least the minimum.",
    }),
    shipFirst: documented(z.optional(z.boolean()), {
      description: "Present where the replacement is sent before the goods come back.",
    }),
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
    ruling: documented(
      z.optional(
        z.object({
          basis: z.enum(["arbiter", "silence", "agreement"]),
          round: z.int(),
          remedy: z.enum([...caseTypes, "none"]),
          refundMinor: documented(money, {
            description: "What is refunded of the price; where the remedy is goods, if they cannot be had.",
          }),
          arbiterId: z.optional(z.string()),
        }),
      ),
      {
        description:
          "Present where the case was disputed and decided: by an arbiter, by both sides, or by what stood when nobody ruled in time. Who ruled is for partners and operators.",
      },
    ),
  }),
  { id: "Verdict" },
);
