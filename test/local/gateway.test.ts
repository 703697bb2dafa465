import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvocationResult } from "../../lib/local/function-environment.ts";
import { createGateway, maximumBodyBytes } from "../../lib/local/gateway.ts";
import { type LocalServer, listen } from "../../lib/local/http-server.ts";
import { createIdentity, type Identity } from "../../lib/local/identity.ts";

const issuer = "https://cognito-idp.us-east-1.amazonaws.com/pool";
const now = Date.UTC(2026, 2, 1);
const authorizer = { issuer, audience: ["lux-client"] };

type Event = Record<string, unknown> & { requestContext: { authorizer?: { jwt: unknown } } };

let server: LocalServer;
let identity: Identity;
let events: Event[] = [];
let answer: InvocationResult = { ok: true, payload: { statusCode: 204 } };

const route = (routeKey: string, more: object = {}) => ({
  routeKey,
  functionArn: `arn:${routeKey}`,
  permitted: true,
  authorizer: undefined,
  scopes: [],
  ...more,
});

beforeAll(async () => {
  identity = await createIdentity({
    pool: {
      poolId: "pool",
      poolArn: "arn:pool",
      issuer,
      region: "us-east-1",
      triggerArn: "arn:trigger",
      clients: [
        {
          clientId: "lux-client",
          allowedScopes: ["aftersales/merchant", "aftersales/buyer", "tenants/lux"],
          validitySeconds: 3600,
        },
      ],
    },
    invoke: async (_, event) => {
      const { request } = event as { request: { clientMetadata: Record<string, string> } };
      const claimsToAddOrOverride = { tenant: "lux", ...request.clientMetadata };
      const accessTokenGeneration = { claimsToAddOrOverride, scopesToSuppress: ["tenants/lux"] };
      return {
        ok: true,
        payload: { response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } },
      };
    },
    now: () => now,
    keyFile: undefined,
  });
  const gateway = createGateway({
    apiId: "api",
    account: "000000000000",
    routes: [
      route("GET /cases/{caseId}", { authorizer, scopes: ["aftersales/merchant"] }),
      route("GET /cases/open", { authorizer }),
      route("ANY /cases/{caseId}/{rest+}"),
      route("POST /push"),
      route("GET /forbidden", { permitted: false }),
    ],
    verify: identity.verify,
    invoke: async (functionArn, event) => {
      events.push({ ...(event as Event), functionArn });
      return answer;
    },
    now: () => now,
  });
  server = await listen(0, () => {});
  const unused = () => Promise.reject(new Error("not asked for"));
  server.answerWith({ gateway: gateway.handle, control: unused, wire: unused, objects: unused });
});

afterAll(() => server.stop());

const call = async (path: string, init: RequestInit = {}, payload: unknown = { statusCode: 204 }) => {
  events = [];
  answer = { ok: true, payload };
  const response = await fetch(`${server.url}${path}`, init);
  return { response, event: events[0] };
};

const bearer = async (claims: Partial<Parameters<Identity["token"]>[0]> = {}) => ({
  headers: {
    authorization: `Bearer ${await identity.token({ tenant: "lux", role: "merchant", ...claims })}`,
  },
});

describe("the gateway's door", () => {
  it.each([
    ["no token", {}],
    ["no JWT", { headers: { authorization: "Bearer nonsense" } }],
  ])("answers 401 to %s", async (_, init) => {
    const { response, event } = await call("/cases/1", init);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: "Unauthorized" });
    expect(event).toBeUndefined();
  });

  it("answers 401 to an expired token and to one of another issuer, client or key", async () => {
    const forged = async () => {
      const { privateKey } = await generateKeyPair("RS256");
      return new SignJWT({
        iss: issuer,
        client_id: "lux-client",
        scope: "aftersales/merchant",
        exp: now,
      })
        .setProtectedHeader({ alg: "RS256" })
        .sign(privateKey);
    };
    const tokens = [
      (await bearer({ expiresInSeconds: -1 })).headers.authorization,
      `Bearer ${await forged()}`,
    ];
    for (const authorization of tokens) {
      const { response } = await call("/cases/1", { headers: { authorization } });
      expect(response.status).toBe(401);
    }
    const token = await identity.token({ tenant: "lux", role: "merchant" });
    expect(
      await identity.verify(token, { issuer: "https://elsewhere", audience: ["lux-client"] }),
    ).toBeUndefined();
    expect(await identity.verify(token, { issuer, audience: ["vintage-client"] })).toBeUndefined();
  });

  it("answers 403 to a token without the route's scope", async () => {
    const { response } = await call("/cases/1", await bearer({ role: "buyer" }));
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ message: "Forbidden" });
  });

  it("lets in who has it, and hands the claims on as text", async () => {
    const { event } = await call("/cases/1", await bearer({ merchantId: "atelier" }));
    expect(event?.requestContext.authorizer?.jwt).toMatchObject({
      claims: {
        tenant: "lux",
        merchantId: "atelier",
        client_id: "lux-client",
        scope: "aftersales/merchant",
        exp: String(now / 1000 + 3600),
      },
      scopes: ["aftersales/merchant"],
    });
  });

  it("answers 404 where there is no route, 413 to more than 10 MB, 500 where it may not invoke", async () => {
    expect((await call("/nowhere")).response.status).toBe(404);
    expect((await call("/push")).response.status).toBe(404);
    const body = Buffer.alloc(maximumBodyBytes + 1);
    expect((await call("/push", { method: "POST", body })).response.status).toBe(413);
    expect((await call("/forbidden")).response.status).toBe(500);
  });
});

