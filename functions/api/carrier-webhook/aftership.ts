import * as z from "zod/mini";
import type { CheckpointStatus } from "../../domain/tracking.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";
import {
  carrierCode,
  carrierMoment,
  carrierText,
  malformed,
  maximumCheckpoints,
  meaningOf,
  placeOf,
  readJson,
} from "./read-push.ts";
import { hmacSha256, isSame } from "./signature.ts";

/**
 * AfterShip tracking webhook: JSON whose `msg` is the tracking with all its checkpoints. `aftership-hmac-sha256` is
 * the base64 HMAC-SHA256 of the raw body, which says nothing of when it was sent. Any 2xx is an acceptance; others
 * are sent again, up to 14 times. (AfterShip Tracking: Webhook Signature, Delivery Statuses, Delivery Sub-statuses.)
 */

/** Tags, and below each its sub-tags. A tag speaks only for a checkpoint without a sub-tag. */
export const aftershipMeanings: Readonly<Record<string, CheckpointStatus>> = {
  Pending: "silence",
  Pending_001: "silence",
  Pending_002: "silence",
  Pending_003: "silence",
  Pending_004: "silence",
  Pending_005: "silence",
  Pending_006: "silence",
  InfoReceived: "registered",
  InfoReceived_001: "registered",
  InTransit: "in_transit",
  InTransit_001: "in_transit",
  /** Accepted by the carrier. */
  InTransit_002: "picked_up",
  InTransit_003: "in_transit",
  InTransit_004: "in_transit",
  /** Through customs, and handed over to customs. */
  InTransit_005: "in_transit",
  InTransit_006: "in_transit",
  InTransit_007: "in_transit",
  /** A problem was resolved. */
  InTransit_008: "in_transit",
  /** Sent on to another address. */
  InTransit_009: "in_transit",
  OutForDelivery: "out_for_delivery",
  OutForDelivery_001: "out_for_delivery",
  OutForDelivery_003: "out_for_delivery",
  OutForDelivery_004: "out_for_delivery",
  /** It waits for the receiver, who has not taken it. */
  AvailableForPickup: "out_for_delivery",
  AvailableForPickup_001: "out_for_delivery",
  AttemptFail: "exception",
  AttemptFail_001: "exception",
  AttemptFail_002: "exception",
  AttemptFail_003: "exception",
  Delivered: "delivered",
  Delivered_001: "delivered",
  Delivered_002: "delivered",
  Delivered_003: "delivered",
  Delivered_004: "delivered",
  /** With a neighbour: the carrier has delivered, whoever disputes it. */
  Delivered_005: "delivered",
  Exception: "exception",
  Exception_001: "exception",
  Exception_002: "exception",
  Exception_003: "refused",
  Exception_004: "exception",
  Exception_005: "exception",
  Exception_006: "exception",
  Exception_007: "exception",
  /** Not collected in time. */
  Exception_008: "exception",
  Exception_009: "exception",
  Exception_010: "returning",
  Exception_011: "returned",
  Exception_012: "damaged",
  Exception_013: "lost",
  Exception_014: "exception",
  Exception_015: "exception",
  Exception_016: "exception",
  Exception_017: "exception",
  Exception_018: "exception",
  Expired: "silence",
  Expired_001: "silence",
};

/** A checkpoint's time may be empty where the carrier gave none; when AfterShip wrote it down is always there. */
const moment = z.union([z.literal(""), carrierMoment]);

const pushSchema = z.looseObject({
  event: z.string().check(z.maxLength(64)),
  msg: z.looseObject({
    tracking_number: trackingNumber,
    slug: z.nullish(carrierCode),
    checkpoints: z._default(
      z
        .array(
          z.looseObject({
            slug: z.nullish(carrierCode),
            checkpoint_time: z.nullish(moment),
            created_at: z.nullish(moment),
            tag: z.nullish(carrierCode),
            subtag: z.nullish(carrierCode),
            message: z.nullish(carrierText(2000)),
            location: z.nullish(carrierText(256)),
            city: z.nullish(carrierText(128)),
            country_iso3: z.nullish(carrierText(8)),
          }),
        )
        .check(z.maxLength(maximumCheckpoints)),
      [],
    ),
  }),
});

const parse = (body: string): Push => {
  const { msg } = readJson(pushSchema, body);
  const checkpoints = msg.checkpoints.map((each, index) => {
    const at = each.checkpoint_time || each.created_at;
    if (!at) throw malformed(`/msg/checkpoints/${index}/checkpoint_time`, "is missing");
    const code = each.subtag || each.tag || "";
    const company = each.slug ?? msg.slug;
    return {
      at,
      status: meaningOf(aftershipMeanings, code),
      code,
      place: each.location || placeOf(each.city, each.country_iso3),
      text: each.message ?? "",
      ...(company ? { company } : {}),
    };
  });
  return { trackingNumber: msg.tracking_number, checkpoints };
};

export const aftership: CarrierAdapter = {
  carrier: "aftership",
  verify: ({ bytes, headers }, secret) =>
    isSame(headers["aftership-hmac-sha256"], hmacSha256(bytes, secret, "base64")),
  parse,
  accepted: { received: true },
};
