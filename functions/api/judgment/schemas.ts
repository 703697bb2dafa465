import * as z from "zod/mini";
import { factCatalogue } from "../../domain/judgment/facts.ts";
import { bilingual, documented, id } from "../../http/schemas.ts";
import { factValue, verdictView } from "./verdict-schema.ts";

const changed = <Value extends z.ZodMiniType>(value: Value) =>
  z.optional(z.object({ before: z.optional(value), after: z.optional(value) }));

const view = verdictView.shape;

/** What changed from one verdict to another. What is the same in both is left out. */
const verdictChanges = documented(
  z.object({
    facts: documented(
      z.array(z.object({ fact: z.string(), before: z.optional(factValue), after: z.optional(factValue) })),
      {
        description:
          "Facts a verdict rests on. A side is absent where that verdict does not rest on the fact: then it is not known whether it changed.",
      },
    ),
    rulesVersion: changed(view.rulesVersion),
    rule: changed(z.string()),
    liability: changed(view.liability),
    route: changed(view.route),
    remedies: changed(view.remedies),
    refundCapBps: changed(view.refundCapBps),
    freight: changed(view.freight),
    clocks: changed(view.clocks),
    carrier: changed(z.string()),
    shipFirst: changed(z.boolean()),
    explanation: bilingual,
  }),
  { id: "VerdictChanges" },
);

export const listedVerdict = documented(
  z.extend(verdictView, {
    changes: documented(z.optional(verdictChanges), {
      description: "From the verdict before; absent on the first.",
    }),
  }),
  { id: "ListedVerdict" },
);

const givenFacts = z
  .record(
    z.string().check(z.regex(/^[A-Za-z]{1,64}$/, "must be 1 to 64 letters")),
    z.union([z.string(), z.number(), z.boolean(), z.null()]),
  )
  .check(
    z.refine((facts) => Object.keys(facts).length <= factCatalogue.length, "has more than there are facts"),
  );

export const previewBody = z
  .strictObject({
    facts: documented(z.optional(givenFacts), {
      description:
        "By their names in `GET /v1/facts`. What is not given is not known, and nothing is derived from anything else.",
      example: { reasonKind: "change_of_mind", requestType: "return_and_refund" },
    }),
    caseId: documented(z.optional(id), { description: "A case instead of facts." }),
    rulesetId: z.optional(id),
    version: documented(z.optional(z.int().check(z.minimum(1), z.maximum(999_999))), {
      description: "The latest if absent.",
    }),
  })
  .check(
    z.refine(({ facts, caseId }) => (facts === undefined) !== (caseId === undefined), {
      path: ["facts"],
      error: "must be given, or caseId, and not both",
    }),
    z.refine(({ rulesetId, version }) => version === undefined || rulesetId !== undefined, {
      path: ["rulesetId"],
      error: "is required with version",
    }),
  );

export const previewView = z.object({
  verdict: z.extend(verdictView, {
    told: documented(z.object({ buyer: bilingual, merchant: bilingual }), {
      description: "What the buyer and the merchant would be told.",
    }),
  }),
  standing: documented(z.optional(z.object({ verdict: verdictView, changes: verdictChanges })), {
    description: "The verdict a case has, and what would change. Absent if it was never judged.",
  }),
});