describe("what a function is handed", () => {
  it("is the route that says most, with decoded parameters", async () => {
    const open = await call("/cases/open", await bearer());
    expect(open.event?.routeKey).toBe("GET /cases/open");
    const one = await call("/cases/a%20b%2Fc", await bearer());
    expect(one.event).toMatchObject({
      routeKey: "GET /cases/{caseId}",
      rawPath: "/cases/a%20b%2Fc",
      pathParameters: { caseId: "a b/c" },
    });
    const rest = await call("/cases/1/x/y", { method: "DELETE" });
    expect(rest.event?.pathParameters).toEqual({ caseId: "1", rest: "x/y" });
  });

  it("joins what comes twice, and takes cookies out of the headers", async () => {
    const { event } = await call("/cases/1/x?a=1&b=&a=2", {
      headers: { cookie: "one=1; two=2", "X-Custom": "Yes" },
    });
    expect(event).toMatchObject({
      version: "2.0",
      rawQueryString: "a=1&b=&a=2",
      queryStringParameters: { a: "1,2", b: "" },
      cookies: ["one=1", "two=2"],
      headers: { "x-custom": "Yes" },
      requestContext: {
        http: { method: "GET", path: "/cases/1/x" },
        timeEpoch: now,
        time: "01/Mar/2026:00:00:00 +0000",
      },
    });
    expect(event?.headers).not.toHaveProperty("cookie");
  });

  it.each([
    ["application/json", false],
    ["text/plain; charset=utf-8", false],
    ["application/x-www-form-urlencoded", true],
    ["application/problem+json", true],
    ["image/png", true],
  ])("has a body of %s as base64: %s", async (type, encoded) => {
    const { event } = await call("/push", {
      method: "POST",
      body: "快递=100",
      headers: { "content-type": type },
    });
    expect(event?.isBase64Encoded).toBe(encoded);
    const body = encoded ? Buffer.from(String(event?.body), "base64").toString() : event?.body;
    expect(body).toBe("快递=100");
  });
});

describe("what a function answers", () => {
  it("reaches the client with status, headers, cookies and body", async () => {
    const { response } = await call(
      "/push",
      { method: "POST" },
      {
        statusCode: 201,
        headers: { ETag: '"3"', "Content-Type": "application/problem+json" },
        cookies: ["a=1", "b=2"],
        body: '{"ok":true}',
      },
    );
    expect(response.status).toBe(201);
    expect(response.headers.get("etag")).toBe('"3"');
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.json()).toEqual({ ok: true });
  });

  it("is decoded from base64, or taken whole when it has no status", async () => {
    const encoded = { statusCode: 200, isBase64Encoded: true, body: Buffer.from("快").toString("base64") };
    expect(await (await call("/push", { method: "POST" }, encoded)).response.text()).toBe("快");
    const plain = await call("/push", { method: "POST" }, { ok: true });
    expect(plain.response.headers.get("content-type")).toBe("application/json");
    expect(await plain.response.json()).toEqual({ ok: true });
  });

  it("is a 500 that tells nothing when the function failed or answered nonsense", async () => {
    const nonsense = await call("/push", { method: "POST" }, { statusCode: "many" });
    expect(nonsense.response.status).toBe(500);
    answer = { ok: false, error: { errorType: "Error", errorMessage: "secret", trace: [] } };
    const response = await fetch(`${server.url}/push`, { method: "POST" });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  });
});
