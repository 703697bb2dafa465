import * as z from "zod/mini";
import { proofs, refusalReasons } from "../../domain/refusal.ts";
import { caseTypes } from "../../domain/request.ts";
import { documented, money } from "../../http/schemas.ts";

/** What a merchant may answer now: with a case, and in the problem of a decision that was not allowed. */
export const allowedDecisions = documented(
  z.object({
    rule: documented(z.optional(z.string()), {
      description: "Of the standing verdict, as the merchant may read it.",
    }),
    decisions: z.array(z.enum(["approve", "refuse", "counter_offer"])),
    refusals: documented(
      z.array(
        z.object({
          reason: z.enum(refusalReasons),
          proof: documented(z.enum(proofs), {
            description:
              "What it has to be shown by: nothing, a note, each line's outbound inspection on record (or a file), a file of the merchant's.",
          }),
          proven: documented(z.boolean(), {
            description: "The records show it; nothing has to be sent along.",
          }),
        }),
      ),
      { description: "What the rules allow a refusal for." },
    ),
    offers: z.object({
      left: documented(z.int(), { description: "How often the buyer may still be offered something else." }),
      remedies: z.array(z.enum(caseTypes)),
      maximumMinor: documented(money, { description: "Most that may be offered of the price." }),
    }),
  }),
  { id: "AllowedDecisions" },
);
