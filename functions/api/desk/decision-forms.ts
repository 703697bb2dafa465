import * as z from "zod/mini";
import type { DeskCommand } from "../../domain/decide-case.ts";
import { refusalReasons } from "../../domain/refusal.ts";
import { caseTypes } from "../../domain/request.ts";
import { documented, id, money, text } from "../../http/schemas.ts";

/** The decisions there are, for one case and for each row of many. */

const note = z.optional(text(1000));

export const approveForm = { decision: z.literal("approve"), note };

export const refuseForm = {
  decision: z.literal("refuse"),
  reason: z.enum(refusalReasons),
  evidenceIds: documented(z.optional(z.array(id).check(z.minLength(1), z.maxLength(20))), {
    description: "Files of the merchant's that have arrived, where the rules ask for proof.",
  }),
  note,
};

export const counterOfferForm = {
  decision: z.literal("counter_offer"),
  remedy: documented(z.enum(caseTypes), {
    description:
      "One the verdict allows, or `refund_only` in any case: the buyer keeps the goods for a part of the price.",
  }),
  amountMinor: documented(z.optional(money), {
    description:
      "What is refunded of the price, at most what the verdict lets be; required where the remedy is a refund.",
    example: 38_400,
  }),
  note,
};

export const resumeForm = { decision: z.literal("resume"), note };

type Form<Shape extends z.core.$ZodShape> = z.output<z.ZodMiniObject<Shape, z.core.$strict>>;

export type Decision =
  | Form<typeof approveForm>
  | Form<typeof refuseForm>
  | Form<typeof counterOfferForm>
  | Form<typeof resumeForm>;

export type DecisionCommand = Extract<
  DeskCommand,
  { readonly type: "ApproveCase" | "RefuseCase" | "MakeOffer" | "ResumeCase" }
>;

export const commandOf = (decision: Decision): DecisionCommand => {
  const along = decision.note === undefined ? {} : { note: decision.note };
  switch (decision.decision) {
    case "approve":
      return { type: "ApproveCase", ...along };
    case "refuse": {
      const { reason, evidenceIds } = decision;
      return { type: "RefuseCase", reason, ...(evidenceIds ? { evidenceIds } : {}), ...along };
    }
    case "counter_offer": {
      const { remedy, amountMinor } = decision;
      const offer = { remedy, ...(amountMinor === undefined ? {} : { amountMinor }) };
      return { type: "MakeOffer", offer, ...along };
    }
    case "resume":
      return { type: "ResumeCase", ...along };
    default:
      return decision satisfies never;
  }
};
