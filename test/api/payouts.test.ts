import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getMerchantBalanceEndpoint } from "../../functions/api/payouts/get-balance.ts";
import {
  confirmPayoutOperation,
  getMerchantBalanceOperation,
  getPayoutOperation,
  listPayoutsOperation,
  provePayoutOperation,
  retryPayoutOperation,
  runPayoutsOperation,
} from "../../functions/api/payouts/operations.ts";
import {
  confirmPayoutEndpoint,
  getPayoutEndpoint,
  listPayoutsEndpoint,
  provePayoutEndpoint,
  retryPayoutEndpoint,
} from "../../functions/api/payouts/payouts.ts";
import { runPayoutsEndpoint } from "../../functions/api/payouts/run-payouts.ts";
import { balances } from "../../functions/domain/settlement/transfer.ts";
import type { Operation } from "../../functions/http/operation.ts";
import { putMerchant } from "../../functions/store/catalog.ts";
import { ledgerPartition } from "../../functions/store/keys.ts";
import { transfersAmong } from "../../functions/store/ledger.ts";
import { keepPostings, minuteOf } from "../../functions/store/merchant-ledger.ts";
import { type Answer, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { fresh, itemsOf } from "../support/cases-in-table.ts";

/** Payouts on the real engine: paid once, whoever asks at the same time and in whatever order it is told. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    getMerchantBalanceEndpoint,
    runPayoutsEndpoint,
    listPayoutsEndpoint,
    getPayoutEndpoint,
    confirmPayoutEndpoint,
    retryPayoutEndpoint,
    provePayoutEndpoint,
  ]);
});
afterAll(() => api.close());

const operator = (tenant: string) => claimsOf("operator", tenant);

const send = (
  tenant: string,
  operation: Operation,
  call: { params?: Record<string, string>; body?: unknown },
) => api.call(operation, { claims: operator(tenant), idempotencyKey: randomUUID(), ...call });

/** A tenant of its own with one merchant that has earned so much. */
const earning = async (amountMinor: bigint, currency = "CNY") => {
  const tenantId = fresh("tenant");
  const merchant = { tenantId, merchantId: fresh("merchant") };
  await putMerchant(api.table, {
    ...merchant,
    name: "Atelier",
    contracts: [{ effectiveFrom: 0, commissionBps: 0, transitRisk: "carrier", custodyRisk: "platform" }],
  });
  await earn(merchant, amountMinor, currency);
  return merchant;
};

const earn = (
  merchant: { tenantId: string; merchantId: string },
  amountMinor: bigint,
  currency = "CNY",
): Promise<void> => {
  const at = Date.now();
  const posting = { stage: "sale", purpose: "proceeds", currency, amountMinor, at } as const;
  const subject = fresh("order");
  return keepPostings(
    api.table,
    { ...merchant, minute: minuteOf(at), subject, orderId: subject, postings: [posting] },
    at,
  );
};

const run = (tenant: string, runId: string) => send(tenant, runPayoutsOperation, { body: { runId } });

const balanceOf = async ({ tenantId, merchantId }: { tenantId: string; merchantId: string }) =>
  (
    await api.call(getMerchantBalanceOperation, {
      claims: operator(tenantId),
      params: { merchantId },
    })
  ).body.balances[0];

const confirm = (tenant: string, payoutId: string, body: object): Promise<Answer> =>
  send(tenant, confirmPayoutOperation, { params: { payoutId }, body });

const ledgerOf = async (tenantId: string, payoutId: string) =>
  transfersAmong((await itemsOf(api.table, ledgerPartition(tenantId, payoutId))) as never);

describe("a payout run", () => {
  it("pays what is available, once, however often it is sent", async () => {
    const merchant = await earning(5_000n);
    const first = await run(merchant.tenantId, "monday");
    expect(first.status).toBe(200);
    expect(first.body.payouts).toMatchObject([{ amountMinor: 5_000, status: "instructed", attempt: 1 }]);
    await earn(merchant, 300n);
    expect((await run(merchant.tenantId, "monday")).body.payouts).toEqual(first.body.payouts);
    expect(await balanceOf(merchant)).toMatchObject({ inPayoutMinor: 5_000, availableMinor: 300 });
    expect((await run(merchant.tenantId, "tuesday")).body.payouts).toMatchObject([{ amountMinor: 300 }]);
  });

  it("run many times at once, under one name and several, pays the money once", async () => {
    const merchant = await earning(5_000n);
    const names = ["a", "a", "b", "b", "c", "a"];
    const answers = await Promise.all(names.map((name) => run(merchant.tenantId, name)));
    const paid = new Map(
      answers.flatMap(({ body }) => body.payouts).map(({ payoutId, amountMinor }) => [payoutId, amountMinor]),
    );
    expect([...paid.values()]).toEqual([5_000]);
    expect(await balanceOf(merchant)).toMatchObject({ inPayoutMinor: 5_000, availableMinor: 0 });
  });

  it("pays nothing to who owes, says so, and nets it from what comes later", async () => {
    const merchant = await earning(-2_000n);
    const { body } = await run(merchant.tenantId, "monday");
    expect(body).toMatchObject({ payouts: [], negative: [{ currency: "CNY", payableMinor: -2_000 }] });
    await earn(merchant, 3_000n);
    expect((await run(merchant.tenantId, "tuesday")).body.payouts).toMatchObject([{ amountMinor: 1_000 }]);
  });

  it("goes through the merchants a page at a time", async () => {
    const merchant = await earning(100n);
    const { tenantId } = merchant;
    for (const index of [1, 2, 3]) {
      const other = { tenantId, merchantId: `other-${index}` };
      await putMerchant(api.table, {
        ...other,
        name: "Other",
        contracts: [{ effectiveFrom: 0, commissionBps: 0, transitRisk: "carrier", custodyRisk: "platform" }],
      });
      await earn(other, 10n);
    }
    const paid: string[] = [];
    let cursor: string | undefined;
    do {
      const body = { runId: "monday", limit: 2, ...(cursor ? { cursor } : {}) };
      const answer = await send(tenantId, runPayoutsOperation, { body });
      paid.push(...answer.body.payouts.map((payout: { merchantId: string }) => payout.merchantId));
      cursor = answer.body.nextCursor;
    } while (cursor);
    expect(paid.sort()).toEqual([merchant.merchantId, "other-1", "other-2", "other-3"].sort());
  });
});

describe("a payout's confirmation", () => {
  const instructed = async (amountMinor = 5_000n) => {
    const merchant = await earning(amountMinor);
    const { body } = await run(merchant.tenantId, "monday");
    return { merchant, tenantId: merchant.tenantId, payoutId: body.payouts[0].payoutId as string };
  };

  it("told many times at once moves the money once", async () => {
    const { merchant, tenantId, payoutId } = await instructed();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => confirm(tenantId, payoutId, { result: "succeeded", attempt: 1 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(balances(await ledgerOf(tenantId, payoutId), "CNY").get("platform:clearing")).toBe(5_000n);
    expect(await balanceOf(merchant)).toMatchObject({ payableMinor: 0, inPayoutMinor: 0, availableMinor: 0 });
  });

  it("and its opposite at once: one stands, the other is refused by name", async () => {
    const { tenantId, payoutId } = await instructed();
    const answers = await Promise.all([
      confirm(tenantId, payoutId, { result: "succeeded", attempt: 1 }),
      confirm(tenantId, payoutId, { result: "failed", attempt: 1, reason: "account closed" }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.type).toBe("/problems/payout_contradicts");
  });

  it("of failure lets it be tried again under its id; nobody else is paid the money meanwhile", async () => {
    const { merchant, tenantId, payoutId } = await instructed();
    await confirm(tenantId, payoutId, { result: "failed", attempt: 1, reason: "account closed" });
    expect((await run(tenantId, "tuesday")).body.payouts).toEqual([]);
    const retries = await Promise.all(
      [1, 2].map(() => send(tenantId, retryPayoutOperation, { params: { payoutId } })),
    );
    expect(retries.map(({ status }) => status).sort()).toEqual([200, 409]);
    const again = await api.call(listPayoutsOperation, {
      claims: operator(tenantId),
      query: { status: "instructed" },
    });
    expect(again.body.items).toMatchObject([{ payoutId, attempt: 2 }]);
    await confirm(tenantId, payoutId, { result: "succeeded", attempt: 2 });
    expect((await confirm(tenantId, payoutId, { result: "failed", attempt: 1, reason: "late" })).status).toBe(
      200,
    );
    expect(await balanceOf(merchant)).toMatchObject({ payableMinor: 0, inPayoutMinor: 0 });
    const { body } = await api.call(getPayoutOperation, {
      claims: operator(tenantId),
      params: { payoutId },
    });
    expect(body).toMatchObject({ status: "succeeded", attempt: 2 });
  });

  it("that never comes right is replaced by an operator's proof", async () => {
    const { merchant, tenantId, payoutId } = await instructed();
    const prove = () =>
      send(tenantId, provePayoutOperation, { params: { payoutId }, body: { reference: "bank-7" } });
    expect((await prove()).body.type).toBe("/problems/payout_not_answered");
    for (const attempt of [1, 2, 3]) {
      await confirm(tenantId, payoutId, { result: "failed", attempt, reason: "account closed" });
      if (attempt < 3) await send(tenantId, retryPayoutOperation, { params: { payoutId } });
    }
    expect((await prove()).body).toMatchObject({ status: "succeeded", proof: "bank-7" });
    expect(await balanceOf(merchant)).toMatchObject({ payableMinor: 0, inPayoutMinor: 0 });
  });

  it("with the same key is answered once, byte for byte", async () => {
    const { tenantId, payoutId } = await instructed();
    const call = {
      claims: operator(tenantId),
      params: { payoutId },
      body: { result: "succeeded", attempt: 1 },
      idempotencyKey: "key-1",
    };
    const first = await api.call(confirmPayoutOperation, call);
    const second = await api.call(confirmPayoutOperation, call);
    expect(second.text).toBe(first.text);
    expect(second.headers["idempotency-replayed"]).toBe("true");
  });
});
