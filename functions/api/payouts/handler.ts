import { routes } from "../../http/endpoint.ts";
import { getMerchantBalanceEndpoint } from "./get-balance.ts";
import { getStatementEndpoint } from "./get-statement.ts";
import {
  advancePayoutEndpoint,
  confirmPayoutEndpoint,
  getPayoutEndpoint,
  listPayoutsEndpoint,
  provePayoutEndpoint,
  recoverPayoutEndpoint,
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
import {
  getPayoutScheduleEndpoint,
  listPayoutSchedulesEndpoint,
  putPayoutScheduleEndpoint,
} from "./schedules.ts";

export const handler = routes(
  getMerchantBalanceEndpoint,
  getStatementEndpoint,
  runPayoutsEndpoint,
  putPayoutScheduleEndpoint,
  getPayoutScheduleEndpoint,
  listPayoutSchedulesEndpoint,
  listPayoutsEndpoint,
  getPayoutEndpoint,
  confirmPayoutEndpoint,
  retryPayoutEndpoint,
  provePayoutEndpoint,
  advancePayoutEndpoint,
  recoverPayoutEndpoint,
  createReconciliationEndpoint,
  putReconciliationPartEndpoint,
  closeReconciliationEndpoint,
  getReconciliationEndpoint,
  listFindingsEndpoint,
);
