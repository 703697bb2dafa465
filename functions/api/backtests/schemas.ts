import * as z from "zod/mini";
import { lossTerms } from "../../domain/catalog.ts";
import { backtestStatuses } from "../../domain/judgment/backtest.ts";
import { lossBases, parties } from "../../domain/judgment/verdict.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, documented, id, instant, money, sha256 } from "../../http/schemas.ts";

/** Backtests on the wire. */

export const newBacktestBody = z.strictObject({
  rulesetId: id,
  version: documented(z.int().check(z.minimum(1), z.maximum(999_999)), {
    description: "A draft or a published version, also one that comes with the service.",
  }),
  closedFrom: documented(instant, { description: "Cases that closed from here on." }),
  closedTo: documented(instant, { description: "And before this." }),
});

export const backtestSummary = documented(
  z.object({
    backtestId: id,
    rulesetId: id,
    version: z.int(),
    sha256: documented(sha256, { description: "Of the rules it judges by, as they were when it began." }),
    closedFrom: instant,
    closedTo: instant,
    status: z.enum(backtestStatuses),
    createdAt: instant,
    createdBy: z.string(),
    endedAt: z.optional(instant),
    failure: documented(z.optional(z.string()), { description: "The error's name." }),
  }),
  { id: "BacktestSummary" },
);

/** A position is negative where a party gives, so it is not `money`. */
const signedMinor = documented(
  z.codec(z.int(), z.bigint(), {
    decode: (minor) => BigInt(minor),
    encode: (minor) => {
      const exact = Number(minor);
      if (!Number.isSafeInteger(exact)) throw new RangeError(`${minor} is no exact JSON integer`);
      return exact;
    },
  }),
  { description: "Minor units; negative: the party gives.", example: -128_000 },
);

const byParty = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.object({ merchant: schema, platform: schema, carrier: schema, buyer: schema });

const moved = documented(byParty(z.object({ beforeMinor: signedMinor, afterMinor: signedMinor })), {
  id: "MovedMoney",
  description:
    "What each party gets by the settlement a verdict plans, by the standing one and by the rules tried. Each column sums to zero. An ineligible case moves nothing; one that goes to a person counts as its verdict proposes.",
});

const count = z.int();
const transition = z.object({
  from: z.string(),
  to: z.string(),
  cases: count,
  changed: documented(z.int(), {
    description: "Those whose consequences differ, and not only the rule's name.",
  }),
});

const result = z.object({
  cases: documented(z.int(), { description: "That closed in the period." }),
  judged: count,
  changed: count,
  notJudged: documented(
    z.object({ never_judged: count, not_kept: count, unreadable: count, no_verdict: count }),
    {
      description:
        "never_judged: cancelled before a verdict. not_kept: judged before what a case is judged on was kept. unreadable: kept, and cannot be read. no_verdict: the rules name a party that is not known.",
    },
  ),
  rules: documented(z.array(transition), {
    description: "From which rule to which, the most frequent first.",
  }),
  routes: z.array(transition),
  money: documented(z.record(z.string(), moved), { description: "By currency." }),
});

export const backtestView = documented(
  z.object({
    ...backtestSummary.shape,
    progress: z.object({
      itemsTotal: documented(z.optional(z.int()), {
        description: "Items in the export; absent until it is complete.",
      }),
      itemsSeen: count,
      cases: documented(z.int(), { description: "Cases of the period found so far." }),
    }),
    result: documented(z.optional(result), { description: "Present when it is done." }),
  }),
  { id: "Backtest" },
);

const ruled = z.object({
  rule: z.string(),
  rulesVersion: z.string(),
  liability: byParty(basisPoints),
  route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
  remedies: z.array(z.enum(caseTypes)),
  refundCapBps: basisPoints,
  freight: z.object({ payer: z.enum(parties), capMinor: money }),
  carrier: z.optional(z.string()),
  loss: z.optional(z.object({ pays: z.enum(lossTerms), payer: z.enum(parties), basis: z.enum(lossBases) })),
  compensation: z.optional(z.object({ bps: z.int(), minimumMinor: z.optional(money) })),
  shipFirst: z.optional(z.object({ pays: z.enum(lossTerms) })),
  silence: z.enum(["approve", "refuse"]),
});

export const exampleView = documented(
  z.object({ caseId: id, currency: z.string(), claimMinor: money, before: ruled, after: ruled, moved }),
  { id: "BacktestExample" },
);
