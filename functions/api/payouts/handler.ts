import { routes } from "../../http/endpoint.ts";
import { getMerchantBalanceEndpoint } from "./get-balance.ts";
import { getStatementEndpoint } from "./get-statement.ts";

export const handler = routes(getMerchantBalanceEndpoint, getStatementEndpoint);
