import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { catchUpWithParcel } from "../../functions/api/cases/catch-up.ts";
import { getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import {
  addReturnShipmentOperation,
  listTransitClocksOperation,
  putTransitClockOperation,
  reportNotReceivedOperation,
  shipReturnOperation,
} from "../../functions/api/logistics/operations.ts";
import { reportNotReceivedEndpoint } from "../../functions/api/logistics/report-not-received.ts";
import { addReturnShipmentEndpoint, shipReturnEndpoint } from "../../functions/api/logistics/ship-return.ts";
import {
  listTransitClocksEndpoint,
  putTransitClockEndpoint,
} from "../../functions/api/logistics/transit-clocks.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { day, hour, referenceOf } from "../support/builders.ts";
import { domestic, inspected, wayTo } from "../support/cases.ts";
import { caseInTable, fresh, keepCheckpoint, make, standingCase } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    shipReturnEndpoint,
    addReturnShipmentEndpoint,
    reportNotReceivedEndpoint,
    putTransitClockEndpoint,
    listTransitClocksEndpoint,
    getCaseEndpoint,
  ]);
});
afterAll(() => api.close());

const partner = claimsOf("partner", "tenant-1");
type Waybill = { readonly trackingNumber: string; readonly [field: string]: unknown };
const shipWith =
  (operation: typeof shipReturnOperation | typeof addReturnShipmentOperation) =>
  ({ caseId }: CaseState, waybill: Waybill) =>
    api.call(operation, {
      claims: partner,
      params: { caseId },
      body: { carrier: "sf", ...waybill },
      idempotencyKey: fresh("key"),
    });
const ship = shipWith(shipReturnOperation);
const add = shipWith(addReturnShipmentOperation);
const read = async ({ caseId }: CaseState) =>
  (await api.call(getCaseOperation, { claims: partner, params: { caseId } })).body;
const scan = async (trackingNumber: string, at: number, status: ParcelStatus, place = "") => {
  const told = { source: "standard", at, heardAt: at, trusted: true, status, code: status, place, text: "" };
  await keepCheckpoint(api.table, "tenant-1", trackingNumber, told);
  await catchUpWithParcel(api.table, "tenant-1", trackingNumber, at);
};
const deadlineOf = async (state: CaseState): Promise<number> =>
  (await standingCase(api.table, state)).state.deadlineAt ?? 0;
const timeOut = async (state: CaseState) =>
  applyTimeout(api.table, referenceOf(state), await deadlineOf(state));

describe("a return that travels in parts", () => {
  it("is inspected when all its parcels have arrived; each has its contents, its cost and its place", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    const [one, two] = [fresh("SF"), fresh("SF")];
    const line = { lineId: "line-1", quantity: 1 };
    expect((await ship(state, { trackingNumber: one, freightMinor: 1_200, lines: [line] })).status).toBe(200);
    expect((await add(state, { trackingNumber: two, freightMinor: 800 })).status).toBe(200);
    const { state: sent } = await standingCase(api.table, state);
    expect(sent).toMatchObject({ stage: "in_transit", returnFreightMinor: 2_000n });

    await scan(one, sent.updatedAt + day, "delivered");
    expect(await read(state)).toMatchObject({
      stage: "in_transit",
      reception: "in_transit",
      returnParcels: [
        { trackingNumber: one, standing: "arrived", status: "delivered", freightMinor: 1_200, lines: [line] },
        { trackingNumber: two, status: "registered", freightMinor: 800 },
      ],
    });
    await scan(two, sent.updatedAt + 2 * day, "delivered");
    expect(await read(state)).toMatchObject({ stage: "awaiting_inspection", reception: "delivered" });
  });

  it("of which a part is lost calls an operator: one verdict cannot say whose what is", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    const [one, two] = [fresh("SF"), fresh("SF")];
    await ship(state, { trackingNumber: one });
    await add(state, { trackingNumber: two });
    const { updatedAt } = (await standingCase(api.table, state)).state;
    await scan(two, updatedAt + hour, "picked_up");
    await scan(one, updatedAt + day, "delivered");
    const stages: string[] = [];
    for (let wake = 0; wake < 5 && stages.at(-1) !== "manual_review"; wake += 1) {
      stages.push((await timeOut(state)).stage);
    }
    expect(stages.at(-1)).toBe("manual_review");
    const { state: reviewed, ledger } = await standingCase(api.table, state);
    expect(reviewed.returnParcels).toMatchObject([{ standing: "arrived" }, { standing: "lost" }]);
    expect(ledger.every(({ phase }) => phase === "pending")).toBe(true);
  });

  it("travels in five parcels at most, is added to only on its way, and names its own lines", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    expect((await add(state, { trackingNumber: fresh("SF") })).body.type).toBe("/problems/stage_forbids");
    const foreign = { trackingNumber: fresh("SF"), lines: [{ lineId: "line-9", quantity: 1 }] };
    expect((await ship(state, foreign)).body.errors).toMatchObject([{ pointer: "/lines/0/lineId" }]);
    const many = { trackingNumber: fresh("SF"), lines: [{ lineId: "line-1", quantity: 2 }] };
    expect((await ship(state, many)).body.errors).toMatchObject([{ pointer: "/lines/0/quantity" }]);
    await ship(state, { trackingNumber: fresh("SF") });
    for (let parcel = 2; parcel <= 5; parcel += 1) {
      expect((await add(state, { trackingNumber: fresh("SF") })).status).toBe(200);
    }
    expect((await add(state, { trackingNumber: fresh("SF") })).body.type).toBe("/problems/parcels_exceeded");
    const kept = JSON.stringify((await standingCase(api.table, state)).state, (_, value: unknown) =>
      typeof value === "bigint" ? Number(value) : value,
    );
    expect(Buffer.byteLength(kept)).toBeLessThan(1_024);
  });
});

