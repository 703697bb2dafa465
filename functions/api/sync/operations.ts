import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { id } from "../../http/schemas.ts";
import { itemBody, itemView, merchantBody, merchantView, orderBody, orderView } from "./schemas.ts";

const merchantParams = z.strictObject({ merchantId: id });
const itemParams = z.strictObject({ itemId: id });
const orderParams = z.strictObject({ orderId: id });

export const putMerchantOperation = defineOperation({
  operationId: "putMerchant",
  method: "PUT",
  path: "/v1/merchants/{merchantId}",
  area: "sync",
  roles: ["partner", "operator"],
  summary: "Sync a merchant and its contracts.",
  description: "Replaces the merchant as a whole. Sending the same again changes nothing.",
  params: merchantParams,
  body: merchantBody,
  replies: {
    200: { description: "The merchant was replaced, or stood like this already.", schema: merchantView },
    201: { description: "The merchant is new.", schema: merchantView },
  },
  problems: ["precondition_failed"],
  conditional: true,
});

export const getMerchantOperation = defineOperation({
  operationId: "getMerchant",
  method: "GET",
  path: "/v1/merchants/{merchantId}",
  area: "sync",
  roles: ["partner", "operator", "merchant"],
  summary: "A merchant as it was synced; a merchant reads itself.",
  params: merchantParams,
  replies: { 200: { description: "The merchant.", schema: merchantView } },
  problems: ["not_found"],
});

export const putItemOperation = defineOperation({
  operationId: "putItem",
  method: "PUT",
  path: "/v1/items/{itemId}",
  area: "sync",
  roles: ["partner", "operator"],
  summary: "Sync a consigned item with its intake inspection.",
  description: "Replaces the item as a whole. Sending the same again changes nothing.",
  params: itemParams,
  body: itemBody,
  replies: {
    200: { description: "The item was replaced, or stood like this already.", schema: itemView },
    201: { description: "The item is new.", schema: itemView },
  },
  problems: ["precondition_failed"],
  conditional: true,
});

export const getItemOperation = defineOperation({
  operationId: "getItem",
  method: "GET",
  path: "/v1/items/{itemId}",
  area: "sync",
  roles: ["partner", "operator", "merchant"],
  summary: "An item as it was synced; a merchant reads its own.",
  params: itemParams,
  replies: { 200: { description: "The item.", schema: itemView } },
  problems: ["not_found"],
});

export const putOrderOperation = defineOperation({
  operationId: "putOrder",
  method: "PUT",
  path: "/v1/orders/{orderId}",
  area: "sync",
  roles: ["partner", "operator"],
  summary: "Sync an order; its lines freeze at the first sync.",
  description:
    "The first sync freezes the order and, of each line, the item, quantity, price, commission rate, confirmed exclusion and packer. A later one names the same lines and may add or correct `outboundInspection`, `outboundParcel` and `signedOffAt`; left out, they stay as they are. Once a case was filed over a line, what was said of it can be added to but not changed.",
  params: orderParams,
  body: orderBody,
  replies: {
    200: { description: "Facts were added, or the order stood like this already.", schema: orderView },
    201: { description: "The order is new; its lines are frozen.", schema: orderView },
  },
  problems: ["order_frozen", "order_line_frozen", "tracking_number_taken", "precondition_failed"],
  conditional: true,
});

export const getOrderOperation = defineOperation({
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}",
  area: "sync",
  roles: ["partner", "operator"],
  summary: "An order as it was frozen, and what is still refundable of each line.",
  params: orderParams,
  replies: { 200: { description: "The order.", schema: orderView } },
  problems: ["not_found"],
});

export const operations = [
  putMerchantOperation,
  getMerchantOperation,
  putItemOperation,
  getItemOperation,
  putOrderOperation,
  getOrderOperation,
] as const;
