import { createHash, createHmac, randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** One parcel in the words of those who tell of it, signed as each signs. */

/** When (epoch milliseconds), what, and where. */
export type CarrierScan = {
  readonly at: number;
  readonly status: "picked_up" | "in_transit" | "out_for_delivery" | "delivered" | "returned";
  readonly place: string;
};

export type SignedBody = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

const json = (payload: unknown, sign: (body: string) => Readonly<Record<string, string>>): SignedBody => {
  const body = JSON.stringify(payload);
  return { body, headers: { "content-type": "application/json", ...sign(body) } };
};

const iso = (at: number): string => new Date(at).toISOString();

const aftershipTags = {
  picked_up: ["InTransit", "InTransit_002"],
  in_transit: ["InTransit", "InTransit_003"],
  out_for_delivery: ["OutForDelivery", "OutForDelivery_001"],
  delivered: ["Delivered", "Delivered_001"],
  returned: ["Exception", "Exception_011"],
} as const;

/** The whole history, oldest first; the header is the HMAC of the body. */
export const aftershipPush = (
  trackingNumber: string,
  scans: readonly CarrierScan[],
  secret: string,
): SignedBody => {
  const checkpoints = scans.map(({ at, status, place }) => {
    const [tag, subtag] = aftershipTags[status];
    return { slug: "sf-express", checkpoint_time: iso(at), tag, subtag, message: subtag, location: place };
  });
  const { tag, subtag } = checkpoints.at(-1) ?? { tag: "Pending", subtag: "Pending_001" };
  const msg = { tracking_number: trackingNumber, slug: "sf-express", tag, subtag, checkpoints };
  return json({ event: "tracking_update", event_id: randomUUID(), msg }, (body) => ({
    "aftership-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
  }));
};

const seventeenTrackStatuses = {
  picked_up: "InTransit_PickedUp",
  in_transit: "InTransit_Arrival",
  out_for_delivery: "OutForDelivery_Other",
  delivered: "Delivered_Other",
  returned: "Exception_Returned",
} as const;

/** The whole history, newest first; the header is the digest of body and key. */
export const seventeenTrackPush = (
  trackingNumber: string,
  scans: readonly CarrierScan[],
  key: string,
): SignedBody => {
  const events = [...scans]
    .sort((a, b) => b.at - a.at)
    .map(({ at, status, place }) => ({
      time_iso: iso(at),
      time_utc: iso(at),
      description: seventeenTrackStatuses[status],
      location: place,
      stage: null,
      sub_status: seventeenTrackStatuses[status],
    }));
  const [latest] = events;
  const track_info = {
    latest_status: { status: latest?.sub_status.split("_")[0], sub_status: latest?.sub_status },
    tracking: { providers: [{ provider: { key: 100_012 }, events }] },
  };
  const data = { number: trackingNumber, carrier: 100_012, tag: null, track_info };
  return json({ event: "TRACKING_UPDATED", data }, (body) => ({
    sign: createHash("sha256").update(`${body}/${key}`).digest("hex"),
  }));
};

/** In our own format, signed by the reference library of Standard Webhooks. */
export const standardPush = (
  trackingNumber: string,
  scans: readonly CarrierScan[],
  secret: string,
  sentAt: number,
): SignedBody => {
  const checkpoints = scans.map(({ at, status, place }) => ({ at: iso(at), status, place }));
  const id = `msg_${randomUUID()}`;
  const payload = { type: "parcel.scanned", timestamp: iso(sentAt), data: { trackingNumber, checkpoints } };
  return json(payload, (body) => ({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, new Date(sentAt), body),
  }));
};
