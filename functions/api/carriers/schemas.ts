import * as z from "zod/mini";
import { carrierCodes } from "../../domain/carriers.ts";
import { documented, id, instant } from "../../http/schemas.ts";

export const subscriptionParams = z.strictObject({ subscriptionId: id });

/** What the least of the carriers makes is longer. */
export const givenSecret = documented(z.optional(z.string().check(z.minLength(16), z.maxLength(256))), {
  description:
    "The carrier's own secret, where the carrier makes it (aftership, 17track) or lets you set it (easypost, standard). It is never shown again.",
});

export const shownSecret = documented(z.optional(z.string()), {
  description:
    "What the carrier signs its pushes with, this once. Absent when it was given, and when the answer is a repeated one.",
});

export const subscriptionSchema = z.object({
  subscriptionId: z.string(),
  carrier: z.enum(carrierCodes),
  webhookPath: documented(z.string(), { example: "/v1/carriers/kuaidi100/webhook/01K…" }),
  createdAt: instant,
  endedAt: documented(z.optional(instant), { description: "Since then its pushes are refused." }),
  secrets: documented(z.array(z.object({ since: instant, until: z.optional(instant) })), {
    description: "Since when which secrets hold, the newest first, and never what they are.",
  }),
});

export const newSubscriptionSchema = z.object({
  subscriptionId: z.string(),
  carrier: z.enum(carrierCodes),
  webhookPath: documented(z.string(), { example: "/v1/carriers/kuaidi100/webhook/01K…" }),
  secret: shownSecret,
});

export const carrierSchema = z.object({
  carrier: z.enum(carrierCodes),
  name: z.string(),
  signature: z.enum(["md5", "sha256", "hmac-sha256"]),
  signsTime: documented(z.boolean(), {
    description: "Whether an old push cannot be sent again as a new one.",
  }),
  movesMoney: documented(z.boolean(), {
    description:
      "Whether what it tells may move money by itself. Else it moves the status, and money only after a confirmation.",
  }),
  secretFrom: documented(z.enum(["us", "carrier", "either"]), { description: "Who makes the secret." }),
});
