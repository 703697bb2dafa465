import { routes } from "../../http/endpoint.ts";
import { getMerchantBalanceEndpoint } from "./get-balance.ts";

export const handler = routes(getMerchantBalanceEndpoint);
