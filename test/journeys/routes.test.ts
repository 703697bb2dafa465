import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../functions/api/operations.ts";
import { type Operation, roles, routeKey } from "../../functions/http/operation.ts";
import { type Answer, type As, pathOf } from "../../lib/demo/api-client.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/** Every operation that is advertised is there, and lets in exactly the roles it names. */

let journey: Journey;

beforeAll(async () => {
  journey = await startJourney();
}, 120_000);

afterAll(() => journey?.stop());

const callers: Readonly<Record<(typeof roles)[number], As>> = {
  partner: { tenant: "lux", role: "partner" },
  buyer: { tenant: "lux", role: "buyer", buyerId: "buyer-01" },
  merchant: { tenant: "lux", role: "merchant", merchantId: "atelier-shanghai" },
  operator: { tenant: "lux", role: "operator" },
  warehouse: { tenant: "lux", role: "warehouse" },
};

/** Ids of nothing at all, so that whoever is let in finds nothing and changes nothing. */
const nothing = {
  merchantId: "nobody",
  itemId: "nothing",
  orderId: "nothing",
  caseId: "01AAAAAAAAAAAAAAAAAAAAAAAA",
  carrier: "kuaidi100",
  subscription: "nothing",
};

const ask = (operation: Operation, as: As | undefined): Promise<Answer> => {
  const body = operation.method === "GET" ? {} : { body: '{"no": "such field"}' };
  return journey.api.raw(as, operation.method, pathOf(operation, nothing), {
    headers: { "content-type": "application/json", "idempotency-key": "routes" },
    ...body,
  });
};

/** The gateway's own answer where there is no route has no problem type. */
const isRouted = ({ status, json }: Answer): boolean =>
  status !== 404 || (json as { type?: string })?.type !== undefined;

const named = operations.map((operation) => [routeKey(operation), operation] as const);
const guarded = named.filter(([, { roles: allowed }]) => allowed !== "public");

describe("the OpenAPI document", () => {
  it("lists every operation, and nothing else", async () => {
    const { json } = await journey.api.raw(undefined, "GET", "/v1/openapi.json");
    const { openapi, paths } = json as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(openapi).toMatch(/^3\.1\./);
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
      ),
    );
    expect(listed.sort()).toEqual(
      operations.map((operation) => `${operation.operationId} ${routeKey(operation)}`).sort(),
    );
  });
});

describe("every advertised route", () => {
  it.each(named)("%s is there", async (_key, operation) => {
    const answer = await ask(operation, undefined);
    expect(isRouted(answer)).toBe(true);
    expect(answer.status).not.toBe(500);
  });

  it("and no other", async () => {
    for (const path of ["/", "/v1", "/v1/cases/1/2/3", "/v2/cases", "/_local/nothing"]) {
      expect((await journey.api.raw(callers.partner, "GET", path)).status).toBe(404);
    }
    const wrongMethod = await journey.api.raw(callers.partner, "DELETE", "/v1/cases");
    expect(wrongMethod.status).toBe(404);
  });

  it("says that it is well", async () => {
    const { status, json } = await journey.api.raw(undefined, "GET", "/v1/health");
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: "ok" });
  });
});

describe("who may do what", () => {
  it.each(guarded)("%s wants a token", async (_key, operation) => {
    expect((await ask(operation, undefined)).status).toBe(401);
  });

  it.each(guarded)("%s lets in its roles and no other", async (_key, operation) => {
    const letIn: string[] = [];
    for (const role of roles) {
      const { status } = await ask(operation, callers[role]);
      expect(status).toBeLessThan(500);
      if (status !== 403) letIn.push(role);
      if (status !== 403) expect(status).not.toBe(401);
    }
    expect(letIn).toEqual(roles.filter((role) => operation.roles.includes(role)));
  });
});

describe("a token for one machine", () => {
  it("opens the disputes to an operator whose token, asked for as by `npm run token`, names the person", async () => {
    const body = JSON.stringify({ tenant: "lux", role: "operator", operatorId: "arbiter-1" });
    const issued = await fetch(`${journey.service.url}/_local/token`, { method: "POST", body });
    const { token } = (await issued.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${journey.service.url}/v1/disputes`, { headers })).status).toBe(200);
  });
});
