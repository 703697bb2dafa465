import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRuleSetEndpoint } from "../../functions/api/rules/create-rule-set.ts";
import { getRuleSetEndpoint } from "../../functions/api/rules/get-rule-set.ts";
import { listFactsEndpoint } from "../../functions/api/rules/list-facts.ts";
import { listRuleSetsEndpoint } from "../../functions/api/rules/list-rule-sets.ts";
import {
  createRuleSetOperation,
  getRuleSetOperation,
  listFactsOperation,
  listRuleSetsOperation,
  operations,
  publishRuleSetOperation,
  replaceRuleSetOperation,
  retireRuleSetOperation,
} from "../../functions/api/rules/operations.ts";
import { publishRuleSetEndpoint } from "../../functions/api/rules/publish-rule-set.ts";
import { replaceRuleSetEndpoint } from "../../functions/api/rules/replace-rule-set.ts";
import { retireRuleSetEndpoint } from "../../functions/api/rules/retire-rule-set.ts";
import { faultsOf } from "../../functions/domain/judgment/check-rule-set.ts";
import { factCatalogue } from "../../functions/domain/judgment/facts.ts";
import {
  canonicalText,
  type RuleDocument,
  ruleSetFrom,
} from "../../functions/domain/judgment/rule-document.ts";
import { shippedRuleSets } from "../../functions/domain/judgment/shipped.ts";
import { shippedDocuments } from "../../functions/domain/judgment/shipped-documents.ts";
import { roles } from "../../functions/http/operation.ts";
import { rulesFiledUnder } from "../../functions/store/rules-in-force.ts";
import { type Claims, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aDocument, aRule } from "../support/rules.ts";

/** A platform writes its rules, an operator puts them in force, and from then on they stand. */

const partner = claimsOf("partner");
const operator = claimsOf("operator");
const day = 24 * 3_600_000;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    listFactsEndpoint,
    createRuleSetEndpoint,
    listRuleSetsEndpoint,
    getRuleSetEndpoint,
    replaceRuleSetEndpoint,
    publishRuleSetEndpoint,
    retireRuleSetEndpoint,
  ]);
});
afterAll(() => api.close());

let count = 0;
const fresh = (kind: string) => `${kind}-${++count}`;
const etag = (revision: number | string) => ({ "if-match": `"${revision}"` });

const create = (rulesetId: string, body: object = aDocument(), but: object = {}) =>
  api.call(createRuleSetOperation, {
    claims: partner,
    body: { rulesetId, name: "House rules", ...body },
    idempotencyKey: fresh("key"),
    ...but,
  });
const replace = (rulesetId: string, headers: Record<string, string>, document: object = aDocument()) =>
  api.call(replaceRuleSetOperation, {
    claims: partner,
    params: { rulesetId },
    body: { name: "House rules", ...document },
    headers,
  });
const publish = (
  rulesetId: string,
  headers: Record<string, string>,
  body: object = {},
  claims: Claims = operator,
) =>
  api.call(publishRuleSetOperation, {
    claims,
    params: { rulesetId },
    body: { version: 1, ...body },
    headers,
    idempotencyKey: fresh("key"),
  });
const retire = (rulesetId: string, headers: Record<string, string>, version = 1) =>
  api.call(retireRuleSetOperation, {
    claims: operator,
    params: { rulesetId },
    body: { version },
    headers,
    idempotencyKey: fresh("key"),
  });
const read = (rulesetId: string, query: Record<string, string> = {}, claims: Claims = partner) =>
  api.call(getRuleSetOperation, { claims, params: { rulesetId }, query });
const soon = () => new Date(Date.now() + day + ++count).toISOString();

describe("the fact catalogue", () => {
  it("is public to those who live by it", async () => {
    for (const role of ["partner", "operator", "merchant"] as const) {
      const { status, body } = await api.call(listFactsOperation, { claims: claimsOf(role) });
      expect(status).toBe(200);
      expect(body.items.map(({ name }: { name: string }) => name)).toEqual(
        factCatalogue.map(({ name }) => name),
      );
    }
    const { body } = await api.call(listFactsOperation, { claims: partner });
    const fact = (wanted: string) => body.items.find(({ name }: { name: string }) => name === wanted);
    expect(fact("daysSinceSignOff")).toMatchObject({ type: "number", unit: "day", source: "line" });
    expect(fact("packedBy")).toMatchObject({
      label: { "zh-CN": "打包方", en: "packed by" },
      operators: ["eq", "neq", "in"],
      values: expect.arrayContaining([{ value: "merchant", "zh-CN": "商户", en: "the merchant" }]),
    });
  });
});

