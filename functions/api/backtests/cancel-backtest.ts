import { isOver } from "../../domain/judgment/backtest.ts";
import { endpoint } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { type Backtest, cancelBacktest, findBacktest, statusConflict } from "../../store/backtests.ts";
import { Conflict } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { cancelBacktestOperation } from "./operations.ts";

const replyWith = (backtest: Backtest) => ({ status: 200, body: backtest });

export const cancelBacktestEndpoint = endpoint(
  cancelBacktestOperation,
  async ({ caller, params, now, idempotency }, { table }) => {
    const backtest = await findBacktest(table, { tenantId: caller.tenantId, backtestId: params.backtestId });
    if (!backtest) throw notFound("backtest");
    if (isOver(backtest.status)) throw over();
    try {
      const cancelled = await cancelBacktest(table, backtest, now, (after) =>
        replyWrites(table, cancelBacktestOperation, caller, idempotency, replyWith(after), now),
      );
      return replyWith(cancelled);
    } catch (error) {
      throw error instanceof Conflict && error.conflicts.includes(statusConflict) ? over() : error;
    }
  },
);

const over = (): Problem => new Problem("backtest_over", "It is done, failed or cancelled already.");
