import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { decideCaseEndpoint } from "../../functions/api/desk/decide-case.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { changeCase } from "../../functions/store/cases.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { hour, referenceOf, system } from "../support/builders.ts";
import { waybillOf } from "../support/cases.ts";
import { caseInTable, keepCheckpoint, standingCase } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([decideCaseEndpoint]);
});
afterAll(() => api.close());

/** A case on its way back that failed, and what the carrier told while an operator had it in hand. */
const inReview = async (status: "in_transit" | "delivered") => {
  const shipped = await caseInTable(api.table, "in_transit");
  const now = shipped.updatedAt + hour;
  const command = { type: "OpenManualReview", cause: "AwaitDelivery: broken" } as const;
  await changeCase(api.table, referenceOf(shipped), { decide, by: system, now, command });
  const trackingNumber = waybillOf(shipped);
  const scan = { source: "kuaidi100", at: now, status, code: "3", place: "", text: "" };
  await keepCheckpoint(api.table, shipped.tenantId, trackingNumber, scan);
  return shipped;
};

const resume = ({ caseId, tenantId }: { caseId: string; tenantId: string }) =>
  api.call(decideCaseOperation, {
    claims: claimsOf("operator", tenantId),
    params: { caseId },
    body: { decision: "resume" },
    idempotencyKey: `resume-${caseId}`,
  });

it("resumes a case whose parcel arrived meanwhile, and lets it hear of that", async () => {
  const state = await inReview("delivered");
  expect(await resume(state)).toMatchObject({ status: 200, body: { stage: "in_transit" } });
  expect((await standingCase(api.table, state)).state).toMatchObject({
    stage: "awaiting_inspection",
    deliveryTrusted: false,
  });
});

it("resumes a case whose parcel still travels, and nothing more", async () => {
  const state = await inReview("in_transit");
  expect(await resume(state)).toMatchObject({ status: 200, body: { stage: "in_transit" } });
  expect((await standingCase(api.table, state)).state).toMatchObject({
    stage: "in_transit",
    version: state.version + 2,
  });
});
