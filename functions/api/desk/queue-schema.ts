import * as z from "zod/mini";
import { evidenceSides } from "../../domain/evidence.ts";
import { parties } from "../../domain/judgment/verdict.ts";
import { stages } from "../../domain/lifecycle.ts";
import { refusalReasons } from "../../domain/refusal.ts";
import { reasons } from "../../domain/request.ts";
import { basisPoints, bilingual, documented, id, instant, money, paging } from "../../http/schemas.ts";
import { caseSummary } from "../cases/schemas.ts";
import { allowedDecisions } from "./decision-schema.ts";

/** What a merchant's queue is asked for, and what a row of it shows. */

const amount = documented(
  z.optional(
    z.codec(z.string().check(z.regex(/^\d{1,15}$/, "must be an amount in minor units")), z.bigint(), {
      decode: BigInt,
      encode: String,
    }),
  ),
  { description: "Minor units.", override: { type: "integer", minimum: 0, pattern: undefined } },
);

export const queueQuery = z.strictObject({
  stage: z.optional(z.enum(stages)),
  reason: z.optional(z.enum(reasons)),
  amountFrom: amount,
  amountTo: amount,
  overdue: documented(z.optional(z.enum(["true", "false"])), {
    description: "Whether the deadline has passed.",
  }),
  itemId: z.optional(id),
  text: documented(
    z.optional(z.string().check(z.regex(/^[A-Za-z0-9]{1,26}$/, "must be letters and digits"))),
    {
      description: "A part of the case's id.",
    },
  ),
  ...paging,
});

const evidenceCount = z.object(
  Object.fromEntries(evidenceSides.map((side) => [side, z.int()])) as {
    readonly [side in (typeof evidenceSides)[number]]: z.ZodMiniNumberFormat;
  },
);

export const inKind = documented(z.optional(z.enum(["replacement", "repair"])), {
  description: "The buyer gets goods and no money; the amounts are what the refund in their place would be.",
});

export const queueRow = documented(
  z.extend(caseSummary, {
    version: z.int(),
    deadlineAt: instant,
    overdue: documented(z.boolean(), {
      description: "The deadline has passed; silence is about to count.",
    }),
    timeLeftMs: documented(z.int(), {
      description: "Until the deadline, around the clock; 0 once it has passed.",
    }),
    itemIds: z.array(z.string()),
    exchangeFor: documented(
      z.optional(
        z.array(z.object({ lineId: z.string(), quantity: z.int(), itemId: z.string(), title: z.string() })),
      ),
      { description: "What the buyer wants instead of a line's item, at the same price." },
    ),
    shipsFirst: documented(z.optional(z.boolean()), {
      description: "The replacement is sent before the goods come back.",
    }),
    evidence: documented(evidenceCount, { description: "Files that have arrived, by side." }),
    verdict: documented(
      z.optional(
        z.object({
          rule: z.optional(z.string()),
          liability: z.object(
            Object.fromEntries(parties.map((party) => [party, basisPoints])) as {
              readonly [party in (typeof parties)[number]]: typeof basisPoints;
            },
          ),
          explanation: bilingual,
        }),
      ),
      { description: "Where a decision is asked for, as the merchant reads it." },
    ),
    recommended: z.optional(
      z.object({
        decision: z.enum(["approve", "refuse"]),
        refusalReason: z.optional(z.enum(refusalReasons)),
        because: bilingual,
      }),
    ),
    atStake: documented(
      z.optional(
        z.object({
          inKind,
          refundMinor: money,
          merchantMinor: money,
          platformMinor: money,
          carrierMinor: money,
          freightPayer: z.enum(parties),
          silence: z.enum(["approve", "refuse"]),
        }),
      ),
      { description: "What an approval refunds, who pays it, and what no answer means." },
    ),
    refusals: documented(z.optional(allowedDecisions.shape.refusals), {
      description: "What refusing would need.",
    }),
    offersLeft: z.optional(z.int()),
  }),
  { id: "QueueRow" },
);

export const queueCounts = documented(
  z.object({
    all: z.int(),
    overdue: z.int(),
    byStage: z.record(z.string(), z.int()),
    complete: documented(z.boolean(), {
      description: "Whether every row was counted; else there are more than these.",
    }),
  }),
  { id: "QueueCounts" },
);
