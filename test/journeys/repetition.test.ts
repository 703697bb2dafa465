import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subscribeCarrierOperation } from "../../functions/api/carriers/operations.ts";
import {
  cancelCaseOperation,
  fileCaseOperation,
  listCasesOperation,
} from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import {
  getOrderOperation,
  putItemOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { everythingIn, type Journey, startJourney } from "../support/journey.ts";
import { changedMind, faultWithoutRecord } from "../support/journey-requests.ts";

/** A client that is not sure whether its request arrived sends it again, and nothing happens twice. */

let journey: Journey;
const partner = { tenant: "lux", role: "partner" } as const;

beforeAll(async () => {
  journey = await startJourney();
}, 120_000);

afterAll(() => journey?.stop());

const fileWith = (key: string, body: ReturnType<typeof changedMind>) =>
  journey.api.send(partner, fileCaseOperation, { body, headers: { "idempotency-key": key } });

const casesOf = async (orderId: string) =>
  (await journey.api.call(partner, listCasesOperation, { query: { orderId } })).items;

describe("a POST that is sent again", () => {
  it("gets the first answer, byte for byte, and files no second case", async () => {
    const first = await fileWith("again", changedMind("ord-1001"));
    await journey.service.idle();
    const second = await fileWith("again", changedMind("ord-1001"));
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(first.headers.get("location")).toMatch(/^\/v1\/cases\/\w+$/);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(await casesOf("ord-1001")).toHaveLength(1);
  });

  it("is refused when it asks for something else under the same key", async () => {
    await fileWith("other", changedMind("ord-1010"));
    const other = await fileWith("other", changedMind("ord-1011"));
    expect(other.status).toBe(422);
    expect(other.json).toMatchObject({ type: "/problems/idempotency_key_reused" });
    expect(await casesOf("ord-1011")).toEqual([]);
  });

  it("files one case when both halves of a double click arrive together", async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => fileWith("double-click", changedMind("ord-1014"))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await casesOf("ord-1014")).toHaveLength(1);
  });

  it("means something else from somebody else: a key belongs to its actor", async () => {
    const buyer = { tenant: "lux", role: "buyer", buyerId: "buyer-17" } as const;
    const headers = { "idempotency-key": "shared" };
    const body = changedMind("ord-1017");
    const [byBuyer, byPartner] = [
      await journey.api.call(buyer, fileCaseOperation, { body, headers }),
      await journey.api.call(partner, fileCaseOperation, { body, headers }),
    ];
    expect(byPartner.caseId).not.toBe(byBuyer.caseId);
    const vintage = { tenant: "vintage", role: "partner" } as const;
    const elsewhere = await journey.api.call(vintage, fileCaseOperation, {
      body: changedMind("ord-1001"),
      headers,
    });
    expect([byBuyer.caseId, byPartner.caseId]).not.toContain(elsewhere.caseId);
  });

  it("replays a decision after the case has moved on", async () => {
    const { api, service } = journey;
    const { caseId } = await api.call(partner, fileCaseOperation, { body: faultWithoutRecord("ord-1008") });
    await service.idle();
    const merchant = { tenant: "lux", role: "merchant", merchantId: "second-bloom" } as const;
    const approve = () =>
      api.send(merchant, decideCaseOperation, {
        params: { caseId },
        body: { decision: "approve" },
        headers: { "idempotency-key": "approve-once" },
      });
    const first = await approve();
    await service.idle();
    await api.call(partner, cancelCaseOperation, { params: { caseId } });
    await service.idle();
    const again = await approve();
    expect(again.status).toBe(200);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  it("opens one carrier subscription, and shows its secret once", async () => {
    const open = () =>
      journey.api.call(partner, subscribeCarrierOperation, {
        body: { carrier: "kuaidi100" },
        headers: { "idempotency-key": "subscribe" },
      });
    const { secret, ...shownAgain } = await open();
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await open()).toEqual(shownAgain);
  });
});

describe("a PUT that is sent again", () => {
  it("changes nothing, not even the version", async () => {
    const { api, world } = journey;
    await journey.service.idle();
    const before = await everythingIn(journey);
    const [itemId, item] = Object.entries(world.fixtures.lux.items)[0] ?? [];
    const [orderId, order] = Object.entries(world.fixtures.lux.orders)[4] ?? [];
    if (!itemId || !item || !orderId || !order) throw new RangeError("the fixtures are empty");
    const putItem = await api.send(partner, putItemOperation, { params: { itemId }, body: item });
    const putOrder = await api.send(partner, putOrderOperation, { params: { orderId }, body: order });
    expect([putItem.status, putItem.headers.get("etag")]).toEqual([200, '"1"']);
    expect([putOrder.status, putOrder.headers.get("etag")]).toEqual([200, '"1"']);
    expect(await everythingIn(journey)).toEqual(before);
  });

  it("cannot change what a sale froze", async () => {
    const { api, world } = journey;
    const order = world.fixtures.lux.orders["ord-1012"];
    if (!order) throw new RangeError("the fixtures have no such order");
    const lines = order.lines.map((line) => ({ ...line, paidMinor: Number(line.paidMinor) + 1 }));
    const answer = await api.send(partner, putOrderOperation, {
      params: { orderId: "ord-1012" },
      body: { ...order, lines },
    });
    expect(answer.status).toBe(409);
    const read = await api.call(partner, getOrderOperation, { params: { orderId: "ord-1012" } });
    expect(read.lines[0]?.paidMinor).toBe(432_000n);
  });
});

describe("the last refundable unit", () => {
  it("goes to one of many requests that arrive together", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => fileWith(`race-${index}`, changedMind("ord-1015"))),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(new Set(statuses.slice(1))).toEqual(new Set([409]));
    const { lines } = await journey.api.call(partner, getOrderOperation, {
      params: { orderId: "ord-1015" },
    });
    expect(lines[0]).toMatchObject({ remainingMinor: 0n, remainingQuantity: 0 });
  });
});
