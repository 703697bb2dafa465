import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  getPayoutScheduleOperation,
  listPayoutSchedulesOperation,
  putPayoutScheduleOperation,
} from "../../functions/api/payouts/schedule-operations.ts";
import {
  getPayoutScheduleEndpoint,
  listPayoutSchedulesEndpoint,
  putPayoutScheduleEndpoint,
} from "../../functions/api/payouts/schedules.ts";
import { runDuePayouts } from "../../functions/events/run-due-payouts.ts";
import { putMerchant } from "../../functions/store/catalog.ts";
import { keepPostings, minuteOf } from "../../functions/store/merchant-ledger.ts";
import { payPage } from "../../functions/store/payout-runs.ts";
import { findSchedule } from "../../functions/store/payout-schedules.ts";
import { payoutsIn } from "../../functions/store/payouts.ts";
import type { Table } from "../../functions/store/table.ts";
import { type Answer, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { dyingAt } from "../support/broken-table.ts";
import { fresh } from "../support/cases-in-table.ts";

/** Runs that nobody asks for: on their day and hour, once, whatever happens to who begins them. */

const hour = 3_600_000;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    putPayoutScheduleEndpoint,
    getPayoutScheduleEndpoint,
    listPayoutSchedulesEndpoint,
  ]);
});
afterAll(() => api.close());

const put = (tenant: string, scheduleId: string, body: object, ifMatch?: string): Promise<Answer> =>
  api.call(putPayoutScheduleOperation, {
    claims: claimsOf("partner", tenant),
    params: { scheduleId },
    body,
    ...(ifMatch ? { headers: { "if-match": ifMatch } } : {}),
  });

const daily = { every: "day", hour: 9, timeZone: "Asia/Shanghai" } as const;

const earn = (tenantId: string, merchantId: string, amountMinor: bigint, currency = "CNY"): Promise<void> => {
  const at = Date.now();
  const posting = { stage: "sale", purpose: "proceeds", currency, amountMinor, at } as const;
  const subject = fresh("order");
  const page = { tenantId, merchantId, minute: minuteOf(at), subject, orderId: subject, postings: [posting] };
  return keepPostings(api.table, page, at);
};

/** A tenant whose merchants have earned 100 each. */
const tenantWith = async (merchants: number): Promise<string> => {
  const tenantId = fresh("tenant");
  for (let index = 1; index <= merchants; index += 1) {
    const merchantId = `m-${String(index).padStart(3, "0")}`;
    await putMerchant(api.table, {
      tenantId,
      merchantId,
      name: "Atelier",
      contracts: [{ effectiveFrom: 0, commissionBps: 0, transitRisk: "carrier", custodyRisk: "platform" }],
    });
    await earn(tenantId, merchantId, 100n);
  }
  return tenantId;
};

const dueAtOf = async (tenantId: string, scheduleId = "daily") =>
  (await findSchedule(api.table, { tenantId, scheduleId }))?.nextDueAt ?? 0;

const paidIn = async (tenantId: string) =>
  (await payoutsIn(api.table, tenantId, "instructed", 100)).items
    .map(({ merchantId = "", runId, currency, amountMinor }) => ({
      merchantId,
      runId,
      currency,
      amountMinor,
    }))
    .sort((a, b) => a.merchantId.localeCompare(b.merchantId, "en"));

const runAt = (at: number, table: Table = api.table) => runDuePayouts(table, () => at);

describe("a payout schedule", () => {
  it("is put, read and listed, and says when it runs next; put again it changes nothing", async () => {
    const tenant = fresh("tenant");
    const made = await put(tenant, "daily", daily);
    expect(made).toMatchObject({ status: 201, body: { ...daily, paused: false, version: 1 } });
    expect(Date.parse(made.body.nextDueAt)).toBeGreaterThan(Date.now());
    expect(new Date(made.body.nextDueAt).toISOString()).toMatch(/T01:00:00.000Z$/);
    expect(await put(tenant, "daily", daily)).toMatchObject({ status: 200, body: { version: 1 } });
    const read = await api.call(getPayoutScheduleOperation, {
      claims: claimsOf("operator", tenant),
      params: { scheduleId: "daily" },
    });
    expect(read.body).toEqual(made.body);
    const listed = await api.call(listPayoutSchedulesOperation, { claims: claimsOf("partner", tenant) });
    expect(listed.body.items).toEqual([made.body]);
    expect((await put(tenant, "daily", { ...daily, hour: 10 }, '"7"')).status).toBe(412);
  });

  it.each([
    [{ ...daily, every: "week" }, "/weekday", "is required for every week"],
    [{ ...daily, weekday: 1 }, "/weekday", "is for every week only"],
    [{ ...daily, hour: 24 }, "/hour", "must be at most 23"],
    [{ ...daily, timeZone: "Mars/Olympus" }, "/timeZone", "must be the IANA name of a time zone"],
    [{ ...daily, currency: "XXY" }, "/currency", "must be a currency in use (ISO 4217)"],
  ])("that makes no sense is refused: %j", async (body, pointer, detail) => {
    const answer = await put(fresh("tenant"), "daily", body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer, detail }] } });
  });
});

