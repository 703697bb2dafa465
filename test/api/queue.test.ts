import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { getQueueCountsOperation, getQueueOperation } from "../../functions/api/desk/operations.ts";
import { getQueueCountsEndpoint, getQueueEndpoint } from "../../functions/api/desk/queue.ts";
import { putMerchantOperation } from "../../functions/api/sync/operations.ts";
import { putMerchantEndpoint } from "../../functions/api/sync/put-merchant.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { putMerchant } from "../../functions/store/catalog.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aDetail, aLine, hour, merchant, monday } from "../support/builders.ts";
import { approves, judged, wayTo } from "../support/cases.ts";
import { aMerchant, caseInTable } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
let urgent: CaseState;
let damaged: CaseState;
let back: CaseState;
beforeAll(async () => {
  api = await createTestApi([getQueueEndpoint, getQueueCountsEndpoint, putMerchantEndpoint]);
  const clocks = { merchantAnswerHours: 3, silence: "approve" } as const;
  urgent = await caseInTable(api.table, [judged({ clocks })]);
  damaged = await caseInTable(
    api.table,
    [judged({ liability: { merchant: 0, platform: 10_000, carrier: 0, buyer: 0 } })],
    {
      detail: aDetail({
        reason: "DAMAGED_ON_ARRIVAL",
        lines: [aLine({ amountMinor: 5_000n, itemId: "item-7" })],
      }),
    },
  );
  back = await caseInTable(api.table, wayTo.awaiting_inspection);
  vi.useFakeTimers({ toFake: ["Date"], now: monday + 5 * hour });
});
afterAll(async () => {
  vi.useRealTimers();
  await api.close();
});

const byMerchant = claimsOf("merchant", "tenant-1", merchant.id);
const params = { merchantId: merchant.id };
const queued = (query: Record<string, string> = {}) =>
  api.call(getQueueOperation, { claims: byMerchant, params, query });
const idsOf = async (query: Record<string, string> = {}) =>
  (await queued(query)).body.items.map(({ caseId }: { caseId: string }) => caseId);

describe("the queue's rows", () => {
  it("say what the verdict is, what is recommended, who bears what, and what refusing would need", async () => {
    const { items } = (await queued()).body;
    expect(items.map(({ caseId }: { caseId: string }) => caseId)).toEqual([
      urgent.caseId,
      damaged.caseId,
      back.caseId,
    ]);
    expect(items[0]).toMatchObject({
      stage: "awaiting_merchant",
      overdue: true,
      timeLeftMs: 0,
      itemIds: ["item-1"],
      evidence: { buyer: 0, merchant: 0, warehouse: 0, platform: 0 },
      verdict: { rule: "quality-problem", liability: { merchant: 10_000 } },
      recommended: { decision: "approve" },
      atStake: { refundMinor: 128_000, merchantMinor: 128_000, silence: "approve", freightPayer: "merchant" },
      offersLeft: 2,
    });
    expect(items[0].refusals).toContainEqual({ reason: "used_or_worn", proof: "evidence", proven: false });
    expect(items[1]).toMatchObject({
      overdue: false,
      atStake: { refundMinor: 5_000, merchantMinor: 0, platformMinor: 5_000 },
      recommended: {
        decision: "approve",
        because: { en: "Others bear the refund: an approval costs you nothing." },
      },
    });
    expect(items[1].timeLeftMs).toBe((damaged.deadlineAt ?? 0) - monday - 5 * hour);
    expect(items[2]).not.toHaveProperty("recommended");
  });

  it("say what the buyer wants instead, and that it goes first", async () => {
    const exchangeFor = { itemId: "item-9", title: "Handbag, in blue" };
    const merchantId = "merchant-8";
    await caseInTable(
      api.table,
      [judged({ remedies: ["exchange"], shipFirst: { pays: "price" } }), approves()],
      { type: "exchange", merchantId, detail: aDetail({ lines: [aLine({ exchangeFor })] }) },
    );
    await putMerchant(api.table, { ...aMerchant, merchantId });
    const { body } = await api.call(getQueueOperation, {
      claims: claimsOf("merchant", "tenant-1", merchantId),
      params: { merchantId },
    });
    expect(body.items).toMatchObject([
      {
        stage: "awaiting_reshipment",
        itemIds: ["item-1"],
        exchangeFor: [{ lineId: "line-1", quantity: 1, ...exchangeFor }],
        shipsFirst: true,
      },
    ]);
  });

  it.each([
    ["stage", { stage: "awaiting_inspection" }, () => [back]],
    ["reason", { reason: "DAMAGED_ON_ARRIVAL" }, () => [damaged]],
    ["least amount", { amountFrom: "5001" }, () => [urgent, back]],
    ["greatest amount", { amountTo: "5000" }, () => [damaged]],
    ["overdue", { overdue: "true" }, () => [urgent]],
    ["in time", { overdue: "false" }, () => [damaged, back]],
    ["item", { itemId: "item-7" }, () => [damaged]],
    ["all of it", { stage: "awaiting_merchant", amountFrom: "1", overdue: "false" }, () => [damaged]],
  ] as const)("are found by %s", async (_by, query, expected) => {
    expect(await idsOf(query)).toEqual(expected().map(({ caseId }) => caseId));
  });

  it("are found by a part of the case's id, whatever its letters' case", async () => {
    const bad = await queued({ text: "no/such" });
    expect(bad.status).toBe(422);
    const part = back.caseId.split("-")[1] ?? "";
    expect(await idsOf({ text: part })).toContain(back.caseId);
    expect(await idsOf({ text: "ZZZZ" })).toEqual([]);
  });

  it("are counted by stage", async () => {
    const { body } = await api.call(getQueueCountsOperation, { claims: byMerchant, params });
    expect(body).toEqual({
      all: 3,
      overdue: 1,
      byStage: { awaiting_merchant: 2, awaiting_inspection: 1 },
      complete: true,
    });
  });

  it("come with a cursor that serves the same filter only", async () => {
    const { nextCursor } = (await queued({ limit: "1" })).body;
    expect(await idsOf({ limit: "1", cursor: nextCursor })).toEqual([damaged.caseId]);
    expect((await queued({ limit: "1", cursor: nextCursor, overdue: "true" })).status).toBe(422);
  });
});

