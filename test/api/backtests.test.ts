import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cancelBacktestEndpoint } from "../../functions/api/backtests/cancel-backtest.ts";
import { createBacktestEndpoint } from "../../functions/api/backtests/create-backtest.ts";
import { getBacktestEndpoint } from "../../functions/api/backtests/get-backtest.ts";
import { listBacktestsEndpoint } from "../../functions/api/backtests/list-backtests.ts";
import { listExamplesEndpoint } from "../../functions/api/backtests/list-examples.ts";
import {
  cancelBacktestOperation,
  createBacktestOperation,
  getBacktestOperation,
  listBacktestsOperation,
  listExamplesOperation,
} from "../../functions/api/backtests/operations.ts";
import { clearBacktest } from "../../functions/store/backtests.ts";
import { backtestExamplesKey, backtestPartition } from "../../functions/store/keys.ts";
import { packed } from "../../functions/store/packed.ts";
import { createDraft, latestVersion, replaceDraft } from "../../functions/store/rule-sets.ts";
import { putItem } from "../../functions/store/table.ts";
import { type Call, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aVerdict, monday } from "../support/builders.ts";
import { fresh, itemsOf } from "../support/cases-in-table.ts";
import { aDocument, aRule } from "../support/rules.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    createBacktestEndpoint,
    listBacktestsEndpoint,
    getBacktestEndpoint,
    listExamplesEndpoint,
    cancelBacktestEndpoint,
  ]);
});
afterAll(() => api?.close());

/** A platform of its own for each test, with a draft. */
let tenant: string;
beforeEach(async () => {
  tenant = fresh("tenant");
  const draft = { tenantId: tenant, rulesetId: "house", name: "House", document: aDocument(), now: monday };
  await createDraft(api.table, undefined, draft, () => []);
});

const body = {
  rulesetId: "house",
  version: 1,
  closedFrom: "2026-01-01T00:00:00+08:00",
  closedTo: "2026-02-01T00:00:00+08:00",
};

const begin = (but: Partial<typeof body> = {}, call: Partial<Call> = {}) =>
  api.call(createBacktestOperation, {
    claims: claimsOf("operator", tenant),
    idempotencyKey: fresh("key"),
    body: { ...body, ...but },
    ...call,
  });

const about = (backtestId: string, call: Partial<Call> = {}): Call => ({
  claims: claimsOf("partner", tenant),
  params: { backtestId },
  idempotencyKey: fresh("key"),
  ...call,
});

