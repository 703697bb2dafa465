import * as z from "zod/mini";
import { carrierCodes } from "../../domain/carriers.ts";
import { documented, id, instant } from "../../http/schemas.ts";

export const parkedPushParams = z.strictObject({ parkedPushId: id });

export const parkedPushSchema = z.object({
  parkedPushId: z.string(),
  subscriptionId: z.string(),
  carrier: z.enum(carrierCodes),
  reason: documented(z.enum(["unreadable", "failed"]), {
    description: "It is not in the carrier's format, or handling it failed.",
  }),
  detail: documented(z.string(), { example: "/msg/tracking_number is missing" }),
  bytes: z.int(),
  parkedAt: instant,
  replayedAt: z.optional(instant),
});
