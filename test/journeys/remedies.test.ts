import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  fileCaseOperation,
  getCaseOperation,
  getTimelineOperation,
} from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import {
  appealRulingOperation,
  openDisputeOperation,
  ruleCaseOperation,
  submitStatementOperation,
} from "../../functions/api/disputes/operations.ts";
import { inspectReturnOperation, shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import {
  answerReplacementOperation,
  giveUpReplacementOperation,
  recordRepairOperation,
  shipReplacementOperation,
} from "../../functions/api/remedies/operations.ts";
import { getSettlementOperation } from "../../functions/api/settlement/operations.ts";
import {
  getOrderOperation,
  putItemOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import type { ReplacementProblem } from "../../functions/domain/case.ts";
import { openPending, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { createApiClient, type Input } from "../../lib/demo/api-client.ts";
import { kuaidi100Push, type Scan } from "../../lib/demo/kuaidi100-push.ts";
import { day, hour } from "../support/builders.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/** Exchange, repair and sending again from the request to the last cent, over HTTP, the machine and the clock. */

const partner = { tenant: "lux", role: "partner" } as const;
const buyer = { tenant: "lux", role: "buyer", buyerId: "buyer-01" } as const;
const merchant = { tenant: "lux", role: "merchant", merchantId: "atelier-shanghai" } as const;
const warehouse = { tenant: "lux", role: "warehouse" } as const;
const operator = { tenant: "lux", role: "operator" } as const;

const paidMinor = 128_000n;
/** Of the contract in force when the goods were sold. */
const commissionMinor = 38_400n;

let journey: Journey;
beforeAll(async () => {
  journey = await startJourney();
}, 60_000);
afterAll(() => journey?.stop());
afterEach(() => expect(journey.service.failures()).toEqual([]));

let numbered = 0;
const fresh = (prefix: string): string => `${prefix}${String(++numbered).padStart(10, "0")}`;

type Filing = Pick<Input<typeof fileCaseOperation>["body"], "type" | "reason" | "claimedFlaw"> & {
  readonly amountMinor?: number;
  readonly exchangeForItemId?: string;
  /** The platform vouches for the buyer. */
  readonly buyerTrusted?: boolean;
};

/** The platform packed it, so it answers and nobody has to be asked. */
const wrongItem: Filing = { type: "exchange", reason: "WRONG_ITEM" };
const openSeam: Filing = {
  type: "repair",
  reason: "DEFECTIVE",
  claimedFlaw: { code: "open_seam", place: "front" },
};
const missingStrap: Filing = { type: "resend", reason: "MISSING_PART", amountMinor: 9_000 };

/** A case over an order of its own, signed for the day before. */
const startCase = async ({ amountMinor, exchangeForItemId, buyerTrusted, ...filing }: Filing) => {
  const { service, world } = journey;
  const { clock, idle } = service;
  // All cases together last longer than a token.
  const api = createApiClient(service);
  const orderId = fresh("ord-remedy-");
  const ago = (days: number) => new Date(clock.now() - days * day).toISOString();
  await api.call(partner, putOrderOperation, {
    params: { orderId },
    body: {
      buyerId: buyer.buyerId,
      currency: "CNY",
      placedAt: ago(6),
      ...(buyerTrusted === undefined ? {} : { buyerTrusted }),
      lines: [
        {
          lineId: "1",
          itemId: "bag-0001",
          quantity: 1,
          paidMinor: Number(paidMinor),
          commissionBps: 3_000,
          exclusionConfirmed: false,
          packedBy: "platform",
          outboundInspection: { inspectedAt: ago(5), grade: "A", flaws: [], photoHashes: [] },
          signedOffAt: ago(1),
        },
      ],
    },
  });
  const line = {
    lineId: "1",
    quantity: 1,
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(exchangeForItemId === undefined ? {} : { exchangeForItemId }),
  };
  const { caseId } = await api.call(buyer, fileCaseOperation, {
    body: { orderId, ...filing, lines: [line] },
  });
  await idle();
  const params = { caseId };
  const scans: Scan[] = [];
  let trackingNumber = "";

  const read = () => api.call(partner, getCaseOperation, { params });
  const lineLeft = async () => {
    const [left] = (await api.call(partner, getOrderOperation, { params: { orderId } })).lines;
    return left && { quantity: left.remainingQuantity, minor: left.remainingMinor };
  };
  const settlement = async () => {
    const { postings } = await api.call(operator, getSettlementOperation, { params });
    return postings as readonly Transfer[];
  };
  const push = async (...fresh: readonly Scan[]): Promise<void> => {
    scans.push(...fresh);
    const { webhookPath, secret } = world.subscriptions.lux;
    const answer = await api.raw(undefined, "POST", webhookPath, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: kuaidi100Push(trackingNumber, scans, secret),
    });
    expect(answer.status).toBe(200);
    await idle();
  };
  const newWaybill = () => {
    scans.length = 0;
    trackingNumber = fresh("SF70");
    return { carrier: "shunfeng", trackingNumber };
  };
  return {
    read,
    lineLeft,
    settlement,
    wait: async (ms: number): Promise<void> => {
      await clock.advance(ms);
      await idle();
    },
    stages: async () => {
      const { items } = await api.call(partner, getTimelineOperation, { params, query: { limit: "100" } });
      return items.map(({ stage }) => stage).filter((stage, index, all) => stage !== all[index - 1]);
    },
    decide: async (
      by: typeof merchant | typeof operator,
      body: Input<typeof decideCaseOperation>["body"],
    ): Promise<void> => {
      await api.call(by, decideCaseOperation, { params, body });
      await idle();
    },
    object: async (text: string): Promise<void> => {
      await api.call(buyer, openDisputeOperation, { params, body: { text } });
      await idle();
    },
    rest: async (by: typeof buyer | typeof merchant): Promise<void> => {
      await api.call(by, submitStatementOperation, { params, body: { rest: true } });
      await idle();
    },
    appeal: async (by: typeof buyer | typeof merchant, text: string): Promise<void> => {
      await api.call(by, appealRulingOperation, { params, body: { text } });
      await idle();
    },
    rule: async (operatorId: string, body: Input<typeof ruleCaseOperation>["body"]): Promise<void> => {
      await api.call({ ...operator, operatorId }, ruleCaseOperation, { params, body });
      await idle();
    },
    sendBack: async (freightMinor = 1_500): Promise<void> => {
      await api.call(buyer, shipReturnOperation, { params, body: { ...newWaybill(), freightMinor } });
      await clock.advance(2 * hour);
      await push({ at: clock.now() - hour, what: "揽收", area: "杭州市" });
      await clock.advance(day);
      await push({ at: clock.now() - hour, what: "签收", area: "上海市" });
    },
    inspect: async (
      flaws: Input<typeof inspectReturnOperation>["body"]["lines"][number]["flaws"] = [],
      sameItem = true,
    ): Promise<void> => {
      const inspectedAt = new Date(clock.now() - hour / 2).toISOString();
      const lines = [{ lineId: "1", receivedQuantity: 1, sameItem, flaws }];
      await api.call(warehouse, inspectReturnOperation, { params, body: { inspectedAt, lines } });
      await idle();
    },
    repaired: async (body: Input<typeof recordRepairOperation>["body"]): Promise<void> => {
      await api.call(merchant, recordRepairOperation, { params, body });
      await idle();
    },
    reship: async (by: typeof merchant | typeof warehouse, freightMinor: number): Promise<void> => {
      await api.call(by, shipReplacementOperation, { params, body: { ...newWaybill(), freightMinor } });
      await idle();
    },
    scan: async (what: Scan["what"]): Promise<void> => {
      await clock.advance(2 * hour);
      await push({ at: clock.now() - hour, what, area: "南京市" });
    },
    cannotSupply: async (): Promise<void> => {
      await api.call(merchant, giveUpReplacementOperation, { params });
      await idle();
    },
    confirm: async (): Promise<void> => {
      await api.call(buyer, answerReplacementOperation, { params, body: { outcome: "confirmed" } });
      await idle();
    },
    complain: async (problem: ReplacementProblem): Promise<void> => {
      await api.call(buyer, answerReplacementOperation, { params, body: { outcome: "problem", problem } });
      await idle();
    },
  };
};
type Played = Awaited<ReturnType<typeof startCase>>;

/** What was posted, purpose by purpose; and that nothing is promised any more and no escrow holds a cent. */
const settledAmounts = async (played: Played): Promise<Readonly<Record<string, bigint>>> => {
  const { caseId } = await played.read();
  const postings = await played.settlement();
  expect([...openPending(postings).values()].filter((left) => left !== 0n)).toEqual([]);
  const posted = postings.filter(({ phase }) => phase === "posted");
  const escrow = posted
    .filter(({ from, to }) => from !== to)
    .reduce(
      (sum, { from, to, amountMinor }) =>
        sum +
        (to === `case:${caseId}:escrow` ? amountMinor : 0n) -
        (from === `case:${caseId}:escrow` ? amountMinor : 0n),
      0n,
    );
  expect(escrow).toBe(0n);
  return Object.fromEntries(posted.map(({ purpose, amountMinor }) => [purpose, amountMinor]));
};

const whole = { quantity: 1, minor: paidMinor };

/** Until the merchant has to send what the buyer asked for. */
const exchangeComesBack = async (): Promise<Played> => {
  const played = await startCase(wrongItem);
  await played.sendBack();
  await played.inspect([], false);
  expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment", nextActor: "merchant" });
  return played;
};
/** Until the merchant has to repair what came back. */
const repairComesBack = async (): Promise<Played> => {
  const played = await startCase(openSeam);
  await played.decide(merchant, { decision: "approve" });
  await played.sendBack();
  await played.inspect([{ code: "open_seam", place: "front", severity: "moderate" }]);
  expect(await played.read()).toMatchObject({ stage: "repairing", nextActor: "merchant" });
  return played;
};

describe("the normal road", () => {
  it("of an exchange: what was wrong comes back, the right one is sent, the buyer says so", async () => {
    const played = await exchangeComesBack();
    expect(await played.lineLeft()).toEqual({ quantity: 0, minor: 0n });
    await played.reship(merchant, 1_200);
    await played.scan("揽收");
    expect(await played.read()).toMatchObject({
      stage: "reshipping",
      nextActor: "carrier",
      replacementParcel: { status: "picked_up" },
    });
    await played.scan("签收");
    expect(await played.read()).toMatchObject({ stage: "awaiting_confirmation", nextActor: "buyer" });
    expect((await played.settlement()).every(({ phase }) => phase === "pending")).toBe(true);
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await played.stages()).toEqual([
      "submitted",
      "awaiting_shipment",
      "in_transit",
      "awaiting_inspection",
      "inspected",
      "awaiting_reshipment",
      "reshipping",
      "awaiting_confirmation",
      "settling",
      "closed",
    ]);
    // What was sold had never left: it is given once, and paid for by the sale. The platform's mistake costs it two parcels.
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-platform-to-merchant": 1_200n,
    });
    expect(await played.lineLeft()).toEqual(whole);
  });

  it("of a repair: mended, sent by the warehouse, and the buyer's silence confirms it", async () => {
    const played = await repairComesBack();
    await played.repaired({ outcome: "repaired", costMinor: 8_000 });
    expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment" });
    await played.reship(warehouse, 1_800);
    await played.scan("签收");
    await played.wait(7 * day - 3 * hour);
    expect(await played.read()).toMatchObject({ stage: "awaiting_confirmation" });
    await played.wait(4 * hour);
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "repaired" });
    expect(await played.stages()).toEqual([
      "submitted",
      "awaiting_merchant",
      "awaiting_shipment",
      "in_transit",
      "awaiting_inspection",
      "repairing",
      "awaiting_reshipment",
      "reshipping",
      "awaiting_confirmation",
      "settling",
      "closed",
    ]);
    // The merchant answers: it bears its own repair, and gives the platform back what sending it cost.
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-merchant-to-platform": 1_800n,
    });
    expect(await played.lineLeft()).toEqual(whole);
  });

  it("of what was missing: nothing comes back, it is sent again, and the buyer may say so before the carrier", async () => {
    const played = await startCase(missingStrap);
    expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment", reception: "none" });
    expect(await played.lineLeft()).toEqual({ quantity: 1, minor: paidMinor - 9_000n });
    await played.reship(warehouse, 1_000);
    await played.scan("揽收");
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "resent" });
    expect(await played.stages()).toEqual([
      "submitted",
      "awaiting_reshipment",
      "reshipping",
      "settling",
      "closed",
    ]);
    expect(await played.lineLeft()).toEqual(whole);
    // The part was worth 90.00 to the buyer, and to its merchant what the commission leaves of that.
    expect(await settledAmounts(played)).toEqual({ "replacement-from-platform": 6_300n });
  });
});

