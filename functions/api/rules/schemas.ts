import * as z from "zod/mini";
import { operators } from "../../domain/judgment/conditions.ts";
import { factSources, factUnits } from "../../domain/judgment/facts.ts";
import type { RuleDocument } from "../../domain/judgment/rule-document.ts";
import { maximumRules } from "../../domain/judgment/rule-set.ts";
import { lossBases, parties } from "../../domain/judgment/verdict.ts";
import { proofs, refusalReasons } from "../../domain/refusal.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, documented, id, instant, sha256, text } from "../../http/schemas.ts";

/**
 * A rule set as it stands on the wire. Here is checked what each part looks like; what a condition asks, and
 * whether the rules can work together, is for `domain/judgment/check-rule-set.ts`.
 */

const bilingual = (maximum: number) => z.strictObject({ "zh-CN": text(maximum), en: text(maximum) });

const partyOf = documented(z.strictObject({ partyOf: z.enum(["packedBy", "transitRisk", "custodyRisk"]) }), {
  description: "The party that a fact of the case names.",
});

const amounts = (description: string) =>
  documented(
    z
      .record(
        z.string().check(z.regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)")),
        z.int().check(z.minimum(0), z.maximum(10 ** 14)),
      )
      .check(z.refine((all) => Object.keys(all).length <= 50, "must have at most 50 currencies")),
    { description, example: { CNY: 5_000_000 } },
  );

const refusals = documented(
  z.optional(
    z.array(z.strictObject({ reason: z.enum(refusalReasons), proof: z.enum(proofs) })).check(
      z.maxLength(refusalReasons.length),
      z.refine(
        (all) => new Set(all.map(({ reason }) => reason)).size === all.length,
        "must name each reason once",
      ),
    ),
  ),
  {
    description:
      "What the merchant may refuse for, and what it has to show: nothing, a note, each line's outbound inspection on record (or a file), or a file of its own. Empty: it may not refuse. A rule's own go before the set's; without either what is usual.",
  },
);

const outcome = z.strictObject({
  liability: documented(
    z.union([
      z.strictObject({
        merchant: basisPoints,
        platform: basisPoints,
        carrier: basisPoints,
        buyer: basisPoints,
      }),
      partyOf,
    ]),
    { description: "Shares that sum to 10,000, or the one party that a fact names." },
  ),
  route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
  remedies: z.array(z.enum(caseTypes)).check(z.maxLength(caseTypes.length)),
  refundCapBps: documented(basisPoints, { description: "How much of the claim may be refunded." }),
  freightPayer: z.union([z.enum(parties), partyOf]),
  silence: documented(z.enum(["approve", "refuse"]), {
    description: "What the merchant's silence means on the route merchant.",
  }),
  refusals,
  carrierLeg: documented(z.optional(z.enum(["outbound", "return"])), {
    description: "Whose carrier answers for the carrier's share; outbound if absent.",
  }),
  loss: documented(z.optional(z.enum(lossBases)), {
    description: "The goods were lost or damaged there; what the merchant is owed is said by its contract.",
  }),
  shipFirst: documented(z.optional(z.boolean()), {
    description:
      "An exchange goes to the buyer before the goods come back; whatever the buyer keeps is the platform's to bear. Only with exchange among the remedies, on the routes automatic and merchant.",
  }),
  compensation: documented(
    z.optional(
      z.strictObject({
        bps: documented(z.int().check(z.minimum(0), z.maximum(100_000)), {
          description: "Of the price claimed, in hundredths of a percent; 30,000 is three times the price.",
          example: 30_000,
        }),
        minimumMinor: z.optional(amounts("At least so much, minor units by currency.")),
      }),
    ),
    { description: "What the buyer gets on top of the price, from those at fault." },
  ),
});

const ruling = {
  id,
  source: documented(text(300), {
    description: "The law's article, the guide or the contract the rule follows.",
  }),
  outcome,
  explanation: documented(bilingual(1_000), {
    description: "For the arbiter. `{fact}` stands for the fact's value in words.",
  }),
  told: documented(
    z.optional(
      z.strictObject({ buyer: z.optional(bilingual(1_000)), merchant: z.optional(bilingual(1_000)) }),
    ),
    {
      description:
        "The same for the parties, who read a general sentence where none is given. It names no fact that is not for them.",
    },
  ),
};

