import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented, id, pageOf, paging } from "../../http/schemas.ts";
import { backtestSummary, backtestView, exampleView, newBacktestBody } from "./schemas.ts";

const params = z.strictObject({ backtestId: id });
const roles = ["partner", "operator"] as const;

export const createBacktestOperation = defineOperation({
  operationId: "createBacktest",
  method: "POST",
  path: "/v1/backtests",
  area: "backtests",
  roles,
  summary: "Judge the closed cases of a period by another version of the rules, to see what would change.",
  description:
    "Nothing is changed by it. Each case is judged on what was known when it was last judged. The rules are copied when it begins. A platform has at most one backtest running.",
  body: newBacktestBody,
  replies: { 202: { description: "It is queued.", schema: backtestSummary } },
  problems: ["backtest_running"],
});

export const listBacktestsOperation = defineOperation({
  operationId: "listBacktests",
  method: "GET",
  path: "/v1/backtests",
  area: "backtests",
  roles,
  summary: "The platform's backtests, the newest first.",
  query: z.strictObject(paging),
  replies: { 200: { description: "One page.", schema: pageOf(backtestSummary) } },
  problems: ["invalid_cursor"],
});

export const getBacktestOperation = defineOperation({
  operationId: "getBacktest",
  method: "GET",
  path: "/v1/backtests/{backtestId}",
  area: "backtests",
  roles,
  summary: "How far a backtest is, and what it came to.",
  params,
  replies: { 200: { description: "The backtest.", schema: backtestView } },
  problems: ["not_found"],
});

export const listExamplesOperation = defineOperation({
  operationId: "listBacktestExamples",
  method: "GET",
  path: "/v1/backtests/{backtestId}/examples",
  area: "backtests",
  roles,
  summary: "Cases whose verdict would be another, a few of each step from rule to rule.",
  params,
  query: z.strictObject({
    ...paging,
    from: documented(z.optional(id), { description: "Only cases that were judged by this rule." }),
    to: documented(z.optional(id), { description: "Only cases that this rule would judge." }),
  }),
  replies: { 200: { description: "One page; none until it is done.", schema: pageOf(exampleView) } },
  problems: ["not_found", "invalid_cursor"],
});

export const cancelBacktestOperation = defineOperation({
  operationId: "cancelBacktest",
  method: "POST",
  path: "/v1/backtests/{backtestId}/cancellation",
  area: "backtests",
  roles,
  summary: "Cancel a backtest that is not done.",
  description: "What it has computed so far is removed; only the record that it was cancelled stays.",
  params,
  replies: { 200: { description: "It is cancelled.", schema: backtestSummary } },
  problems: ["not_found", "backtest_over"],
});

export const operations = [
  createBacktestOperation,
  listBacktestsOperation,
  getBacktestOperation,
  listExamplesOperation,
  cancelBacktestOperation,
] as const;