describe("for a buyer the platform vouches for, the replacement goes first", () => {
  const trusted: Filing = { ...wrongItem, buyerTrusted: true };
  const sentFirst = async (but: Partial<Filing> = {}): Promise<Played> => {
    const played = await startCase({ ...trusted, ...but });
    expect(await played.read()).toMatchObject({
      stage: "awaiting_reshipment",
      nextActor: "merchant",
      reception: "awaiting",
      shipsFirst: true,
      verdict: { rule: "wrong-item-shipped-first", shipFirst: true },
    });
    await played.reship(warehouse, 1_200);
    await played.scan("签收");
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "awaiting_shipment", nextActor: "buyer" });
    return played;
  };

  it("here another bag at the same price; then the wrong one comes back, and the line is what it was", async () => {
    const itemId = fresh("bag-");
    const api = createApiClient(journey.service);
    await api.call(partner, putItemOperation, {
      params: { itemId },
      body: {
        merchantId: merchant.merchantId,
        title: "单肩包，蓝色",
        category: "bags",
        intakeInspection: {
          inspectedAt: new Date(journey.service.clock.now() - 30 * day).toISOString(),
          grade: "A",
          flaws: [],
          photoHashes: [],
        },
        disclosedFlaws: [],
        price: { amountMinor: Number(paidMinor), currency: "CNY" },
      },
    });
    const played = await sentFirst({ exchangeForItemId: itemId });
    expect(await played.read()).toMatchObject({ lines: [{ exchangeFor: { itemId } }] });
    await played.sendBack();
    await played.inspect([], false);
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await played.stages()).toEqual([
      "submitted",
      "awaiting_reshipment",
      "reshipping",
      "awaiting_confirmation",
      "awaiting_shipment",
      "in_transit",
      "awaiting_inspection",
      "inspected",
      "settling",
      "closed",
    ]);
    expect(await settledAmounts(played)).toEqual({ "return-freight": 1_500n });
    expect(await played.lineLeft()).toEqual(whole);
  });

  it("until that buyer keeps both: the merchant has given once, and the next exchange comes back first", async () => {
    const played = await sentFirst();
    await played.wait(6 * day);
    expect((await played.read()).stage).toBe("awaiting_shipment");
    await played.wait(2 * day);
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "return_owed" });
    expect(await settledAmounts(played)).toEqual({});
    expect(await played.lineLeft()).toEqual(whole);
    const next = await startCase(trusted);
    expect(await next.read()).toMatchObject({
      stage: "awaiting_shipment",
      verdict: { rule: "wrong-or-missing-packed-by-platform" },
    });
  });
});

