import * as z from "zod/mini";
import { parcelStatuses } from "../../domain/tracking.ts";
import { carrier, documented, instant, text, trackingNumber } from "../../http/schemas.ts";

const scanSchema = z.object({
  source: documented(z.string(), { description: "Who told it: a carrier's format, or `confirmation`." }),
  at: instant,
  status: z.string(),
  code: z.string(),
  place: z.string(),
  text: z.string(),
});

export const exceptionParams = z.strictObject({
  trackingNumber,
  kind: documented(z.string().check(z.regex(/^[a-z_]{1,32}\.[a-z_]{1,32}$/, "must be two statuses")), {
    example: "delivered.returned",
  }),
});

export const exceptionSchema = z.object({
  trackingNumber: z.string(),
  carrier: z.string(),
  kind: documented(z.string(), {
    description: "What was contradicted by what.",
    example: "delivered.returned",
  }),
  fact: documented(scanSchema, { description: "What stands." }),
  contradictedBy: scanSchema,
  caseIds: z.optional(z.array(z.string())),
  orderId: z.optional(z.string()),
  openedAt: instant,
  resolved: z.optional(
    z.object({ at: instant, by: z.object({ role: z.string(), id: z.string() }), note: z.string() }),
  ),
});

export const resolutionBody = z.strictObject({
  note: documented(text(500), { description: "What came of it, for whoever reads it later." }),
});

export const parcelParams = z.strictObject({ carrier, trackingNumber });

/** What somebody who sees the parcel can confirm. */
export const confirmableStatuses = ["delivered", "returned", "damaged", "lost"] as const;

export const confirmationBody = z.strictObject({
  status: z.enum(confirmableStatuses),
  at: documented(instant, { description: "When it came to that; not in the future." }),
  note: z.optional(text(500)),
});

export const confirmationSchema = z.object({
  carrier: z.string(),
  trackingNumber: z.string(),
  status: documented(z.enum(parcelStatuses), { description: "Where the parcel stands now." }),
  confirmed: documented(z.boolean(), { description: "Whether that may move money." }),
});
