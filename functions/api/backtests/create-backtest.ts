import { monotonicFactory } from "ulid";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { createBacktest, runningConflict } from "../../store/backtests.ts";
import { findDocument } from "../../store/rule-sets.ts";
import { Conflict } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import { findShipped } from "../rules/shipped.ts";
import { createBacktestOperation } from "./operations.ts";

const nextId = monotonicFactory();

export const createBacktestEndpoint = endpoint(
  createBacktestOperation,
  async ({ caller, body, now, idempotency }, { table }) => {
    const { tenantId } = caller;
    if (body.closedFrom >= body.closedTo) throw invalidField("/closedTo", "Lies after closedFrom.");
    const document = findShipped(body)?.document ?? (await findDocument(table, tenantId, body));
    if (!document) throw invalidField("/version", "There is no such version of this rule set.");
    const backtestId = nextId(now);
    const reply = (after: object) => ({
      status: 202,
      body: after,
      location: `/v1/backtests/${backtestId}`,
    });
    try {
      const created = await createBacktest(
        table,
        { tenantId, backtestId, ...body, createdAt: now, createdBy: caller.id },
        document,
        (after) => replyWrites(table, createBacktestOperation, caller, idempotency, reply(after), now),
      );
      return reply(created);
    } catch (error) {
      if (!(error instanceof Conflict && error.conflicts.includes(runningConflict))) throw error;
      throw new Problem("backtest_running", "Wait for it, or cancel it: GET /v1/backtests shows which.");
    }
  },
);
