import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { id } from "../../http/schemas.ts";

export const receivePushOperation = defineOperation({
  operationId: "receiveCarrierPush",
  method: "POST",
  path: "/v1/carriers/{carrier}/webhook/{subscription}",
  area: "carrier-webhook",
  roles: "public",
  summary: "A carrier's push, in its own format and with its own signature.",
  description:
    "Kuaidi100: a form with `param` and `sign` = upper-case MD5 of param and the subscription's secret. Pushes may repeat, overlap and come in any order. An unknown subscription answers like a wrong signature.",
  params: z.strictObject({ carrier: id, subscription: id }),
  rawBody: "application/x-www-form-urlencoded",
  body: z.object({ param: z.string(), sign: z.string() }),
  replies: {
    200: {
      description: "Accepted, in the carrier's words.",
      schema: z.object({ result: z.boolean(), returnCode: z.string(), message: z.string() }),
    },
  },
  problems: ["signature_invalid", "invalid_request"],
});

export const operations = [receivePushOperation] as const;