/** Silence in these stages is among the courses of scenarios.test.ts. */
describe("where the goods cannot be had, the buyer is refunded", () => {
  const refunded = { stage: "closed", outcome: "refunded" } as const;
  const sold = { quantity: 0, minor: 0n };

  it("if it cannot be repaired, or was in vain: what the repair cost stays with whoever answers", async () => {
    const beyondRepair = await repairComesBack();
    await beyondRepair.repaired({ outcome: "not_repairable" });
    expect(await beyondRepair.read()).toMatchObject({ ...refunded, refundInstead: "not_repairable" });
    const inVain = await repairComesBack();
    await inVain.repaired({ outcome: "repaired", costMinor: 8_000 });
    await inVain.wait(7 * day + hour);
    expect(await inVain.read()).toMatchObject({ ...refunded, refundInstead: "silence" });
    expect(await settledAmounts(inVain)).toEqual(await settledAmounts(beyondRepair));
    expect(await inVain.lineLeft()).toEqual(sold);
  });

  it("if the missing part cannot be supplied: what it is worth, and the rest of the line stays open", async () => {
    const played = await startCase(missingStrap);
    await played.cannotSupply();
    expect(await played.read()).toMatchObject({ ...refunded, refundInstead: "cannot_supply" });
    expect(await settledAmounts(played)).toEqual({
      "refund-from-platform": 9_000n,
      "refund-to-buyer": 9_000n,
    });
    expect(await played.lineLeft()).toEqual({ quantity: 1, minor: paidMinor - 9_000n });
  });

  it("if no carrier ever saw what is said to be sent", async () => {
    const played = await startCase(missingStrap);
    await played.reship(merchant, 1_000);
    await played.wait(16 * day);
    expect(await played.read()).toMatchObject({ ...refunded, refundInstead: "never_sent" });
    expect(await settledAmounts(played)).toMatchObject({ "refund-to-buyer": 9_000n });
  });
});