describe("a rule set", () => {
  it("goes from draft to published to retired, each step once and shown", async () => {
    const id = fresh("house");
    const created = await create(id);
    expect(created).toMatchObject({ status: 201, body: { rulesetId: id, version: 1, state: "draft" } });
    const changed = aDocument({ merchantAnswerHours: 24 });
    const replaced = await replace(id, { "if-match": String(created.headers.etag) }, changed);
    expect(replaced).toMatchObject({ status: 200, body: { revision: 2 } });

    const effectiveFrom = soon();
    const published = await publish(id, { "if-match": String(replaced.headers.etag) }, { effectiveFrom });
    expect(published).toMatchObject({ status: 200, body: { state: "published", effectiveFrom } });
    const sha256 = createHash("sha256").update(canonicalText(changed)).digest("hex");
    const shown = await read(id);
    expect(shown.body).toMatchObject({ sha256, publishedBy: "operator-1", ...changed });
    expect((await rulesFiledUnder(api.table, "lux", Date.parse(effectiveFrom))).version).toBe(`${id}@1`);

    expect((await replace(id, etag(3))).body.type).toBe("/problems/ruleset_not_draft");
    expect((await publish(id, etag(3))).body.type).toBe("/problems/ruleset_not_draft");

    const retired = await retire(id, { "if-match": String(shown.headers.etag) });
    expect(retired).toMatchObject({ status: 200, body: { state: "retired", retiredBy: "operator-1" } });
    expect((await retire(id, etag(4))).body.type).toBe("/problems/ruleset_not_published");
  });

  it("begins its next version from an earlier one, one draft at a time", async () => {
    const id = fresh("house");
    await create(id);
    expect((await create(id)).body.type).toBe("/problems/ruleset_draft_exists");
    await publish(id, etag(1), { effectiveFrom: soon() });
    const next = await create(id, { basedOn: `${id}@1`, noReasonWindowDays: 14 });
    expect(next).toMatchObject({ status: 201, body: { version: 2, basedOn: `${id}@1`, revision: 3 } });
    expect((await read(id)).body).toMatchObject({
      version: 2,
      noReasonWindowDays: 14,
      rules: aDocument().rules,
    });
    expect((await read(id, { version: "1" })).body).toMatchObject({ version: 1, noReasonWindowDays: 7 });
    // What was read of version 1 does not fit the draft of version 2.
    expect((await publish(id, etag(1), { version: 2 })).status).toBe(412);
    expect((await create(fresh("x"), { basedOn: "nowhere@1" })).body.errors[0].pointer).toBe("/basedOn");
    expect((await create(fresh("x"), { timeZone: "Asia/Shanghai" })).body.errors).toContainEqual({
      pointer: "/rules",
      detail: "is required without basedOn",
    });
    expect((await create("my-standard")).body.errors[0].pointer).toBe("/rulesetId");
  });

  it("says what a merchant may refuse for, by rule and for the whole set, each reason once", async () => {
    const id = fresh("house");
    const refusals = [{ reason: "already_fulfilled", proof: "evidence" }] as const;
    const rule = aRule("late", { fact: "reason", op: "eq", value: "DELIVERED_LATE" });
    const document = aDocument({
      refusals: [{ reason: "other", proof: "note" }],
      rules: [{ ...rule, outcome: { ...rule.outcome, refusals } }],
    });
    expect(await create(id, document)).toMatchObject({ status: 201 });
    expect((await read(id)).body).toMatchObject({
      refusals: document.refusals,
      rules: [{ outcome: { refusals } }],
    });
    const twice = await create(fresh("house"), { ...document, refusals: [...refusals, ...refusals] });
    expect(twice.body.errors).toEqual([{ pointer: "/refusals", detail: "must name each reason once" }]);
  });

  it("is changed only by who has read what stands", async () => {
    const id = fresh("house");
    await create(id);
    for (const headers of [{}, { "if-match": "*" }] as readonly Record<string, string>[]) {
      expect((await replace(id, headers)).status).toBe(428);
      expect((await publish(id, headers)).status).toBe(428);
      expect((await retire(id, headers)).status).toBe(428);
    }
    expect((await replace(id, etag(7))).status).toBe(412);
    expect((await publish(id, etag(7))).status).toBe(412);
  });

  it("takes effect now or later, and never at the moment of another", async () => {
    const id = fresh("house");
    await create(id);
    const past = new Date(Date.now() - 1_000).toISOString();
    expect((await publish(id, etag(1), { effectiveFrom: past })).body.errors[0].pointer).toBe(
      "/effectiveFrom",
    );
    const effectiveFrom = soon();
    expect((await publish(id, etag(1), { effectiveFrom })).status).toBe(200);
    const other = fresh("house");
    await create(other);
    expect((await publish(other, etag(1), { effectiveFrom })).body.type).toBe(
      "/problems/effective_time_taken",
    );
  });

  it("is answered once when it is sent twice", async () => {
    const id = fresh("house");
    const but = { idempotencyKey: fresh("key") };
    const [first, second] = await Promise.all([create(id, aDocument(), but), create(id, aDocument(), but)]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.text).toBe(second.text);
  });

  it("belongs to its tenant", async () => {
    const id = fresh("house");
    await create(id);
    const foreign = await read(id, {}, claimsOf("partner", "vintage"));
    const missing = await read("nowhere", {}, claimsOf("partner", "vintage"));
    expect(foreign).toMatchObject({ status: 404 });
    expect(foreign.text).toBe(missing.text);
    expect((await create(id, aDocument(), { claims: claimsOf("partner", "vintage") })).status).toBe(201);
  });

  it("is published and retired by an operator alone", async () => {
    for (const operation of operations) {
      for (const role of roles.filter((each) => !(operation.roles as readonly string[]).includes(each))) {
        const params: Record<string, string> = "params" in operation ? { rulesetId: "house" } : {};
        expect((await api.call(operation, { claims: claimsOf(role), params })).status).toBe(403);
      }
    }
    expect(publishRuleSetOperation.roles).toEqual(["operator"]);
    expect(retireRuleSetOperation.roles).toEqual(["operator"]);
  });

  it("is listed with all its versions, the newest first, page by page", async () => {
    const claims = claimsOf("operator", fresh("tenant"));
    for (const id of ["a", "b", "c"]) await create(id, aDocument(), { claims });
    const first = await api.call(listRuleSetsOperation, { claims, query: { limit: "2" } });
    const cursor = first.body.nextCursor;
    const second = await api.call(listRuleSetsOperation, { claims, query: { limit: "2", cursor } });
    const listed = [...first.body.items, ...second.body.items];
    // What comes with the service stands behind the platform's own, and fills no page beyond its limit.
    expect(second.body.items.slice(1)).toMatchObject([{ rulesetId: "cn-standard", shipped: true }]);
    listed.splice(3);
    expect(listed.map(({ rulesetId }) => rulesetId).toSorted()).toEqual(["a", "b", "c"]);
    expect(listed.map(({ createdAt }) => createdAt)).toEqual(
      listed
        .map(({ createdAt }) => createdAt)
        .toSorted()
        .reverse(),
    );
    expect(listed[0]).not.toHaveProperty("rules");
    expect((await api.call(listRuleSetsOperation, { claims: partner, query: { cursor } })).status).toBe(422);
  });
});

