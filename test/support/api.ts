import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyEventV2, Context as Invocation } from "aws-lambda";
import { vi } from "vitest";
import { cursorsWith } from "../../functions/http/cursor.ts";
import { type ApiHandler, type Endpoint, routesOn } from "../../functions/http/endpoint.ts";
import { type Area, type Operation, type Role, routeKey } from "../../functions/http/operation.ts";
import { deployedTable, openTable, type Table } from "../../functions/store/table.ts";
import { createTestTable } from "./table.ts";

/** Endpoints behind the real stack on a real table, called with the events API Gateway would send. */

export type Claims = Readonly<Record<string, string>>;

/** What a verified token of this role says. */
export const claimsOf = (role: Role, tenant = "lux", subject = `${role}-1`): Claims => ({
  sub: role === "buyer" || role === "merchant" ? "client-1" : subject,
  tenant,
  role,
  ...(role === "buyer" ? { buyerId: subject } : {}),
  ...(role === "merchant" ? { merchantId: subject } : {}),
});

export type Call = {
  /** Absent: no token at all. */
  readonly claims?: Claims;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string;
  readonly base64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
};

const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

export const apiEvent = (operation: Operation, call: Call): APIGatewayProxyEventV2 => {
  const { claims, params = {}, query = {}, rawBody, body, base64 = false, idempotencyKey } = call;
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const rawPath = pathOf(operation.path, params);
  const { method } = operation;
  const event = {
    version: "2.0",
    routeKey: routeKey(operation),
    rawPath,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: {
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      ...call.headers,
    },
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    ...(Object.keys(params).length > 0 ? { pathParameters: params } : {}),
    ...(text === undefined ? {} : { body: base64 ? Buffer.from(text).toString("base64") : text }),
    isBase64Encoded: base64,
    requestContext: {
      requestId: "request-1",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      ...(claims ? { authorizer: { jwt: { claims, scopes: null } } } : {}),
    },
  };
  return event as unknown as APIGatewayProxyEventV2;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
  readonly body: any;
};

export type TestApi = {
  readonly table: Table;
  readonly call: (operation: Operation, call: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

const answerOf = async (handler: ApiHandler, operation: Operation, call: Call): Promise<Answer> => {
  const { statusCode, headers, body } = await handler(apiEvent(operation, call), {} as Invocation);
  const text = body ?? "";
  return {
    status: statusCode ?? 0,
    headers: (headers ?? {}) as Record<string, string>,
    text,
    body:
      text === "" || headers?.["content-type"]?.toString().startsWith("text/") ? undefined : JSON.parse(text),
  };
};

export const createTestApi = async (endpoints: readonly Endpoint[]): Promise<TestApi> => {
  const { tableName, config, cleanup } = await createTestTable();
  const client = new DynamoDBClient(config);
  const table = openTable(tableName, client);
  const cursors = cursorsWith(() => "test-key");
  const handler = routesOn(() => ({ table, cursors }), endpoints);
  return {
    table,
    call: (operation, call) => answerOf(handler, operation, call),
    close: async () => {
      await cleanup();
      client.destroy();
    },
  };
};

const isRead = (command: object): command is GetCommand | QueryCommand | BatchGetCommand =>
  [GetCommand, QueryCommand, BatchGetCommand].some((read) => command instanceof read);

/**
 * Has a client ask the engine once for what is read again and again while nothing is written through it. What is being
 * read while something is written is asked for anew.
 */
const askOnce = (client: Table["client"]): void => {
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  const asked = new Map<string, Promise<unknown>>();
  const sendOnce = (command: object): Promise<unknown> => {
    if (!isRead(command)) {
      asked.clear();
      return send(command).finally(() => asked.clear());
    }
    const question = `${command.constructor.name} ${JSON.stringify(command.input)}`;
    const answer = asked.get(question) ?? send(command);
    asked.set(question, answer);
    return answer;
  };
  client.send = sendOnce as typeof client.send;
};

/**
 * The areas' own handlers, as they are deployed, on one table: an operation that its area does not answer is missing
 * here as well. Links to files are signed for a bucket that is not there.
 */
export const createDeployedApi = async (areas: readonly Area[]): Promise<TestApi> => {
  const { tableName, config, cleanup } = await createTestTable();
  const environment = {
    TABLE_NAME: tableName,
    CURSOR_KEY: "test-key",
    EVIDENCE_BUCKET: "evidence",
    AWS_ENDPOINT_URL_DYNAMODB: config.endpoint,
    AWS_REGION: config.region,
    AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const loaded = [...new Set(areas)].map(async (area): Promise<[Area, ApiHandler]> => {
    const { handler } = (await import(`../../functions/api/${area}/handler.ts`)) as { handler: ApiHandler };
    return [area, handler];
  });
  const handlers = new Map(await Promise.all(loaded));
  askOnce(deployedTable().client);
  const client = new DynamoDBClient(config);
  return {
    table: openTable(tableName, client),
    call: (operation, call) => {
      const handler = handlers.get(operation.area);
      if (!handler) throw new RangeError(`${operation.area} is not here`);
      return answerOf(handler, operation, call);
    },
    close: async () => {
      await cleanup();
      client.destroy();
      vi.unstubAllEnvs();
    },
  };
};