it("a waybill of the sandbox is refused where nobody plays it", async () => {
  const state = await caseInTable(api.table, "awaiting_shipment");
  const refused = await ship(state, { trackingNumber: "TEST-DELIVERED-1" });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/trackingNumber" }] } });
  expect((await standingCase(api.table, state)).state.stage).toBe("awaiting_shipment");
});

describe("several cases in one parcel", () => {
  it("are all moved by one scan, and its cost is claimed once", async () => {
    const [one, two] = [
      await caseInTable(api.table, "awaiting_shipment"),
      await caseInTable(api.table, "awaiting_shipment"),
    ];
    const trackingNumber = fresh("SF");
    await ship(one, { trackingNumber, freightMinor: 1_200 });
    expect((await ship(two, { trackingNumber, freightMinor: 900 })).body.errors).toMatchObject([
      { pointer: "/freightMinor" },
    ]);
    expect((await ship(two, { trackingNumber })).status).toBe(200);
    const { updatedAt } = (await standingCase(api.table, two)).state;
    await scan(trackingNumber, updatedAt + day, "delivered");
    for (const each of [one, two]) expect((await read(each)).stage).toBe("awaiting_inspection");
  });

  it("are one buyer's and one merchant's; a number in use is refused to others, and under another carrier", async () => {
    const mine = await caseInTable(api.table, "awaiting_shipment");
    const trackingNumber = fresh("SF");
    await ship(mine, { trackingNumber });
    for (const [theirs, carrier] of [
      [await caseInTable(api.table, "awaiting_shipment", { buyerId: "buyer-2" }), "sf"],
      [await caseInTable(api.table, "awaiting_shipment", { merchantId: "merchant-2" }), "sf"],
      [await caseInTable(api.table, "awaiting_shipment"), "yto"],
    ] as const) {
      const refused = await ship(theirs, { trackingNumber, carrier });
      expect(refused).toMatchObject({ status: 409, body: { type: "/problems/tracking_number_taken" } });
      expect((await standingCase(api.table, theirs)).state.stage).toBe("awaiting_shipment");
    }
  });
});

describe("a number that a carrier gives out again", () => {
  const numberOf = async (state: CaseState): Promise<string> => {
    const { returnParcels = [] } = (await standingCase(api.table, state)).state;
    return returnParcels[0]?.trackingNumber ?? "";
  };
  const anotherBuyers = () => caseInTable(api.table, "awaiting_shipment", { buyerId: "buyer-2" });

  it("is a new parcel once what it was given for has ended; the old one's scans are not told of it", async () => {
    const ended = await caseInTable(api.table, [...wayTo.awaiting_inspection, inspected()]);
    const trackingNumber = await numberOf(ended);
    await scan(trackingNumber, ended.updatedAt, "delivered");
    await settleCase(api.table, referenceOf(ended), ended.updatedAt);
    const next = await anotherBuyers();
    expect((await ship(next, { trackingNumber })).status).toBe(200);
    expect(await read(next)).toMatchObject({
      stage: "in_transit",
      returnParcels: [{ trackingNumber, status: "registered" }],
    });
    await scan(trackingNumber, Date.now() + hour, "picked_up");
    await scan(trackingNumber, Date.now() + day, "delivered");
    expect((await read(next)).stage).toBe("awaiting_inspection");
    // What happens to it is nobody else's.
    expect((await read(ended)).returnParcels[0]).not.toHaveProperty("lastScanAt");
  });

  it("is in use as long as one of its cases is open, and soon after", async () => {
    const open = await caseInTable(api.table, "in_transit");
    expect((await ship(await anotherBuyers(), { trackingNumber: await numberOf(open) })).status).toBe(409);
    const recent = await caseInTable(api.table, "awaiting_shipment");
    const trackingNumber = fresh("SF");
    await ship(recent, { trackingNumber });
    await scan(trackingNumber, Date.now(), "delivered");
    await make(api.table, recent, inspected());
    await settleCase(api.table, referenceOf(recent), Date.now());
    expect((await read(recent)).stage).toBe("closed");
    expect((await ship(await anotherBuyers(), { trackingNumber })).status).toBe(409);
  });
});

