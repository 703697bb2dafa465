import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import type { Context as Invocation } from "aws-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { decideCasesEndpoint } from "../../functions/api/desk/decide-cases.ts";
import { decideCasesOperation } from "../../functions/api/desk/operations.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { cursorsWith } from "../../functions/http/cursor.ts";
import { routesOn } from "../../functions/http/endpoint.ts";
import { idempotencyKey } from "../../functions/store/keys.ts";
import { apiEvent, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { dyingAt } from "../support/broken-table.ts";
import { hour, merchant, monday } from "../support/builders.ts";
import { judged } from "../support/cases.ts";
import { caseInTable, fresh, itemsOf, standingCase } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([decideCasesEndpoint]);
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

const callWith = (body: object, idempotencyKey: string) => ({
  claims: claimsOf("merchant", "tenant-1", merchant.id),
  params: { merchantId: merchant.id },
  body,
  idempotencyKey,
});

const send = (body: object, key = fresh("key")) => {
  vi.useFakeTimers({ toFake: ["Date"], now: monday + 2 * hour });
  return api.call(decideCasesOperation, callWith(body, key));
};

const waiting = () => caseInTable(api.table, "awaiting_merchant");
const standing = async (state: CaseState) => (await standingCase(api.table, state)).state;

/** Rows of every kind, and what has to become of each. */
const mixed = async () => {
  const [approved, refused, offered, unproven, tooMuch, stale] = await Promise.all(
    Array.from({ length: 6 }, waiting),
  );
  const shut = await caseInTable(api.table, [judged({ refusals: [] })]);
  const past = await caseInTable(api.table, "settling");
  const foreign = await caseInTable(api.table, "awaiting_merchant", { merchantId: "merchant-2" });
  const rows: readonly (readonly [CaseState, object, number, string?, string?])[] = [
    [approved, { decision: "approve", note: "同意" }, 200],
    [refused, { decision: "refuse", reason: "evidence_insufficient" }, 200],
    [offered, { decision: "counter_offer", remedy: "refund_only", amountMinor: 20_000 }, 200],
    [unproven, { decision: "refuse", reason: "other" }, 409, "decision_forbidden", "/decisions/3/note"],
    [
      tooMuch,
      { decision: "counter_offer", remedy: "refund_only", amountMinor: 128_001 },
      409,
      "decision_forbidden",
      "/decisions/4/amountMinor",
    ],
    [stale, { decision: "approve", version: 1 }, 412, "precondition_failed"],
    [
      shut,
      { decision: "refuse", reason: "evidence_insufficient" },
      409,
      "decision_forbidden",
      "/decisions/6/decision",
    ],
    [past, { decision: "approve" }, 409, "stage_forbids"],
    [foreign, { decision: "approve" }, 404, "not_found"],
    [{ ...foreign, caseId: "nowhere" }, { decision: "approve" }, 404, "not_found"],
    [approved, { decision: "approve" }, 422, "invalid_request", "/decisions/10/caseId"],
  ] as never;
  return {
    rows,
    decisions: rows.map(([{ caseId }, decision]) => ({ caseId, ...decision })),
  };
};

const partition = (key: string) => idempotencyKey("tenant-1", `merchant:${merchant.id}`, key);

describe("many decisions in one request", () => {
  it("are each decided or refused on its own, with what the row alone would have been told", async () => {
    const { rows, decisions } = await mixed();
    const { status, body } = await send({ decisions });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: false, decided: 3, wouldBeDecided: 0, failed: 8 });
    for (const [index, [state, , expected, problem, pointer]] of rows.entries()) {
      const row = body.rows[index];
      expect(row, String(index)).toMatchObject({
        caseId: state.caseId,
        status: expected,
        outcome: expected === 200 ? "decided" : "failed",
        ...(problem ? { problem: { type: `/problems/${problem}`, detail: row.explanation } } : {}),
        ...(pointer ? { problem: { errors: [{ pointer }] } } : {}),
      });
    }
    expect(body.rows[0].explanation).toMatch(
      /^Approved: the case is awaiting_shipment, and the buyer is next until 20/,
    );
    expect(body.rows[3].problem.allowed.decisions).toContain("approve");
    expect(body.rows[8]).toEqual({ ...body.rows[9], caseId: body.rows[8].caseId });
    const stages = await Promise.all(rows.slice(0, 8).map(async ([state]) => (await standing(state)).stage));
    expect(stages).toEqual([
      "awaiting_shipment",
      "refused",
      "offered",
      "awaiting_merchant",
      "awaiting_merchant",
      "awaiting_merchant",
      "awaiting_merchant",
      "settling",
    ]);
  });

  it("are only tried in a dry run, which says the same and writes nothing", async () => {
    const { rows, decisions } = await mixed();
    const key = fresh("key");
    const tried = await send({ decisions, dryRun: true }, key);
    expect(tried.body).toMatchObject({ dryRun: true, decided: 0, wouldBeDecided: 3, failed: 8 });
    for (const [state] of rows.slice(0, 8)) expect((await standing(state)).version).toBe(state.version);
    expect(await itemsOf(api.table, partition(key).PK)).toEqual([]);
    const done = await send({ decisions });
    const comparable = ({ body }: typeof done) =>
      body.rows.map(({ outcome: _, ...row }: Record<string, unknown>) => row);
    expect(comparable(done)).toEqual(comparable(tried));
  });

  it("get the same answer under the same key, also where the first attempt was cut off before it answered", async () => {
    const { rows, decisions } = await mixed();
    const key = fresh("key");
    const first = await send({ decisions }, key);
    const again = await send({ decisions }, key);
    expect(again.text).toBe(first.text);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    const versions = await Promise.all(
      rows.slice(0, 8).map(async ([state]) => (await standing(state)).version),
    );

    // As if it had died once all rows were decided.
    await api.table.client.send(new DeleteCommand({ TableName: api.table.name, Key: partition(key) }));
    const repeated = await send({ decisions }, key);
    expect(repeated.text).toBe(first.text);
    expect(repeated.headers["idempotency-replayed"]).toBeUndefined();
    expect(
      await Promise.all(rows.slice(0, 8).map(async ([state]) => (await standing(state)).version)),
    ).toEqual(versions);
    expect((await send({ decisions: decisions.slice(1) }, key)).body.type).toBe(
      "/problems/idempotency_key_reused",
    );
  });

  it.each(["before", "after"] as const)(
    "finish what an attempt had begun that broke %s the commit of a row",
    async (when) => {
      const states = await Promise.all(Array.from({ length: 12 }, waiting));
      const decisions = states.map(({ caseId }) => ({ caseId, decision: "approve" }));
      const key = fresh("key");
      const dying = dyingAt(api.table, 5, when);
      const context = { table: dying, cursors: cursorsWith(() => "test-key") };
      vi.useFakeTimers({ toFake: ["Date"], now: monday + 2 * hour });
      const event = apiEvent(decideCasesOperation, callWith({ decisions }, key));
      const died = await routesOn(() => context, [decideCasesEndpoint])(event, {} as Invocation);
      // A row whose commit went through although the answer was lost is found to be done.
      expect(died.statusCode).toBe(when === "before" ? 500 : 200);
      const decidedBefore = await Promise.all(states.map(standing));
      expect(decidedBefore.filter(({ stage }) => stage === "awaiting_merchant")).toHaveLength(
        when === "before" ? 1 : 0,
      );
      expect((await send({ decisions: [...decisions].reverse() }, key)).body.type).toBe(
        "/problems/idempotency_key_reused",
      );
      expect((await send({ decisions }, key)).body).toMatchObject({ decided: 12, failed: 0 });
      for (const state of states) expect((await standing(state)).version).toBe(state.version + 1);
    },
  );

  it("are tried again under the same key where the table was too busy for one of them", async () => {
    const states = await Promise.all(Array.from({ length: 5 }, waiting));
    const decisions = states.map(({ caseId }) => ({ caseId, decision: "approve" }));
    const key = fresh("key");
    const busy = dyingAt(api.table, 3, "before", Object.assign(new Error("slow"), { name: "TimeoutError" }));
    const context = { table: busy, cursors: cursorsWith(() => "test-key") };
    vi.useFakeTimers({ toFake: ["Date"], now: monday + 2 * hour });
    const event = apiEvent(decideCasesOperation, callWith({ decisions }, key));
    const { statusCode, body = "" } = await routesOn(() => context, [decideCasesEndpoint])(
      event,
      {} as Invocation,
    );
    expect(statusCode).toBe(200);
    const first = JSON.parse(body);
    expect(first).toMatchObject({ decided: 4, failed: 1 });
    expect(first.rows.find(({ status }: { status: number }) => status === 503).explanation).toMatch(
      /a POST with the same Idempotency-Key is done once/,
    );

    const again = await send({ decisions }, key);
    expect(again.body).toMatchObject({ decided: 5, failed: 0 });
    for (const state of states) expect((await standing(state)).version).toBe(state.version + 1);
    expect((await send({ decisions }, key)).text).toBe(again.text);
  });

  it("are done once where the request runs several times at the same moment", async () => {
    const states = await Promise.all(Array.from({ length: 5 }, waiting));
    const decisions = states.map(({ caseId }) => ({ caseId, decision: "approve" }));
    const key = fresh("key");
    const answers = await Promise.all([1, 2, 3].map(() => send({ decisions }, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ decided: 5, failed: 0 });
    for (const state of states) expect((await standing(state)).version).toBe(state.version + 1);
  });

  it("are refused whole where the list is none: empty, too long or not in order", async () => {
    const row = { caseId: "case-1", decision: "approve" };
    for (const decisions of [[], Array.from({ length: 51 }, () => row), [{ ...row, decision: "maybe" }]]) {
      expect((await send({ decisions })).status).toBe(422);
    }
  });
});
