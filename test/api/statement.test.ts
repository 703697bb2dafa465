import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getStatementEndpoint } from "../../functions/api/payouts/get-statement.ts";
import { getStatementOperation } from "../../functions/api/payouts/operations.ts";
import { csvOf } from "../../functions/http/csv.ts";
import { putMerchant } from "../../functions/store/catalog.ts";
import { addUpPages, keepPostings, minuteOf } from "../../functions/store/merchant-ledger.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";

/** A merchant's statement adds up, on each page and in each form. */

const hour = 3_600_000;
const day = 24 * hour;
const merchant = { tenantId: "lux", merchantId: "atelier" };
const amounts = [896_000n, -12_300n, 5_001n, -896_000n, 70n];

let api: TestApi;
let firstAt: number;
beforeAll(async () => {
  api = await createTestApi([getStatementEndpoint]);
  firstAt = Date.now() - 10 * day;
  await putMerchant(api.table, {
    ...merchant,
    name: "Atelier",
    contracts: [{ effectiveFrom: 0, commissionBps: 0, transitRisk: "carrier", custodyRisk: "platform" }],
  });
  for (const [index, amountMinor] of amounts.entries()) {
    const at = firstAt + index * hour;
    const orderId = index === 2 ? "=SUM(A1:A9)" : `order-${index}`;
    const posting = { stage: "sale", purpose: "proceeds", currency: "CNY", amountMinor, at } as const;
    const page = { ...merchant, minute: minuteOf(at), subject: orderId, orderId, postings: [posting] };
    await keepPostings(api.table, page, at);
  }
});
afterAll(() => api.close());

const read = (query: Record<string, string>, headers: Record<string, string> = {}) =>
  api.call(getStatementOperation, {
    claims: claimsOf("merchant", "lux", "atelier"),
    params: { merchantId: "atelier" },
    query,
    headers,
  });
const iso = (at: number) => new Date(at).toISOString();

describe("a statement", () => {
  it("opens with what came before and closes with what is listed added to it", async () => {
    const range = { from: iso(firstAt + hour), to: iso(firstAt + 4 * hour) };
    const { status, body } = await read(range);
    expect(status).toBe(200);
    expect(body.balances).toEqual([{ currency: "CNY", openingMinor: 896_000, closingMinor: -7_299 }]);
    expect(
      body.items.map(({ amountMinor, balanceMinor }: Record<string, number>) => [amountMinor, balanceMinor]),
    ).toEqual([
      [-12_300, 883_700],
      [5_001, 888_701],
      [-896_000, -7_299],
    ]);
    await addUpPages(api.table, merchant, Date.now());
    expect((await read(range)).body).toEqual(body);
  });

  it("comes in pages that join", async () => {
    const range = { from: iso(firstAt), to: iso(firstAt + day), limit: "2" };
    const seen: number[] = [];
    let closing = 0;
    for (let cursor: string | undefined = "", first = true; first || cursor; first = false) {
      const { body } = await read({ ...range, ...(cursor ? { cursor } : {}) });
      expect(body.balances[0]?.openingMinor ?? 0).toBe(closing);
      closing = body.balances[0].closingMinor;
      seen.push(...body.items.map(({ amountMinor }: { amountMinor: number }) => amountMinor));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(amounts.map(Number));
    expect(closing).toBe(amounts.map(Number).reduce((sum, minor) => sum + minor, 0));
  });

  it("is CSV for who asks for it, with numbers as numbers and no formula", async () => {
    const { headers, text } = await read(
      { from: iso(firstAt + hour), to: iso(firstAt + 3 * hour) },
      { accept: "text/csv" },
    );
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    const rows = text.split("\r\n");
    expect(rows[0]).toBe("\uFEFFtime,currency,amount,balance,stage,purpose,order,case,payout,transfer");
    expect(rows[1]).toBe(`${iso(firstAt + hour)},CNY,,8960.00,opening,,,,,`);
    expect(rows[2]).toContain(",CNY,-123.00,8837.00,sale,proceeds,order-1,,,");
    expect(rows[3]).toContain(",'=SUM(A1:A9),");
    expect(rows[4]).toContain(",8887.01,closing,");
    expect(rows[5]).toBe("");
  });

  it("refuses a time that has not come or does not pass", async () => {
    expect((await read({ from: iso(firstAt), to: iso(Date.now() + day) })).status).toBe(422);
    expect((await read({ from: iso(firstAt), to: iso(firstAt) })).status).toBe(422);
  });
});

describe("comma-separated values", () => {
  it("quote what has to be quoted and disarm what begins like a formula", () => {
    expect(csvOf([["a,b", 'say "hi"', "two\nlines", "+1", "-1", "@x", "\ttab", { number: "-1" }]])).toBe(
      '\uFEFF"a,b","say ""hi""","two\nlines",\'+1,\'-1,\'@x,\'\ttab,-1\r\n',
    );
  });
});
