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
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aDetail, aLine, buyer, day, merchant, monday, referenceOf } from "../support/builders.ts";
import { approves, delivered, goesMissing, inspected, judged, ships } from "../support/cases.ts";
import { caseInTable, fresh, linesOf, standingCase, syncOrder } from "../support/cases-in-table.ts";

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
