import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getItemEndpoint } from "../../functions/api/sync/get-item.ts";
import { getMerchantEndpoint } from "../../functions/api/sync/get-merchant.ts";
import { getOrderEndpoint } from "../../functions/api/sync/get-order.ts";
import {
  getItemOperation,
  getMerchantOperation,
  getOrderOperation,
  operations,
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { putItemEndpoint } from "../../functions/api/sync/put-item.ts";
import { putMerchantEndpoint } from "../../functions/api/sync/put-merchant.ts";
import { putOrderEndpoint } from "../../functions/api/sync/put-order.ts";
import { roles } from "../../functions/http/operation.ts";
import { orderLineKey } from "../../functions/store/keys.ts";
import { loadParcel } from "../../functions/store/parcels.ts";
import { type Claims, claimsOf, createTestApi, type TestApi } from "../support/api.ts";

/** A partner platform tells what it has; whatever it repeats changes nothing. */

const partner = claimsOf("partner");
const elsewhere = claimsOf("partner", "vintage");

const contract = {
  effectiveFrom: "2026-01-01T00:00:00.000Z",
  commissionBps: 3_000,
  transitRisk: "carrier",
  custodyRisk: "platform",
};
const laterContract = { ...contract, effectiveFrom: "2026-06-01T00:00:00.000Z", commissionBps: 2_000 };
const atelier = { name: "Atelier", contracts: [contract, laterContract] };

const scratch = { code: "scratch", place: "clasp", severity: "minor" };
const inspection = {
  inspectedAt: "2026-02-01T08:00:00.000Z",
  grade: "A",
  flaws: [scratch],
  photoHashes: ["19176fbc1c3fb4c4fb1466dfcae361955fec120539e0a33164004ee3208d6d9e"],
};
const bag = {
  merchantId: "atelier",
  title: "Flap bag",
  category: "bags",
  intakeInspection: inspection,
  disclosedFlaws: [scratch],
};

const line = {
  lineId: "1",
  itemId: "bag",
  quantity: 2,
  paidMinor: 1_280_000,
  exclusionConfirmed: false,
  packedBy: "platform",
};
const anOrder = (lines: readonly object[] = [line]) => ({
  buyerId: "ann",
  currency: "CNY",
  placedAt: "2026-03-01T12:00:00+08:00",
  lines,
});

let api: TestApi;
let count = 0;
const freshId = (kind: string) => `${kind}-${++count}`;

const put = {
  merchant: (merchantId: string, body: unknown, but: object = {}) =>
    api.call(putMerchantOperation, { claims: partner, params: { merchantId }, body, ...but }),
  item: (itemId: string, body: unknown, but: object = {}) =>
    api.call(putItemOperation, { claims: partner, params: { itemId }, body, ...but }),
  order: (orderId: string, body: unknown, but: object = {}) =>
    api.call(putOrderOperation, { claims: partner, params: { orderId }, body, ...but }),
};
const readOrder = (orderId: string, claims: Claims = partner) =>
  api.call(getOrderOperation, { claims, params: { orderId } });

/** What filing a case does to a line. */
const fileCaseOver = (orderId: string, lineId = "1", tenantId = "lux") =>
  api.table.client.send(
    new UpdateCommand({
      TableName: api.table.name,
      Key: orderLineKey(tenantId, orderId, lineId),
      UpdateExpression:
        "SET remainingMinor = remainingMinor - :amount, remainingQuantity = remainingQuantity - :one, version = version + :one, caseIds = :cases",
      ExpressionAttributeValues: { ":amount": 640_000, ":one": 1, ":cases": ["case-1"] },
    }),
  );

beforeAll(async () => {
  api = await createTestApi([
    putMerchantEndpoint,
    getMerchantEndpoint,
    putItemEndpoint,
    getItemEndpoint,
    putOrderEndpoint,
    getOrderEndpoint,
  ]);
  await put.merchant("atelier", atelier);
  await put.item("bag", bag);
});
afterAll(() => api.close());

describe("a merchant", () => {
  it("is created, stands when repeated, and is replaced when changed", async () => {
    const merchantId = freshId("merchant");
    const created = await put.merchant(merchantId, atelier);
    expect(created).toMatchObject({ status: 201, body: { merchantId, ...atelier, version: 1 } });
    expect(created.headers.etag).toBe('"1"');
    const repeated = await put.merchant(merchantId, atelier);
    expect(repeated).toMatchObject({ status: 200, text: created.text });
    const replaced = await put.merchant(merchantId, { ...atelier, name: "Atelier Shanghai" });
    expect(replaced).toMatchObject({ status: 200, body: { name: "Atelier Shanghai", version: 2 } });
    const read = await api.call(getMerchantOperation, { claims: partner, params: { merchantId } });
    expect(read).toMatchObject({ status: 200, text: replaced.text, headers: { etag: '"2"' } });
  });

  it("has its contracts in order of time, whatever order they came in", async () => {
    const { body } = await put.merchant(freshId("merchant"), {
      ...atelier,
      contracts: [laterContract, contract],
    });
    expect(body.contracts).toEqual([contract, laterContract]);
  });

  it("has a standing, good unless it says otherwise, and contracts that say what is owed for a loss", async () => {
    const merchantId = freshId("merchant");
    expect((await put.merchant(merchantId, atelier)).body).toMatchObject({ standing: "good" });
    const terms = { standing: "restricted", contracts: [{ ...contract, lossPays: "nothing" }] };
    expect((await put.merchant(merchantId, { ...atelier, ...terms })).body).toMatchObject(terms);
    const read = await api.call(getMerchantOperation, { claims: partner, params: { merchantId } });
    expect(read.body).toMatchObject({ ...terms, version: 2 });
    const unknown = { ...atelier, contracts: [{ ...contract, lossPays: "half" }] };
    expect(await put.merchant(merchantId, unknown)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/contracts/0/lossPays" }] },
    });
  });

  it("has one contract at a time, and at least one", async () => {
    const twice = await put.merchant("other", { ...atelier, contracts: [contract, contract] });
    expect(twice).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/contracts/1/effectiveFrom" }] },
    });
    const none = await put.merchant("other", { ...atelier, contracts: [] });
    expect(none).toMatchObject({ status: 422, body: { errors: [{ pointer: "/contracts" }] } });
  });

  it("is guarded by If-Match", async () => {
    const merchantId = freshId("merchant");
    const missing = await put.merchant(merchantId, atelier, { headers: { "if-match": '"1"' } });
    expect(missing.status).toBe(412);
    await put.merchant(merchantId, atelier);
    const stale = await put.merchant(
      merchantId,
      { ...atelier, name: "B" },
      { headers: { "if-match": '"2"' } },
    );
    expect(stale).toMatchObject({ status: 412, body: { type: "/problems/precondition_failed" } });
    const fresh = await put.merchant(
      merchantId,
      { ...atelier, name: "B" },
      { headers: { "if-match": '"1"' } },
    );
    expect(fresh).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it("is created once by twenty who send it together", async () => {
    const merchantId = freshId("merchant");
    const answers = await Promise.all(Array.from({ length: 20 }, () => put.merchant(merchantId, atelier)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.every(({ body }) => body.version === 1)).toBe(true);
  });
});

describe("an item", () => {
  it("is created, stands when repeated, and is replaced when changed", async () => {
    const itemId = freshId("item");
    expect(await put.item(itemId, bag)).toMatchObject({ status: 201, body: { itemId, ...bag, version: 1 } });
    expect(await put.item(itemId, bag)).toMatchObject({ status: 200, body: { version: 1 } });
    const price = { amountMinor: 1_280_000, currency: "CNY" };
    const changed = await put.item(itemId, { ...bag, disclosedFlaws: [], marketValueMinor: 900_000, price });
    expect(changed).toMatchObject({
      status: 200,
      body: { disclosedFlaws: [], marketValueMinor: 900_000, price, version: 2 },
    });
  });

  it("belongs to a merchant that was synced before", async () => {
    const answer = await put.item("orphan", { ...bag, merchantId: "nobody" });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "/merchantId" }] } });
  });

  it("has a price with its currency, or none", async () => {
    const answer = await put.item("orphan", { ...bag, price: { amountMinor: -1 } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/price/amountMinor" }, { pointer: "/price/currency" }] },
    });
  });

  it("takes moments only with their zone", async () => {
    const intakeInspection = { ...inspection, inspectedAt: "2026-02-01T08:00:00" };
    const answer = await put.item("orphan", { ...bag, intakeInspection });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/intakeInspection/inspectedAt" }] },
    });
  });
});

