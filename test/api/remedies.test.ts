import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordPush } from "../../functions/api/carrier-webhook/record-push.ts";
import { fileCaseEndpoint } from "../../functions/api/cases/file-case.ts";
import { fileCaseOperation, getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { answerReplacementEndpoint } from "../../functions/api/remedies/answer-replacement.ts";
import { giveUpReplacementEndpoint } from "../../functions/api/remedies/give-up-replacement.ts";
import {
  answerReplacementOperation,
  giveUpReplacementOperation,
  recordRepairOperation,
  shipReplacementOperation,
} from "../../functions/api/remedies/operations.ts";
import { recordRepairEndpoint } from "../../functions/api/remedies/record-repair.ts";
import { shipReplacementEndpoint } from "../../functions/api/remedies/ship-replacement.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import type { Operation, Role } from "../../functions/http/operation.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import { putItem, putMerchant } from "../../functions/store/catalog.ts";
import { buyerPartition } from "../../functions/store/keys.ts";
import { countReturnsOwed } from "../../functions/store/returns-owed.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aDetail, aLine, buyer, day, merchant, monday, referenceOf } from "../support/builders.ts";
import {
  approves,
  arrives,
  confirms,
  delivered,
  goesMissing,
  inspected,
  judged,
  reships,
  ships,
  silence,
} from "../support/cases.ts";
import {
  aMerchant,
  anItem,
  caseInTable,
  fileInTable,
  fresh,
  itemsOf,
  linesOf,
  make,
  standingCase,
  syncOrder,
} from "../support/cases-in-table.ts";

/** Remedies that ship, behind the real stack on the real engine. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    fileCaseEndpoint,
    getCaseEndpoint,
    recordRepairEndpoint,
    shipReplacementEndpoint,
    giveUpReplacementEndpoint,
    answerReplacementEndpoint,
  ]);
});
afterAll(() => api?.close());

const everyRemedy = ["refund_only", "return_and_refund", "exchange", "repair", "resend"] as const;
const comesBack = [judged({ remedies: everyRemedy }), approves(), ships(), delivered(), inspected()] as const;
const as = (role: Role, id: string = { buyer: buyer.id, merchant: merchant.id }[role as string] ?? "one") =>
  claimsOf(role, "tenant-1", id);
const tell = (operation: Operation, state: CaseState, role: Role, body?: unknown, id?: string) =>
  api.call(operation, {
    claims: as(role, id),
    params: { caseId: state.caseId },
    idempotencyKey: ulid(),
    ...(body === undefined ? {} : { body }),
  });
const waybill = () => ({ carrier: "kuaidi100", trackingNumber: fresh("SF2") });

const scan = (trackingNumber: string, at: number, status: ParcelStatus, trusted = false) =>
  recordPush(
    api.table,
    "tenant-1",
    { source: "kuaidi100", trusted, by: { role: "carrier", id: "kuaidi100" } },
    { trackingNumber, checkpoints: [{ at, status, code: "3", place: "上海", text: "" }] },
    at,
  );
const stageOf = async (state: CaseState) => (await standingCase(api.table, state)).state;

/** A push about now, since the endpoints live by the real clock. */
const soon = () => Date.now();

describe("an exchange", () => {
  it("is sent by the merchant, tracked by its own pointer, and closed by the buyer's word; no push pays", async () => {
    const state = await caseInTable(api.table, comesBack, { type: "exchange" });
    expect(state.stage).toBe("awaiting_reshipment");
    const parcel = waybill();
    expect(
      await tell(shipReplacementOperation, state, "merchant", { ...parcel, freightMinor: 1_200 }),
    ).toMatchObject({
      status: 200,
      body: { stage: "reshipping", nextActor: "carrier" },
    });
    await scan(parcel.trackingNumber, soon(), "delivered");
    const waiting = await stageOf(state);
    expect(waiting).toMatchObject({ stage: "awaiting_confirmation" });
    const { body } = await api.call(getCaseOperation, {
      claims: as("buyer"),
      params: { caseId: state.caseId },
    });
    expect(body).toMatchObject({
      replacementParcel: { ...parcel, status: "delivered" },
      actions: { buyer: ["confirm", "report_problem"] },
    });
    expect((await standingCase(api.table, state)).ledger.every(({ phase }) => phase === "pending")).toBe(
      true,
    );
    expect(await tell(answerReplacementOperation, state, "buyer", { outcome: "confirmed" })).toMatchObject({
      body: { stage: "settling" },
    });
    await settleCase(api.table, referenceOf(state), soon());
    expect(await stageOf(state)).toMatchObject({ stage: "closed", outcome: "exchanged" });
    const [line] = await linesOf(api.table, state.orderId);
    expect(line).toMatchObject({ remainingQuantity: 1, remainingMinor: 128_000n });
  });

  it("is not sent under a waybill that only the sandbox plays", async () => {
    const state = await caseInTable(api.table, comesBack, { type: "exchange" });
    const parcel = { carrier: "sf", trackingNumber: "TEST-DELIVERED-1" };
    expect(await tell(shipReplacementOperation, state, "merchant", parcel)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/trackingNumber" }] },
    });
    expect((await stageOf(state)).stage).toBe("awaiting_reshipment");
  });

  it("catches up with a delivery that was told before the waybill", async () => {
    const state = await caseInTable(api.table, comesBack, { type: "exchange" });
    const parcel = waybill();
    await scan(parcel.trackingNumber, soon(), "delivered");
    await tell(shipReplacementOperation, state, "merchant", parcel);
    expect((await stageOf(state)).stage).toBe("awaiting_confirmation");
  });

  it("travels under a number of its own", async () => {
    const [one, other] = [
      await caseInTable(api.table, comesBack, { type: "exchange" }),
      await caseInTable(api.table, comesBack, { type: "exchange" }),
    ];
    const parcel = waybill();
    await tell(shipReplacementOperation, one, "merchant", parcel);
    expect(await tell(shipReplacementOperation, other, "merchant", parcel)).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: "/trackingNumber" }] },
    });
    expect((await stageOf(other)).stage).toBe("awaiting_reshipment");
  });

  it("is paid if the merchant cannot supply, from what has been reserved since the approval", async () => {
    const state = await caseInTable(api.table, comesBack, { type: "exchange" });
    expect(await tell(giveUpReplacementOperation, state, "merchant")).toMatchObject({
      body: { stage: "settling" },
    });
    await settleCase(api.table, referenceOf(state), soon());
    const { state: closed, ledger } = await standingCase(api.table, state);
    expect(closed).toMatchObject({ outcome: "refunded", refundInstead: "cannot_supply" });
    expect(ledger.find(({ purpose }) => purpose === "refund-to-buyer")?.amountMinor).toBe(128_000n);
    const [line] = await linesOf(api.table, state.orderId);
    expect(line).toMatchObject({ remainingQuantity: 0, remainingMinor: 0n });
  });

  it("whose parcel is lost is judged again by the road's own risk, and sent again", async () => {
    const state = await caseInTable(api.table, comesBack, { type: "exchange" });
    const parcel = waybill();
    await tell(shipReplacementOperation, state, "merchant", parcel);
    const { deadlineAt = 0 } = await stageOf(state);
    await scan(parcel.trackingNumber, deadlineAt - 15 * day, "picked_up");
    expect(await applyTimeout(api.table, referenceOf(state), deadlineAt)).toMatchObject({ stage: "lost" });
    expect(await judgeResponsibility(api.table, referenceOf(state), deadlineAt)).toMatchObject({
      stage: "awaiting_reshipment",
    });
    const { verdict } = await standingCase(api.table, state);
    expect(verdict).toMatchObject({
      number: 2,
      rule: "return-parcel-lost",
      liability: { carrier: 10_000 },
      carrier: "kuaidi100",
    });
    expect(verdict?.told.buyer.en).not.toContain("refund");
  });

  it("whose parcel is lost after the return was lost too is charged to the carrier that lost it", async () => {
    const again = judged({ number: 2, remedies: everyRemedy });
    const moves = [judged({ remedies: everyRemedy }), approves(), ships(), goesMissing(), again];
    const state = await caseInTable(api.table, moves, { type: "exchange" });
    expect(state).toMatchObject({ stage: "awaiting_reshipment", reception: "lost" });
    const parcel = { ...waybill(), carrier: "yuantong" };
    await tell(shipReplacementOperation, state, "merchant", parcel);
    const { deadlineAt = 0 } = await stageOf(state);
    await scan(parcel.trackingNumber, deadlineAt - 15 * day, "picked_up");
    await applyTimeout(api.table, referenceOf(state), deadlineAt);
    await judgeResponsibility(api.table, referenceOf(state), deadlineAt);
    const { verdict } = await standingCase(api.table, state);
    expect(verdict).toMatchObject({ number: 3, rule: "return-parcel-lost", carrier: "yuantong" });
  });
});

