import * as z from "zod/mini";
import { carrierCodes } from "../../domain/carriers.ts";
import { defineOperation } from "../../http/operation.ts";
import { documented, instant, pageOf, paging } from "../../http/schemas.ts";
import { parkedPushSchema } from "../carrier-webhook/parked-push-schema.ts";
import {
  carrierSchema,
  givenSecret,
  newSubscriptionSchema,
  shownSecret,
  subscriptionParams,
  subscriptionSchema,
} from "./schemas.ts";
import {
  confirmationBody,
  confirmationSchema,
  exceptionParams,
  exceptionSchema,
  parcelParams,
  resolutionBody,
} from "./tracking-schemas.ts";

export const listCarriersOperation = defineOperation({
  operationId: "listCarriers",
  method: "GET",
  path: "/v1/carriers",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "The carriers whose webhooks are understood, and how far each is believed.",
  replies: { 200: { description: "All of them.", schema: z.object({ items: z.array(carrierSchema) }) } },
  problems: [],
});

export const subscribeCarrierOperation = defineOperation({
  operationId: "subscribeCarrier",
  method: "POST",
  path: "/v1/carrier-subscriptions",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "Open a webhook for a carrier. A secret that is made here is shown this once.",
  description:
    "The answer to a repeated request comes without `secret`, which is not recorded. Whoever missed it rotates it.",
  body: z.strictObject({ carrier: z.enum(carrierCodes), secret: givenSecret }),
  replies: {
    201: { description: "Give the address and the secret to the carrier.", schema: newSubscriptionSchema },
  },
  problems: ["invalid_request"],
});

export const listCarrierSubscriptionsOperation = defineOperation({
  operationId: "listCarrierSubscriptions",
  method: "GET",
  path: "/v1/carrier-subscriptions",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "The carriers' webhooks that have not ended, the oldest first.",
  query: z.strictObject(paging),
  replies: { 200: { description: "One page.", schema: pageOf(subscriptionSchema) } },
  problems: ["invalid_cursor"],
});

export const getCarrierSubscriptionOperation = defineOperation({
  operationId: "getCarrierSubscription",
  method: "GET",
  path: "/v1/carrier-subscriptions/{subscriptionId}",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "A carrier's webhook, without its secrets.",
  params: subscriptionParams,
  replies: { 200: { description: "The webhook.", schema: subscriptionSchema } },
  problems: ["not_found"],
});

export const endCarrierSubscriptionOperation = defineOperation({
  operationId: "endCarrierSubscription",
  method: "DELETE",
  path: "/v1/carrier-subscriptions/{subscriptionId}",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "End a carrier's webhook: its secrets are gone, and its pushes are refused within five seconds.",
  params: subscriptionParams,
  replies: { 200: { description: "It has ended, now or before.", schema: subscriptionSchema } },
  problems: ["not_found"],
});

export const rotateCarrierSecretOperation = defineOperation({
  operationId: "rotateCarrierSecret",
  method: "POST",
  path: "/v1/carrier-subscriptions/{subscriptionId}/rotation",
  area: "carriers",
  roles: ["partner", "operator"],
  summary:
    "Give a carrier's webhook a new secret. The one before holds for a grace, one that had a grace already to its end.",
  description:
    "A webhook that has ended takes no secret: it answers as if it were not there. What ends, ends within five seconds everywhere; what is new is taken at once.",
  params: subscriptionParams,
  body: z.strictObject({
    secret: givenSecret,
    graceHours: documented(z._default(z.int().check(z.minimum(0), z.maximum(168)), 24), {
      description: "How long pushes signed with the secret before are still taken; 0 if it leaked.",
    }),
  }),
  replies: {
    200: {
      description: "Give the new secret to the carrier.",
      schema: z.object({
        subscriptionId: z.string(),
        secret: shownSecret,
        previousUntil: documented(instant, { description: "Until then the secret before holds." }),
      }),
    },
  },
  problems: ["not_found", "invalid_request"],
});

export const listParcelExceptionsOperation = defineOperation({
  operationId: "listParcelExceptions",
  method: "GET",
  path: "/v1/parcel-exceptions",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "Parcels of which carriers tell what cannot be, the oldest first.",
  description:
    "A delivery or a return stands whatever is told later, and no money is taken back. What contradicts it waits here for a person.",
  query: z.strictObject({ status: z._default(z.enum(["open", "resolved"]), "open"), ...paging }),
  replies: { 200: { description: "One page.", schema: pageOf(exceptionSchema) } },
  problems: ["invalid_cursor"],
});

export const resolveParcelExceptionOperation = defineOperation({
  operationId: "resolveParcelException",
  method: "POST",
  path: "/v1/parcel-exceptions/{trackingNumber}/{kind}/resolution",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "Note what came of a contradiction. The parcel stays as it stands.",
  params: exceptionParams,
  body: resolutionBody,
  replies: { 200: { description: "It is resolved, now or before.", schema: exceptionSchema } },
  problems: ["not_found"],
});

export const confirmParcelOperation = defineOperation({
  operationId: "confirmParcel",
  method: "POST",
  path: "/v1/parcels/{carrier}/{trackingNumber}/confirmation",
  area: "carriers",
  roles: ["partner", "operator", "warehouse"],
  summary: "Confirm what became of a parcel, having seen it or asked its carrier.",
  description:
    "What a weakly signed push told moves the status and no money. Confirmed it may do both: as if a carrier had told it whose pushes are signed and fresh.",
  params: parcelParams,
  body: confirmationBody,
  replies: { 200: { description: "It is on record.", schema: confirmationSchema } },
  problems: ["not_found", "invalid_request"],
});

export const listParkedPushesOperation = defineOperation({
  operationId: "listParkedPushes",
  method: "GET",
  path: "/v1/parked-pushes",
  area: "carriers",
  roles: ["partner", "operator"],
  summary: "Genuine pushes that could not be taken in, the oldest first; kept for 90 days.",
  query: z.strictObject({ status: z._default(z.enum(["parked", "replayed"]), "parked"), ...paging }),
  replies: { 200: { description: "One page.", schema: pageOf(parkedPushSchema) } },
  problems: ["invalid_cursor"],
});

export const operations = [
  listCarriersOperation,
  subscribeCarrierOperation,
  listCarrierSubscriptionsOperation,
  getCarrierSubscriptionOperation,
  endCarrierSubscriptionOperation,
  rotateCarrierSecretOperation,
  confirmParcelOperation,
  listParcelExceptionsOperation,
  resolveParcelExceptionOperation,
  listParkedPushesOperation,
] as const;
