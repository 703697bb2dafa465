import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Context as Invocation } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { getHealthEndpoint } from "../../functions/api/service/get-health.ts";
import { getOpenApiEndpoint } from "../../functions/api/service/get-openapi.ts";
import { handler } from "../../functions/api/service/handler.ts";
import { getHealthOperation, getOpenApiOperation } from "../../functions/api/service/operations.ts";
import { cursorsFromEnvironment } from "../../functions/http/cursor.ts";
import metadata from "../../package.json" with { type: "json" };
import { apiEvent, createTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi([getHealthEndpoint, getOpenApiEndpoint]);
});
afterAll(() => api.close());

describe("the service", () => {
  it("says that it is well and which version it is, to anybody", async () => {
    expect(await api.call(getHealthOperation, {})).toMatchObject({
      status: 200,
      body: { status: "ok", version: metadata.version },
    });
  });

  it("says that it is not when its table does not answer", async () => {
    const dynamodb = mockClient(DynamoDBDocumentClient);
    dynamodb.rejects(Object.assign(new Error("connect"), { name: "TimeoutError" }));
    try {
      const answer = await api.call(getHealthOperation, {});
      expect(answer).toMatchObject({ status: 503, body: { type: "/problems/busy" } });
    } finally {
      dynamodb.restore();
    }
  });

  it("hands out its description, which may be kept for a while", async () => {
    const answer = await api.call(getOpenApiOperation, {});
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("public, max-age=300");
    expect(answer.body.openapi).toBe("3.1.0");
    expect(answer.body.paths["/v1/orders/{orderId}"].put.operationId).toBe("putOrder");
  });

  it("refuses parameters it does not know", async () => {
    const answer = await api.call(getHealthOperation, { query: { deep: "1" } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "/query/deep" }] } });
  });
});

describe("a deployed function", () => {
  it("finds its table in its environment with the first request", async () => {
    vi.stubEnv("TABLE_NAME", api.table.name);
    const config = (api.table.client as unknown as DynamoDBClient).config;
    const endpoint = await config.endpoint?.();
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://${endpoint?.hostname}:${endpoint?.port}`);
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    try {
      const answer = await handler(apiEvent(getHealthOperation, {}), {} as Invocation);
      expect(answer.statusCode).toBe(200);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("does not start answering for a route that is not its own", async () => {
    const event = { ...apiEvent(getHealthOperation, {}), routeKey: "GET /v1/orders/{orderId}" };
    await expect(handler(event, {} as Invocation)).rejects.toThrow(
      "no endpoint for GET /v1/orders/{orderId}",
    );
  });

  it("asks for the key of its cursors only when it needs it", () => {
    vi.stubEnv("CURSOR_KEY", undefined);
    const cursors = cursorsFromEnvironment();
    expect(() => cursors.sign("a", {})).toThrow("CURSOR_KEY is not set");
    vi.unstubAllEnvs();
  });
});