describe("an exchange for another item", () => {
  const price = { amountMinor: 64_000n, currency: "CNY" };
  /** An item of the order's merchant, at the price of a unit of the line: two for 1,280.00. */
  const another = async (but: Partial<typeof anItem> = {}): Promise<string> => {
    const itemId = fresh("item");
    await putMerchant(api.table, { ...aMerchant, merchantId: "merchant-2" });
    await putItem(api.table, { ...anItem, itemId, title: "Handbag, in blue", price, ...but });
    return itemId;
  };
  const file = async (exchangeForItemId: string, type = "exchange") =>
    api.call(fileCaseOperation, {
      claims: claimsOf("partner", "tenant-1"),
      idempotencyKey: ulid(),
      body: {
        orderId: await syncOrder(api.table, [{ quantity: 2 }]),
        type,
        reason: "COLOR",
        lines: [{ lineId: "line-1", quantity: 1, exchangeForItemId }],
      },
    });

  it("at the same price names it for everybody who reads the case, and for stock", async () => {
    const wanted = { itemId: await another(), title: "Handbag, in blue" };
    const { status, body } = await file(wanted.itemId);
    expect(status).toBe(201);
    const { caseId } = body as { caseId: string };
    const state = await stageOf({ tenantId: "tenant-1", caseId } as CaseState);
    for (const role of ["buyer", "merchant", "warehouse"] as const) {
      expect(await api.call(getCaseOperation, { claims: as(role), params: { caseId } }), role).toMatchObject({
        body: { lines: [{ itemId: "item-1", exchangeFor: wanted }] },
      });
    }
    const first = judged({ remedies: everyRemedy, shipFirst: { pays: "price" } });
    for (const move of [first, approves()]) await make(api.table, state, move);
    const parcel = waybill();
    await tell(shipReplacementOperation, state, "warehouse", parcel);
    const told = (await caseRecords(api.table, state, 0, 100)).flatMap(({ announcements }) => announcements);
    const instead = [{ lineId: "line-1", quantity: 1, itemId: wanted.itemId }];
    for (const type of ["CaseApproved", "ReplacementShipped"]) {
      expect(told.find((each) => each.type === type)?.payload, type).toMatchObject({ exchangeFor: instead });
    }
  });

  it("is another piece of the same where it is the line's own", async () => {
    const { body } = await file("item-1");
    const { caseId } = body as { caseId: string };
    const { detail } = await standingCase(api.table, { tenantId: "tenant-1", caseId });
    expect(detail.lines[0]).not.toHaveProperty("exchangeFor");
  });

  it.each<readonly [string, () => Promise<string>, string]>([
    ["an unknown one", async () => "item-nowhere", "is no item of the line's merchant"],
    ["another merchant's", () => another({ merchantId: "merchant-2" }), "is no item of the line's merchant"],
    ["another platform's", () => another({ tenantId: "tenant-2" }), "is no item of the line's merchant"],
    [
      "one without a price",
      async () => {
        const itemId = fresh("item");
        await putItem(api.table, { ...anItem, itemId });
        return itemId;
      },
      "has no price on record",
    ],
    [
      "a dearer one",
      () => another({ price: { ...price, amountMinor: 64_001n } }),
      "does not cost what was paid for a unit of the line",
    ],
    [
      "one in another currency",
      () => another({ price: { ...price, currency: "HKD" } }),
      "does not cost what was paid for a unit of the line",
    ],
  ])("is not for %s", async (_, item, detail) => {
    expect(await file(await item())).toMatchObject({
      status: 422,
      body: {
        type: expect.stringContaining("invalid_request"),
        errors: [{ pointer: "/lines/0/exchangeForItemId", detail: `The item ${detail}.` }],
      },
    });
  });

  it("is asked for by no other request", async () => {
    expect(await file(await another(), "return_and_refund")).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines/0/exchangeForItemId" }] },
    });
  });
});