describe("a replacement that is lost", () => {
  it("is judged again, sent again, and the exchange goes on", async () => {
    const played = await exchangeComesBack();
    await played.reship(merchant, 1_200);
    await played.scan("揽收");
    await played.wait(16 * day);
    expect(await played.read()).toMatchObject({
      stage: "awaiting_reshipment",
      verdict: { number: 3, rule: "return-parcel-lost", liability: { carrier: 10_000 } },
    });
    await played.reship(merchant, 1_300);
    await played.scan("签收");
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-carrier-to-merchant": 2_500n,
      "replacement-from-carrier": paidMinor - commissionMinor,
    });
    expect(await played.lineLeft()).toEqual(whole);
  });

  it("is refunded where it was the buyer's own, repaired, and the carrier owes it", async () => {
    const played = await repairComesBack();
    await played.repaired({ outcome: "repaired", costMinor: 8_000 });
    await played.reship(merchant, 1_200);
    await played.scan("揽收");
    await played.wait(16 * day);
    expect(await played.read()).toMatchObject({
      stage: "closed",
      outcome: "refunded",
      refundInstead: "verdict",
      verdict: { number: 2, rule: "return-parcel-lost" },
    });
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-carrier-to-merchant": 1_200n,
      "repair-from-carrier-to-merchant": 8_000n,
      // The merchant was to pay at the approval, so the carrier's part was not reserved.
      "refund-from-carrier-beyond-reserve": paidMinor,
      "refund-to-buyer": paidMinor,
    });
    expect(await played.lineLeft()).toEqual({ quantity: 0, minor: 0n });
  });
});

