import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCaseOperation, getTimelineOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { getTimelineEndpoint } from "../../functions/api/cases/timeline.ts";
import { changeDispositionEndpoint } from "../../functions/api/logistics/change-disposition.ts";
import { inspectReturnEndpoint } from "../../functions/api/logistics/inspect-return.ts";
import {
  changeDispositionOperation,
  inspectReturnOperation,
} from "../../functions/api/logistics/operations.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import type { Role } from "../../functions/http/operation.ts";
import { casePartition } from "../../functions/store/keys.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, merchant } from "../support/builders.ts";
import { approves, delivered, judged, ships } from "../support/cases.ts";
import { caseInTable, fresh, itemsOf } from "../support/cases-in-table.ts";

/** What becomes of goods that came back, behind the real stack on the real engine. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    inspectReturnEndpoint,
    changeDispositionEndpoint,
    getCaseEndpoint,
    getTimelineEndpoint,
  ]);
});
afterAll(() => api?.close());

const back = [judged(), approves(), ships(), delivered()] as const;
const as = (role: Role) =>
  claimsOf(role, "tenant-1", { buyer: buyer.id, merchant: merchant.id }[role as string] ?? "one");

const inspect = ({ caseId }: CaseState, found: Record<string, unknown> = {}) =>
  api.call(inspectReturnOperation, {
    claims: as("warehouse"),
    params: { caseId },
    idempotencyKey: fresh("key"),
    body: {
      inspectedAt: new Date(Date.now() - 60_000).toISOString(),
      lines: [{ lineId: "line-1", receivedQuantity: 1, sameItem: true, flaws: [], ...found }],
    },
  });

const change = ({ caseId }: CaseState, disposition: string, but: { role?: Role; ifMatch?: string } = {}) =>
  api.call(changeDispositionOperation, {
    claims: as(but.role ?? "warehouse"),
    params: { caseId },
    body: { lines: [{ lineId: "line-1", disposition }] },
    ...(but.ifMatch === undefined ? {} : { headers: { "if-match": but.ifMatch } }),
  });

const decidedFor = async ({ caseId }: CaseState, role: Role) => {
  const read = await api.call(getCaseOperation, { claims: as(role), params: { caseId } });
  const timeline = await api.call(getTimelineOperation, { claims: as(role), params: { caseId } });
  const { items } = timeline.body as { items: readonly { type: string; payload: unknown }[] };
  return {
    standing: (read.body as { dispositions?: unknown }).dispositions,
    told: items.filter(({ type }) => type === "DispositionDecided").map(({ payload }) => payload),
  };
};

const units = { lineId: "line-1", itemId: "item-1", quantity: 1 };

describe("what becomes of goods that came back", () => {
  it("is decided by the inspector, read by all but the buyer, and told in the inspection's own record", async () => {
    const state = await caseInTable(api.table, back);
    expect(await inspect(state, { disposition: "SCRAP" })).toMatchObject({
      status: 200,
      body: { stage: "settling" },
    });
    const decided = { ...units, disposition: "SCRAP" };
    for (const role of ["partner", "merchant", "warehouse", "operator"] as const) {
      expect(await decidedFor(state, role), role).toEqual({ standing: [decided], told: [decided] });
    }
    expect(await decidedFor(state, "buyer")).toEqual({ standing: undefined, told: [] });

    const records = await itemsOf(api.table, casePartition(state.tenantId, state.caseId), "EVENT");
    const record = records.at(-1);
    expect(record).toMatchObject({
      announcements: [{ type: "ReturnInspected" }, { type: "DispositionDecided", payload: decided }],
    });
    expect(record?.inspection).not.toHaveProperty("lines.0.disposition");
  });

  it("follows from what was found where nobody says", async () => {
    const state = await caseInTable(api.table, back);
    await inspect(state, { sameItem: false });
    expect((await decidedFor(state, "partner")).standing).toEqual([{ ...units, disposition: "QUARANTINE" }]);
  });

  it("is changed by the warehouse, once however often it says so, and only in view of what stands", async () => {
    const state = await caseInTable(api.table, back);
    expect(await change(state, "SCRAP")).toMatchObject({ status: 409 });
    await inspect(state);
    const changed = await change(state, "RETURN_TO_CONSIGNOR");
    expect(changed).toMatchObject({ status: 200, body: { stage: "settling" } });
    expect((await change(state, "RETURN_TO_CONSIGNOR")).body).toEqual(changed.body);
    expect(await change(state, "SCRAP", { ifMatch: '"1"' })).toMatchObject({ status: 412 });
    for (const role of ["partner", "buyer", "merchant", "operator"] as const) {
      expect(await change(state, "SCRAP", { role }), role).toMatchObject({ status: 403 });
    }
    expect(await decidedFor(state, "partner")).toEqual({
      standing: [{ ...units, disposition: "RETURN_TO_CONSIGNOR" }],
      told: [
        { ...units, disposition: "RESTOCK" },
        { ...units, disposition: "RETURN_TO_CONSIGNOR", instead: "RESTOCK" },
      ],
    });
  });

  it("is refused where it cannot be, naming the field", async () => {
    const state = await caseInTable(api.table, back);
    expect(await inspect(state, { sameItem: false, disposition: "RESTOCK" })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines/0/disposition" }] },
    });
    expect(await inspect(state, { disposition: "MISSING" })).toMatchObject({ status: 422 });
    expect((await decidedFor(state, "partner")).standing).toBeUndefined();
  });
});
