import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { confirmPayoutOperation } from "../../functions/api/payouts/operations.ts";
import { confirmPayoutEndpoint } from "../../functions/api/payouts/payouts.ts";
import {
  closeReconciliationOperation,
  createReconciliationOperation,
  listFindingsOperation,
  putReconciliationPartOperation,
} from "../../functions/api/payouts/reconciliation-operations.ts";
import {
  closeReconciliationEndpoint,
  createReconciliationEndpoint,
  listFindingsEndpoint,
  putReconciliationPartEndpoint,
} from "../../functions/api/payouts/reconciliations.ts";
import { changePayout, instruct, type PayoutCommand } from "../../functions/domain/settlement/payout.ts";
import type { Operation } from "../../functions/http/operation.ts";
import { commandPayout, instructMerchantPayout } from "../../functions/store/payouts.ts";
import {
  closingConflict,
  countsOf,
  findReconciliation,
  matchPart,
} from "../../functions/store/reconciliations.ts";
import { type Call, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { fresh } from "../support/cases-in-table.ts";

/** The payment side's file against what is known here, whatever of it comes twice or meanwhile. */

const operator = { role: "operator", id: "op-1" } as const;
const hourMs = 3_600_000;

let api: TestApi;
let now: number;
beforeAll(async () => {
  now = Date.now();
  api = await createTestApi([
    confirmPayoutEndpoint,
    createReconciliationEndpoint,
    putReconciliationPartEndpoint,
    closeReconciliationEndpoint,
    listFindingsEndpoint,
  ]);
});
afterAll(() => api.close());

const send = async (tenant: string, operation: Operation, call: Omit<Call, "claims" | "idempotencyKey">) => {
  const answer = await api.call(operation, {
    claims: claimsOf("operator", tenant),
    ...(operation.method === "POST" ? { idempotencyKey: randomUUID() } : {}),
    ...call,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

const succeeded: PayoutCommand = { type: "Confirm", attempt: 1, result: "succeeded" };
const failed: PayoutCommand = { type: "Confirm", attempt: 1, result: "failed", reason: "closed" };

/** A payout of 100 that was brought by these commands. */
const payoutOf = async (tenantId: string, ...commands: readonly PayoutCommand[]): Promise<string> => {
  const payoutId = fresh("po");
  const order = { tenantId, payoutId, kind: "merchant", merchantId: fresh("merchant") } as const;
  const change = instruct({ ...order, currency: "CNY", amountMinor: 100n }, now);
  await instructMerchantPayout(api.table, change, undefined, now, operator);
  for (const command of commands) {
    expect(changePayout(change.after, command, now).event).toBeDefined();
    await commandPayout(api.table, { tenantId, payoutId }, command, { now, by: operator, extra: () => [] });
  }
  return payoutId;
};

const paid = (payoutId: string, amountMinor = 100) => ({
  payoutId,
  amountMinor,
  currency: "CNY",
  status: "paid",
});
const notPaid = (payoutId: string) => ({ ...paid(payoutId), status: "failed" });

const begin = (tenant: string) =>
  send(tenant, createReconciliationOperation, {
    body: {
      reconciliationId: "day",
      from: new Date(now - hourMs).toISOString(),
      to: new Date(now + hourMs).toISOString(),
    },
  });
const put = (tenant: string, part: number, lines: readonly object[]) =>
  send(tenant, putReconciliationPartOperation, {
    params: { reconciliationId: "day", part: String(part) },
    body: { lines },
  });

const close = async (tenant: string) => {
  for (;;) {
    const view = await send(tenant, closeReconciliationOperation, { params: { reconciliationId: "day" } });
    if (view.status === "closed") return view;
  }
};

const findings = async (tenant: string): Promise<readonly Record<string, unknown>[]> => {
  const { items } = await send(tenant, listFindingsOperation, { params: { reconciliationId: "day" } });
  return items;
};

describe("a reconciliation", () => {
  it("says for each difference what is to be done, and counts what matches", async () => {
    const tenant = fresh("tenant");
    const ids = {
      matched: await payoutOf(tenant, succeeded),
      matchedFailure: await payoutOf(tenant, failed),
      lostWord: await payoutOf(tenant),
      lostFailure: await payoutOf(tenant),
      paidAfterAll: await payoutOf(tenant, failed),
      neverPaid: await payoutOf(tenant, succeeded),
      otherAmount: await payoutOf(tenant, succeeded),
      notInFile: await payoutOf(tenant, succeeded),
      silent: await payoutOf(tenant),
      failedAndAbsent: await payoutOf(tenant, failed),
    };
    await begin(tenant);
    const first = [
      paid(ids.matched),
      notPaid(ids.matchedFailure),
      paid(ids.lostWord),
      notPaid(ids.lostFailure),
    ];
    const second = [
      paid(ids.paidAfterAll),
      notPaid(ids.neverPaid),
      paid(ids.otherAmount, 101),
      paid("po-of-nobody"),
    ];
    expect(await put(tenant, 1, first)).toMatchObject({ lines: 4, matched: 2 });
    expect(await put(tenant, 2, second)).toMatchObject({ lines: 4, matched: 0 });
    expect(await put(tenant, 1, first)).toMatchObject({ lines: 4, matched: 2 });
    expect(await close(tenant)).toMatchObject({ parts: 2, lines: 8, matched: 2, status: "closed" });
    await close(tenant);
    const actions = new Map((await findings(tenant)).map(({ payoutId, action }) => [payoutId, action]));
    expect(actions).toEqual(
      new Map([
        [ids.lostWord, "confirm_succeeded"],
        [ids.lostFailure, "confirm_failed"],
        [ids.paidAfterAll, "prove_offline"],
        [ids.neverPaid, "claim_payment"],
        [ids.otherAmount, "correct_amount"],
        ["po-of-nobody", "ask_origin"],
        [ids.notInFile, "claim_payment"],
        [ids.silent, "ask_outcome"],
      ]),
    );
  });

  it("takes the payment side's file as it is: CSV from a spreadsheet, or JSON lines", async () => {
    const tenant = fresh("tenant");
    const [first, second] = [await payoutOf(tenant, succeeded), await payoutOf(tenant)];
    await begin(tenant);
    const csv =
      '\uFEFF"status",currency,"remark",amountMinor,payoutId\r\n' +
      `paid,CNY,"settled, with ""bonus""\r\nas agreed",100,"${first}"\r\n\r\npaid,CNY,,100,${second}\r\n`;
    const part = { params: { reconciliationId: "day", part: "1" } };
    const asCsv = { rawBody: csv, headers: { "content-type": "text/csv; charset=utf-8" } };
    const expected = { lines: 2, matched: 1, findings: [{ payoutId: second, action: "confirm_succeeded" }] };
    expect(await send(tenant, putReconciliationPartOperation, { ...part, ...asCsv })).toMatchObject(expected);
    const jsonLines = [paid(first), paid(second)].map((line) => JSON.stringify(line)).join("\r\n");
    const asLines = { rawBody: `${jsonLines}\n`, headers: { "content-type": "application/x-ndjson" } };
    expect(await send(tenant, putReconciliationPartOperation, { ...part, ...asLines })).toMatchObject(
      expected,
    );
  });

  it.each([
    [
      "text/csv",
      'payoutId,amountMinor,currency,status\npo-1,"1\n",CNY,paid\npo-2,12.5,CNY,lost\n,1,CNY,paid\n',
      [
        ["/lines/0/amountMinor", "line 2, column amountMinor: must be a number"],
        ["/lines/1/amountMinor", "line 4, column amountMinor: must be a number"],
        ["/lines/1/status", "line 4, column status: must be one of: paid, failed"],
        ["/lines/2/payoutId", "line 5, column payoutId: is required"],
      ],
    ],
    [
      "text/csv",
      "payoutId,amountMinor,amountMinor,currency\npo-1,1,CNY\n",
      [
        ["", "line 1: there is no column status"],
        ["", "line 1: there are two columns amountMinor"],
        ["", "line 2: has 3 fields where the header has 4"],
      ],
    ],
    ["text/csv", 'payoutId,status\n"po-1,paid\n', [["", "line 2: a quoted field is not closed"]]],
    [
      "application/x-ndjson",
      '\n{"payoutId":"po-1","amountMinor":1,"currency":"CNY","status":"lost"}\n',
      [["/lines/0/status", "line 2: must be one of: paid, failed"]],
    ],
  ])("names what is wrong in %s by line and column: %j", async (mediaType, rawBody, errors) => {
    const tenant = fresh("tenant");
    await begin(tenant);
    const answer = await api.call(putReconciliationPartOperation, {
      claims: claimsOf("operator", tenant),
      params: { reconciliationId: "day", part: "1" },
      rawBody,
      headers: { "content-type": mediaType },
    });
    expect(
      answer.body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => [pointer, detail]),
    ).toEqual(errors);
    expect(answer.status).toBe(errors[0]?.[0] === "" ? 400 : 422);
  });

  it("does not take another media type, nor JSON lines that are none", async () => {
    const call = {
      claims: claimsOf("operator"),
      params: { reconciliationId: "day", part: "1" },
      rawBody: "{}\n{",
    };
    const of = async (mediaType: string) =>
      (await api.call(putReconciliationPartOperation, { ...call, headers: { "content-type": mediaType } }))
        .body;
    expect(await of("text/tab-separated-values")).toMatchObject({
      status: 415,
      detail: "Send application/json, text/csv, application/x-ndjson.",
    });
    expect(await of("application/x-ndjson")).toMatchObject({
      type: "/problems/malformed_json",
      detail: "Line 2 cannot be parsed as JSON in well-formed Unicode.",
    });
  });

  it("during payouts says what stood at that moment, and moves nothing itself", async () => {
    const tenant = fresh("tenant");
    const ids = await Promise.all(Array.from({ length: 8 }, () => payoutOf(tenant)));
    await begin(tenant);
    const [part] = await Promise.all([
      put(
        tenant,
        1,
        ids.map((id) => paid(id)),
      ),
      ...ids.map((payoutId) =>
        send(tenant, confirmPayoutOperation, {
          params: { payoutId },
          body: { result: "succeeded", attempt: 1 },
        }),
      ),
    ]);
    expect(part.findings.every(({ action }: { action: string }) => action === "confirm_succeeded")).toBe(
      true,
    );
    expect(
      await put(
        tenant,
        1,
        ids.map((id) => paid(id)),
      ),
    ).toMatchObject({ lines: 8, matched: 8, findings: [] });
    await close(tenant);
    expect(await findings(tenant)).toEqual([]);
  });

  it("takes no part any more once it is being closed", async () => {
    const tenant = fresh("tenant");
    await begin(tenant);
    await close(tenant);
    const answer = await api.call(putReconciliationPartOperation, {
      claims: claimsOf("operator", tenant),
      params: { reconciliationId: "day", part: "1" },
      body: { lines: [paid("po-1")] },
    });
    expect(answer.body.type).toBe("/problems/reconciliation_closed");
  });

  it("takes no part that was on its way when closing began", async () => {
    const tenant = fresh("tenant");
    await begin(tenant);
    const reference = { tenantId: tenant, reconciliationId: "day" };
    const read = await findReconciliation(api.table, reference);
    expect(read?.status).toBe("open");
    await close(tenant);
    await expect(matchPart(api.table, reference, 1, [], now)).rejects.toThrow(closingConflict);
    expect(await countsOf(api.table, reference)).toMatchObject({ parts: 0 });
  });
});