describe("an exchange for a buyer the platform vouches for", () => {
  const wrongItem = async (order: { readonly buyerId?: string; readonly buyerTrusted?: boolean }) => {
    const { buyerId = buyer.id } = order;
    const orderId = await syncOrder(api.table, [{}], { ...order, buyerId });
    const detail = aDetail({ reason: "WRONG_ITEM", lines: [aLine({ strayPiece: true })] });
    const state = await fileInTable(api.table, { type: "exchange", orderId, buyerId, detail });
    await judgeResponsibility(api.table, referenceOf(state), monday);
    return stageOf(state);
  };
  const kept = [reships(), arrives(), confirms(), silence()] as const;

  it("is shipped first, by the verdict everybody reads, and whose terms are for those they concern", async () => {
    const state = await wrongItem({ buyerTrusted: true });
    expect(state).toMatchObject({ stage: "awaiting_reshipment", reception: "awaiting" });
    const read = (role: Role) =>
      api.call(getCaseOperation, { claims: as(role), params: { caseId: state.caseId } });
    expect(await read("buyer")).toMatchObject({
      body: {
        shipsFirst: true,
        verdict: {
          shipFirst: true,
          explanation: {
            en: expect.stringContaining("The replacement is sent to you first"),
            "zh-CN": expect.stringContaining("换货商品将先行寄出"),
          },
        },
      },
    });
    const { body: toMerchant } = await read("merchant");
    expect(JSON.stringify(toMerchant)).toContain("if they never do, the platform bears it");
    expect(JSON.stringify(toMerchant)).not.toContain("buyerTrusted");
    expect(await read("operator")).toMatchObject({
      body: { verdict: { facts: { buyerTrusted: true, returnsOwed: 0 } } },
    });
    expect(await read("warehouse")).toMatchObject({ body: { shipsFirst: true } });
  });

  it.each([undefined, false])("is not where the platform says %s", async (buyerTrusted) => {
    const state = await wrongItem(buyerTrusted === undefined ? {} : { buyerTrusted });
    expect(state).toMatchObject({ stage: "awaiting_shipment" });
    expect(state).not.toHaveProperty("sentFirst");
  });

  it("is not once that buyer has kept both: the next comes back first, and others are not concerned", async () => {
    const buyerId = fresh("buyer");
    const trusted = { buyerTrusted: true, buyerId };
    const state = await wrongItem(trusted);
    for (const move of kept) await make(api.table, state, move);
    expect(await stageOf(state)).toMatchObject({ stage: "settling", sentFirst: { goods: "kept" } });
    await settleCase(api.table, referenceOf(state), soon());
    expect(await stageOf(state)).toMatchObject({ stage: "closed", outcome: "return_owed" });
    expect(await countReturnsOwed(api.table, "tenant-1", buyerId)).toBe(1);

    expect((await wrongItem(trusted)).stage).toBe("awaiting_shipment");
    expect((await wrongItem({ buyerTrusted: true })).stage).toBe("awaiting_reshipment");
    expect(await countReturnsOwed(api.table, "tenant-2", buyerId)).toBe(0);
    const owed = await itemsOf(api.table, buyerPartition("tenant-1", buyerId));
    expect(owed).toMatchObject([{ caseId: state.caseId }]);
  });
});

