import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { answerLabelEndpoint } from "../../functions/api/labels/answer-label.ts";
import { getLabelEndpoint, listLabelsEndpoint } from "../../functions/api/labels/list-labels.ts";
import {
  answerLabelOperation,
  getLabelOperation,
  listLabelsOperation,
  orderReturnLabelOperation,
} from "../../functions/api/labels/operations.ts";
import { orderReturnLabelEndpoint } from "../../functions/api/labels/order-label.ts";
import { shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import { shipReturnEndpoint } from "../../functions/api/logistics/ship-return.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { loadParcel } from "../../functions/store/parcels.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, day } from "../support/builders.ts";
import { cancels, waybillOf } from "../support/cases.ts";
import { caseInTable, fresh, make, standingCase } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    orderReturnLabelEndpoint,
    listLabelsEndpoint,
    getLabelEndpoint,
    answerLabelEndpoint,
    shipReturnEndpoint,
    getCaseEndpoint,
  ]);
});
afterAll(() => api.close());
vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1) });

const claims = claimsOf("partner", "tenant-1");
const order = ({ caseId }: CaseState) =>
  api.call(orderReturnLabelOperation, { claims, params: { caseId }, idempotencyKey: fresh("key") });
const issued = (trackingNumber = fresh("SF")) => ({
  result: "issued",
  carrier: "sf",
  trackingNumber,
  costMinor: 1_200,
  document: "https://labels.example/1",
});
const failed = { result: "failed", reason: "No collection at this address." };
const answer = ({ caseId }: CaseState, body: object) =>
  api.call(answerLabelOperation, {
    claims,
    params: { labelId: `${caseId}.label` },
    body,
    idempotencyKey: fresh("key"),
  });
const ship = ({ caseId }: CaseState, trackingNumber = fresh("SF")) =>
  api.call(shipReturnOperation, {
    claims,
    params: { caseId },
    body: { carrier: "sf", trackingNumber },
    idempotencyKey: fresh("key"),
  });
const buyerMay = async ({ caseId }: CaseState) =>
  (await api.call(getCaseOperation, { claims, params: { caseId } })).body.actions.buyer;
const waiting = () => caseInTable(api.table, "awaiting_shipment");
const labelOf = async ({ caseId }: CaseState, as = claims) =>
  (await api.call(getLabelOperation, { claims: as, params: { labelId: `${caseId}.label` } })).body;
const listed = async (status?: string): Promise<readonly string[]> =>
  (await api.call(listLabelsOperation, { claims, query: status ? { status } : {} })).body.items.map(
    ({ caseId }: { readonly caseId: string }) => caseId,
  );

it("is ordered once, is on the pull list until it is answered, and moves the case once", async () => {
  const state = await waiting();
  expect((await order(state)).status).toBe(200);
  const { version } = (await standingCase(api.table, state)).state;
  expect((await order(state)).status).toBe(200);
  expect((await standingCase(api.table, state)).state.version).toBe(version);
  expect(await listed()).toContain(state.caseId);

  const body = issued();
  expect(await answer(state, body)).toMatchObject({ status: 200, body: { status: "issued" } });
  expect(await answer(state, body)).toMatchObject({ status: 200, body: { status: "issued" } });
  expect((await answer(state, issued())).body.type).toBe("/problems/label_answered");
  expect((await standingCase(api.table, state)).state).toMatchObject({
    stage: "in_transit",
    labelCostMinor: 1_200n,
    returnFreightMinor: 0n,
    version: version + 1,
  });
  expect(await listed()).not.toContain(state.caseId);
  expect(await labelOf(state, claimsOf("buyer", "tenant-1", buyer.id))).toMatchObject({ costMinor: 1_200 });
  expect((await labelOf(state, claimsOf("buyer", "tenant-1", "buyer-2"))).type).toBe("/problems/not_found");
});

it("keeps the buyer's own waybill back for a day, and no longer; an answer after that is of no use", async () => {
  const state = await waiting();
  await order(state);
  expect((await ship(state)).body.type).toBe("/problems/stage_forbids");
  expect(await buyerMay(state)).toEqual(["order_label", "cancel"]);
  vi.setSystemTime(Date.now() + day);
  expect(await buyerMay(state)).toEqual(["ship_return", "order_label", "cancel"]);
  expect((await ship(state)).status).toBe(200);
  expect(await labelOf(state)).toMatchObject({ status: "superseded" });
  expect(await answer(state, failed)).toMatchObject({ status: 200, body: { status: "superseded" } });
  const body = issued();
  expect(await answer(state, body)).toMatchObject({ status: 200, body: { status: "superseded" } });
  // Somebody has to void what was made all the same.
  const kept = { status: "superseded", trackingNumber: body.trackingNumber, costMinor: 1_200 };
  expect(await labelOf(state)).toMatchObject(kept);
  expect(await answer(state, issued())).toMatchObject({ status: 200, body: kept });
  expect(await labelOf(state)).toMatchObject(kept);
  const { state: standing } = await standingCase(api.table, state);
  expect(standing.returnParcels).toHaveLength(1);
  expect(standing.labelCostMinor).toBeUndefined();
});

it("that failed says why, and the buyer sends the goods themselves; it is not ordered again", async () => {
  const state = await waiting();
  await order(state);
  expect(await answer(state, failed)).toMatchObject({ status: 200, body: failed && { status: "failed" } });
  expect(await listed("failed")).toContain(state.caseId);
  expect((await order(state)).body.type).toBe("/problems/stage_forbids");
  expect((await ship(state)).status).toBe(200);
  expect(await labelOf(state)).toMatchObject({ status: "failed", reason: failed.reason });
});

it("costs the platform, and the case does not show it as the buyer's freight", async () => {
  const state = await waiting();
  await order(state);
  const { trackingNumber } = (await answer(state, issued())).body;
  const { body } = await api.call(getCaseOperation, { claims, params: { caseId: state.caseId } });
  expect(body.returnParcels).toMatchObject([{ trackingNumber, freightMinor: 0 }]);
});

it("for a lane abroad gives the parcel that lane's clocks", async () => {
  const state = await waiting();
  await order(state);
  const lane = { from: { country: "CN" }, to: { country: "DE", city: "Berlin" } };
  expect((await answer(state, { ...issued(), ...lane })).status).toBe(200);
  const { state: standing } = await standingCase(api.table, state);
  expect((standing.deadlineAt ?? 0) - standing.updatedAt).toBe(7 * day);
  expect((await loadParcel(api.table, "tenant-1", waybillOf(standing)))?.pointer).toMatchObject({
    destination: "Berlin",
  });
});

it("for a case that has ended meanwhile is kept to be voided", async () => {
  const state = await waiting();
  await order(state);
  await make(api.table, state, cancels());
  const body = issued();
  expect(await answer(state, body)).toMatchObject({ status: 200, body: { status: "superseded" } });
  expect(await labelOf(state)).toMatchObject({ status: "superseded", trackingNumber: body.trackingNumber });
});

it("with a number that is in use is refused, and can be answered with another", async () => {
  const [one, two] = [await waiting(), await waiting()];
  const body = issued();
  await order(one);
  await order(two);
  await answer(one, body);
  expect((await answer(two, body)).body.type).toBe("/problems/tracking_number_taken");
  expect((await answer(two, issued())).status).toBe(200);
});
