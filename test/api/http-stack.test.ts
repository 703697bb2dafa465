import { randomUUID } from "node:crypto";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  type MockInstance,
  vi,
} from "vitest";
import * as z from "zod/mini";
import { CaseError } from "../../functions/domain/errors.ts";
import { endpoint } from "../../functions/http/endpoint.ts";
import { defineOperation } from "../../functions/http/operation.ts";
import { notFound, Problem } from "../../functions/http/problem.ts";
import { renderReply } from "../../functions/http/reply.ts";
import { id, instant, money, paging, text } from "../../functions/http/schemas.ts";
import { recordReply } from "../../functions/store/idempotency.ts";
import { Conflict, getItem, putOnce, StoreUnavailable, transact } from "../../functions/store/table.ts";
import { type Call, claimsOf, createTestApi, type TestApi } from "../support/api.ts";

/** What every request goes through, on operations that exist only here. */

vi.hoisted(() => {
  // The logger then writes to the console of the test, where its lines can be looked at.
  process.env.POWERTOOLS_DEV = "true";
  process.env.POWERTOOLS_LOG_LEVEL = "INFO";
});

const params = z.strictObject({ caseId: id });
const shared = { area: "cases", problems: [] } as const;
const receipt = z.object({ caseId: z.string(), amountMinor: money, at: instant });

const raise = defineOperation({
  ...shared,
  operationId: "raise",
  method: "POST",
  path: "/v1/bells/{caseId}",
  roles: ["partner", "buyer", "merchant"],
  summary: "Takes a body, answers once.",
  params,
  body: z.strictObject({
    note: text(20),
    lines: z
      .array(z.strictObject({ quantity: z.int().check(z.minimum(1)), amountMinor: money }))
      .check(z.maxLength(3)),
  }),
  replies: { 201: { description: "Done.", schema: receipt } },
  conditional: true,
});

const read = defineOperation({
  ...shared,
  operationId: "read",
  method: "GET",
  path: "/v1/bells/{caseId}",
  roles: ["partner"],
  summary: "Reads one.",
  params,
  query: z.strictObject(paging),
  replies: { 200: { description: "Here.", schema: z.object({ limit: z.int(), after: z.unknown() }) } },
});

const fail = defineOperation({
  ...shared,
  operationId: "fail",
  method: "GET",
  path: "/v1/failures/{caseId}",
  roles: ["partner"],
  summary: "Fails as it is told.",
  params,
  replies: { 200: { description: "Never.", schema: z.object({ fine: z.literal(true) }) } },
});

const push = defineOperation({
  ...shared,
  operationId: "push",
  method: "POST",
  path: "/v1/pushes",
  roles: "public",
  summary: "Takes a body as it comes.",
  rawBody: "application/x-www-form-urlencoded",
  replies: { 200: { description: "Heard.", schema: z.object({ heard: z.string(), from: z.string() }) } },
});

const seen: { readonly ifMatch: number | undefined }[] = [];

const bell = (tenantId: string, caseId: string) => ({ PK: `T#${tenantId}#BELL#${caseId}`, SK: "BELL" });

/** Rings once and for good, as a command to a case does: what stands is read, decided on and committed. */
const raiseEndpoint = endpoint(
  raise,
  async ({ caller, params: { caseId }, now, idempotency, ifMatch }, { table }) => {
    seen.push({ ifMatch });
    if (ifMatch !== undefined && ifMatch !== 7) throw new Problem("precondition_failed", "Read it again.");
    if (await getItem(table, bell(caller.tenantId, caseId))) {
      throw new CaseError("stage_forbids", "It was rung before.");
    }
    if (!idempotency) throw new Error("a POST has a key");
    const ringing = {
      caseId: randomUUID(),
      amountMinor: 9_007_199_254_740_991n,
      at: now,
      secret: "not in the schema",
    };
    const reply = { status: 201, body: ringing, version: 8, headers: { location: "/somewhere" } };
    await transact(table, [
      putOnce(table, "version", { ...bell(caller.tenantId, caseId), ...ringing }),
      recordReply(table, caller.tenantId, caller, idempotency, renderReply(raise, reply), now),
    ]);
    return reply;
  },
);

const readEndpoint = endpoint(read, async ({ caller, params: { caseId }, query }, { cursors }) => {
  const scope = `${caller.tenantId}/read/${caseId}`;
  const after =
    query.cursor === undefined ? cursors.sign(scope, { PK: "here" }) : cursors.verify(scope, query.cursor);
  return { status: 200, body: { limit: query.limit, after } };
});

