import * as z from "zod/mini";
import { disputeEnds, disputeGrounds, disputeSides } from "../../domain/dispute.ts";
import { stages } from "../../domain/lifecycle.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, documented, id, instant, money, text } from "../../http/schemas.ts";

/** What is said of a dispute. Amounts are in minor units of the case's currency. */

export const remedy = z.enum(caseTypes);
export const ruledRemedy = z.enum([...caseTypes, "none"]);

const side = z.enum(disputeSides);

export const shares = documented(
  z.strictObject({
    merchant: basisPoints,
    platform: basisPoints,
    carrier: basisPoints,
    buyer: basisPoints,
  }),
  { description: "Shares in basis points; they sum to 10,000." },
);

/** A text in one language for every reader, or in both. */
export const reasonText = documented(
  z.union([text(2000), z.strictObject({ "zh-CN": text(2000), en: text(2000) })]),
  { description: "One text for every reader, or one in each language." },
);

export const argument = {
  text: documented(text(4000), { description: "What this side has to say." }),
  evidenceIds: documented(z._default(z.array(id).check(z.maxLength(20)), []), {
    description: "Files of this side that have arrived (`POST /v1/cases/{caseId}/evidence`).",
  }),
};

const proposal = z.object({
  number: z.int(),
  side,
  remedy,
  amountMinor: documented(money, {
    description: "What is refunded of the price; where the remedy is goods, if they cannot be had.",
  }),
  at: instant,
});

export const disputeFields = {
  number: documented(z.int(), { description: "1 for the first dispute of the case." }),
  ground: documented(z.enum(disputeGrounds), {
    description:
      "What it is about: the merchant's refusal, an ineligible verdict, the verdict on what came back, or a verdict that asks for an arbiter.",
  }),
  openedBy: z.enum([...disputeSides, "system"]),
  openedAt: instant,
  round: documented(z.int(), { description: "1, and 2 on an appeal." }),
  heard: documented(z.array(side), { description: "Who is heard in this round." }),
  rested: documented(z.array(side), { description: "Who has said all it has to say." }),
  appealedBy: documented(z.optional(z.array(side)), { description: "Whose appeals are heard." }),
  waived: documented(z.array(side), {
    description: "Who has accepted the ruling, or has let its appeal go.",
  }),
  proposal: documented(z.optional(proposal), {
    description: "What one side would be content with; the other may accept it by its number.",
  }),
  remedies: documented(z.array(remedy), {
    description: "What may be ruled or agreed on as the case stands, beside nothing at all.",
  }),
  end: z.optional(z.enum(disputeEnds)),
  endedAt: z.optional(instant),
} as const;

const statement = z.object({
  dispute: z.int(),
  number: z.int(),
  side,
  at: instant,
  text: z.string(),
  evidenceIds: z.array(z.string()),
});

/** What a side reads. */
export const disputeView = documented(
  z.object({
    caseId: z.string(),
    stage: z.enum(stages),
    version: z.int(),
    deadlineAt: documented(z.optional(instant), {
      description: "Until when the sides are heard, the arbiter is to rule, or the ruling may be appealed.",
    }),
    ...disputeFields,
    statements: z.array(statement),
  }),
  { id: "Dispute" },
);
