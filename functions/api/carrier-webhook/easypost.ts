import * as z from "zod/mini";
import type { CheckpointStatus } from "../../domain/tracking.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";
import {
  carrierCode,
  carrierMoment,
  carrierText,
  maximumCheckpoints,
  meaningOf,
  placeOf,
  readJson,
} from "./read-push.ts";
import { hmacSha256, isSame } from "./signature.ts";

/**
 * EasyPost event webhook: JSON whose `result` is the Tracker with its whole history. `X-Hmac-Signature` is
 * `hmac-sha256-hex=` and the HMAC-SHA256 of the raw body under the secret in Unicode's NFKD form; it does not cover
 * the time. Any 2xx within seven seconds is an acceptance. (EasyPost: Webhooks, Trackers, and its client libraries.)
 */

export const easypostStatuses: Readonly<Record<string, CheckpointStatus>> = {
  unknown: "silence",
  pre_transit: "registered",
  in_transit: "in_transit",
  out_for_delivery: "out_for_delivery",
  delivered: "delivered",
  /** It waits for the receiver, who has not taken it. */
  available_for_pickup: "out_for_delivery",
  /** On its way back; EasyPost has no word for having arrived there. */
  return_to_sender: "returning",
  failure: "exception",
  /** The label was cancelled: nothing moves under it. */
  cancelled: "silence",
  /** EasyPost could not ask the carrier. */
  error: "silence",
};

/** What a detail says beyond its status; `as_status` where it says no more. */
export const easypostDetails: Readonly<Record<string, CheckpointStatus | "as_status">> = {
  address_correction: "exception",
  arrived_at_destination: "as_status",
  arrived_at_facility: "as_status",
  arrived_at_pickup_location: "as_status",
  awaiting_information: "exception",
  cancelled: "as_status",
  damaged: "damaged",
  delayed: "exception",
  delivery_exception: "exception",
  departed_facility: "as_status",
  departed_origin_facility: "as_status",
  expired: "silence",
  failure: "as_status",
  held: "exception",
  in_transit: "as_status",
  label_created: "as_status",
  lost: "lost",
  missorted: "exception",
  out_for_delivery: "as_status",
  received_at_destination_facility: "as_status",
  received_at_origin_facility: "picked_up",
  refused: "refused",
  return: "returning",
  status_update: "as_status",
  transferred_to_destination_carrier: "as_status",
  transit_exception: "exception",
  unknown: "as_status",
  weather_delay: "exception",
};

/** Statuses that say how it ended: a detail adds colour and takes nothing back. */
const final: ReadonlySet<string> = new Set(["delivered", "cancelled"]);

export const easypostMeaning = (status: string, detail: string): CheckpointStatus => {
  const byStatus = meaningOf(easypostStatuses, status);
  const byDetail = Object.hasOwn(easypostDetails, detail) ? easypostDetails[detail] : "unknown";
  if (byStatus === "unknown" || byDetail === undefined || byDetail === "unknown") return "unknown";
  return byDetail === "as_status" || final.has(status) ? byStatus : byDetail;
};

const trackerSchema = z.looseObject({
  object: z.literal("Tracker"),
  tracking_code: trackingNumber,
  carrier: z.nullish(carrierCode),
  tracking_details: z._default(
    z
      .array(
        z.looseObject({
          datetime: carrierMoment,
          status: carrierCode,
          status_detail: z.nullish(carrierCode),
          message: z.nullish(carrierText(2000)),
          tracking_location: z.nullish(
            z.looseObject({
              city: z.nullish(carrierText(128)),
              state: z.nullish(carrierText(64)),
              country: z.nullish(carrierText(64)),
            }),
          ),
        }),
      )
      .check(z.maxLength(maximumCheckpoints)),
    [],
  ),
});

/** One address hears of all of an account's objects; only trackers are about parcels. */
const eventSchema = z.looseObject({
  object: z.literal("Event"),
  description: z.string().check(z.maxLength(64)),
});
const trackerEventSchema = z.looseObject({ result: trackerSchema });

const parse = (body: string): Push | undefined => {
  const { description } = readJson(eventSchema, body);
  if (!description.startsWith("tracker.")) return undefined;
  const { result } = readJson(trackerEventSchema, body);
  const checkpoints = result.tracking_details.map((each) => {
    const detail = each.status_detail || "unknown";
    const { city, state, country } = each.tracking_location ?? {};
    return {
      at: each.datetime,
      status: easypostMeaning(each.status, detail),
      code: `${each.status}/${detail}`,
      place: placeOf(city, state, country),
      text: each.message ?? "",
      ...(result.carrier ? { company: result.carrier } : {}),
    };
  });
  return { trackingNumber: result.tracking_code, checkpoints };
};

export const easypost: CarrierAdapter = {
  carrier: "easypost",
  verify: ({ bytes, headers }, secret) =>
    isSame(
      headers["x-hmac-signature"],
      `hmac-sha256-hex=${hmacSha256(bytes, secret.normalize("NFKD"), "hex")}`,
    ),
  parse,
  accepted: { received: true },
};