describe("a row whose buyer is to get goods", () => {
  const rowOf = async (merchantId: string, liability: object) => {
    await putMerchant(api.table, { ...aMerchant, merchantId });
    await caseInTable(api.table, [judged({ ...liability, remedies: ["exchange", "return_and_refund"] })], {
      merchantId,
      type: "exchange",
      detail: aDetail({ reason: "DEFECTIVE" }),
    });
    const claims = claimsOf("merchant", "tenant-1", merchantId);
    return (await api.call(getQueueOperation, { claims, params: { merchantId } })).body.items[0];
  };

  it("says what the goods are worth and who bears them, and is not called free where the merchant does", async () => {
    expect(await rowOf("merchant-ours", {})).toMatchObject({
      atStake: { refundMinor: 128_000, merchantMinor: 128_000, inKind: "replacement" },
      recommended: {
        decision: "approve",
        because: { en: expect.stringMatching(/^The rule lays it on you/) },
      },
    });
    const liability = { merchant: 0, platform: 10_000, carrier: 0, buyer: 0 };
    expect(await rowOf("merchant-others", { liability })).toMatchObject({
      atStake: { merchantMinor: 0, platformMinor: 128_000, inKind: "replacement" },
      recommended: { decision: "approve", because: { en: expect.stringMatching(/^Others bear/) } },
    });
  });
});

describe("the parts of a queue", () => {
  const put = (body: object) =>
    api.call(putMerchantOperation, {
      claims: claimsOf("partner", "tenant-1"),
      params: { merchantId: "merchant-9" },
      body: {
        name: "Large",
        contracts: [
          {
            effectiveFrom: "2026-01-01T00:00:00Z",
            commissionBps: 1,
            transitRisk: "carrier",
            custodyRisk: "platform",
          },
        ],
        ...body,
      },
    });

  it("only grow", async () => {
    expect((await put({ queueShards: 4 })).status).toBe(201);
    expect((await put({ queueShards: 8 })).body.queueShards).toBe(8);
    for (const fewer of [{ queueShards: 4 }, {}]) {
      expect(await put(fewer)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: "/queueShards", detail: "is 8 and only grows: rows lie in each part" }] },
      });
    }
  });
});
