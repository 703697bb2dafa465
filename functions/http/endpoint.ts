import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as Invocation,
} from "aws-lambda";
import type * as z from "zod/mini";
import type { IdempotentRequest } from "../store/idempotency.ts";
import { deployedTable, type Table } from "../store/table.ts";
import type { Caller } from "./caller.ts";
import { type Cursors, cursorsFromEnvironment } from "./cursor.ts";
import { type Operation, routeKey } from "./operation.ts";
import type { Reply } from "./reply.ts";
import { answer } from "./stack.ts";

export type { Caller } from "./caller.ts";
export type { Reply } from "./reply.ts";

type Parsed<O, Part extends string> = O extends {
  readonly [part in Part]: infer Schema extends z.ZodMiniType;
}
  ? z.output<Schema>
  : undefined;

/** A request that passed the stack: authenticated, authorized, parsed and validated. */
export type Request<O extends Operation> = {
  readonly caller: O["roles"] extends "public" ? undefined : Caller;
  readonly params: Parsed<O, "params">;
  readonly query: Parsed<O, "query">;
  /** Undefined too for an operation with `rawBody`. */
  readonly body: O extends { readonly rawBody: string } ? undefined : Parsed<O, "body">;
  /** The body as it came, byte for byte; empty if there was none. */
  readonly rawBytes: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly now: number;
  /** The version the caller expects, from `If-Match` on a conditional operation; absent for `*` too. */
  readonly ifMatch: O extends { readonly conditional: "required" } ? number : number | undefined;
  /** Present on every POST that is neither public nor read-only. */
  readonly idempotency?: IdempotentRequest;
};

/** The effects a handler may use. */
export type Context = { readonly table: Table; readonly cursors: Cursors };

export type Endpoint = {
  readonly operation: Operation;
  readonly handle: (request: never, context: Context) => Promise<Reply>;
};

/** An operation with the function that answers it. */
export const endpoint = <O extends Operation>(
  operation: O,
  handle: (request: Request<O>, context: Context) => Promise<Reply>,
): Endpoint => ({ operation, handle });

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  invocation: Invocation,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** The effects of this deployed function. Made with the first request, so that loading it needs nothing. */
const contextFromEnvironment = (): (() => Context) => {
  let context: Context | undefined;
  return () => {
    context ??= { table: deployedTable(), cursors: cursorsFromEnvironment() };
    return context;
  };
};

/** One Lambda handler for some endpoints, told apart by the gateway's route key, on the given effects. */
export const routesOn = (contextOf: () => Context, endpoints: readonly Endpoint[]): ApiHandler => {
  const byRoute = new Map(endpoints.map((each) => [routeKey(each.operation), each]));
  return (event, invocation) => {
    const found = byRoute.get(event.routeKey);
    // The gateway only sends what the operations list; anything else is our own wiring gone wrong.
    if (!found) return Promise.reject(new Error(`no endpoint for ${event.routeKey}`));
    return answer({ endpoint: found, event, contextOf, now: Date.now() }, invocation);
  };
};

/** The handler of one area's function. */
export const routes = (...endpoints: readonly Endpoint[]): ApiHandler =>
  routesOn(contextFromEnvironment(), endpoints);
