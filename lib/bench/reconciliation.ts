import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { changePayout, instruct, type Payout } from "../../functions/domain/settlement/payout.ts";
import { payoutItem } from "../../functions/store/payouts.ts";
import { runsOf } from "../../functions/store/reconciliations.ts";
import { openTable } from "../../functions/store/table.ts";
import { localClientConfig } from "../local/dynamodb.ts";
import { type LocalService, playTemplate } from "../local/service.ts";

export type ReconciliationTime = {
  readonly lines: number;
  /** Of all parts, sent side by side as CSV. */
  readonly matchSeconds: number;
  /** Until every payout of the day was held against the file. */
  readonly closeSeconds: number;
  readonly wallSeconds: number;
  readonly findings: number;
};

const tenantId = "lux";
const linesAPart = 1_000;
const partsAtOnce = 8;
/** DynamoDB's limit of one BatchWrite. */
const itemsAtOnce = 25;
const batchesAtOnce = 8;

/** In turns of so many at once, in order. */
const inTurns = async <Item>(
  items: readonly Item[],
  atOnce: number,
  each: (item: Item, index: number) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map((item, index) => each(item, from + index)));
  }
};

/** A day's payouts, all of which have succeeded. */
const paidPayouts = (count: number, at: number): readonly Payout[] =>
  Array.from({ length: count }, (_, index) => {
    const { after } = instruct(
      {
        tenantId,
        payoutId: `po-${String(index).padStart(8, "0")}`,
        kind: "merchant",
        merchantId: `merchant-${index % 500}`,
        currency: "CNY",
        amountMinor: BigInt(1_000 + index),
      },
      at + index,
    );
    return changePayout(after, { type: "Confirm", attempt: 1, result: "succeeded" }, at + index).after;
  });

/** Ready-made and straight into the engine: what is measured begins when they are there. */
const fillWith =
  (payouts: readonly Payout[]) =>
  async (engineEndpoint: string, tableName: string): Promise<void> => {
    const client = new DynamoDBClient(localClientConfig(engineEndpoint));
    const { client: documents } = openTable(tableName, client);
    const put = (some: readonly Payout[]) =>
      documents.send(
        new BatchWriteCommand({
          RequestItems: { [tableName]: some.map((payout) => ({ PutRequest: { Item: payoutItem(payout) } })) },
        }),
      );
    try {
      await inTurns(runsOf(payouts, itemsAtOnce), batchesAtOnce, put);
    } finally {
      client.destroy();
    }
  };

const callerOf =
  (service: LocalService, token: string) =>
  async (
    method: string,
    path: string,
    body: string,
    contentType = "application/json",
  ): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": contentType,
        ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      },
      ...(body === "" ? {} : { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };

const csvOf = (payouts: readonly Payout[]): string =>
  `payoutId,amountMinor,currency,status\r\n${payouts
    .map(({ payoutId, amountMinor, currency }) => `${payoutId},${amountMinor},${currency},paid\r\n`)
    .join("")}`;

/**
 * How long the payment side's file of a day takes to reconcile over HTTP on the played template: parts of a
 * thousand lines side by side, with the progress read on the way, then closing.
 *
 * @param count of lines and of payouts; one payout in a hundred was paid with another amount
 */
export const measureReconciliation = async (count: number): Promise<ReconciliationTime> => {
  const at = Date.now();
  const payouts = paidPayouts(count, at);
  const service = await playTemplate({
    memory: true,
    quiet: true,
    schedules: false,
    fill: fillWith(payouts),
  });
  try {
    await service.idle();
    const call = callerOf(service, await service.token({ tenant: tenantId, role: "partner" }));
    const path = "/v1/reconciliations/day";
    const period = { from: new Date(at).toISOString(), to: new Date(at + count).toISOString() };

    const began = performance.now();
    await call("POST", "/v1/reconciliations", JSON.stringify({ reconciliationId: "day", ...period }));
    const lines = payouts.map((payout, index) =>
      index % 100 === 0 ? { ...payout, amountMinor: payout.amountMinor + 1n } : payout,
    );
    await inTurns(runsOf(lines, linesAPart), partsAtOnce, (some, index) =>
      call("PUT", `${path}/parts/${index + 1}`, csvOf(some), "text/csv"),
    );
    const progress = await call("GET", path, "");
    const matched = performance.now();
    let closing = await call("POST", `${path}/close`, "");
    while (closing.status !== "closed") closing = await call("POST", `${path}/close`, "");
    const ended = performance.now();

    const findings = count - Number(closing.matched);
    if (progress.lines !== count || closing.checked !== count || findings !== Math.ceil(count / 100)) {
      throw new Error(`the reconciliation came to ${JSON.stringify(closing)}`);
    }
    const seconds = (ms: number): number => Math.round(ms / 100) / 10;
    return {
      lines: count,
      matchSeconds: seconds(matched - began),
      closeSeconds: seconds(ended - matched),
      wallSeconds: seconds(ended - began),
      findings,
    };
  } finally {
    await service.stop();
  }
};