describe("an order", () => {
  it("freezes its lines with the contract in force when it was placed", async () => {
    const orderId = freshId("order");
    const created = await put.order(orderId, anOrder());
    expect(created).toMatchObject({
      status: 201,
      body: {
        orderId,
        placedAt: "2026-03-01T04:00:00.000Z",
        version: 1,
        lines: [
          {
            ...line,
            merchantId: "atelier",
            commissionBps: 3_000,
            remainingMinor: 1_280_000,
            remainingQuantity: 2,
            caseIds: [],
          },
        ],
      },
    });
    const july = await put.order(freshId("order"), { ...anOrder(), placedAt: "2026-07-01T00:00:00Z" });
    expect(july.body.lines[0].commissionBps).toBe(2_000);
    const agreed = await put.order(freshId("order"), anOrder([{ ...line, commissionBps: 1_234 }]));
    expect(agreed.body.lines[0].commissionBps).toBe(1_234);
  });

  it("keeps the frozen rate when the contract changes afterwards", async () => {
    const merchantId = freshId("merchant");
    const itemId = freshId("item");
    const orderId = freshId("order");
    await put.merchant(merchantId, atelier);
    await put.item(itemId, { ...bag, merchantId });
    await put.order(orderId, anOrder([{ ...line, itemId }]));
    await put.merchant(merchantId, { ...atelier, contracts: [{ ...contract, commissionBps: 100 }] });
    const again = await put.order(orderId, anOrder([{ ...line, itemId }]));
    expect(again).toMatchObject({ status: 200, body: { lines: [{ commissionBps: 3_000 }] } });
  });

  it("stands when repeated, by one or by twenty together", async () => {
    const orderId = freshId("order");
    const parcel = { carrier: "kuaidi100", trackingNumber: `SF${orderId}`.toUpperCase() };
    const body = anOrder([{ ...line, outboundParcel: parcel }]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => put.order(orderId, body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("names every item that was not synced", async () => {
    const answer = await put.order(
      freshId("order"),
      anOrder([line, { ...line, lineId: "2", itemId: "ghost" }, { ...line, lineId: "3", itemId: "phantom" }]),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      "/lines/1/itemId",
      "/lines/2/itemId",
    ]);
  });

  it("has no two lines of one id, and no parcel with two carriers", async () => {
    const twice = await put.order(freshId("order"), anOrder([line, line]));
    expect(twice).toMatchObject({ status: 422, body: { errors: [{ pointer: "/lines/1/lineId" }] } });
    const parcel = (carrier: string) => ({ outboundParcel: { carrier, trackingNumber: "SF0000001" } });
    const carriers = await put.order(
      freshId("order"),
      anOrder([
        { ...line, ...parcel("kuaidi100") },
        { ...line, lineId: "2", ...parcel("aftership") },
      ]),
    );
    expect(carriers).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines/1/outboundParcel/carrier" }] },
    });
  });

  it("takes the outbound inspection, the parcel and the sign-off later, and keeps what is left out", async () => {
    const orderId = freshId("order");
    await put.order(orderId, anOrder());
    const outboundParcel = {
      carrier: "kuaidi100",
      trackingNumber: `SF${orderId}`.toUpperCase(),
      from: { country: "CN", city: "上海" },
      to: { country: "DE" },
    };
    const shipped = await put.order(
      orderId,
      anOrder([{ ...line, outboundInspection: inspection, outboundParcel }]),
    );
    expect(shipped).toMatchObject({ status: 200, body: { version: 2, lines: [{ outboundParcel }] } });
    const signedOffAt = "2026-03-04T10:00:00.000Z";
    const signed = await put.order(orderId, anOrder([{ ...line, signedOffAt }]));
    expect(signed).toMatchObject({
      status: 200,
      body: { version: 3, lines: [{ outboundInspection: inspection, outboundParcel, signedOffAt }] },
    });
    expect((await put.order(orderId, anOrder())).text).toBe(signed.text);
    expect((await readOrder(orderId)).text).toBe(signed.text);
  });

  it.each([
    ["signed for before it was placed", "2020-01-01T00:00:00.000Z"],
    ["signed for in the future", "2099-01-01T00:00:00.000Z"],
  ])("is refused when %s: windows are counted from that time", async (_what, signedOffAt) => {
    expect(await put.order(freshId("order"), anOrder([{ ...line, signedOffAt }]))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines/0/signedOffAt" }] },
    });
  });

  it("never gives back what cases hold of a line", async () => {
    const orderId = freshId("order");
    await put.order(orderId, anOrder());
    await fileCaseOver(orderId);
    const signedOffAt = "2026-03-04T10:00:00.000Z";
    const held = { remainingMinor: 640_000, remainingQuantity: 1, caseIds: ["case-1"] };
    expect(await put.order(orderId, anOrder())).toMatchObject({ status: 200, body: { lines: [held] } });
    expect(await put.order(orderId, anOrder([{ ...line, signedOffAt }]))).toMatchObject({
      status: 200,
      body: { lines: [{ ...held, signedOffAt }] },
    });
  });

  it("lets a sign-off be corrected until a case was filed, and no longer", async () => {
    const orderId = freshId("order");
    const signed = (day: string) => anOrder([{ ...line, signedOffAt: `2026-03-${day}T00:00:00.000Z` }]);
    await put.order(orderId, signed("04"));
    expect((await put.order(orderId, signed("05"))).status).toBe(200);
    await fileCaseOver(orderId);
    expect((await put.order(orderId, signed("05"))).status).toBe(200);
    expect(await put.order(orderId, signed("06"))).toMatchObject({
      status: 409,
      body: { type: "/problems/order_line_frozen", errors: [{ pointer: "/lines/0/signedOffAt" }] },
    });
  });

  it("freezes which exclusion was confirmed, and whether the buyer was told of the right of withdrawal", async () => {
    const orderId = freshId("order");
    const told = { exclusionConfirmed: true, exclusion: "unsealing", informedOfWithdrawal: false };
    expect((await put.order(orderId, anOrder([{ ...line, ...told }]))).body.lines).toMatchObject([told]);
    // A sync that does not know the two says nothing against them.
    expect(await put.order(orderId, anOrder([{ ...line, exclusionConfirmed: true }]))).toMatchObject({
      status: 200,
      body: { lines: [told] },
    });
    const later = anOrder([{ ...line, ...told, exclusion: "activation" }]);
    expect(await put.order(orderId, later)).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: "/lines/0/exclusion" }] },
    });
  });

  it("freezes whether the platform vouches for the buyer", async () => {
    const orderId = freshId("order");
    const vouched = { ...anOrder([line]), buyerTrusted: true };
    expect(await put.order(orderId, vouched)).toMatchObject({ status: 201, body: { buyerTrusted: true } });
    expect(await put.order(orderId, anOrder([line]))).toMatchObject({ body: { buyerTrusted: true } });
    expect(await put.order(orderId, { ...vouched, buyerTrusted: false })).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: "/buyerTrusted" }] },
    });
  });

  it("refuses any other change, naming each field", async () => {
    const orderId = freshId("order");
    const second = { ...line, lineId: "2" };
    await put.order(orderId, anOrder([line, second]));
    const changed = {
      lineId: "2",
      itemId: "other",
      quantity: 3,
      paidMinor: 1,
      commissionBps: 1,
      exclusionConfirmed: true,
      exclusion: "unsealing",
      informedOfWithdrawal: false,
      packedBy: "merchant",
    };
    const lines = await put.order(orderId, anOrder([line, changed]));
    expect(lines).toMatchObject({ status: 409, body: { type: "/problems/order_line_frozen" } });
    expect(lines.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual(
      Object.keys(changed)
        .filter((name) => name !== "lineId")
        .map((name) => `/lines/1/${name}`)
        .sort(),
    );
    const order = await put.order(orderId, {
      buyerId: "bob",
      currency: "USD",
      placedAt: "2026-03-02T12:00:00+08:00",
      lines: [line, { ...line, lineId: "3" }],
    });
    expect(order).toMatchObject({ status: 409, body: { type: "/problems/order_frozen" } });
    expect(order.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      "/buyerId",
      "/currency",
      "/placedAt",
      "/lines/1",
      "/lines",
    ]);
    expect((await readOrder(orderId)).body.version).toBe(1);
  });

  it("registers each parcel for the carrier's pushes, with all its lines", async () => {
    const orderId = freshId("order");
    const trackingNumber = `SF${orderId}`.toUpperCase();
    const outboundParcel = { carrier: "kuaidi100", trackingNumber };
    const lines = [
      { ...line, outboundParcel },
      { ...line, lineId: "2" },
    ];
    await put.order(orderId, anOrder(lines));
    const pointer = { carrier: "kuaidi100", trackingNumber, leg: "outbound", orderId };
    expect(await loadParcel(api.table, "lux", trackingNumber)).toMatchObject({
      pointer: { ...pointer, lineIds: ["1"] },
    });
    await put.order(orderId, anOrder(lines.map((each) => ({ ...each, outboundParcel }))));
    expect(await loadParcel(api.table, "lux", trackingNumber)).toMatchObject({
      pointer: { ...pointer, lineIds: ["1", "2"] },
    });
  });

  it("cannot take the tracking number of another order, until that one gives it back", async () => {
    const [first, second] = [freshId("order"), freshId("order")];
    const trackingNumber = `SF${first}`;
    const shipped = (number: string) =>
      anOrder([{ ...line, outboundParcel: { carrier: "kuaidi100", trackingNumber: number } }]);
    await put.order(first, shipped(trackingNumber));
    const taken = await put.order(second, shipped(trackingNumber));
    expect(taken).toMatchObject({
      status: 409,
      body: {
        type: "/problems/tracking_number_taken",
        errors: [{ pointer: "/lines/0/outboundParcel/trackingNumber" }],
      },
    });
    expect((await readOrder(second)).status).toBe(404);
    expect((await put.order(first, shipped(`SF${second}`))).status).toBe(200);
    expect((await put.order(second, shipped(trackingNumber))).status).toBe(201);
  });

  it("may have fifty lines; what one transaction cannot hold is refused as a whole", async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ ...line, lineId: String(index) }));
    const orderId = freshId("order");
    expect((await put.order(orderId, anOrder(lines))).status).toBe(201);
    const shipped = lines.map((each, index) => ({
      ...each,
      outboundParcel: { carrier: "kuaidi100", trackingNumber: `SF${orderId}-${index}` },
    }));
    expect(await put.order(orderId, anOrder(shipped))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines" }] },
    });
    const some = lines.map((each, index) => (index === 0 ? each : (shipped[index] ?? each)));
    expect((await put.order(orderId, anOrder(some))).status).toBe(200);
    expect((await put.order(orderId, anOrder(shipped))).status).toBe(200);
    expect((await put.order(freshId("order"), anOrder([...lines, line]))).status).toBe(422);
  });

  it("is guarded by If-Match", async () => {
    const orderId = freshId("order");
    await put.order(orderId, anOrder());
    const stale = await put.order(orderId, anOrder(), { headers: { "if-match": '"9"' } });
    expect(stale).toMatchObject({ status: 412, body: { type: "/problems/precondition_failed" } });
    expect((await put.order(orderId, anOrder(), { headers: { "if-match": '"1"' } })).status).toBe(200);
  });
});

