import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as z from "zod/mini";
import {
  fileCaseOperation,
  getCaseOperation,
  getNotificationsOperation,
  getTimelineOperation,
} from "../../functions/api/cases/operations.ts";
import { getLabelOperation, orderReturnLabelOperation } from "../../functions/api/labels/operations.ts";
import { inspectReturnOperation, shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import {
  getCarrierClaimOperation,
  getSettlementOperation,
} from "../../functions/api/settlement/operations.ts";
import { putOrderOperation } from "../../functions/api/sync/operations.ts";
import { type MagicCourse, magicCourses } from "../../functions/domain/magic-waybill.ts";
import { kuaidi100Push, type Scan } from "../../lib/demo/kuaidi100-push.ts";
import { day, hour } from "../support/builders.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/** Parcels on their way back, over HTTP and the clock: the sandbox's five courses, and a parcel lost and found. */

const partner = { tenant: "lux", role: "partner" } as const;
const warehouse = { tenant: "lux", role: "warehouse" } as const;
const operator = { tenant: "lux", role: "operator" } as const;

let journey: Journey;
beforeAll(async () => {
  journey = await startJourney();
}, 60_000);
afterAll(() => journey?.stop());

type Line = z.input<typeof putOrderOperation.body>["lines"][number];

const before = (days: number): string => new Date(journey.service.clock.now() - days * day).toISOString();

/** An order of one bag, which the platform packed the day after. */
const sold = async (orderId: string, daysAgo: number, line: Partial<Line>): Promise<void> => {
  await journey.api.call(partner, putOrderOperation, {
    params: { orderId },
    body: {
      buyerId: "buyer-01",
      currency: "CNY",
      placedAt: before(daysAgo),
      lines: [
        {
          lineId: "1",
          itemId: "bag-0001",
          quantity: 1,
          paidMinor: 128_000,
          exclusionConfirmed: false,
          packedBy: "platform",
          outboundInspection: { inspectedAt: before(daysAgo - 1), grade: "A", flaws: [], photoHashes: [] },
          ...line,
        },
      ],
    },
  });
};

/** A case over an order of its own that was signed for the day before, approved by its rule. */
const approvedCase = async (orderId: string): Promise<string> => {
  const { api, service } = journey;
  await sold(orderId, 6, { signedOffAt: before(1) });
  const { caseId } = await api.call(partner, fileCaseOperation, {
    body: {
      orderId,
      type: "return_and_refund",
      reason: "CHANGED_MIND",
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await service.idle();
  return caseId;
};

const ship = async (caseId: string, trackingNumber: string): Promise<void> => {
  await journey.api.call(partner, shipReturnOperation, {
    params: { caseId },
    body: { carrier: "sf", trackingNumber, freightMinor: 1_500 },
  });
  await journey.service.idle();
};
const read = (caseId: string) => journey.api.call(partner, getCaseOperation, { params: { caseId } });
const eventsOf = async (caseId: string) =>
  (await journey.api.call(partner, getTimelineOperation, { params: { caseId }, query: { limit: "100" } }))
    .items;
const parcelEventsOf = async (caseId: string) =>
  (await eventsOf(caseId))
    .filter(({ type }) => type.startsWith("Parcel") || type === "ReturnNotReceived")
    .map(({ type, payload }) => [type, payload.step, payload.cause].filter(Boolean).join(" "));

/** An order that a carrier of the sandbox has just taken over. */
const orderSentOut = async (orderId: string, trackingNumber: string): Promise<void> => {
  await sold(orderId, 2, { outboundParcel: { carrier: "sf", trackingNumber } });
  const taken = await journey.api.raw(undefined, "POST", "/_local/parcels", {
    body: JSON.stringify({ tenant: partner.tenant, trackingNumber }),
  });
  expect(taken.status).toBe(200);
};

describe("the sandbox's waybills", () => {
  const cases = new Map<MagicCourse, string>();
  beforeAll(async () => {
    for (const course of magicCourses) {
      const caseId = await approvedCase(`ord-${course.toLowerCase()}`);
      cases.set(course, caseId);
      await ship(caseId, `TEST-${course}-1`);
    }
    await orderSentOut("ord-never-came", "TEST-LOST-OUT");
    await journey.service.clock.advance(6 * day);
    await journey.service.idle();
  }, 60_000);

  const caseOf = (course: MagicCourse): string => cases.get(course) ?? "";

  it("TEST-DELIVERED arrives on the third day", async () => {
    expect(await read(caseOf("DELIVERED"))).toMatchObject({
      stage: "awaiting_inspection",
      reception: "delivered",
      returnParcels: [{ standing: "arrived", status: "delivered" }],
    });
  });

  it("TEST-DAMAGED arrives with a scan of its damage, which the next judgment knows", async () => {
    const caseId = caseOf("DAMAGED");
    await journey.api.call(warehouse, inspectReturnOperation, {
      params: { caseId },
      body: {
        inspectedAt: new Date(journey.service.clock.now() - hour).toISOString(),
        lines: [
          {
            lineId: "1",
            receivedQuantity: 1,
            sameItem: true,
            flaws: [{ code: "crushed", place: "side", severity: "severe" }],
          },
        ],
      },
    });
    await journey.service.idle();
    const { verdict } = await read(caseId);
    expect(verdict).toMatchObject({ number: 2 });
    expect(verdict?.liability).toMatchObject({ carrier: 10_000 });
  });

  it("TEST-RETURNED is refused, turns back, and calls an operator when it is with the buyer again", async () => {
    const caseId = caseOf("RETURNED");
    expect(await read(caseId)).toMatchObject({ stage: "manual_review", reception: "returned_to_sender" });
    expect(await parcelEventsOf(caseId)).toEqual(["ParcelStuck nudge turned_back"]);
  });

  it("TEST-STUCK is told to be stuck, moves on by itself and arrives", async () => {
    const { clock, idle } = journey.service;
    const caseId = caseOf("STUCK");
    await clock.advance(day);
    await idle();
    expect(await read(caseId)).toMatchObject({ stage: "in_transit", reception: "stuck" });
    await clock.advance(3 * day);
    await idle();
    expect(await read(caseId)).toMatchObject({ stage: "awaiting_inspection" });
    expect(await parcelEventsOf(caseId)).toEqual([
      "ParcelStuck nudge no_movement",
      "ParcelMovedOn",
      "ParcelDelivered",
    ]);
  });

  it("TEST-LOST goes through all steps, is judged against the carrier, and everybody was told", async () => {
    const { clock, idle } = journey.service;
    const caseId = caseOf("LOST");
    await clock.advance(8 * day);
    await idle();
    expect(await parcelEventsOf(caseId)).toEqual([
      "ParcelStuck nudge no_movement",
      "ParcelStuck claim no_movement",
      "ParcelLost",
    ]);
    expect(await read(caseId)).toMatchObject({
      stage: "closed",
      outcome: "refunded",
      reception: "lost",
      verdict: { number: 2, rule: "return-parcel-lost" },
    });
    const { items } = await journey.api.call(operator, getNotificationsOperation, { params: { caseId } });
    expect(items.map(({ template }) => template)).toEqual(
      expect.arrayContaining([
        "buyer.parcel_stuck",
        "merchant.parcel_stuck",
        "operator.parcel_claimable",
        "buyer.parcel_lost",
      ]),
    );
  });

  it("play for a parcel to the buyer as well, once the sandbox's carrier is told to take it over", async () => {
    const { api, service } = journey;
    const { caseId } = await api.call(partner, fileCaseOperation, {
      body: {
        orderId: "ord-never-came",
        type: "refund_only",
        reason: "NOT_DELIVERED",
        lines: [{ lineId: "1", quantity: 1 }],
      },
    });
    await service.idle();
    expect(await read(caseId)).toMatchObject({
      outcome: "refunded",
      verdict: { rule: "lost-on-the-way-out", facts: { outboundSilentDays: 17, transitRisk: "carrier" } },
    });
    const unknown = await api.raw(undefined, "POST", "/_local/parcels", {
      body: JSON.stringify({ tenant: "lux", trackingNumber: "SF1000000001" }),
    });
    expect([unknown.status, unknown.text]).toEqual([422, expect.stringContaining("TEST-DELIVERED")]);
  });

  it("of an unknown name are refused, with the names there are", async () => {
    const caseId = await approvedCase("ord-unknown-course");
    const answer = await journey.api.raw(partner, "POST", `/v1/cases/${caseId}/return-shipment`, {
      headers: { "content-type": "application/json", "idempotency-key": "unknown-course" },
      body: JSON.stringify({ carrier: "sf", trackingNumber: "TEST-TELEPORTED" }),
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain("TEST-DELIVERED");
  });
});

describe("a label from the platform's carrier account", () => {
  const order = async (caseId: string): Promise<void> => {
    await journey.api.call(partner, orderReturnLabelOperation, { params: { caseId } });
    await journey.service.idle();
  };

  it("is made by the sandbox's label service, travels, and is taken off the refund of who owes the freight", async () => {
    const { api, service } = journey;
    const caseId = await approvedCase("ord-label");
    await order(caseId);
    expect(await read(caseId)).toMatchObject({
      stage: "in_transit",
      returnLabel: { labelId: `${caseId}.label`, status: "issued" },
      returnParcels: [{ carrier: "sandbox", trackingNumber: `TEST-DELIVERED-${caseId}` }],
    });
    const label = await api.call(partner, getLabelOperation, { params: { labelId: `${caseId}.label` } });
    expect(label).toMatchObject({ status: "issued", document: expect.stringContaining(caseId) });
    await service.clock.advance(3 * day);
    await service.idle();
    await api.call(warehouse, inspectReturnOperation, {
      params: { caseId },
      body: {
        inspectedAt: new Date(service.clock.now() - hour).toISOString(),
        lines: [{ lineId: "1", receivedQuantity: 1, sameItem: true, flaws: [] }],
      },
    });
    await service.idle();
    expect(await read(caseId)).toMatchObject({ stage: "closed", outcome: "refunded" });
    const { postings } = await api.call(operator, getSettlementOperation, { params: { caseId } });
    expect(postings).toContainEqual(
      expect.objectContaining({
        purpose: "return-label",
        from: "buyer:buyer-01",
        to: "platform:expense",
        amountMinor: 1_200n,
        phase: "posted",
      }),
    );
  });

  it("that cannot be made, or that nobody answers for a day, leaves the buyer a waybill of their own", async () => {
    const { api, service } = journey;
    const behave = (behaviour: string) =>
      fetch(`${service.url}/_local/label-service`, { method: "PUT", body: JSON.stringify({ behaviour }) });
    await behave("fails");
    const failed = await approvedCase("ord-label-failed");
    await order(failed);
    expect(await read(failed)).toMatchObject({
      stage: "awaiting_shipment",
      returnLabel: { status: "failed" },
    });
    await ship(failed, "SF9000000000025");
    expect((await read(failed)).stage).toBe("in_transit");

    await behave("silent");
    const silent = await approvedCase("ord-label-silent");
    await order(silent);
    await service.clock.advance(day);
    await ship(silent, "SF9000000000033");
    const labelId = `${silent}.label`;
    expect(await api.call(partner, getLabelOperation, { params: { labelId } })).toMatchObject({
      status: "superseded",
    });
    await behave("issues");
  });
});

describe("a parcel that turns up after it was settled as lost", () => {
  it("takes nothing back: the claim on the carrier is marked, the operator is told, once", async () => {
    const { api, service, world } = journey;
    const caseId = await approvedCase("ord-lost-and-found");
    const trackingNumber = "SF9000000000017";
    await ship(caseId, trackingNumber);
    const scans: Scan[] = [];
    const push = async (scan: Scan): Promise<void> => {
      scans.push(scan);
      const { webhookPath, secret } = world.subscriptions.lux;
      await api.raw(undefined, "POST", webhookPath, {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: kuaidi100Push(trackingNumber, scans, secret),
      });
      await service.idle();
    };
    await service.clock.advance(hour);
    await push({ at: service.clock.now() - hour / 2, what: "揽收", area: "杭州市" });
    await service.clock.advance(17 * day);
    await service.idle();
    const settled = await read(caseId);
    expect(settled).toMatchObject({ stage: "closed", reception: "lost" });
    const claimParams = { params: { claimId: `${caseId}.sf` } };
    const before = await api.call(operator, getCarrierClaimOperation, claimParams);

    await push({ at: service.clock.now() - hour, what: "签收", area: "上海市" });
    await push({ at: service.clock.now() - hour / 2, what: "签收", area: "上海市" });
    expect(await read(caseId)).toMatchObject({ stage: "closed", reception: "found", outcome: "refunded" });
    const after = await api.call(operator, getCarrierClaimOperation, claimParams);
    expect(after).toMatchObject({ openMinor: before.openMinor, foundAt: expect.any(Number) });
    expect((await parcelEventsOf(caseId)).filter((event) => event === "ParcelFound")).toHaveLength(1);
    const { items } = await api.call(operator, getNotificationsOperation, { params: { caseId } });
    expect(items.filter(({ template }) => template === "operator.found_after_settlement")).toHaveLength(1);
  });
});
