import { routes } from "../../http/endpoint.ts";
import { getItemEndpoint } from "./get-item.ts";
import { getMerchantEndpoint } from "./get-merchant.ts";
import { getOrderEndpoint } from "./get-order.ts";
import { putItemEndpoint } from "./put-item.ts";
import { putMerchantEndpoint } from "./put-merchant.ts";
import { putOrderEndpoint } from "./put-order.ts";

export const handler = routes(
  putMerchantEndpoint,
  getMerchantEndpoint,
  putItemEndpoint,
  getItemEndpoint,
  putOrderEndpoint,
  getOrderEndpoint,
);
