import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Claims } from "./identity.ts";

/** What API Gateway's HTTP API hands to a function and takes from it: payload format 2.0. */
export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer;
};

/** Types whose body travels as text; every other travels as base64, form fields and a missing type too. */
const textTypes = new Set(["application/json", "application/xml", "application/javascript"]);

const isText = (contentType: string | undefined): boolean => {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || textTypes.has(type);
};

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `12/Mar/2026:19:03:58 +0000`. */
const logTime = (at: number): string => {
  const iso = new Date(at).toISOString();
  const month = months[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
};

/** Claims reach a function as text, whatever they were in the token; lists as `[a b]`. */
const claimText = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.join(" ")}]`
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

const commaSeparated = (pairs: Iterable<readonly [string, string]>): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const [name, value] of pairs) joined[name] = name in joined ? `${joined[name]},${value}` : value;
  return joined;
};

export const requestEvent = (
  request: IncomingMessage,
  from: {
    readonly body: Buffer;
    readonly url: URL;
    readonly routeKey: string;
    readonly pathParameters: Readonly<Record<string, string>>;
    readonly apiId: string;
    readonly account: string;
    readonly at: number;
    readonly jwt: { readonly claims: Claims; readonly scopes: readonly string[] | null } | undefined;
  },
): Record<string, unknown> => {
  const { url, body, jwt } = from;
  const text = isText(request.headers["content-type"]);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== "cookie" && value !== undefined) headers[name] = [value].flat().join(",");
  }
  const query = [...url.searchParams];
  const path = url.pathname;
  const forwarded = {
    ...headers,
    "x-forwarded-for": request.socket.remoteAddress ?? "127.0.0.1",
    "x-forwarded-port": String(request.socket.localPort ?? ""),
    "x-forwarded-proto": "http",
  };
  return {
    version: "2.0",
    routeKey: from.routeKey,
    rawPath: path,
    rawQueryString: url.search.slice(1),
    ...(request.headers.cookie && { cookies: request.headers.cookie.split(";").map((one) => one.trim()) }),
    headers: forwarded,
    ...(query.length > 0 && { queryStringParameters: commaSeparated(query) }),
    requestContext: {
      accountId: from.account,
      apiId: from.apiId,
      ...(jwt && {
        authorizer: {
          jwt: {
            claims: Object.fromEntries(
              Object.entries(jwt.claims).map(([name, one]) => [name, claimText(one)]),
            ),
            scopes: jwt.scopes,
          },
        },
      }),
      domainName: request.headers.host ?? "localhost",
      domainPrefix: "localhost",
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: from.routeKey,
      stage: "$default",
      time: logTime(from.at),
      timeEpoch: from.at,
    },
    ...(Object.keys(from.pathParameters).length > 0 && { pathParameters: from.pathParameters }),
    ...(body.length > 0 && { body: text ? body.toString() : body.toString("base64") }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

export const message = (status: number, text: string, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ message: text }),
});

type FunctionReply = {
  statusCode?: unknown;
  headers?: Record<string, unknown>;
  cookies?: unknown;
  body?: unknown;
  isBase64Encoded?: unknown;
};

/** What a function answered, as the client sees it. Without a status code the whole answer is the body. */
export const httpReply = (payload: unknown): HttpReply => {
  const reply = payload as FunctionReply | null;
  if (typeof reply !== "object" || reply === null || !("statusCode" in reply)) {
    const body = typeof payload === "string" ? payload : JSON.stringify(payload);
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const status = Number(reply.statusCode);
  const body = reply.body ?? "";
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== "string") {
    return message(500, "Internal Server Error");
  }
  const headers: Record<string, string | string[]> = { "content-type": "text/plain;charset=UTF-8" };
  for (const [name, value] of Object.entries(reply.headers ?? {}))
    headers[name.toLowerCase()] = String(value);
  if (Array.isArray(reply.cookies)) headers["set-cookie"] = reply.cookies.map(String);
  return { status, headers, body: reply.isBase64Encoded === true ? Buffer.from(body, "base64") : body };
};