describe("the clocks of a platform", () => {
  const put = (carrier: string, lane: string, body: object, headers = {}) =>
    api.call(putTransitClockOperation, { claims: partner, params: { carrier, lane }, body, headers });
  const row = { firstScanHours: 24, stuckHours: 48, claimHours: 72, lostHours: 96 };

  it("hold for waybills that are given afterwards, and move no parcel that is on its way", async () => {
    const before = await caseInTable(api.table, "awaiting_shipment");
    const trackingNumber = fresh("SF");
    await ship(before, { trackingNumber });
    expect(await put("sf", "CN-DE", row)).toMatchObject({ status: 201, body: { ...row, version: 1 } });
    expect(await put("sf", "CN-DE", row)).toMatchObject({ status: 200, body: { version: 1 } });
    expect((await put("sf", "CN-DE", row, { "if-match": '"7"' })).status).toBe(412);

    const after = await caseInTable(api.table, "awaiting_shipment");
    const abroad = { from: { country: "CN" }, to: { country: "DE", city: "Berlin" } };
    const sent = await ship(after, { trackingNumber: fresh("SF"), ...abroad });
    const { updatedAt } = (await standingCase(api.table, after)).state;
    expect(Date.parse(sent.body.deadlineAt)).toBe(updatedAt + 24 * hour);

    const { deadlineAt = 0, updatedAt: givenAt } = (await standingCase(api.table, before)).state;
    expect(deadlineAt - givenAt).toBe(domestic.firstScanMs);
    const listed = await api.call(listTransitClocksOperation, { claims: partner });
    expect(listed.body.items).toEqual([{ carrier: "sf", lane: "CN-DE", ...row, version: 1 }]);
    expect(listed.body.shipped[0]).toMatchObject({ carrier: "any", lane: "domestic", lostHours: 360 });
  });

  it("are refused out of order, and for a lane that is none", async () => {
    for (const [but, field] of [
      [{ claimHours: 48 }, "claimHours"],
      [{ lostHours: 72 }, "lostHours"],
      [{ firstScanHours: 96 }, "firstScanHours"],
    ] as const) {
      const refused = await put("sf", "domestic", { ...row, ...but });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: `/${field}` }] } });
    }
    expect((await put("sf", "overseas", row)).status).toBe(422);
  });
});

describe("a return that the carrier calls delivered", () => {
  const notReceived = ({ caseId }: CaseState, body: object = {}) =>
    api.call(reportNotReceivedOperation, {
      claims: claimsOf("warehouse", "tenant-1"),
      params: { caseId },
      body,
      idempotencyKey: fresh("key"),
    });

  it("and is not there, is traced until it counts as lost; the carrier's word again changes nothing", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    const trackingNumber = fresh("SF");
    await ship(state, { trackingNumber });
    const { updatedAt } = (await standingCase(api.table, state)).state;
    await scan(trackingNumber, updatedAt + day, "delivered", "苏州市");
    expect((await notReceived(state, { trackingNumber: "SF-OTHER" })).body.type).toBe(
      "/problems/parcel_unknown",
    );
    expect(await notReceived(state)).toMatchObject({ status: 200, body: { stage: "in_transit" } });
    await catchUpWithParcel(api.table, "tenant-1", trackingNumber, updatedAt + 2 * day);
    expect(await read(state)).toMatchObject({ stage: "in_transit", reception: "stuck" });
    expect((await timeOut(state)).stage).toBe("in_transit");
    expect((await read(state)).returnParcels).toMatchObject([{ standing: "claimable" }]);
    expect((await timeOut(state)).stage).toBe("lost");
  });

  it("in another city than it was sent to, has to be confirmed even if the push may move money", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    const trackingNumber = fresh("SF");
    await ship(state, { trackingNumber, to: { country: "CN", city: "上海市" } });
    const { updatedAt } = (await standingCase(api.table, state)).state;
    await scan(trackingNumber, updatedAt + day, "delivered", "杭州,西湖区");
    expect((await standingCase(api.table, state)).state).toMatchObject({
      stage: "awaiting_inspection",
      deliveryTrusted: false,
    });
  });
});