const condition = documented(z.unknown(), {
  description:
    "`{all: […]}`, `{any: […]}`, `{not: …}` or `{fact, op, value}` with a fact of `GET /v1/facts`; at most 4 levels and 20 comparisons. It holds only if it is true: a fact that is unknown makes no comparison true, nor its negation.",
  example: { all: [{ fact: "reason", op: "eq", value: "COUNTERFEIT" }] },
});

export const documentFields = {
  timeZone: documented(text(64), {
    description: "IANA name of the zone days are counted in.",
    example: "Asia/Shanghai",
  }),
  noReasonWindowDays: documented(z.int().check(z.minimum(0), z.maximum(365)), {
    description: "Counted from the day after sign-off.",
    example: 7,
  }),
  merchantAnswerHours: documented(z.int().check(z.minimum(1), z.maximum(720)), { example: 48 }),
  evidenceLimits: documented(
    z.optional(
      z.strictObject({
        perSide: z.int().check(z.minimum(1), z.maximum(50)),
        perCase: z.int().check(z.minimum(1), z.maximum(150)),
      }),
    ),
    { description: "How many files a case takes as evidence, by default 20 a side and 50 in all." },
  ),
  largeClaimMinor: amounts("From how much on a claim is large, minor units by currency."),
  returnFreightCapMinor: amounts("Most of the return freight that is reimbursed, minor units by currency."),
  refusals,
  rules: documented(
    z.array(z.strictObject({ ...ruling, when: condition })).check(z.minLength(1), z.maxLength(maximumRules)),
    { description: "In order: the first that matches decides." },
  ),
  otherwise: documented(z.strictObject(ruling), { description: "Decides where no rule matches." }),
  linesDiffer: documented(
    z.strictObject({ asFiled: z.strictObject(ruling), afterReturn: z.strictObject(ruling) }),
    {
      description:
        "Decides where the lines of one case do not all come to the same: `asFiled` before anything was sent back, `afterReturn` from then on.",
    },
  ),
};

const name = documented(text(200), { example: "House rules, autumn" });

export const draftBody = z.strictObject({ name, ...documentFields });

const basedOn = documented(
  z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,64}@[1-9]\d{0,5}$/, "must be <rulesetId>@<version>")),
  {
    description:
      "A version to begin from, of the platform's own or one that comes with the service; what is given here replaces its parts.",
    example: "house@1",
  },
);

const requiredKeys = (Object.keys(documentFields) as (keyof RuleDocument)[]).filter(
  (key) => key !== "refusals" && key !== "evidenceLimits",
);

export const newDraftBody = z
  .strictObject({
    rulesetId: id,
    name,
    basedOn: z.optional(basedOn),
    ...z.partial(z.strictObject(documentFields)).shape,
  })
  .check(
    z.superRefine((body, context) => {
      if (body.basedOn !== undefined) return;
      for (const key of requiredKeys) {
        if (body[key] !== undefined) continue;
        context.addIssue({ code: "custom", path: [key], message: "is required without basedOn" });
      }
    }),
  );

export const ruleSetSummary = documented(
  z.object({
    rulesetId: id,
    version: z.int(),
    name: z.string(),
    state: z.enum(["draft", "published", "retired"]),
    revision: documented(z.int(), { description: "The `ETag`." }),
    ruleCount: z.int(),
    sha256: documented(sha256, { description: "Of the canonical document (RFC 8785)." }),
    basedOn: z.optional(z.string()),
    shipped: documented(z.optional(z.boolean()), { description: "Comes with the service." }),
    createdAt: instant,
    updatedAt: instant,
    publishedAt: z.optional(instant),
    publishedBy: z.optional(z.string()),
    effectiveFrom: z.optional(instant),
    retiredAt: z.optional(instant),
    retiredBy: z.optional(z.string()),
  }),
  { id: "RuleSetSummary" },
);

export const ruleSetView = documented(z.object({ ...ruleSetSummary.shape, ...documentFields }), {
  id: "RuleSet",
});

export const factView = documented(
  z.object({
    name: z.string(),
    type: z.enum(["text", "number", "boolean", "money", "date"]),
    label: z.object({ "zh-CN": z.string(), en: z.string() }),
    unit: documented(z.optional(z.enum(factUnits)), {
      description: "What a number counts; minor: minor units of the case's currency.",
    }),
    source: documented(z.enum(factSources), { description: "Where it is found." }),
    derivation: z.string(),
    operators: z.array(z.enum(operators)),
    values: documented(
      z.optional(z.array(z.object({ value: z.string(), "zh-CN": z.string(), en: z.string() }))),
      { description: "Every value it can take, where the list is closed." },
    ),
  }),
  { id: "Fact" },
);