describe("what belongs to somebody else", () => {
  it("answers byte for byte like what does not exist", async () => {
    await put.order("lux-order", anOrder());
    const reads = [
      [getMerchantOperation, { merchantId: "atelier" }, { merchantId: "nobody" }],
      [getItemOperation, { itemId: "bag" }, { itemId: "nothing" }],
      [getOrderOperation, { orderId: "lux-order" }, { orderId: "nothing" }],
    ] as const;
    for (const [operation, existing, missing] of reads) {
      const foreign = await api.call(operation, { claims: elsewhere, params: existing });
      const absent = await api.call(operation, { claims: partner, params: missing });
      expect(foreign.status).toBe(404);
      expect(foreign.text).toBe(absent.text);
      expect(foreign.headers).toEqual(absent.headers);
    }
  });

  it("cannot be referred to", async () => {
    const item = await put.item("bag", bag, { claims: elsewhere });
    expect(item).toMatchObject({ status: 422, body: { errors: [{ pointer: "/merchantId" }] } });
    const order = await put.order("lux-order", anOrder(), { claims: elsewhere });
    expect(order).toMatchObject({ status: 422, body: { errors: [{ pointer: "/lines/0/itemId" }] } });
  });

  it("is hidden from another merchant of the same platform too", async () => {
    const stranger = claimsOf("merchant", "lux", "stranger");
    const owner = claimsOf("merchant", "lux", "atelier");
    const item = { params: { itemId: "bag" } };
    const merchant = { params: { merchantId: "atelier" } };
    expect((await api.call(getItemOperation, { claims: owner, ...item })).status).toBe(200);
    expect((await api.call(getItemOperation, { claims: stranger, ...item })).status).toBe(404);
    expect((await api.call(getMerchantOperation, { claims: owner, ...merchant })).status).toBe(200);
    expect((await api.call(getMerchantOperation, { claims: stranger, ...merchant })).status).toBe(404);
  });
});

