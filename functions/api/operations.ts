import type { Operation } from "../http/operation.ts";
import { operations as arbitration } from "./arbitration/operations.ts";
import { operations as backtests } from "./backtests/operations.ts";
import { operations as carrierWebhook } from "./carrier-webhook/operations.ts";
import { operations as carriers } from "./carriers/operations.ts";
import { operations as cases } from "./cases/operations.ts";
import { operations as clocks } from "./clocks/operations.ts";
import { operations as desk } from "./desk/operations.ts";
import { operations as disputes } from "./disputes/operations.ts";
import { operations as eligibility } from "./eligibility/operations.ts";
import { operations as evidence } from "./evidence/operations.ts";
import { operations as judgment } from "./judgment/operations.ts";
import { operations as labels } from "./labels/operations.ts";
import { operations as logistics } from "./logistics/operations.ts";
import { operations as messages } from "./messages/operations.ts";
import { operations as payouts } from "./payouts/operations.ts";
import { operations as remedies } from "./remedies/operations.ts";
import { operations as rules } from "./rules/operations.ts";
import { operations as service } from "./service/operations.ts";
import { operations as settlement } from "./settlement/operations.ts";
import { operations as sync } from "./sync/operations.ts";

/** Everything this API can do: the gateway's routes and the OpenAPI document are made from this list. */
export const operations: readonly Operation[] = [
  ...sync,
  ...cases,
  ...evidence,
  ...messages,
  ...desk,
  ...clocks,
  ...disputes,
  ...arbitration,
  ...eligibility,
  ...judgment,
  ...logistics,
  ...remedies,
  ...rules,
  ...backtests,
  ...settlement,
  ...payouts,
  ...carriers,
  ...labels,
  ...carrierWebhook,
  ...service,
];
