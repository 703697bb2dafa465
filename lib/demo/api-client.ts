import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import type { Operation, Role } from "../../functions/http/operation.ts";
import type { LocalService } from "../local/service.ts";

/** Who a request is sent as. */
export type As = {
  readonly tenant: string;
  readonly role: Role;
  readonly merchantId?: string;
  readonly buyerId?: string;
  readonly operatorId?: string;
};

type Part<O, Name extends string> = O extends { readonly [name in Name]: infer Schema extends z.ZodMiniType }
  ? { readonly [name in Name]: z.input<Schema> }
  : { readonly [name in Name]?: undefined };

/** What an operation takes, as it stands on the wire. */
export type Input<O extends Operation> = Part<O, "params"> &
  Part<O, "body"> & {
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  };

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
};

export type SuccessOf<O extends Operation> = z.output<O["replies"][keyof O["replies"] & number]["schema"]>;

/** The service answered with a problem where the caller counted on a success. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}

/** A client of the HTTP API that knows the operations, and how to get a token on this machine. */
export type ApiClient = {
  /** Sends a request and hands back whatever comes. */
  send<O extends Operation>(as: As | undefined, operation: O, input: Input<O>): Promise<Answer>;
  /** Sends a request that has to succeed, and reads the reply by the operation's own schema. */
  call<O extends Operation>(as: As | undefined, operation: O, input: Input<O>): Promise<SuccessOf<O>>;
  /** A request in the caller's own words; `authorization` is filled in unless it is given. */
  raw(as: As | undefined, method: string, path: string, init?: RawInit): Promise<Answer>;
};

export type RawInit = {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Stories run through weeks in seconds; a token of one hour would end in the middle of them. */
const tokenSeconds = 90 * 24 * 3600;

export const pathOf = (
  { path }: Pick<Operation, "path">,
  params: unknown,
  query: Readonly<Record<string, string>> = {},
): string => {
  const filled = path.replace(/\{(\w+)\}/g, (_placeholder, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams(query).toString();
  return search === "" ? filled : `${filled}?${search}`;
};

const isJson = (headers: Headers): boolean =>
  /^application\/(problem\+)?json/.test(headers.get("content-type") ?? "");

export const createApiClient = (service: Pick<LocalService, "url" | "token">): ApiClient => {
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (as: As): Promise<string> => {
    const key = JSON.stringify(as);
    const token = tokens.get(key) ?? service.token({ ...as, expiresInSeconds: tokenSeconds });
    tokens.set(key, token);
    return token;
  };

  const raw: ApiClient["raw"] = async (as, method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { ...(as ? { authorization: `Bearer ${await tokenOf(as)}` } : {}), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson(response.headers) ? JSON.parse(text) : undefined,
    };
  };

  const send: ApiClient["send"] = (as, operation, { params, query, body, headers = {} }) => {
    const { method } = operation;
    return raw(as, method, pathOf(operation, params, query), {
      headers: {
        ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };

  return {
    raw,
    send,
    call: async (as, operation, input) => {
      const answer = await send(as, operation, input);
      const reply = operation.replies[answer.status];
      if (!reply) {
        throw new UnexpectedAnswer(`${operation.operationId} answered ${answer.status}: ${answer.text}`);
      }
      return reply.schema.parse(answer.json) as SuccessOf<typeof operation>;
    },
  };
};
