import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findBacktest, findResult, readProgress } from "../../store/backtests.ts";
import { getBacktestOperation } from "./operations.ts";

export const getBacktestEndpoint = endpoint(getBacktestOperation, async ({ caller, params }, { table }) => {
  const reference = { tenantId: caller.tenantId, backtestId: params.backtestId };
  const backtest = await findBacktest(table, reference);
  if (!backtest) throw notFound("backtest");
  const { itemsTotal } = backtest;
  const result = backtest.status === "done" ? await findResult(table, reference) : undefined;
  const { itemsSeen, cases } = result ?? (await readProgress(table, reference));
  return {
    status: 200,
    body: {
      ...backtest,
      progress: { itemsSeen, cases, ...(itemsTotal === undefined ? {} : { itemsTotal }) },
      ...(result ? { result } : {}),
    },
  };
});
