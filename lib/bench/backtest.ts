import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { CaseDetail, CaseState } from "../../functions/domain/case.ts";
import { countUnder } from "../../functions/domain/judgment/backtest.ts";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import type { JudgmentInput } from "../../functions/domain/judgment/input.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { knownLinesOf } from "../../functions/domain/judgment/known-case.ts";
import { compileRuleSet } from "../../functions/domain/judgment/rule-set.ts";
import { packedRecap, unpackedRecap } from "../../functions/store/case-recap.ts";
import { caseStateKey } from "../../functions/store/keys.ts";
import { openTable, type Table } from "../../functions/store/table.ts";
import { localClientConfig } from "../local/dynamodb.ts";
import { type LocalService, playTemplate } from "../local/service.ts";
import { benchInputs } from "./judgments.ts";

export type BacktestSpeed = {
  readonly cases: number;
  /** From the request to the result: export, files, judging, clearing up. */
  readonly wallSeconds: number;
  /** Of that, reading the recaps and judging them, on one core in this process. */
  readonly judgingSeconds: number;
  readonly changed: number;
};

const itemsABatch = 25;
const batchesAtOnce = 8;
const tenant = "lux";

type ClosedCase = { readonly state: CaseState; readonly recap: Uint8Array };

const closedCase = (input: JudgmentInput, index: number): ClosedCase => {
  const caseId = `bench-${String(index).padStart(6, "0")}`;
  const { reason, type, claimMinor, currency, filedAt } = input;
  const detail: CaseDetail = {
    reason,
    description: "",
    lines: [
      {
        lineId: "1",
        itemId: "item",
        title: "Bag",
        quantity: 1,
        amountMinor: claimMinor,
        heldQuantity: 1,
        commissionBps: 3_000,
        knownFlaws: [],
      },
    ],
  };
  const state: CaseState = {
    tenantId: tenant,
    caseId,
    version: 8,
    stage: "closed",
    type,
    reason,
    orderId: `order-${index}`,
    buyerId: `buyer-${index}`,
    merchantId: "merchant",
    currency,
    claimMinor,
    reception: "received",
    acceptance: "accepted",
    verdictNumber: 1,
    filedAt,
    updatedAt: filedAt + 1,
    reserved: true,
    returnFreightMinor: 1_500n,
    outcome: "refunded",
  };
  const known = knownLinesOf(input);
  const recap = packedRecap(state, { detail, verdict: judge(cnStandard, input, 1), known });
  if (!recap) throw new Error(`${caseId} has no recap`);
  return { state, recap };
};

const seed = async (table: Table, cases: readonly ClosedCase[]): Promise<void> => {
  const batches = Array.from({ length: Math.ceil(cases.length / itemsABatch) }, (_, index) =>
    cases.slice(index * itemsABatch, (index + 1) * itemsABatch),
  );
  for (let from = 0; from < batches.length; from += batchesAtOnce) {
    await Promise.all(
      batches.slice(from, from + batchesAtOnce).map((batch) =>
        table.client.send(
          new BatchWriteCommand({
            RequestItems: {
              [table.name]: batch.map(({ state, recap }) => ({
                PutRequest: { Item: { ...caseStateKey(tenant, state.caseId), ...state, recap } },
              })),
            },
          }),
        ),
      ),
    );
  }
};

const plain = (amounts: { readonly [currency: string]: bigint }) =>
  Object.fromEntries(Object.entries(amounts).map(([currency, amount]) => [currency, Number(amount)]));

/** What is tried: the shipped rules with twice their window. */
const noReasonWindowDays = 14;

const draft = () => {
  const { id: _id, version: _version, largeClaimMinor, returnFreightCapMinor, ...rules } = cnStandardRules;
  return {
    rulesetId: "bench",
    name: "Bench",
    ...rules,
    largeClaimMinor: plain(largeClaimMinor),
    returnFreightCapMinor: plain(returnFreightCapMinor),
    noReasonWindowDays,
  };
};

type Reply = {
  readonly backtestId: string;
  readonly status: string;
  readonly failure?: string;
  readonly result?: { readonly judged: number; readonly changed: number };
};

const run = async (service: LocalService): Promise<Reply> => {
  const token = await service.token({ tenant, role: "operator" });
  const call = async (method: string, path: string, body?: object): Promise<Reply> => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { "content-type": "application/json", "idempotency-key": randomUUID() } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };
  await call("POST", "/v1/rulesets", draft());
  const period = { closedFrom: "2000-01-01T00:00:00Z", closedTo: "2100-01-01T00:00:00Z" };
  const { backtestId } = await call("POST", "/v1/backtests", { rulesetId: "bench", version: 1, ...period });
  for (;;) {
    const read = await call("GET", `/v1/backtests/${backtestId}`);
    if (!["queued", "exporting", "judging"].includes(read.status)) return read;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const seconds = (ms: number): number => Math.round(ms) / 1000;

/**
 * A backtest over closed cases, through the API on the played service. The table holds of each case the item
 * that a backtest reads.
 *
 * @throws an error if the service does not judge all of them, or comes to something else than judging them here
 */
export const measureBacktest = async (cases: number): Promise<BacktestSpeed> => {
  const inputs = benchInputs();
  const closed = Array.from({ length: cases }, (_, index) =>
    closedCase(inputs[index % inputs.length] as JudgmentInput, index),
  );

  const from = performance.now();
  const counting = countUnder(compileRuleSet({ ...cnStandardRules, noReasonWindowDays }));
  for (const { state, recap } of closed) counting.judge({ ...state, ...unpackedRecap(recap) });
  const here = counting.tally();
  const judgingSeconds = seconds(performance.now() - from);

  const service = await playTemplate({ memory: true, quiet: true });
  const client = new DynamoDBClient(localClientConfig(service.endpoints.dynamodb));
  try {
    await seed(openTable(service.tableName, client), closed);
    await service.idle();
    const asked = performance.now();
    const { status, failure, result } = await run(service);
    const wallSeconds = seconds(performance.now() - asked);
    if (result?.judged !== cases || result.changed !== here.changed) {
      throw new Error(`the backtest is ${status} (${failure ?? "no failure"}): ${JSON.stringify(result)}`);
    }
    return { cases, wallSeconds, judgingSeconds, changed: result.changed };
  } finally {
    client.destroy();
    await service.stop();
  }
};
