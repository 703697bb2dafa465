import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fileCaseEndpoint } from "../../functions/api/cases/file-case.ts";
import { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { getTariffOperation, putTariffOperation } from "../../functions/api/settlement/operations.ts";
import { getTariffEndpoint, putTariffEndpoint } from "../../functions/api/settlement/tariffs.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { day, hour, monday } from "../support/builders.ts";
import { fresh, standingCase, syncOrder } from "../support/cases-in-table.ts";

/** What a merchant is charged is written before it is charged, and never afterwards. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([putTariffEndpoint, getTariffEndpoint, fileCaseEndpoint]);
});
afterAll(() => api.close());
afterEach(() => vi.useRealTimers());

const at = (time: number) => vi.useFakeTimers({ now: time, toFake: ["Date"] });
const iso = (time: number) => new Date(time).toISOString();

const terms = {
  caseFeeMinor: 500,
  refundFeeBps: 100,
  rebateBps: 5_000,
  firstAnswerWithinHours: 12,
  inspectionWithinHours: 48,
};
const from = (effectiveAt: number, but: Partial<typeof terms> = {}) => ({
  effectiveFrom: iso(effectiveAt),
  ...terms,
  ...but,
});

const put = (tenant: string, tariffId: string, periods: readonly object[], but: object = {}) =>
  api.call(putTariffOperation, {
    claims: claimsOf("partner", tenant),
    params: { tariffId },
    body: { currency: "CNY", periods },
    ...but,
  });

const fileAt = async (tenant: string, time: number) => {
  const orderId = await syncOrder(api.table, [{}], { tenantId: tenant });
  at(time);
  const answer = await api.call(fileCaseOperation, {
    claims: claimsOf("partner", tenant),
    body: {
      orderId,
      type: "return_and_refund",
      reason: "CHANGED_MIND",
      lines: [{ lineId: "line-1", quantity: 1 }],
    },
    idempotencyKey: fresh("key"),
  });
  expect(answer.status).toBe(201);
  return (await standingCase(api.table, { tenantId: tenant, caseId: answer.body.caseId })).detail.feeTerms;
};

describe("a tariff", () => {
  it("is put once, and read back by its platform and the merchants it charges", async () => {
    at(monday);
    const periods = [from(monday + day), from(monday)];
    const created = await put("t-read", "standard", periods);
    expect([created.status, created.headers.etag]).toEqual([201, '"1"']);
    const again = await put("t-read", "standard", periods);
    expect([again.status, again.headers.etag]).toEqual([200, '"1"']);
    for (const role of ["partner", "operator", "merchant"] as const) {
      const read = await api.call(getTariffOperation, {
        claims: claimsOf(role, "t-read"),
        params: { tariffId: "standard" },
      });
      expect(read.body).toEqual({
        tariffId: "standard",
        currency: "CNY",
        periods: [from(monday), from(monday + day)],
        version: 1,
      });
    }
  });

  it("is not there for another tenant", async () => {
    at(monday);
    await put("t-mine", "standard", [from(monday)]);
    const read = (tariffId: string) =>
      api.call(getTariffOperation, { claims: claimsOf("partner", "t-theirs"), params: { tariffId } });
    expect((await read("standard")).status).toBe(404);
    expect((await read("standard")).body).toEqual((await read("none")).body);
  });

  it("does not change what has begun, and begins nothing in the past", async () => {
    at(monday);
    expect((await put("t-past", "standard", [from(monday - day)])).body.errors).toEqual([
      { pointer: "/periods/0/effectiveFrom", detail: "lies in the past" },
    ]);
    await put("t-past", "standard", [from(monday), from(monday + 2 * day)]);
    at(monday + day);
    const refused = [
      [from(monday + 2 * day)],
      [from(monday, { caseFeeMinor: 900 })],
      [from(monday), from(monday + hour)],
    ];
    for (const periods of refused) expect((await put("t-past", "standard", periods)).status).toBe(422);
    const currency = { body: { currency: "EUR", periods: [from(monday)] } };
    expect((await put("t-past", "standard", [], currency)).status).toBe(422);
    const later = [from(monday), from(monday + 3 * day, { caseFeeMinor: 0 })];
    expect((await put("t-past", "standard", later)).status).toBe(200);
  });

  it.each([
    ["no period", []],
    ["two periods at one moment", [from(monday), from(monday)]],
    ["a rebate of more than the fee", [from(monday, { rebateBps: 10_001 })]],
    ["an unknown field", [{ ...from(monday), extra: 1 }]],
  ])("is refused with %s", async (_what, periods) => {
    at(monday);
    expect((await put("t-bad", "standard", periods)).status).toBe(422);
  });

  it("is refused where another version stands than the caller expects", async () => {
    at(monday);
    await put("t-race", "standard", [from(monday)]);
    const headers = { "if-match": '"7"' };
    expect((await put("t-race", "standard", [from(monday), from(monday + day)], { headers })).status).toBe(
      412,
    );
  });
});

describe("a case", () => {
  it("keeps the terms that were in force when it was filed, in its own currency", async () => {
    const tenant = "t-filed";
    expect(await fileAt(tenant, monday)).toBeUndefined();
    await put(tenant, "standard", [from(monday), from(monday + 5 * day, { caseFeeMinor: 700 })]);
    await put(tenant, "abroad", [], {
      body: { currency: "EUR", periods: [from(monday, { caseFeeMinor: 1 })] },
    });
    expect(await fileAt(tenant, monday + day)).toEqual({ ...terms, caseFeeMinor: 500n });
    expect(await fileAt(tenant, monday + 5 * day)).toEqual({ ...terms, caseFeeMinor: 700n });
  });
});