describe("a problem with what was sent", () => {
  const withProblem = async (problem: ReplacementProblem): Promise<Played> => {
    const played = await exchangeComesBack();
    await played.reship(merchant, 1_200);
    await played.scan("签收");
    await played.complain(problem);
    expect(await played.read()).toMatchObject({ stage: "manual_review", nextActor: "operator" });
    await played.wait(8 * day);
    expect((await played.read()).stage).toBe("manual_review");
    return played;
  };

  it("that is the buyer's mistake leaves everything as it was promised", async () => {
    const played = await withProblem("wrong_item");
    await played.decide(operator, { decision: "refuse", reason: "other", note: "照片与替换商品一致" });
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-platform-to-merchant": 1_200n,
    });
    expect(await played.lineLeft()).toEqual(whole);
  });

  it("that is real comes back a second time, and is refunded when there is no other", async () => {
    const played = await withProblem("faulty");
    await played.decide(operator, { decision: "approve" });
    expect(await played.read()).toMatchObject({ stage: "awaiting_shipment", reception: "awaiting" });
    await played.sendBack(1_400);
    await played.inspect();
    expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment" });
    await played.cannotSupply();
    expect(await played.read()).toMatchObject({
      stage: "closed",
      outcome: "refunded",
      refundInstead: "cannot_supply",
    });
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 2_900n,
      "replacement-freight-from-platform-to-merchant": 1_200n,
      "refund-from-platform": paidMinor,
      "refund-to-buyer": paidMinor,
    });
    expect(await played.lineLeft()).toEqual({ quantity: 0, minor: 0n });
  });

  it("that never arrived, in spite of the carrier, is sent once more", async () => {
    const played = await withProblem("not_received");
    await played.decide(operator, { decision: "approve" });
    expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment" });
    await played.reship(merchant, 1_100);
    await played.scan("签收");
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await settledAmounts(played)).toMatchObject({
      "replacement-freight-from-platform-to-merchant": 2_300n,
    });
  });
});