describe("a run by schedule", () => {
  it("pays nothing before its time, and once when it begins twice, side by side or late", async () => {
    const tenant = await tenantWith(3);
    await put(tenant, "daily", daily);
    const dueAt = await dueAtOf(tenant);
    await runAt(dueAt - 1);
    expect(await paidIn(tenant)).toEqual([]);
    await Promise.all([runAt(dueAt), runAt(dueAt), runAt(dueAt)]);
    await earn(tenant, "m-001", 7n);
    await runAt(dueAt + hour);
    const runId = `daily.${new Date(dueAt).toISOString().slice(0, 10)}`;
    expect(await paidIn(tenant)).toEqual(
      ["m-001", "m-002", "m-003"].map((merchantId) => ({
        merchantId,
        runId,
        currency: "CNY",
        amountMinor: 100n,
      })),
    );
    expect(await dueAtOf(tenant)).toBe(dueAt + 24 * hour);
  });

  it("makes up by one run for those that were missed", async () => {
    const tenant = await tenantWith(1);
    await put(tenant, "daily", daily);
    const dueAt = await dueAtOf(tenant);
    await runAt(dueAt + 3 * 24 * hour + hour);
    expect(await paidIn(tenant)).toHaveLength(1);
    expect(await dueAtOf(tenant)).toBe(dueAt + 4 * 24 * hour);
  });

  it("that dies anywhere is gone on with, and pays each merchant once", async () => {
    const tenant = await tenantWith(30);
    await put(tenant, "daily", daily);
    const dueAt = await dueAtOf(tenant);
    for (const nth of [3, 20]) {
      await expect(runAt(dueAt, dyingAt(api.table, nth, nth === 3 ? "before" : "after"))).rejects.toThrow();
    }
    await runAt(dueAt + hour);
    const paid = await paidIn(tenant);
    expect(paid).toHaveLength(30);
    expect(new Set(paid.map(({ merchantId }) => merchantId)).size).toBe(30);
  });

  it("pays its own currency and leaves the others; paused it pays nothing", async () => {
    const tenant = await tenantWith(1);
    await earn(tenant, "m-001", 50n, "USD");
    await put(tenant, "dollars", { ...daily, currency: "USD" });
    await put(tenant, "daily", { ...daily, paused: true });
    await runAt((await dueAtOf(tenant, "dollars")) + hour);
    expect(await paidIn(tenant)).toMatchObject([{ currency: "USD", amountMinor: 50n }]);
  });

  it("stays due when the schedule is put again meanwhile, and moves with its times", async () => {
    const tenant = await tenantWith(1);
    await put(tenant, "daily", daily);
    const dueAt = await dueAtOf(tenant);
    await put(tenant, "daily", { ...daily, currency: "CNY" });
    expect(await dueAtOf(tenant)).toBe(dueAt);
    await put(tenant, "daily", { ...daily, hour: 10 });
    expect(Math.abs((await dueAtOf(tenant)) - dueAt) % (24 * hour)).toBeGreaterThan(0);
  });
});

describe("the stable id of a payout", () => {
  const by = { role: "system", id: "test" } as const;
  /** A run that is sent again after more was earned. */
  const story = async (nameOf: (times: number) => string): Promise<bigint> => {
    const tenant = await tenantWith(1);
    for (const times of [1, 2]) {
      await payPage(api.table, { runId: nameOf(times), by, now: Date.now() }, tenant, 25);
      await earn(tenant, "m-001", 40n);
    }
    return (await paidIn(tenant)).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  };

  it("holds: a run that is sent again pays what it said, and no more", async () => {
    expect(await story(() => "monday")).toBe(100n);
  });

  it("is what holds it: under an id that is made anew, the repetition pays again", async () => {
    expect(await story((times) => `monday-${times}`)).toBe(140n);
  });
});
