import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented, id } from "../../http/schemas.ts";
import { parkedPushParams, parkedPushSchema } from "./parked-push-schema.ts";

export const receivePushOperation = defineOperation({
  operationId: "receiveCarrierPush",
  method: "POST",
  path: "/v1/carriers/{carrier}/webhook/{subscription}",
  area: "carrier-webhook",
  roles: "public",
  summary: "A carrier's push, in its own format and with its own signature.",
  description:
    "kuaidi100: a form with `param` and `sign`, the upper-case MD5 of param and secret. aftership: JSON, `aftership-hmac-sha256`. easypost: JSON, `X-Hmac-Signature`. 17track: JSON, `sign`. standard: JSON, signed by Standard Webhooks, as documented here. Pushes may repeat, overlap and come in any order. One that is genuine and cannot be taken in is parked and accepted. An unknown subscription answers like a wrong signature.",
  params: z.strictObject({ carrier: id, subscription: id }),
  rawBody: "application/json",
  body: documented(
    z.looseObject({
      type: z.string(),
      data: z.looseObject({
        trackingNumber: z.string(),
        company: z.optional(z.string()),
        checkpoints: z.array(
          z.looseObject({
            at: z.string(),
            status: z.string(),
            place: z.optional(z.string()),
            text: z.optional(z.string()),
          }),
        ),
      }),
    }),
    {
      description: "The format of `standard`; the other carriers' are theirs (docs/carriers.md).",
      example: {
        type: "parcel.scanned",
        data: {
          trackingNumber: "SF1234567890",
          company: "sf-express",
          checkpoints: [
            { at: "2026-11-03T08:30:00+08:00", status: "delivered", place: "Shanghai", text: "Signed for" },
          ],
        },
      },
    },
  ),
  replies: {
    200: {
      description: "Accepted, in the carrier's words.",
      schema: z.union([
        z.object({ result: z.boolean(), returnCode: z.string(), message: z.string() }),
        z.object({ received: z.boolean() }),
      ]),
    },
  },
  problems: ["signature_invalid"],
});

export const replayParkedPushOperation = defineOperation({
  operationId: "replayParkedPush",
  method: "POST",
  path: "/v1/parked-pushes/{parkedPushId}/replay",
  area: "carrier-webhook",
  roles: ["operator"],
  summary: "Take a parked push in after all, once its cause is mended.",
  description: "Its signature was checked when it came. If it still cannot be read, the pointer says where.",
  params: parkedPushParams,
  replies: { 200: { description: "It was taken in, now or before.", schema: parkedPushSchema } },
  problems: ["not_found", "invalid_request"],
});

export const operations = [receivePushOperation, replayParkedPushOperation] as const;
