import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findBacktest, findExamples } from "../../store/backtests.ts";
import { listExamplesOperation } from "./operations.ts";

export const listExamplesEndpoint = endpoint(
  listExamplesOperation,
  async ({ caller, params, query }, { table, cursors }) => {
    const { from, to, limit } = query;
    const reference = { tenantId: caller.tenantId, backtestId: params.backtestId };
    const scope = [caller.tenantId, "listBacktestExamples", params.backtestId, from, to].join("/");
    const start = query.cursor === undefined ? 0 : Number(cursors.verify(scope, query.cursor).start);
    if (!(await findBacktest(table, reference))) throw notFound("backtest");
    const examples = (await findExamples(table, reference)).filter(
      ({ before, after }) =>
        (from === undefined || before.rule === from) && (to === undefined || after.rule === to),
    );
    const end = start + limit;
    return {
      status: 200,
      body: {
        items: examples.slice(start, end),
        ...(end < examples.length ? { nextCursor: cursors.sign(scope, { start: end }) } : {}),
      },
    };
  },
);
