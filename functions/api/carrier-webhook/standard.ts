import { Webhook, WebhookVerificationError } from "standardwebhooks";
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

/**
 * Our own format for carriers and warehouses that have none, signed by Standard Webhooks: HMAC-SHA256 over id, time
 * and body, refused when it is more than five minutes old or ahead. The only source here whose signature says when
 * it was made, so the only one that may move money. (standardwebhooks.com, specification 1.0.)
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

const verify: CarrierAdapter["verify"] = ({ bytes, headers }, secret) => {
  try {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ?? ""]));
    new Webhook(secret).verify(bytes.toString(), given, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
};

const prefix = "whsec_";

/** The specification's bounds. */
const [leastBytes, mostBytes] = [24, 64];

const secretFault = (secret: string): string | undefined => {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : "";
  const key = Buffer.from(encoded, "base64");
  const fits = key.toString("base64") === encoded && key.length >= leastBytes && key.length <= mostBytes;
  return fits ? undefined : `must be ${prefix} and the base64 of ${leastBytes} to ${mostBytes} bytes`;
};

export const standard: CarrierAdapter = {
  carrier: "standard",
  verify,
  parse,
  accepted: { received: true },
  secretFault,
  secretOf: (random) => `${prefix}${random.toString("base64")}`,
};