describe("a repair", () => {
  const inRepair = () => caseInTable(api.table, comesBack, { type: "repair" });

  it("says what it cost, and travels back", async () => {
    const state = await inRepair();
    expect(
      await tell(recordRepairOperation, state, "warehouse", { outcome: "repaired", costMinor: 8_000 }),
    ).toMatchObject({ status: 200, body: { stage: "awaiting_reshipment" } });
    expect((await stageOf(state)).outlays).toEqual([{ for: "repair", by: "platform", amountMinor: 8_000n }]);
  });

  it("that fails turns into a refund", async () => {
    const state = await inRepair();
    expect(await tell(recordRepairOperation, state, "merchant", { outcome: "not_repairable" })).toMatchObject(
      {
        body: { stage: "settling" },
      },
    );
    expect(await tell(recordRepairOperation, state, "merchant", { outcome: "repaired" })).toMatchObject({
      status: 409,
    });
  });
});

describe("somebody else's case", () => {
  it.each<readonly [Operation, Role, unknown]>([
    [recordRepairOperation, "merchant", { outcome: "repaired" }],
    [shipReplacementOperation, "merchant", waybill()],
    [giveUpReplacementOperation, "merchant", undefined],
    [answerReplacementOperation, "buyer", { outcome: "confirmed" }],
  ])("is not there: %o", async (operation, role, body) => {
    const state = await caseInTable(api.table, comesBack, { type: "repair" });
    expect(await tell(operation, state, role, body, "somebody-else")).toMatchObject({ status: 404 });
  });
});