describe("the rule sets that come with the service", () => {
  const ids = shippedDocuments.map(({ rulesetId }) => rulesetId);

  it("are the ones that judge", () => {
    const described = shippedDocuments.map(
      ({ document, ...reference }) => ruleSetFrom(document, reference).version,
    );
    expect(described).toEqual(shippedRuleSets.map(({ version }) => version));
    for (const { document, ...reference } of shippedDocuments) {
      expect(faultsOf(ruleSetFrom(document, reference))).toEqual([]);
    }
  });

  it.each(ids)("%s is read like a platform's own", async (id) => {
    const { status, body, headers } = await read(id);
    const document = shippedDocuments.find(({ rulesetId }) => rulesetId === id)?.document as RuleDocument;
    expect(status).toBe(200);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({
      ...JSON.parse(JSON.stringify(document)),
      rulesetId: id,
      version: 1,
      state: "published",
      shipped: true,
      ruleCount: document.rules.length,
      sha256: createHash("sha256").update(canonicalText(document)).digest("hex"),
    });
    expect((await read(id, { version: "1" })).body).toEqual(body);
    expect((await read(id, { version: "2" })).status).toBe(404);
  });

  it.each(ids)("%s is where a platform's own can begin", async (id) => {
    const mine = fresh("house");
    const created = await create(mine, { basedOn: `${id}@1`, merchantAnswerHours: 24 });
    expect(created).toMatchObject({ status: 201, body: { basedOn: `${id}@1`, state: "draft" } });
    const { rules, merchantAnswerHours } = (await read(mine)).body;
    expect([rules, merchantAnswerHours]).toEqual([(await read(id)).body.rules, 24]);
    expect((await create(fresh("x"), { basedOn: `${id}@9` })).body.errors[0].pointer).toBe("/basedOn");
  });

  it.each(ids)("%s is nobody's to change", async (id) => {
    const answers = [await replace(id, etag(1)), await publish(id, etag(1)), await retire(id, etag(1))];
    for (const { status, body } of answers) {
      expect([status, body.type]).toEqual([409, "/problems/ruleset_shipped"]);
      expect(body.detail).toContain(`basedOn ${id}@1`);
    }
    expect((await create(id)).body.errors[0].pointer).toBe("/rulesetId");
  });

  it("are listed behind the platform's own, never more than a page holds", async () => {
    const claims = claimsOf("operator", fresh("tenant"));
    await create("a", aDocument(), { claims });
    const listed: { rulesetId: string }[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "1", ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await api.call(listRuleSetsOperation, { claims, query });
      expect(body.items.length).toBeLessThanOrEqual(1);
      listed.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(listed.map(({ rulesetId }) => rulesetId)).toEqual(["a", ...ids]);
  });
});

describe("a document that cannot be used", () => {
  const refused = async (document: object) => {
    const { status, body } = await create(fresh("house"), document);
    expect(status).toBe(422);
    return [body.type, body.errors?.[0]?.pointer, body.errors?.[0]?.detail];
  };
  const withRule = (when: unknown, but: Partial<RuleDocument["rules"][number]> = {}) =>
    aDocument({ rules: [aRule("mine", when, but)] });
  const { outcome } = aRule("any", {});
  const signedOff = { fact: "signedOff", op: "eq", value: true };
  const nested = (levels: number): unknown => (levels === 0 ? signedOff : { not: nested(levels - 1) });

  it.each([
    ["an unknown fact", withRule({ ...signedOff, fact: "luck" }), "/rules/0/when/fact"],
    ["a wrong type", withRule({ ...signedOff, value: "true" }), "/rules/0/when/value"],
    ["a number as text", withRule({ fact: "daysSinceSignOff", op: "lt", value: "7" }), "/rules/0/when/value"],
    ["an unknown operator", withRule({ ...signedOff, op: "eval" }), "/rules/0/when/op"],
    ["no condition", withRule(null), "/rules/0/when"],
    ["five levels", withRule(nested(4)), "/rules/0/when/not/not/not/not"],
    ["21 comparisons", withRule({ all: new Array(21).fill(signedOff) }), "/rules/0/when/all"],
    [
      "an unknown placeholder",
      withRule(signedOff, { explanation: { "zh-CN": "{__proto__}", en: "x" } }),
      "/rules/0/explanation/zh-CN",
    ],
    [
      "wrong shares",
      withRule(signedOff, {
        outcome: { ...outcome, liability: { merchant: 1, platform: 2, carrier: 3, buyer: 4 } },
      }),
      "/rules/0/outcome/liability",
    ],
    ["a dead rule", withRule({ all: [signedOff, { not: signedOff }] }), "/rules/0/when"],
    ["a key from a prototype", withRule(JSON.parse('{"__proto__": {"all": []}}')), "/rules/0/when"],
    ["a constructor", withRule({ constructor: { prototype: {} } }), "/rules/0/when"],
  ])("is refused with its rule and place: %s", async (_, document, pointer) => {
    const [type, place, detail] = await refused(document);
    expect([type, place]).toEqual(["/problems/ruleset_invalid", pointer]);
    expect(detail).toMatch(/^Rule mine: /);
  });

  it("is refused by its schema where a part is not what it should be", async () => {
    const rules = Array.from({ length: 201 }, (_, index) => aRule(`r${index}`, signedOff));
    expect(await refused({ ...aDocument(), rules })).toContain("/rules");
    expect(await refused({ ...aDocument(), surprise: 1 })).toContain("/surprise");
    expect(await refused({ ...aDocument(), noReasonWindowDays: "7" })).toContain("/noReasonWindowDays");
    expect(await refused({ ...aDocument(), largeClaimMinor: { constructor: 5 } })).toContain(
      "/largeClaimMinor/constructor",
    );
    expect(await refused(withRule(signedOff, { id: "a!b" }))).toContain("/rules/0/id");
  });

  it("neither crashes nor hangs when it is hostile", async () => {
    const text = JSON.stringify({ rulesetId: "deep", name: "x", ...withRule("@") });
    const deep = `${'{"not":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    const wide = `[${"1,".repeat(100_000)}1]`;
    for (const [when, status] of [
      [deep, 400],
      [`{"all":${wide}}`, 422],
      [`{"fact":"lineCount","op":"in","value":${wide}}`, 422],
    ] as const) {
      const rawBody = text.replace('"@"', when);
      const options = { claims: partner, rawBody, idempotencyKey: fresh("key") };
      expect((await api.call(createRuleSetOperation, options)).status).toBe(status);
    }
    expect(Object.prototype).not.toHaveProperty("all");
  });
});
