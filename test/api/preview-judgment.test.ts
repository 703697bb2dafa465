import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { listVerdictsEndpoint } from "../../functions/api/judgment/list-verdicts.ts";
import { listVerdictsOperation, previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import { previewJudgmentEndpoint } from "../../functions/api/judgment/preview-judgment.ts";
import type { FactValue } from "../../functions/domain/judgment/verdict.ts";
import type { Role } from "../../functions/http/operation.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { casePartition, verdictKey } from "../../functions/store/keys.ts";
import { createDraft, replaceDraft } from "../../functions/store/rule-sets.ts";
import { putIfAbsent } from "../../functions/store/table.ts";
import { type Claims, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { day, hour, referenceOf } from "../support/builders.ts";
import { wayTo } from "../support/cases.ts";
import { caseInTable, fileInTable, fresh, itemsOf, make } from "../support/cases-in-table.ts";
import { aDocument, aRule, publish } from "../support/rules.ts";

/** What rules would say is asked without a trace in the table; what they said is read back, with what changed. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([previewJudgmentEndpoint, listVerdictsEndpoint, getCaseEndpoint]);
});
afterAll(() => api.close());

const partner = (tenant = "tenant-1") => claimsOf("partner", tenant);
const preview = (body: object, claims: Claims = partner()) =>
  api.call(previewJudgmentOperation, { claims, body });

type Given = { readonly [fact: string]: FactValue };

const draft = (tenantId: string, rulesetId: string, document = aDocument()) =>
  createDraft(
    api.table,
    undefined,
    { tenantId, rulesetId, name: rulesetId, document, now: Date.now() },
    () => [],
  );

const changeOfMind: Given = {
  requestType: "return_and_refund",
  reasonKind: "change_of_mind",
  reason: "CHANGED_MIND",
  currency: "CNY",
  amountMinor: 128_000,
  signedOff: true,
  daysSinceSignOff: 3,
  withinNoReasonWindow: true,
  statutoryExclusion: false,
  exclusionConfirmed: false,
  disclosedFlawCount: 0,
  category: "bags",
  noReasonWindowLastDay: "2026-03-09",
};

describe("a preview of given facts", () => {
  it("answers the whole verdict, in every register", async () => {
    const { status, body } = await preview({ facts: changeOfMind });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("standing");
    const { verdict } = body;
    expect(verdict).toMatchObject({
      number: 1,
      rule: "no-reason-within-window",
      rulesVersion: "cn-standard@1",
      route: "automatic",
      liability: { merchant: 0, platform: 0, carrier: 0, buyer: 10_000 },
      freight: { buyerPays: true, payer: "buyer" },
      refundCapBps: 10_000,
      clocks: { merchantAnswerHours: 48 },
      facts: { withinNoReasonWindow: true },
    });
    expect(verdict.confidence.bps).toBeGreaterThan(0);
    expect(verdict.trace.at(-1)).toEqual({ rule: "no-reason-within-window", matched: true });
    for (const text of [verdict.explanation, verdict.told.buyer, verdict.told.merchant]) {
      expect(text["zh-CN"].length * text.en.length).toBeGreaterThan(0);
    }
    expect(verdict.told.buyer.en).not.toBe(verdict.told.merchant.en);
  });

  it("shows what would have led elsewhere", async () => {
    const { body } = await preview({ facts: { ...changeOfMind, withinNoReasonWindow: false } });
    expect(body.verdict.rule).toBe("no-reason-window-over");
    expect(body.verdict.nearMisses).toContainEqual({
      rule: "no-reason-within-window",
      fact: "withinNoReasonWindow",
      actual: false,
      needed: "= true",
    });
  });

  it("judges what nobody knows as unknown", async () => {
    const { body } = await preview({ facts: {} });
    expect(body.verdict.rule).toBe("fault-presumed-merchant");
  });

  it("refuses unknown names, wrong types and values of no list, each at its place", async () => {
    const facts = { daysSinceSignOff: "3", reasonKind: "whim", signedOff: 1, weather: true, category: null };
    const { status, body } = await preview({ facts });
    expect(status).toBe(422);
    expect(body.type).toBe("/problems/invalid_request");
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/facts/daysSinceSignOff",
      "/facts/reasonKind",
      "/facts/signedOff",
      "/facts/weather",
    ]);
  });

  it("names the fact that a rule needs to name a party", async () => {
    const facts = { returnShipped: true, returnParcelLost: true };
    const { status, body } = await preview({ facts });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        pointer: "/facts/transitRisk",
        detail: "is required: the rule that matches names a party by it",
      },
    ]);
    expect((await preview({ facts: { ...facts, transitRisk: "carrier" } })).body.verdict).toMatchObject({
      rule: "return-parcel-lost",
      liability: { carrier: 10_000 },
    });
  });

  it("takes either facts or a case, and no version without its rule set", async () => {
    for (const body of [{}, { facts: {}, caseId: "case-1" }]) {
      expect((await preview(body)).body.errors).toEqual([
        { pointer: "/facts", detail: "must be given, or caseId, and not both" },
      ]);
    }
    expect((await preview({ facts: {}, version: 2 })).body.errors).toEqual([
      { pointer: "/rulesetId", detail: "is required with version" },
    ]);
    expect((await preview({ facts: { signedOff: { nested: true } } })).status).toBe(422);
    expect((await preview({ facts: {} }, claimsOf("merchant", "tenant-1"))).status).toBe(403);
    expect((await preview({ facts: {} }, claimsOf("buyer", "tenant-1"))).status).toBe(403);
  });
});

describe("the rules a preview judges by", () => {
  const versionFor = async (tenant: string, body: object) =>
    (await preview({ facts: changeOfMind, ...body }, partner(tenant))).body.verdict?.rulesVersion;

  it("are those in force now, unless a version is named: shipped, retired, published or a draft", async () => {
    const tenant = fresh("tenant");
    expect(await versionFor(tenant, {})).toBe("cn-standard@1");
    await publish(api.table, tenant, "house", Date.now() - day);
    await publish(api.table, tenant, "later", Date.now() + day);
    await draft(tenant, "sketch");
    expect(await versionFor(tenant, {})).toBe("house@1");
    expect(await versionFor(tenant, { rulesetId: "later", version: 1 })).toBe("later@1");
    expect(await versionFor(tenant, { rulesetId: "sketch" })).toBe("sketch@1");
    expect(await versionFor(tenant, { rulesetId: "cn-standard", version: 1 })).toBe("cn-standard@1");
    expect(await versionFor(tenant, { rulesetId: "cn-standard" })).toBe("cn-standard@1");
  });

  it("are the draft as it stands, however often it was looked at before", async () => {
    const tenant = fresh("tenant");
    const hours = async () =>
      (await preview({ facts: changeOfMind, rulesetId: "house" }, partner(tenant))).body.verdict.clocks
        .merchantAnswerHours;
    const first = await draft(tenant, "house", aDocument({ merchantAnswerHours: 24 }));
    expect(await hours()).toBe(24);
    await replaceDraft(api.table, first, {
      name: "house",
      document: aDocument({ merchantAnswerHours: 72 }),
      now: Date.now(),
    });
    expect(await hours()).toBe(72);
  });

  it("are nobody else's: another platform's version answers like none", async () => {
    const [owner, stranger] = [fresh("tenant"), fresh("tenant")];
    await draft(owner, "house");
    const ask = (body: object) => preview({ facts: {}, ...body }, partner(stranger));
    const foreign = await ask({ rulesetId: "house", version: 1 });
    expect([foreign.status, foreign.body]).toEqual([404, (await ask({ rulesetId: "none" })).body]);
    expect((await ask({ rulesetId: "cn-standard", version: 2 })).status).toBe(404);
  });

  it("are refused with their place if they do not compile any more", async () => {
    const tenant = fresh("tenant");
    const gone = aRule("old", { fact: "factThatIsGone", op: "eq", value: true });
    await draft(tenant, "house", aDocument({ rules: [gone] }));
    const { status, body } = await preview({ facts: {}, rulesetId: "house" }, partner(tenant));
    expect([status, body.type]).toEqual([422, "/problems/ruleset_invalid"]);
    expect(body.errors[0].pointer).toMatch(/^\/rules\/0\/when/);
  });
});

describe("a preview of a stored case", () => {
  it("judges it as it stands, says what would change, and writes nothing", async () => {
    const tenantId = fresh("tenant");
    const state = await fileInTable(api.table, { tenantId });
    await judgeResponsibility(api.table, referenceOf(state), state.filedAt + hour);
    const generous = aRule("generous", { fact: "reasonKind", op: "eq", value: "change_of_mind" });
    await draft(tenantId, "house", aDocument({ rules: [generous] }));
    const before = await itemsOf(api.table, casePartition(tenantId, state.caseId));

    const { status, body } = await preview({ caseId: state.caseId, rulesetId: "house" }, partner(tenantId));
    expect(status).toBe(200);
    expect(body.verdict).toMatchObject({ number: 2, rule: "generous", rulesVersion: "house@1" });
    expect(body.standing.verdict).toMatchObject({ number: 1, rule: "no-reason-within-window" });
    expect(body.standing.changes).toMatchObject({
      rulesVersion: { before: "cn-standard@1", after: "house@1" },
      rule: { before: "no-reason-within-window", after: "generous" },
      route: { before: "automatic", after: "merchant" },
    });
    expect(body.standing.changes.explanation.en).toContain("Rules: house@1, before cn-standard@1.");
    expect(await itemsOf(api.table, casePartition(tenantId, state.caseId))).toEqual(before);
  });

  it("finds nothing to change where the same rules judge the same case", async () => {
    const state = await fileInTable(api.table);
    await judgeResponsibility(api.table, referenceOf(state), state.filedAt + hour);
    const { body } = await preview({ caseId: state.caseId, rulesetId: "cn-standard" });
    const { facts, explanation, ...outcome } = body.standing.changes;
    expect([facts, outcome]).toEqual([[], {}]);
    expect(explanation.en).toContain("What follows is the same.");
  });

  it("has nothing to compare with before the first verdict", async () => {
    const { caseId } = await fileInTable(api.table);
    expect((await preview({ caseId })).body).not.toHaveProperty("standing");
  });

  it("answers for another platform's case as for none", async () => {
    const { caseId } = await fileInTable(api.table);
    const foreign = await preview({ caseId }, partner("tenant-2"));
    expect([foreign.status, foreign.body]).toEqual([404, (await preview({ caseId: "nowhere" })).body]);
  });
});

describe("the verdicts of a case", () => {
  const verdicts = (caseId: string, role: Role, tenant = "tenant-1") =>
    api.call(listVerdictsOperation, { claims: claimsOf(role, tenant), params: { caseId } });

  const lostCase = async () => {
    const state = await fileInTable(api.table);
    await judgeResponsibility(api.table, referenceOf(state), state.filedAt + hour);
    // Approved by its rule: what follows is the buyer's shipping and the carrier's silence.
    let standing = state;
    for (const move of wayTo.lost.slice(2)) standing = await make(api.table, standing, move);
    await judgeResponsibility(api.table, referenceOf(state), standing.updatedAt);
    return state.caseId;
  };

  it("are told as the caller may read them, with what changed", async () => {
    const caseId = await lostCase();
    const { status, body } = await verdicts(caseId, "operator");
    expect(status).toBe(200);
    expect(body.items.map(({ number, rule }: Given) => [number, rule])).toEqual([
      [1, "no-reason-within-window"],
      [2, "return-parcel-lost"],
    ]);
    const [first, second] = body.items;
    expect(first).not.toHaveProperty("changes");
    expect(second.changes).toMatchObject({
      liability: { before: { buyer: 10_000 }, after: { carrier: 10_000 } },
      facts: expect.arrayContaining([{ fact: "returnParcelLost", after: true }]),
    });
    expect(second.changes.explanation.en).toContain("Liability: the carrier 100 %, before the buyer 100 %.");

    const buyers = (await verdicts(caseId, "buyer")).body.items;
    expect(buyers[1].changes.liability).toEqual({ before: { buyer: 10_000 }, after: { buyer: 0 } });
    expect(JSON.stringify(buyers)).not.toContain("transitRisk");
    const merchants = (await verdicts(caseId, "merchant")).body.items;
    expect(merchants[1].changes.explanation["zh-CN"]).toContain("本案已重新判定");
    const view = await api.call(getCaseOperation, {
      claims: claimsOf("buyer", "tenant-1"),
      params: { caseId },
    });
    expect(buyers[1]).toMatchObject(view.body.verdict);
  });

  it("keep their order beyond ten, and the latest fifty are told", async () => {
    const { caseId, tenantId } = await caseInTable(api.table, "awaiting_merchant");
    const [stored] = await itemsOf(api.table, casePartition(tenantId, caseId), "VERDICT#");
    for (let number = 2; number <= 52; number += 1) {
      await putIfAbsent(api.table, { ...stored, ...verdictKey(tenantId, caseId, number), number });
    }
    const { items } = (await verdicts(caseId, "partner")).body;
    expect(items.map(({ number }: { number: number }) => number)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 3),
    );
    expect(items[0]).toHaveProperty("changes");
  });

  it("are none before the first, and not for a warehouse or a stranger", async () => {
    const { caseId } = await fileInTable(api.table);
    expect((await verdicts(caseId, "partner")).body).toEqual({ items: [] });
    expect((await verdicts(caseId, "warehouse")).status).toBe(403);
    const foreign = await verdicts(caseId, "partner", "tenant-2");
    expect([foreign.status, foreign.body]).toEqual([404, (await verdicts("nowhere", "partner")).body]);
    const other = { claims: claimsOf("buyer", "tenant-1", "somebody-else"), params: { caseId } };
    expect((await api.call(listVerdictsOperation, other)).body).toEqual(foreign.body);
  });
});
