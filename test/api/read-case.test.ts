import { afterAll, beforeAll, expect, it } from "vitest";
import { getCaseOperation, getTimelineOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { getTimelineEndpoint } from "../../functions/api/cases/timeline.ts";
import type { Role } from "../../functions/http/operation.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { operator } from "../support/builders.ts";
import { cancels, judged, type Move } from "../support/cases.ts";
import { caseInTable } from "../support/cases-in-table.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([getCaseEndpoint, getTimelineEndpoint]);
});
afterAll(() => api.close());

const asRole = (role: Role) => ({
  claims: claimsOf(role, "tenant-1", role === "warehouse" ? "inspector-1" : `${role}-1`),
});

it("shows each role the verdict in its own register", async () => {
  const { caseId } = await caseInTable(api.table, "awaiting_merchant");
  const verdictFor = async (role: Role) =>
    (await api.call(getCaseOperation, { ...asRole(role), params: { caseId } })).body.verdict;

  expect(await verdictFor("buyer")).toMatchObject({
    explanation: { en: "It is confirmed." },
    liability: { buyer: 0 },
    freight: { buyerPays: false },
  });
  expect(Object.keys((await verdictFor("buyer")).liability)).toEqual(["buyer"]);
  expect(await verdictFor("buyer")).not.toHaveProperty("confidence");
  expect(await verdictFor("merchant")).toMatchObject({ explanation: { en: "You answer for it." } });
  for (const role of ["partner", "operator"] as const) {
    expect(await verdictFor(role)).toMatchObject({
      explanation: { en: "The merchant answers for quality." },
      confidence: { bps: 5_000 },
      liability: { merchant: 10_000, platform: 0, carrier: 0, buyer: 0 },
    });
  }
  expect(await verdictFor("warehouse")).toBeUndefined();
});

it("says what is owed for a loss to whom it is owed, and to the platform", async () => {
  const loss = { pays: "price", payer: "carrier", basis: "transit" } as const;
  const { caseId } = await caseInTable(api.table, [judged({ loss })]);
  const lossFor = async (role: Role) =>
    (await api.call(getCaseOperation, { ...asRole(role), params: { caseId } })).body.verdict.loss;
  for (const role of ["merchant", "partner", "operator"] as const) expect(await lossFor(role)).toEqual(loss);
  expect(await lossFor("buyer")).toBeUndefined();
});

it("tells in the timeline who judged by what only to the platform", async () => {
  const { caseId } = await caseInTable(api.table, "awaiting_merchant");
  const judgedFor = async (role: Role) => {
    const { body } = await api.call(getTimelineOperation, { ...asRole(role), params: { caseId } });
    return body.items.find(({ type }: { type: string }) => type === "CaseJudged").payload;
  };
  expect(await judgedFor("partner")).toMatchObject({ rule: "quality-problem", route: "merchant" });
  for (const role of ["buyer", "merchant", "warehouse"] as const) {
    expect(await judgedFor(role)).toEqual({ rulesVersion: "cn-standard@1", route: "merchant" });
  }
});

it("tells every moment in the timeline as the rest of the API does", async () => {
  const until = Date.UTC(2026, 2, 10);
  const pauses: Move = ({ state }) => ({
    command: { type: "PauseClock", until, reason: "other" },
    by: operator,
    at: state.updatedAt,
  });
  const { caseId } = await caseInTable(api.table, [judged(), pauses, cancels()]);
  const { body } = await api.call(getTimelineOperation, { ...asRole("partner"), params: { caseId } });
  const [paused, cancelled] = ["ClockPaused", "CaseCancelled"].map(
    (event) => body.items.find(({ type }: { type: string }) => type === event).payload,
  );
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  expect(paused).toMatchObject({
    pausedUntil: "2026-03-10T00:00:00.000Z",
    deadlineAt: expect.stringMatching(moment),
  });
  expect(cancelled).toMatchObject({ filedAt: expect.stringMatching(moment) });
});