describe("each role on each route", () => {
  const cases = operations.flatMap((operation) =>
    roles.map((role) => ({
      role,
      operation,
      name: `${role} ${operation.operationId}`,
      allowed: (operation.roles as readonly string[]).includes(role),
    })),
  );

  it.each(cases)("$name: $allowed", async ({ role, operation, allowed }) => {
    const params = Object.fromEntries(
      [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [String(name), "nothing"]),
    );
    const { status } = await api.call(operation, { claims: claimsOf(role), params });
    if (allowed) expect(status).not.toBe(403);
    else expect(status).toBe(403);
  });
});

describe("a discount on the order as a whole", () => {
  const listed = (lineId: string, listMinor: number) => {
    const { paidMinor: _, ...rest } = line;
    return { ...rest, lineId, listMinor };
  };
  const discounted = (discountMinor: number, ...lists: readonly number[]) => ({
    ...anOrder(lists.map((minor, index) => listed(String(index + 1), minor))),
    discountMinor,
  });

  it("is spread over the lines to the last unit, and the spread is kept", async () => {
    const orderId = freshId("order");
    const body = discounted(100, 1_000, 1_000, 1_000);
    const created = await put.order(orderId, body);
    expect(created.status).toBe(201);
    expect(created.body.discountMinor).toBe(100);
    const kept = created.body.lines.map((each: typeof created.body) => [
      each.listMinor,
      each.discountMinor,
      each.paidMinor,
      each.remainingMinor,
    ]);
    expect(kept).toEqual([
      [1_000, 34, 966, 966],
      [1_000, 33, 967, 967],
      [1_000, 33, 967, 967],
    ]);
    expect((await readOrder(orderId)).body).toEqual(created.body);
    expect((await put.order(orderId, body)).body).toEqual(created.body);
  });

  it("was frozen with the order", async () => {
    const orderId = freshId("order");
    await put.order(orderId, discounted(100, 1_000, 500));
    expect((await put.order(orderId, discounted(99, 1_000, 500))).body).toMatchObject({
      type: "/problems/order_frozen",
      errors: [{ pointer: "/discountMinor" }],
    });
    expect((await put.order(orderId, discounted(100, 1_000, 501))).body).toMatchObject({
      type: "/problems/order_line_frozen",
      errors: [{ pointer: "/lines/1/listMinor" }],
    });
  });

  it("may be nothing, or everything", async () => {
    for (const [discount, paid] of [
      [0, [700, 300]],
      [1_000, [0, 0]],
    ] as const) {
      const { body } = await put.order(freshId("order"), discounted(discount, 700, 300));
      expect(body.lines.map(({ paidMinor }: { paidMinor: number }) => paidMinor)).toEqual(paid);
    }
  });

  it.each([
    ["more than the lines cost", discounted(1_001, 700, 300), "/discountMinor"],
    ["a line without a list price", { ...anOrder(), discountMinor: 1 }, "/lines/0/listMinor"],
    [
      "a line with both prices",
      { ...anOrder([{ ...line, listMinor: 5 }]), discountMinor: 1 },
      "/lines/0/paidMinor",
    ],
    ["a list price and no discount", anOrder([{ ...line, listMinor: 5 }]), "/lines/0/listMinor"],
    ["no price at all", anOrder([{ ...line, paidMinor: undefined }]), "/lines/0/paidMinor"],
  ])("is refused with %s", async (_what, body, pointer) => {
    const answer = await put.order(freshId("order"), body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer }));
  });
});
