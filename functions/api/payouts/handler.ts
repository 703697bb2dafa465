import { routes } from "../../http/endpoint.ts";
import { getMerchantBalanceEndpoint } from "./get-balance.ts";
import { getStatementEndpoint } from "./get-statement.ts";
import {
  confirmPayoutEndpoint,
  getPayoutEndpoint,
  listPayoutsEndpoint,
  provePayoutEndpoint,
  retryPayoutEndpoint,
} from "./payouts.ts";
import {
  closeReconciliationEndpoint,
  createReconciliationEndpoint,
  getReconciliationEndpoint,
  listFindingsEndpoint,
  putReconciliationPartEndpoint,
} from "./reconciliations.ts";
import { runPayoutsEndpoint } from "./run-payouts.ts";

export const handler = routes(
  getMerchantBalanceEndpoint,
  getStatementEndpoint,
  runPayoutsEndpoint,
  listPayoutsEndpoint,
  getPayoutEndpoint,
  confirmPayoutEndpoint,
  retryPayoutEndpoint,
  provePayoutEndpoint,
  createReconciliationEndpoint,
  putReconciliationPartEndpoint,
  closeReconciliationEndpoint,
  getReconciliationEndpoint,
  listFindingsEndpoint,
);