describe("asking for a backtest", () => {
  it("is accepted, with its place to look at and all a run needs beside it", async () => {
    const answer = await begin();
    expect(answer.status).toBe(202);
    const { backtestId } = answer.body;
    expect(answer.headers.location).toBe(`/v1/backtests/${backtestId}`);
    expect(answer.body).toEqual({
      backtestId,
      rulesetId: "house",
      version: 1,
      sha256: (await latestVersion(api.table, tenant, "house"))?.sha256,
      closedFrom: "2025-12-31T16:00:00.000Z",
      closedTo: "2026-01-31T16:00:00.000Z",
      status: "queued",
      createdAt: expect.any(String),
      createdBy: "operator-1",
    });
    const items = await itemsOf(api.table, backtestPartition(tenant, backtestId));
    expect(items.map(({ SK }) => SK)).toEqual(["BACKTEST", "EVENT#000001", "RULES"]);
  });

  it("is done once for one key, and says so again", async () => {
    const idempotencyKey = fresh("key");
    const first = await begin({}, { idempotencyKey });
    const second = await begin({}, { idempotencyKey });
    expect(second.text).toBe(first.text);
    expect(second.headers["idempotency-replayed"]).toBe("true");
  });

  it("is refused while another one runs", async () => {
    await begin();
    const second = await begin();
    expect([second.status, second.body.type]).toEqual([409, "/problems/backtest_running"]);
  });

  it("takes the rules that come with the service, by version", async () => {
    expect((await begin({ rulesetId: "cn-standard" })).body).toMatchObject({ status: "queued" });
  });

  it.each([
    ["a version there is not", { version: 2 }, "/version"],
    ["rules there are not", { rulesetId: "nothing" }, "/version"],
    ["a shipped version there is not", { rulesetId: "cn-standard", version: 99 }, "/version"],
    ["a period that ends before it begins", { closedTo: body.closedFrom }, "/closedTo"],
    ["a version that is no number", { version: 0 }, "/version"],
  ])("is refused for %s", async (_what, but, pointer) => {
    const answer = await begin(but);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it.each(["merchant", "buyer", "warehouse"] as const)("is not for a %s", async (role) => {
    expect((await begin({}, { claims: claimsOf(role, tenant) })).status).toBe(403);
  });

  it("keeps the rules as they are now, whatever becomes of the draft", async () => {
    const { backtestId, sha256 } = (await begin()).body;
    const draft = await latestVersion(api.table, tenant, "house");
    if (!draft) throw new Error("the draft is gone");
    const document = aDocument({ rules: [aRule("another", { fact: "signedOff", op: "eq", value: true })] });
    await replaceDraft(api.table, draft, { name: "House", document, now: monday });
    const [rules] = await itemsOf(api.table, backtestPartition(tenant, backtestId), "RULES");
    expect(String(rules?.document)).toContain("any-change-of-mind");
    expect((await api.call(getBacktestOperation, about(backtestId))).body.sha256).toBe(sha256);
  });
});

describe("reading", () => {
  it("says how far it is", async () => {
    const { backtestId } = (await begin()).body;
    const { body: read } = await api.call(getBacktestOperation, about(backtestId));
    expect(read).toMatchObject({ status: "queued", progress: { itemsSeen: 0, cases: 0 } });
    expect(read.result).toBeUndefined();
  });

  it("lists them, the newest first, page by page", async () => {
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) {
      const { backtestId } = (await begin()).body;
      await clearBacktest(api.table, { tenantId: tenant, backtestId });
      ids.unshift(backtestId);
    }
    const page = async (query: Readonly<Record<string, string>>) =>
      (await api.call(listBacktestsOperation, { claims: claimsOf("partner", tenant), query })).body;
    const first = await page({ limit: "2" });
    const second = await page({ limit: "2", cursor: first.nextCursor });
    const listed = [...first.items, ...second.items].map(({ backtestId }) => backtestId);
    expect(listed).toEqual(ids);
    expect(second.nextCursor).toBeUndefined();
  });

  it("pages examples, by the rule they come from and the one they go to", async () => {
    const { backtestId } = (await begin()).body;
    const { clocks, ...verdict } = aVerdict();
    const ruled = (rule: string) => ({ ...verdict, rule, silence: clocks.silence });
    const zero = { beforeMinor: 0n, afterMinor: -1n };
    const moved = { merchant: zero, platform: zero, carrier: zero, buyer: zero };
    const example = (caseId: string, from: string, to: string) => ({
      ...{ caseId, currency: "CNY", claimMinor: 1n, before: ruled(from), after: ruled(to), moved },
    });
    const examples = [example("1", "a", "b"), example("2", "a", "c"), example("3", "b", "c")];
    await putItem(api.table, "examples", {
      Item: { ...backtestExamplesKey(tenant, backtestId), examples: packed(examples) },
    });
    const list = async (query: Readonly<Record<string, string>>) =>
      (await api.call(listExamplesOperation, about(backtestId, { query }))).body;
    const idsIn = (page: { items: { caseId: string }[] }) => page.items.map(({ caseId }) => caseId);
    expect(idsIn(await list({}))).toEqual(["1", "2", "3"]);
    expect(idsIn(await list({ from: "a" }))).toEqual(["1", "2"]);
    expect(idsIn(await list({ to: "c" }))).toEqual(["2", "3"]);
    expect(idsIn(await list({ from: "a", to: "c" }))).toEqual(["2"]);
    const first = await list({ to: "c", limit: "1" });
    const second = await list({ to: "c", limit: "1", cursor: first.nextCursor });
    expect([idsIn(first), idsIn(second), second.nextCursor]).toEqual([["2"], ["3"], undefined]);
    expect((await list({ from: "a", cursor: first.nextCursor })).type).toBe("/problems/invalid_cursor");
    expect(first.items[0].moved.buyer).toEqual({ beforeMinor: 0, afterMinor: -1 });
  });
});

describe("cancelling", () => {
  it("holds at once, is answered again for the same key, and comes too late afterwards", async () => {
    const { backtestId } = (await begin()).body;
    const idempotencyKey = fresh("key");
    const first = await api.call(cancelBacktestOperation, about(backtestId, { idempotencyKey }));
    expect([first.status, first.body.status]).toEqual([200, "cancelled"]);
    const again = await api.call(cancelBacktestOperation, about(backtestId, { idempotencyKey }));
    expect(again.text).toBe(first.text);
    const late = await api.call(cancelBacktestOperation, about(backtestId));
    expect([late.status, late.body.type]).toEqual([409, "/problems/backtest_over"]);
    expect((await api.call(getBacktestOperation, about(backtestId))).body.status).toBe("cancelled");
  });

  it("finds nothing where there is nothing", async () => {
    expect((await api.call(cancelBacktestOperation, about("nothing"))).status).toBe(404);
    expect((await api.call(getBacktestOperation, about("nothing"))).status).toBe(404);
    expect((await api.call(listExamplesOperation, about("nothing"))).status).toBe(404);
  });
});
