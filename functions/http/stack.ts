import { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
} from "aws-lambda";
import { findRecordedReply, type IdempotentRequest, type RecordedReply } from "../store/idempotency.ts";
import { StoreUnavailable } from "../store/table.ts";
import { type Caller, callerOf } from "./caller.ts";
import type { Context, Endpoint } from "./endpoint.ts";
import { type Input, parseInput, readBody, readIdempotencyKey, readIfMatch } from "./input.ts";
import { isIdempotent } from "./operation.ts";
import { Problem, problemBody, problemOf, problems } from "./problem.ts";
import { exactIntegers, type Reply, renderReply } from "./reply.ts";

/**
 * What every request goes through, in this order: authenticate, authorize, read, validate, recognise a
 * repetition, handle, render. Whatever throws on the way becomes a problem in one place.
 */

/** A request on its way through the stack; each step adds what it found out. */
type Exchange = {
  readonly endpoint: Endpoint;
  readonly event: APIGatewayProxyEventV2;
  readonly contextOf: () => Context;
  readonly now: number;
  caller?: Caller;
  rawBytes?: Buffer;
  input?: Input;
  idempotency?: IdempotentRequest;
  ifMatch?: number | undefined;
  handled?: boolean;
  reply?: Reply;
};

type Step = middy.MiddlewareObj<Exchange, APIGatewayProxyStructuredResultV2>;

const isPublic = ({ endpoint }: Exchange): boolean => endpoint.operation.roles === "public";

/** API Gateway has verified the token; what it says stands in the event. */
const claimsIn = (event: APIGatewayProxyEventV2): unknown => {
  const { authorizer } = event.requestContext as Partial<
    APIGatewayProxyEventV2WithJWTAuthorizer["requestContext"]
  >;
  return authorizer?.jwt?.claims;
};

const authenticate: Step = {
  before: ({ event: exchange }) => {
    if (isPublic(exchange)) return;
    exchange.caller = callerOf(claimsIn(exchange.event), exchange.endpoint.operation);
  },
};

const validate: Step = {
  before: ({ event: exchange }) => {
    const { endpoint, event } = exchange;
    exchange.rawBytes = readBody(event);
    exchange.input = parseInput(endpoint.operation, event, exchange.rawBytes.toString());
    if (endpoint.operation.conditional) exchange.ifMatch = readIfMatch(event);
    if (endpoint.operation.conditional === "required" && exchange.ifMatch === undefined) {
      throw new Problem("precondition_required", "Send the ETag of what you have read as If-Match.");
    }
  },
};

const result = (
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { "content-type": contentType, "cache-control": "no-store", ...headers },
  body,
});

const rendered = (
  reply: Omit<RecordedReply, "requestHash">,
  headers: Readonly<Record<string, string>> = {},
) =>
  result(reply.status, "application/json", reply.body, {
    ...(reply.etag ? { etag: reply.etag } : {}),
    ...(reply.location ? { location: reply.location } : {}),
    ...headers,
  });

/** The answer this request already had, if it is a repetition. */
const replay = async (exchange: Exchange): Promise<APIGatewayProxyStructuredResultV2 | undefined> => {
  const { caller, idempotency, contextOf } = exchange;
  if (!caller || !idempotency) return undefined;
  const recorded = await findRecordedReply(contextOf().table, caller.tenantId, caller, idempotency.key);
  if (!recorded) return undefined;
  if (recorded.requestHash !== idempotency.requestHash) {
    throw new Problem("idempotency_key_reused", "Use a fresh Idempotency-Key for another request.");
  }
  return rendered(recorded, { "idempotency-replayed": "true" });
};

const recogniseRepetition: Step = {
  before: async ({ event: exchange }) => {
    const { endpoint, event, rawBytes = "" } = exchange;
    if (!isIdempotent(endpoint.operation)) return undefined;
    exchange.idempotency = readIdempotencyKey(event, rawBytes.toString());
    return await replay(exchange);
  },
};

const handle = async (exchange: Exchange): Promise<undefined> => {
  const { endpoint, event, contextOf, now, caller, rawBytes, input, idempotency, ifMatch } = exchange;
  const request = { caller, ...input, rawBytes, headers: event.headers, now, idempotency, ifMatch };
  exchange.handled = true;
  exchange.reply = await endpoint.handle(request as never, contextOf());
};

const render: Step = {
  after: (request) => {
    const { endpoint, reply } = request.event;
    if (!reply) throw new Error(`${endpoint.operation.operationId} did not reply`);
    if (reply.text) {
      request.response = result(reply.status, reply.text.contentType, reply.text.body, reply.headers);
      return;
    }
    request.response = rendered(renderReply(endpoint.operation, reply), reply.headers);
  },
};

/**
 * Both halves of a double click find nothing recorded at first. The slower one then loses its write, or
 * already finds the case where the faster one has taken it: it gets the faster one's answer. So does a
 * request whose own commit went through although the table's reply was lost.
 */
const answeredMeanwhile = async (
  exchange: Exchange,
  error: unknown,
): Promise<{ readonly answer?: APIGatewayProxyStructuredResultV2; readonly error: unknown }> => {
  if (!exchange.handled || problemOf(error).name === "internal") return { error };
  try {
    const answer = await replay(exchange);
    return answer ? { answer, error } : { error };
  } catch (second) {
    return { error: second instanceof Problem ? second : error };
  }
};

const answerProblems: Step = {
  onError: async (request) => {
    const { answer, error } = await answeredMeanwhile(request.event, request.error);
    if (answer) return answer;
    const problem = problemOf(error);
    return result(
      problems[problem.name].status,
      "application/problem+json",
      JSON.stringify(problemBody(problem, request.event.event.requestContext.requestId), exactIntegers),
      problem.name === "busy" ? { "retry-after": "1" } : {},
    );
  },
};

const logger = new Logger();

const caseIdIn = (source: unknown): string | undefined => {
  const caseId = (source as { readonly caseId?: unknown } | null | undefined)?.caseId;
  return typeof caseId === "string" ? caseId : undefined;
};

/** One line a request: ids and the outcome, no personal data, no body. */
const log = ({ event: exchange, response, error }: middy.Request<Exchange>): void => {
  const { endpoint, caller, input, reply, event } = exchange;
  const status: number = response?.statusCode ?? 500;
  const line = {
    operationId: endpoint.operation.operationId,
    requestId: event.requestContext.requestId,
    tenantId: caller?.tenantId,
    role: caller?.role,
    status,
    caseId: caseIdIn(input?.params) ?? caseIdIn(reply?.body),
  };
  if (status >= 500 && error) logger.error("request", { ...line, error });
  else logger.info("request", line);
};

/** Lambda cuts a function off without an answer; this much earlier we answer ourselves. */
const timeoutEarlyInMillis = 250;

/** Answers one request of an endpoint, whatever happens on the way. */
export const answer = middy<Exchange, APIGatewayProxyStructuredResultV2>(handle as never, {
  timeoutEarlyInMillis,
  timeoutEarlyResponse: () => {
    throw new StoreUnavailable("the function's time ran out");
  },
  requestEnd: log as never,
}).use([answerProblems, authenticate, validate, recogniseRepetition, render]);