const failures: Readonly<Record<string, () => unknown>> = {
  missing: () => notFound("case"),
  foreign: () => notFound("case"),
  unavailable: () => new StoreUnavailable("throttled"),
  conflict: () => new Conflict(["version"]),
  bug: () => new TypeError("cannot read properties of a secret"),
};

const failEndpoint = endpoint(fail, async ({ params: { caseId } }) => {
  const failure = failures[caseId]?.();
  if (failure) throw failure;
  return { status: 200, body: { fine: false } };
});

const pushEndpoint = endpoint(push, async ({ rawBytes, headers }) => ({
  status: 200,
  body: { heard: rawBytes.toString(), from: String(headers["x-carrier"]) },
}));

const partner = claimsOf("partner");
const goodBody = { note: "hello", lines: [{ quantity: 1, amountMinor: 500 }] };
const ring = (but: Partial<Call> = {}): Call => ({
  claims: partner,
  params: { caseId: randomUUID() },
  body: goodBody,
  idempotencyKey: randomUUID(),
  ...but,
});

let api: TestApi;
let log: MockInstance;
let errorLog: MockInstance;

beforeAll(async () => {
  api = await createTestApi([raiseEndpoint, readEndpoint, failEndpoint, pushEndpoint]);
});
afterAll(() => api.close());
beforeEach(() => {
  log = vi.spyOn(console, "info").mockImplementation(() => {});
  errorLog = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  seen.length = 0;
});

describe("a request that is in order", () => {
  it("is answered in the words of the reply's schema and nothing else", async () => {
    const answer = await api.call(raise, ring());
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      location: "/somewhere",
      etag: '"8"',
    });
    expect(Object.keys(answer.body).sort()).toEqual(["amountMinor", "at", "caseId"]);
    expect(answer.body.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(answer.text).toContain('"amountMinor":9007199254740991');
  });

  it("may come in base64", async () => {
    expect((await api.call(raise, ring({ base64: true }))).status).toBe(201);
  });

  it("leaves one line in the log, with ids and without what was said", async () => {
    const caseId = randomUUID();
    await api.call(raise, ring({ params: { caseId }, body: { ...goodBody, note: "my address" } }));
    expect(log).toHaveBeenCalledTimes(1);
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({
      operationId: "raise",
      tenantId: "lux",
      role: "partner",
      status: 201,
      caseId,
      requestId: "request-1",
    });
    expect(line).not.toContain("my address");
    expect(line).not.toContain("partner-1");
  });

  it("is handed over as it came when the operation wants it so", async () => {
    const answer = await api.call(push, {
      rawBody: "param=%7B%7D&sign=X",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-carrier": "kuaidi100" },
    });
    expect(answer).toMatchObject({ status: 200, body: { heard: "param=%7B%7D&sign=X", from: "kuaidi100" } });
  });
});

describe("who sends it", () => {
  it("is 401 without a token", async () => {
    const answer = await api.call(read, { params: { caseId: "a" } });
    expect(answer).toMatchObject({ status: 401, body: { type: "/problems/unauthenticated", status: 401 } });
    expect(answer.headers["content-type"]).toBe("application/problem+json");
  });

  it.each([
    ["another role", claimsOf("warehouse")],
    ["a buyer who is nobody", { sub: "client-1", tenant: "lux", role: "buyer" }],
    ["a merchant who is nobody", { sub: "client-1", tenant: "lux", role: "merchant" }],
    ["no tenant", { sub: "client-1", role: "partner" }],
    ["a tenant that would reach into another's keys", { sub: "c", tenant: "lux#CASE", role: "partner" }],
    ["a role that does not exist", { sub: "c", tenant: "lux", role: "root" }],
    ["a subject with the keys' separator", { sub: "c#d", tenant: "lux", role: "partner" }],
  ])("is 403 for %s", async (_, claims) => {
    const answer = await api.call(raise, ring({ claims }));
    expect(answer).toMatchObject({ status: 403, body: { type: "/problems/role_forbidden" } });
    expect(seen).toEqual([]);
  });
});

