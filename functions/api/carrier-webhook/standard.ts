import { createHmac } from "node:crypto";
import * as z from "zod/mini";
import { type CheckpointStatus, parcelStatuses } from "../../domain/tracking.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";
import {
  carrierCode,
  carrierMoment,
  carrierText,
  maximumCheckpoints,
  meaningOf,
  readJson,
} from "./read-push.ts";
import { isSame } from "./signature.ts";
import { standardSecretPrefix } from "./standard-secret.ts";

/**
 * Our own format for carriers and warehouses that have none, signed by Standard Webhooks: HMAC-SHA256 over id, time
 * and body, refused when it is more than five minutes old or ahead. The only source here whose signature says when
 * it was made, so the only one that may move money. (standardwebhooks.com, specification 1.0. The tests sign with its own
 * library, which would be 3 KiB more in the bundle.)
 */

export const standardMeanings: Readonly<Record<string, CheckpointStatus>> = Object.fromEntries(
  parcelStatuses.map((status) => [status, status]),
);

const pushSchema = z.looseObject({
  type: z.string().check(z.maxLength(64)),
  data: z.looseObject({
    trackingNumber,
    company: z.optional(carrierCode),
    checkpoints: z
      .array(
        z.looseObject({
          at: carrierMoment,
          status: carrierCode,
          place: z.optional(carrierText(256)),
          text: z.optional(carrierText(2000)),
        }),
      )
      .check(z.maxLength(maximumCheckpoints)),
  }),
});

const eventSchema = z.looseObject({ type: z.string().check(z.maxLength(64)) });

/** The kind of push that tells of a parcel; others are accepted and pass. */
export const parcelScanned = "parcel.scanned";

const parse = (body: string): Push | undefined => {
  if (readJson(eventSchema, body).type !== parcelScanned) return undefined;
  const { data } = readJson(pushSchema, body);
  const checkpoints = data.checkpoints.map(({ at, status, place, text }) => ({
    at,
    status: meaningOf(standardMeanings, status),
    code: status,
    place: place ?? "",
    text: text ?? "",
    ...(data.company ? { company: data.company } : {}),
  }));
  return { trackingNumber: data.trackingNumber, checkpoints };
};

/** The specification's tolerance for a clock that differs, and for a push that was caught on its way. */
const toleranceSeconds = 5 * 60;

const verify: CarrierAdapter["verify"] = ({ bytes, headers, now }, secret) => {
  const { "webhook-id": id, "webhook-timestamp": sent = "", "webhook-signature": signatures } = headers;
  const fresh =
    /^\d{1,12}$/.test(sent) && Math.abs(Math.floor(now / 1000) - Number(sent)) <= toleranceSeconds;
  if (!fresh || !id || !signatures) return false;
  const key = Buffer.from(secret.slice(standardSecretPrefix.length), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${sent}.`).update(bytes).digest("base64");
  return signatures.split(" ").some((signature) => isSame(signature, `v1,${expected}`));
};

export const standard: CarrierAdapter = {
  carrier: "standard",
  verify,
  parse,
  accepted: { received: true },
};
