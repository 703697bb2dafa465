import { routes } from "../../http/endpoint.ts";
import {
  getCarrierClaimEndpoint,
  listCarrierClaimsEndpoint,
  settleCarrierClaimEndpoint,
} from "./carrier-claims.ts";
import { getSettlementEndpoint } from "./get-settlement.ts";
import { getTariffEndpoint, putTariffEndpoint } from "./tariffs.ts";

export const handler = routes(
  getSettlementEndpoint,
  putTariffEndpoint,
  getTariffEndpoint,
  listCarrierClaimsEndpoint,
  getCarrierClaimEndpoint,
  settleCarrierClaimEndpoint,
);