describe("what it says", () => {
  it("names every field at fault at once", async () => {
    const answer = await api.call(
      raise,
      ring({
        params: { caseId: "no#such" },
        query: { verbose: "1" },
        body: {
          note: 5,
          colour: "red",
          lines: [
            { quantity: 0, amountMinor: 1.5 },
            { quantity: 1, amountMinor: -1, "a/b~c": 1 },
          ],
        },
      }),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.type).toBe("/problems/invalid_request");
    const errors = answer.body.errors.map((error: { pointer: string; detail: string }) => [
      error.pointer,
      error.detail,
    ]);
    expect(Object.fromEntries(errors)).toEqual({
      "/colour": "is not known here",
      "/lines/0/amountMinor": "must be a whole number",
      "/lines/0/quantity": "must be at least 1",
      "/lines/1/amountMinor": "must be at least 0",
      "/lines/1/a~1b~0c": "is not known here",
      "/note": "must be text",
      "/path/caseId": "must be 1 to 64 of the characters A-Z a-z 0-9 _ . -",
      "/query/verbose": "is not known here",
    });
    expect(seen).toEqual([]);
  });

  it("is 422 when a body is missing that the operation needs", async () => {
    const answer = await api.call(raise, ring({ body: undefined }));
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "" }] } });
  });

  it("is 400 when it is no JSON", async () => {
    const answer = await api.call(raise, ring({ rawBody: '{"note":' }));
    expect(answer).toMatchObject({ status: 400, body: { type: "/problems/malformed_json" } });
  });

  it("is 400 when a text in it is half a surrogate pair, which no store can keep", async () => {
    const answer = await api.call(raise, ring({ rawBody: '{"note":"\\ud800x"}' }));
    expect(answer).toMatchObject({ status: 400, body: { type: "/problems/malformed_json" } });
  });

  it.each([["text/plain"], ["application/x-www-form-urlencoded"], [""], ["application/jsonp"]])(
    "is 415 as %j",
    async (mediaType) => {
      const answer = await api.call(raise, ring({ headers: { "content-type": mediaType } }));
      expect(answer).toMatchObject({ status: 415, body: { type: "/problems/unsupported_media_type" } });
    },
  );

  it("may name its character set", async () => {
    const answer = await api.call(
      raise,
      ring({ headers: { "content-type": "application/json; charset=utf-8" } }),
    );
    expect(answer.status).toBe(201);
  });

  it("is 413 from one byte over 256 KB on, counted in bytes", async () => {
    const padded = (bytes: number) => {
      const body = JSON.stringify(goodBody);
      return body + " ".repeat(bytes - Buffer.byteLength(body));
    };
    expect((await api.call(raise, ring({ rawBody: padded(262_144) }))).status).toBe(201);
    const answer = await api.call(raise, ring({ rawBody: padded(262_145) }));
    expect(answer).toMatchObject({ status: 413, body: { type: "/problems/body_too_large" } });
    expect((await api.call(raise, ring({ rawBody: "三".repeat(90_000) }))).status).toBe(413);
    expect((await api.call(push, { rawBody: padded(262_145) })).status).toBe(413);
  });
});

describe("If-Match", () => {
  it.each([
    ['"7"', 201, 7],
    ["*", 201, undefined],
    ['"6"', 412, 6],
  ])("%s is %i", async (value, status, ifMatch) => {
    expect((await api.call(raise, ring({ headers: { "if-match": value } }))).status).toBe(status);
    expect(seen).toEqual([{ ifMatch }]);
  });

  it.each(["7", '"x"', 'W/"7"', '"7", "8"', '"-1"'])("%s cannot be read", async (value) => {
    const answer = await api.call(raise, ring({ headers: { "if-match": value } }));
    expect(answer).toMatchObject({ status: 400, body: { type: "/problems/malformed_header" } });
  });
});

