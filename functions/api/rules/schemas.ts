import * as z from "zod";
import { operators } from "../../domain/judgment/conditions.ts";
import type { RuleDocument } from "../../domain/judgment/rule-document.ts";
import { maximumRules } from "../../domain/judgment/rule-set.ts";
import { parties } from "../../domain/judgment/verdict.ts";
import { caseTypes } from "../../domain/request.ts";
import { basisPoints, id, instant, sha256, text } from "../../http/schemas.ts";

/**
 * A rule set as it stands on the wire. Here is checked what each part looks like; what a condition asks, and
 * whether the rules can work together, is for `domain/judgment/check-rule-set.ts`.
 */

const bilingual = (maximum: number) => z.strictObject({ "zh-CN": text(maximum), en: text(maximum) });

const partyOf = z
  .strictObject({ partyOf: z.enum(["packedBy", "transitRisk", "custodyRisk"]) })
  .meta({ description: "The party that a fact of the case names." });

const outcome = z.strictObject({
  liability: z
    .union([
      z.strictObject({
        merchant: basisPoints,
        platform: basisPoints,
        carrier: basisPoints,
        buyer: basisPoints,
      }),
      partyOf,
    ])
    .meta({ description: "Shares that sum to 10,000, or the one party that a fact names." }),
  route: z.enum(["automatic", "merchant", "arbitration", "ineligible"]),
  remedies: z.array(z.enum(caseTypes)).max(caseTypes.length),
  refundCapBps: basisPoints.meta({ description: "How much of the claim may be refunded." }),
  freightPayer: z.union([z.enum(parties), partyOf]),
  silence: z
    .enum(["approve", "refuse"])
    .meta({ description: "What the merchant's silence means on the route merchant." }),
  carrierLeg: z
    .enum(["outbound", "return"])
    .optional()
    .meta({ description: "Whose carrier answers for the carrier's share; outbound if absent." }),
});

const ruling = {
  id,
  source: text(300).meta({ description: "The law's article, the guide or the contract the rule follows." }),
  outcome,
  explanation: bilingual(1_000).meta({
    description: "For the arbiter. `{fact}` stands for the fact's value in words.",
  }),
  told: z
    .strictObject({ buyer: bilingual(1_000).optional(), merchant: bilingual(1_000).optional() })
    .optional()
    .meta({
      description:
        "The same for the parties, who read a general sentence where none is given. It names no fact that is not for them.",
    }),
};

const condition = z.unknown().meta({
  description:
    "`{all: […]}`, `{any: […]}`, `{not: …}` or `{fact, op, value}` with a fact of `GET /v1/facts`; at most 4 levels and 20 comparisons. It holds only if it is true: a fact that is unknown makes no comparison true, nor its negation.",
  example: { all: [{ fact: "reason", op: "eq", value: "COUNTERFEIT" }] },
});

const amounts = (description: string) =>
  z
    .record(
      z.string().regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)"),
      z
        .int()
        .min(0)
        .max(10 ** 14),
    )
    .refine((all) => Object.keys(all).length <= 50, "At most 50 currencies")
    .meta({ description, example: { CNY: 5_000_000 } });

export const documentFields = {
  timeZone: text(64).meta({
    description: "IANA name of the zone days are counted in.",
    example: "Asia/Shanghai",
  }),
  noReasonWindowDays: z
    .int()
    .min(0)
    .max(365)
    .meta({ description: "Counted from the day after sign-off.", example: 7 }),
  merchantAnswerHours: z.int().min(1).max(720).meta({ example: 48 }),
  largeClaimMinor: amounts("From how much on a claim is large, minor units by currency."),
  returnFreightCapMinor: amounts("Most of the return freight that is reimbursed, minor units by currency."),
  rules: z
    .array(z.strictObject({ ...ruling, when: condition }))
    .min(1)
    .max(maximumRules)
    .meta({ description: "In order: the first that matches decides." }),
  otherwise: z.strictObject(ruling).meta({ description: "Decides where no rule matches." }),
  linesDiffer: z.strictObject({ asFiled: z.strictObject(ruling), afterReturn: z.strictObject(ruling) }).meta({
    description:
      "Decides where the lines of one case do not all come to the same: `asFiled` before anything was sent back, `afterReturn` from then on.",
  }),
};

const name = text(200).meta({ example: "House rules, autumn" });

export const draftBody = z.strictObject({ name, ...documentFields });

const basedOn = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}@[1-9]\d{0,5}$/, "<rulesetId>@<version>")
  .meta({
    description: "A version to begin from; what is given here replaces its parts.",
    example: "house@1",
  });

const documentKeys = Object.keys(documentFields) as (keyof RuleDocument)[];

export const newDraftBody = z
  .strictObject({
    rulesetId: id,
    name,
    basedOn: basedOn.optional(),
    ...z.strictObject(documentFields).partial().shape,
  })
  .superRefine((body, context) => {
    if (body.basedOn !== undefined) return;
    for (const key of documentKeys) {
      if (body[key] !== undefined) continue;
      context.addIssue({ code: "custom", path: [key], message: "Required without basedOn" });
    }
  });

export const ruleSetSummary = z
  .object({
    rulesetId: id,
    version: z.int(),
    name: z.string(),
    state: z.enum(["draft", "published", "retired"]),
    revision: z.int().meta({ description: "The `ETag`." }),
    ruleCount: z.int(),
    sha256: sha256.meta({ description: "Of the canonical document (RFC 8785)." }),
    basedOn: z.string().optional(),
    createdAt: instant,
    updatedAt: instant,
    publishedAt: instant.optional(),
    publishedBy: z.string().optional(),
    effectiveFrom: instant.optional(),
    retiredAt: instant.optional(),
    retiredBy: z.string().optional(),
  })
  .meta({ id: "RuleSetSummary" });

export const ruleSetView = z.object({ ...ruleSetSummary.shape, ...documentFields }).meta({ id: "RuleSet" });

export const factView = z
  .object({
    name: z.string(),
    type: z.enum(["text", "number", "boolean", "money", "date"]),
    label: z.object({ "zh-CN": z.string(), en: z.string() }),
    unit: z
      .enum(["minor", "day", "line", "request", "flaw"])
      .optional()
      .meta({ description: "What a number counts; minor: minor units of the case's currency." }),
    derivation: z.string(),
    operators: z.array(z.enum(operators)),
    values: z
      .array(z.object({ value: z.string(), "zh-CN": z.string(), en: z.string() }))
      .optional()
      .meta({ description: "Every value it can take, where the list is closed." }),
  })
  .meta({ id: "Fact" });
