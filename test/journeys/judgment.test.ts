import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fileCaseOperation,
  getCaseOperation,
  getNotificationsOperation,
} from "../../functions/api/cases/operations.ts";
import { checkEligibilityOperation } from "../../functions/api/eligibility/operations.ts";
import { listVerdictsOperation, previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import { shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import { createRuleSetOperation, publishRuleSetOperation } from "../../functions/api/rules/operations.ts";
import {
  getCarrierClaimOperation,
  getSettlementOperation,
} from "../../functions/api/settlement/operations.ts";
import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import type { As } from "../../lib/demo/api-client.ts";
import { kuaidi100Push, type Scan } from "../../lib/demo/kuaidi100-push.ts";
import { everythingIn, type Journey, startJourney } from "../support/journey.ts";
import { changedMind } from "../support/journey-requests.ts";

/**
 * Three weeks of a platform that changes its rules: what was filed before keeps what it was filed under, also
 * when its parcel is lost and it is judged again.
 */

const partner: As = { tenant: "lux", role: "partner" };
const operator: As = { tenant: "lux", role: "operator" };
const waybill = "SF3000000000124";

let journey: Journey;
/** Filed before the platform's own rules, lost on the way back after them. */
let todays: string;
/** Filed under the platform's own rules. */
let tomorrows: string;
/** About a parcel on its way to the buyer of which nothing was known when it was filed. */
let undelivered: string;
/** About a parcel to the buyer that was handed over and never scanned again, until it was delivered after all. */
let silent: string;
let settledAsLost: Awaited<ReturnType<typeof viewOf>>;
/** Everything in the table around the preview of a draft on a stored case. */
let aroundPreview: readonly ReadonlyMap<string, unknown>[];
let previewed: Awaited<ReturnType<typeof preview>>;
let eligibleAtFirst: Awaited<ReturnType<typeof eligibility>>;

const file = async (orderId: string, but: object = {}): Promise<string> => {
  const body = { ...changedMind(orderId), ...but };
  const { caseId } = await journey.api.call(partner, fileCaseOperation, { body });
  await journey.service.idle();
  return caseId;
};

const eligibility = (orderId: string) =>
  journey.api.call(partner, checkEligibilityOperation, {
    body: { orderId, lineId: "1", reasons: ["CHANGED_MIND"] },
  });

const preview = (caseId: string) =>
  journey.api.call(operator, previewJudgmentOperation, { body: { caseId, rulesetId: "house" } });

const verdictsOf = async (caseId: string, as: As = operator) =>
  (await journey.api.call(as, listVerdictsOperation, { params: { caseId } })).items;

const viewOf = (caseId: string) => journey.api.call(partner, getCaseOperation, { params: { caseId } });

const push = async (trackingNumber: string, scans: readonly Scan[]) => {
  const { webhookPath, secret } = journey.world.subscriptions.lux;
  const { status } = await journey.api.raw(undefined, "POST", webhookPath, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: kuaidi100Push(trackingNumber, scans, secret),
  });
  expect(status).toBe(200);
  await journey.service.idle();
};

beforeAll(async () => {
  journey = await startJourney();
  const { api, service } = journey;
  const { clock } = service;
  eligibleAtFirst = await eligibility("ord-1012");
  todays = await file("ord-1012");
  undelivered = await file("ord-1020", { type: "refund_only", reason: "NOT_DELIVERED" });
  const pickedUp = { at: clock.now() - hour, what: "揽收", area: "上海市" } as const;
  await push("SF1000000010055", [pickedUp]);
  silent = await file("ord-1005", { type: "refund_only", reason: "NOT_DELIVERED" });

  // No no-reason return at all: whoever is judged by this draft and changes their mind is turned down.
  await api.call(partner, createRuleSetOperation, {
    body: { rulesetId: "house", name: "House rules", basedOn: "cn-standard@1", noReasonWindowDays: 0 },
  });
  const before = await everythingIn(journey);
  previewed = await preview(todays);
  await service.idle();
  aroundPreview = [before, await everythingIn(journey)];

  await api.call(operator, publishRuleSetOperation, {
    params: { rulesetId: "house" },
    headers: { "if-match": '"1"' },
    body: { version: 1, effectiveFrom: new Date(clock.now() + day).toISOString() },
  });
  await api.call(partner, shipReturnOperation, {
    params: { caseId: todays },
    body: { carrier: "shunfeng", trackingNumber: waybill, freightMinor: 2_400 },
  });
  await clock.advance(day + hour);
  await service.idle();
  await push(waybill, [{ at: clock.now() - hour / 2, what: "揽收", area: "杭州市" }]);
  tomorrows = await file("ord-1001");
  const turnsBack = { at: clock.now() - hour, what: "退回", area: "苏州市" } as const;
  await push("SF1000000010208", [turnsBack]);
  await push("SF1000000010208", [turnsBack]);
  await push("SF1000000010208", [turnsBack, { ...turnsBack, at: clock.now() - hour / 2, area: "上海市" }]);
  await clock.advance(17 * day);
  await service.idle();
  settledAsLost = await viewOf(silent);
  const arrives = { at: clock.now() - hour, what: "签收", area: "杭州市" } as const;
  await push("SF1000000010055", [arrives, pickedUp]);
  await push("SF1000000010055", [{ ...arrives, at: clock.now() - hour / 2 }, arrives, pickedUp]);
}, 120_000);

afterAll(() => journey?.stop());

describe("rules that were published for tomorrow", () => {
  it("judge the case that is filed tomorrow", async () => {
    expect((await verdictsOf(tomorrows)).map(({ rulesVersion, rule }) => [rulesVersion, rule])).toEqual([
      ["house@1", "no-reason-window-over"],
    ]);
  });

  it("do not judge today's case, neither now nor when it is judged again after", async () => {
    expect((await verdictsOf(todays)).map(({ rulesVersion, rule }) => [rulesVersion, rule])).toEqual([
      ["cn-standard@1", "no-reason-within-window"],
      ["cn-standard@1", "return-parcel-lost"],
    ]);
  });
});

describe("a lost return parcel", () => {
  it("is judged again against the carrier, and the verdicts say what changed", async () => {
    const [first, second] = await verdictsOf(todays);
    expect(first?.liability).toMatchObject({ buyer: 10_000, carrier: 0 });
    expect(second?.changes).toMatchObject({
      rule: { before: "no-reason-within-window", after: "return-parcel-lost" },
      carrier: { after: "shunfeng" },
      facts: expect.arrayContaining([{ fact: "returnParcelLost", after: true }]),
    });
    expect(second?.changes?.explanation["zh-CN"]).toContain("责任：承运商 100 %，此前为买家 100 %。");
  });

  it("tells the buyer its own part of that", async () => {
    const { buyerId } = await viewOf(todays);
    const [, second] = await verdictsOf(todays, { tenant: "lux", role: "buyer", buyerId });
    expect(second?.changes?.liability).toEqual({ before: { buyer: 10_000 }, after: { buyer: 0 } });
    expect(second?.changes?.explanation.en).toContain("You do not pay the return freight any more.");
    expect(second?.changes?.facts.map(({ fact }) => fact)).not.toContain("transitRisk");
  });

  it("is charged to the carrier's claims; what was reserved of the merchant is given back, not edited", async () => {
    const { stage, outcome, claimMinor } = await viewOf(todays);
    expect([stage, outcome]).toEqual(["closed", "refunded"]);
    const { postings } = await journey.api.call(operator, getSettlementOperation, {
      params: { caseId: todays },
    });
    const moved = postings.map(({ phase, from, amountMinor }) => [phase, from, amountMinor]);
    expect(moved).toContainEqual(["posted", "carrier:shunfeng:claims", claimMinor]);
    expect(moved).toContainEqual(["posted", "carrier:shunfeng:claims", 2_400n]);
    expect(moved).toContainEqual(["pending", "merchant:atelier-shanghai:payable", claimMinor]);
    expect(moved).toContainEqual(["voided", "merchant:atelier-shanghai:payable", claimMinor]);
    expect(moved).not.toContainEqual(["posted", "merchant:atelier-shanghai:payable", claimMinor]);
  });
});

describe("a parcel that turns back on its way to the buyer while the case stands", () => {
  it("has the case judged again, once for the news however often it is told", async () => {
    const verdicts = await verdictsOf(undelivered);
    expect(verdicts.map(({ rule, route }) => [rule, route])).toEqual([
      ["not-delivered-open", "arbitration"],
      ["not-delivered-unconfirmed", "merchant"],
    ]);
    expect(verdicts[1]?.changes?.facts).toContainEqual({
      fact: "outboundParcelStatus",
      before: "registered",
      after: "returning",
    });
  });

  it("is settled by the second verdict, at the cost of whom the merchant's contract names", async () => {
    const { stage, outcome, claimMinor } = await viewOf(undelivered);
    expect([stage, outcome]).toEqual(["closed", "refunded"]);
    const { postings } = await journey.api.call(operator, getSettlementOperation, {
      params: { caseId: undelivered },
    });
    const posted = postings.filter(({ phase }) => phase === "posted");
    expect(posted.map(({ from, amountMinor }) => [from, amountMinor])).toContainEqual([
      "platform:expense",
      claimMinor,
    ]);
  });
});

describe("a parcel to the buyer that falls silent while an arbiter is asked", () => {
  it("has the case judged again against the carrier on the day it counts as lost, and settled", async () => {
    const verdicts = await verdictsOf(silent);
    expect(verdicts.map(({ rule, route }) => [rule, route])).toEqual([
      ["not-delivered-open", "arbitration"],
      ["lost-on-the-way-out", "automatic"],
    ]);
    expect(verdicts[1]).toMatchObject({ carrier: "shunfeng", facts: { outboundSilentDays: 15 } });
    const { stage, outcome, claimMinor } = settledAsLost;
    expect([stage, outcome]).toEqual(["closed", "refunded"]);
    const { postings } = await journey.api.call(operator, getSettlementOperation, {
      params: { caseId: silent },
    });
    expect(postings.map(({ phase, from, amountMinor }) => [phase, from, amountMinor])).toContainEqual([
      "posted",
      "carrier:shunfeng:claims",
      claimMinor,
    ]);
  });

  it("and turns up after all: the claim on the carrier is marked, the operator is told, once", async () => {
    const { api } = journey;
    expect((await viewOf(silent)).outcome).toBe("refunded");
    const params = { claimId: `${silent}.shunfeng` };
    expect(await api.call(operator, getCarrierClaimOperation, { params })).toMatchObject({
      openMinor: settledAsLost.claimMinor,
      foundAt: expect.any(Number),
    });
    const { items } = await api.call(operator, getNotificationsOperation, { params: { caseId: silent } });
    expect(items.filter(({ template }) => template === "operator.outbound_found")).toHaveLength(1);
  });
});

describe("eligibility", () => {
  it("said of the line what filing then got", async () => {
    const option = eligibleAtFirst.options.find(({ type }) => type === "return_and_refund");
    const [first] = await verdictsOf(todays);
    expect(option).toMatchObject({ status: "open", route: first?.route, freightPayer: "buyer" });
    expect(eligibleAtFirst.rulesVersion).toBe(first?.rulesVersion);
  });

  it("says it under the platform's own rules once they are in force", async () => {
    const { rulesVersion, options } = await eligibility("ord-1004");
    expect(rulesVersion).toBe("house@1");
    expect(new Set(options.map(({ status }) => status))).toEqual(new Set(["closed"]));
  });
});

describe("the preview of a draft on a stored case", () => {
  it("says what would change", () => {
    expect(previewed.verdict).toMatchObject({ rule: "no-reason-window-over", rulesVersion: "house@1" });
    expect(previewed.standing?.changes).toMatchObject({
      route: { before: "automatic", after: "ineligible" },
      facts: expect.arrayContaining([{ fact: "withinNoReasonWindow", before: true, after: false }]),
    });
  });

  it("writes nothing", () => {
    const [before, after] = aroundPreview;
    expect(after).toEqual(before);
  });
});