describe("a ruling of goods", () => {
  it("on two appeals: the goods come back although the buyer asked for money, and others of the same are sent", async () => {
    const played = await startCase({ type: "refund_only", reason: "SIZE_TOO_SMALL" });
    expect(await played.read()).toMatchObject({ stage: "ineligible" });
    await played.object("尺码表有误。");
    await played.rest(buyer);
    await played.rest(merchant);
    const shared = { merchant: 5_000, platform: 5_000, carrier: 0, buyer: 0 };
    const reason = "尺码表为平台所制，商户未更正。";
    await played.rule("arbiter-lin", {
      liability: shared,
      remedy: "refund_only",
      refundMinor: 20_000,
      freightPayer: "buyer",
      reason,
    });
    expect(await played.read()).toMatchObject({ stage: "ruled" });
    await played.appeal(buyer, "我要合适的尺码。");
    await played.wait(day);
    await played.appeal(merchant, "尺码表不是我们做的。");
    // The buyer is heard on the merchant's appeal for the whole of its time.
    await played.wait(day + hour);
    expect(await played.read()).toMatchObject({ stage: "disputed", nextActor: "parties" });
    await played.wait(day);
    expect(await played.read()).toMatchObject({ stage: "awaiting_ruling" });
    await played.rule("arbiter-zhao", {
      liability: shared,
      remedy: "exchange",
      compensationMinor: 3_000,
      freightPayer: "platform",
      freightCapMinor: 2_000,
      reason,
    });
    expect(await played.read()).toMatchObject({
      stage: "awaiting_shipment",
      type: "exchange",
      verdict: {
        remedies: ["exchange"],
        ruling: { round: 2, remedy: "exchange", refundMinor: paidMinor },
      },
    });
    expect(await played.lineLeft()).toEqual({ quantity: 0, minor: 0n });
    await played.sendBack();
    await played.inspect();
    expect(await played.read()).toMatchObject({ stage: "awaiting_reshipment", nextActor: "merchant" });
    await played.reship(merchant, 1_200);
    await played.scan("签收");
    await played.confirm();
    expect(await played.read()).toMatchObject({ stage: "closed", outcome: "exchanged" });
    expect(await played.stages()).toEqual([
      "submitted",
      "ineligible",
      "disputed",
      "awaiting_ruling",
      "ruled",
      "disputed",
      "awaiting_ruling",
      "awaiting_shipment",
      "in_transit",
      "awaiting_inspection",
      "awaiting_reshipment",
      "reshipping",
      "awaiting_confirmation",
      "settling",
      "closed",
    ]);
    expect(await settledAmounts(played)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-platform-to-merchant": 600n,
      // Half of the price less commission of it: the merchant gave its goods twice, and answers for half.
      "replacement-from-platform": 44_800n,
      "compensation-from-merchant": 1_500n,
      "compensation-from-platform": 1_500n,
      "compensation-to-buyer": 3_000n,
    });
    expect(await played.lineLeft()).toEqual(whole);
  });
});
