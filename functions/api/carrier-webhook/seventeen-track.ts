import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { CheckpointStatus } from "../../domain/tracking.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";
import {
  carrierCode,
  carrierText,
  malformed,
  maximumCheckpoints,
  meaningOf,
  momentIn,
  readJson,
} from "./read-push.ts";
import { isSame } from "./signature.ts";

/**
 * 17TRACK push (API v2): JSON whose `data.track_info.tracking.providers` hold all events, one list a company. `sign` is
 * the SHA-256 in hexadecimal of body, `/` and the account's key, without a time. The status 200 is an acceptance;
 * anything else is sent again. (17TRACK Tracking API: WebHook, Main status, Sub status.)
 */

/** Main statuses, and below each its sub-statuses. A main status speaks only where there is no sub-status. */
export const seventeenTrackMeanings: Readonly<Record<string, CheckpointStatus>> = {
  NotFound: "silence",
  NotFound_Other: "silence",
  NotFound_InvalidCode: "silence",
  InfoReceived: "registered",
  InTransit: "in_transit",
  InTransit_PickedUp: "picked_up",
  InTransit_Other: "in_transit",
  InTransit_Departure: "in_transit",
  InTransit_Arrival: "in_transit",
  InTransit_CustomsProcessing: "in_transit",
  InTransit_CustomsReleased: "in_transit",
  InTransit_CustomsRequiringInformation: "exception",
  /** On its way for long without news. */
  Expired: "silence",
  Expired_Other: "silence",
  /** It waits for the receiver, who has not taken it. */
  AvailableForPickup: "out_for_delivery",
  AvailableForPickup_Other: "out_for_delivery",
  OutForDelivery: "out_for_delivery",
  OutForDelivery_Other: "out_for_delivery",
  DeliveryFailure: "exception",
  DeliveryFailure_Other: "exception",
  DeliveryFailure_NoBody: "exception",
  DeliveryFailure_Security: "exception",
  DeliveryFailure_Rejected: "refused",
  DeliveryFailure_InvalidAddress: "exception",
  Delivered: "delivered",
  Delivered_Other: "delivered",
  Exception: "exception",
  Exception_Other: "exception",
  Exception_Returning: "returning",
  Exception_Returned: "returned",
  Exception_NoBody: "exception",
  Exception_Security: "exception",
  Exception_Damage: "damaged",
  Exception_Rejected: "refused",
  Exception_Delayed: "exception",
  Exception_Lost: "lost",
  /** It will never arrive. */
  Exception_Destroyed: "lost",
  /** The order for the transport was cancelled: nothing moves under it. */
  Exception_Cancel: "silence",
  /** Milestones (`stage`) that are no status; they speak for an event without one. */
  PickedUp: "picked_up",
  Departure: "in_transit",
  Arrival: "in_transit",
  Returning: "returning",
  Returned: "returned",
};

const eventSchema = z.looseObject({
  time_iso: z.nullish(z.string()),
  time_utc: z.nullish(z.string()),
  time_raw: z.nullish(
    z.looseObject({
      date: z.nullish(z.string()),
      time: z.nullish(z.string()),
      timezone: z.nullish(z.string()),
    }),
  ),
  description: z.nullish(carrierText(2000)),
  location: z.nullish(carrierText(256)),
  stage: z.nullish(carrierCode),
  sub_status: z.nullish(carrierCode),
});

const providerSchema = z.looseObject({
  provider: z.nullish(z.looseObject({ key: z.nullish(z.union([z.int(), carrierCode])) })),
  events: z._default(z.array(eventSchema).check(z.maxLength(maximumCheckpoints)), []),
});

const pushSchema = z.looseObject({
  event: z.string().check(z.maxLength(64)),
  data: z.looseObject({
    number: trackingNumber,
    carrier: z.nullish(z.union([z.int(), carrierCode])),
    track_info: z.nullish(
      z.looseObject({
        tracking: z.nullish(
          z.looseObject({ providers: z._default(z.array(providerSchema).check(z.maxLength(16)), []) }),
        ),
      }),
    ),
  }),
});

/** UTC as 17TRACK computed it, else the carrier's local time with its zone, else what the carrier wrote. */
const timeOf = ({ time_utc, time_iso, time_raw }: z.output<typeof eventSchema>): number | undefined => {
  const raw = time_raw?.date
    ? `${time_raw.date}T${time_raw.time || "00:00:00"}${time_raw.timezone ?? ""}`
    : undefined;
  for (const text of [time_utc, time_iso, raw]) {
    const at = text ? momentIn(text) : undefined;
    if (at !== undefined) return at;
  }
  return undefined;
};

const parse = (body: string): Push => {
  const { data } = readJson(pushSchema, body);
  const providers = data.track_info?.tracking?.providers ?? [];
  const checkpoints = providers.flatMap(({ provider, events }, which) =>
    events.map((event, index) => {
      const at = timeOf(event);
      if (at === undefined) {
        const pointer = `/data/track_info/tracking/providers/${which}/events/${index}/time_utc`;
        throw malformed(pointer, "is no moment in time");
      }
      const code = event.sub_status || event.stage || "";
      const company = provider?.key ?? data.carrier;
      return {
        at,
        status: meaningOf(seventeenTrackMeanings, code),
        code,
        place: event.location ?? "",
        text: event.description ?? "",
        ...(company === null || company === undefined ? {} : { company: String(company) }),
      };
    }),
  );
  return { trackingNumber: data.number, checkpoints };
};

const signatureOf = (bytes: Buffer, key: string): string =>
  createHash("sha256").update(bytes).update("/").update(key).digest("hex");

export const seventeenTrack: CarrierAdapter = {
  carrier: "17track",
  verify: ({ bytes, headers }, key) => isSame(headers.sign, signatureOf(bytes, key)),
  parse,
  accepted: { received: true },
};