describe("filing", () => {
  const file = async (type: string, reason: string, line: object = {}) => {
    const orderId = await syncOrder(api.table);
    return api.call(fileCaseOperation, {
      claims: claimsOf("partner", "tenant-1"),
      idempotencyKey: ulid(),
      body: { orderId, type, reason, lines: [{ lineId: "line-1", quantity: 1, ...line }] },
    });
  };

  it("sends again only what never arrived, and asks what a missing part is worth", async () => {
    expect(await file("resend", "EMPTY_PACKAGE")).toMatchObject({ status: 201 });
    expect(await file("resend", "MISSING_PART", { amountMinor: 5_000 })).toMatchObject({ status: 201 });
    expect(await file("resend", "MISSING_PART")).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/lines/0/amountMinor" }] },
    });
    expect(await file("resend", "WRONG_ITEM")).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/type" }] },
    });
    expect(await file("repair", "WRONG_ITEM")).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/type" }] },
    });
    expect(await file("exchange", "NOT_DELIVERED")).toMatchObject({ status: 422 });
  });

  it("asks for no amount where the goods come back", async () => {
    expect(await file("exchange", "WRONG_ITEM", { amountMinor: 5_000 })).toMatchObject({ status: 422 });
  });

  it("holds the units of an exchange, and only the money of what is sent again", async () => {
    const detail = aDetail({ reason: "EMPTY_PACKAGE", lines: [aLine({ heldQuantity: 0 })] });
    const resend = await caseInTable(api.table, [], { type: "resend", detail });
    expect((await linesOf(api.table, resend.orderId))[0]).toMatchObject({
      remainingQuantity: 1,
      remainingMinor: 0n,
    });
    expect(resend.filedAt).toBe(monday);
  });
});