describe("a POST that is sent again", () => {
  it("needs a key", async () => {
    const { idempotencyKey: _, ...call } = ring();
    expect(await api.call(raise, call)).toMatchObject({
      status: 400,
      body: { type: "/problems/idempotency_key_required" },
    });
  });

  it.each([["x".repeat(256)], ["schlüssel"], ["tab\there"]])("needs a readable key, not %j", async (key) => {
    const answer = await api.call(raise, ring({ idempotencyKey: key }));
    expect(answer).toMatchObject({ status: 400, body: { type: "/problems/malformed_header" } });
  });

  it("gets the first answer byte for byte", async () => {
    const call = ring();
    const first = await api.call(raise, call);
    const second = await api.call(raise, call);
    expect(second).toMatchObject({ status: 201, text: first.text });
    expect(second.headers).toMatchObject({ etag: '"8"', "idempotency-replayed": "true" });
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
  });

  it("is refused when it says something else", async () => {
    const call = ring();
    await api.call(raise, call);
    const refused = { status: 422, body: { type: "/problems/idempotency_key_reused" } };
    expect(await api.call(raise, { ...call, body: { ...goodBody, note: "other" } })).toMatchObject(refused);
    expect(await api.call(raise, { ...call, params: { caseId: "other" } })).toMatchObject(refused);
  });

  it("is a request of its own when another tenant, role or buyer sends the same key", async () => {
    const call = ring();
    const others = [
      partner,
      claimsOf("partner", "vintage"),
      claimsOf("buyer", "lux", "buyer-1"),
      claimsOf("buyer", "lux", "buyer-2"),
      claimsOf("merchant", "lux", "buyer-1"),
    ];
    const answers = await Promise.all(
      others.map((claims) => api.call(raise, { ...call, claims, params: { caseId: randomUUID() } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 201));
  });

  it("is done once when twenty arrive together, and all twenty get the same answer", async () => {
    for (let round = 0; round < 5; round += 1) {
      const call = ring();
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.call(raise, call)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers["idempotency-replayed"]).length).toBe(19);
    }
  });

  it("stays refused when twenty differ: one is done, the others learn that the key is taken", async () => {
    const call = ring();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        api.call(raise, { ...call, body: { ...goodBody, note: `note ${index}` } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(422)]);
  });

  it("is refused by the case itself under a fresh key", async () => {
    const call = ring();
    await api.call(raise, call);
    expect(await api.call(raise, { ...call, idempotencyKey: randomUUID() })).toMatchObject({
      status: 409,
      body: { type: "/problems/stage_forbids", detail: "It was rung before." },
    });
  });
});

describe("a list", () => {
  const list = (query: Record<string, string>, claims = partner, caseId = "a") =>
    api.call(read, { claims, params: { caseId }, query });

  it("gives 25 entries a page, or as many as it is asked for up to 100", async () => {
    expect((await list({})).body.limit).toBe(25);
    expect((await list({ limit: "1" })).body.limit).toBe(1);
    expect((await list({ limit: "100" })).body.limit).toBe(100);
  });

  it.each(["0", "101", "-1", "ten", "1e1", "", " 5", "05"])("refuses a limit of %j", async (limit) => {
    expect(await list({ limit })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/query/limit" }] },
    });
  });

  it("takes back the cursor it issued", async () => {
    const { body } = await list({});
    expect(await list({ cursor: body.after })).toMatchObject({
      status: 200,
      body: { after: { PK: "here" } },
    });
  });

  it("refuses a cursor of another list, another tenant or nobody", async () => {
    const { after } = (await list({})).body;
    const forged = Buffer.from(after, "base64url");
    forged[40] = (forged[40] ?? 0) ^ 1;
    const attempts = [
      list({ cursor: after }, partner, "b"),
      list({ cursor: after }, claimsOf("partner", "vintage")),
      list({ cursor: forged.toString("base64url") }),
      list({ cursor: "eyJQSyI6ImhlcmUifQ" }),
      list({ cursor: `${after}A` }),
    ];
    for (const answer of await Promise.all(attempts)) {
      expect(answer).toMatchObject({
        status: 422,
        body: { type: "/problems/invalid_cursor", errors: [{ pointer: "/query/cursor" }] },
      });
    }
  });
});

describe("a failure", () => {
  const failing = (caseId: string) => api.call(fail, { claims: partner, params: { caseId } });

  it("of an id that is missing looks byte for byte like one of a foreign id", async () => {
    const [missing, foreign] = [await failing("missing"), await failing("foreign")];
    expect(missing).toMatchObject({ status: 404, body: { detail: "There is no such case." } });
    expect(foreign.text).toBe(missing.text);
    expect(foreign.headers).toEqual(missing.headers);
  });

  it.each(["unavailable", "conflict"])("of the table (%s) asks to come back", async (name) => {
    const answer = await failing(name);
    expect(answer).toMatchObject({ status: 503, body: { type: "/problems/busy" } });
    expect(answer.headers["retry-after"]).toBe("1");
    // The table's answer may have been lost after the commit.
    expect(answer.body.detail).toContain("same Idempotency-Key");
    expect(answer.body.detail).not.toContain("Nothing was changed");
  });

  it("of ours says a constant and is logged once, with its stack", async () => {
    const answer = await failing("bug");
    expect(answer).toMatchObject({ status: 500, body: { type: "/problems/internal" } });
    expect(answer.text).not.toContain("secret");
    expect(errorLog).toHaveBeenCalledTimes(1);
    expect(log).not.toHaveBeenCalled();
    const line = String(errorLog.mock.calls[0]?.[0]);
    expect(line).toContain("cannot read properties of a secret");
    expect(line).toContain("http-stack.test.ts");
  });

  it("to fit the reply's own schema is ours", async () => {
    expect((await failing("fine")).status).toBe(500);
  });
});
