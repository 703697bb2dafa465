import * as z from "zod";
import { backtestStatuses, notJudgedReasons } from "../../domain/judgment/backtest.ts";
import { parties } from "../../domain/judgment/verdict.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, id, instant, money, sha256 } from "../../http/schemas.ts";

/** Backtests on the wire. */

const version = z.int().min(1).max(999_999);

export const newBacktestBody = z.strictObject({
  rulesetId: id,
  version,
  closedFrom: instant.meta({ description: "Cases that closed from here on." }),
  closedTo: instant.meta({ description: "And before this." }),
});

export const backtestSummary = z
  .object({
    backtestId: id,
    rulesetId: id,
    version: z.int(),
    sha256: sha256
      .optional()
      .meta({ description: "Of the rules it judges by, as they were when it began; absent for our own." }),
    closedFrom: instant,
    closedTo: instant,
    status: z.enum(backtestStatuses),
    createdAt: instant,
    createdBy: z.string(),
    endedAt: instant.optional(),
    failure: z.string().optional().meta({ description: "The error's name." }),
  })
  .meta({ id: "BacktestSummary" });

/** A position is negative where a party gives, so it is not `money`. */
const signedMinor = z
  .bigint()
  .meta({ override: { type: "integer" }, description: "Minor units; negative: the party gives." });

const byParty = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({ merchant: schema, platform: schema, carrier: schema, buyer: schema });

const moved = byParty(z.object({ beforeMinor: signedMinor, afterMinor: signedMinor })).meta({
  id: "MovedMoney",
  description:
    "What each party gets by the settlement the verdict plans, before and under the draft. Each column sums to zero. An ineligible case moves nothing; one that goes to a person counts as its verdict proposes.",
});

const count = z.int();
const transition = z.object({
  from: z.string(),
  to: z.string(),
  cases: count,
  changed: count.meta({ description: "Those whose consequences differ, and not only the rule's name." }),
});

const result = z.object({
  cases: count.meta({ description: "That closed in the period." }),
  judged: count,
  changed: count,
  notJudged: z.object(Object.fromEntries(notJudgedReasons.map((reason) => [reason, count]))).meta({
    description:
      "never_judged: cancelled before a verdict. not_kept: judged before what they were judged on was kept. unreadable: it was kept and cannot be read. no_verdict: the rules name a party that is not known.",
  }),
  rules: z.array(transition).meta({ description: "From which rule to which, the most frequent first." }),
  routes: z.array(transition),
  money: z.record(z.string(), moved).meta({ description: "By currency." }),
});

export const backtestView = z
  .object({
    ...backtestSummary.shape,
    progress: z.object({
      itemsTotal: count.optional().meta({ description: "Items in the export; absent until it is complete." }),
      itemsSeen: count,
      cases: count.meta({ description: "Cases of the period found so far." }),
    }),
    result: result.optional().meta({ description: "Present when it is done." }),
  })
  .meta({ id: "Backtest" });

const ruled = z.object({
  rule: z.string(),
  rulesVersion: z.string(),
  liability: byParty(basisPoints),
  route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
  remedies: z.array(z.enum(caseTypes)),
  refundCapBps: basisPoints,
  freight: z.object({ payer: z.enum(parties), capMinor: money }),
  carrier: z.string().optional(),
  silence: z.enum(["approve", "refuse"]),
});

export const exampleView = z
  .object({
    caseId: id,
    currency: z.string(),
    claimMinor: money,
    before: ruled,
    after: ruled,
    moved,
  })
  .meta({ id: "BacktestExample" });
