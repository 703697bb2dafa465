import { routes } from "../../http/endpoint.ts";
import { cancelBacktestEndpoint } from "./cancel-backtest.ts";
import { createBacktestEndpoint } from "./create-backtest.ts";
import { getBacktestEndpoint } from "./get-backtest.ts";
import { listBacktestsEndpoint } from "./list-backtests.ts";
import { listExamplesEndpoint } from "./list-examples.ts";

export const handler = routes(
  createBacktestEndpoint,
  listBacktestsEndpoint,
  getBacktestEndpoint,
  listExamplesEndpoint,
  cancelBacktestEndpoint,
);
