import * as z from "zod/mini";
import { basisPoints, currency, documented, id, instant, money } from "../../http/schemas.ts";

const hours = z.int().check(z.minimum(1), z.maximum(1_000));

const period = z.strictObject({
  effectiveFrom: instant,
  caseFeeMinor: documented(money, { description: "For each case in which something is refunded." }),
  refundFeeBps: documented(basisPoints, {
    description: "Of what is refunded, on top of the fee of the case.",
  }),
  rebateBps: documented(basisPoints, {
    description: "The part of the fee that comes back to a merchant that met both clocks.",
  }),
  firstAnswerWithinHours: documented(hours, { example: 12 }),
  inspectionWithinHours: documented(hours, {
    description: "Counted from the delivery of the return.",
    example: 48,
  }),
});

const periods = documented(
  z.array(period).check(
    z.minLength(1),
    z.maxLength(50),
    z.superRefine((all, context) => {
      const starts = all.map(({ effectiveFrom }) => effectiveFrom);
      const repeated = starts.findIndex((start, index) => starts.indexOf(start) < index);
      if (repeated === -1) return;
      context.addIssue({
        code: "custom",
        path: [repeated, "effectiveFrom"],
        message: "is the same moment as another period's",
      });
    }),
  ),
  { description: "In any order; each holds until the next begins." },
);

export const tariffBody = z.strictObject({ currency, periods });

export const tariffView = documented(
  z.object({ tariffId: id, currency, periods: z.array(period), version: z.int() }),
  { id: "Tariff" },
);
