import type * as z from "zod/mini";
import type { BodyFormat } from "./body-format.ts";
import type { ProblemName } from "./problem.ts";

/** Who may act. Every role belongs to one tenant; none reaches beyond it. */
export const roles = ["partner", "buyer", "merchant", "operator", "warehouse"] as const;
export type Role = (typeof roles)[number];

/** One deployed API function an area, so that least privilege stays per area. */
export type Area =
  | "sync"
  | "cases"
  | "evidence"
  | "messages"
  | "desk"
  | "disputes"
  | "arbitration"
  | "eligibility"
  | "judgment"
  | "logistics"
  | "labels"
  | "remedies"
  | "rules"
  | "backtests"
  | "settlement"
  | "clocks"
  | "payouts"
  | "carriers"
  | "service"
  | "carrier-webhook";

/**
 * An operation, described once: the gateway's route, the handler's input, the OpenAPI document and the
 * tests all read this object.
 */
export type Operation<
  Params extends z.ZodMiniType = z.ZodMiniType,
  Query extends z.ZodMiniType = z.ZodMiniType,
  Body extends z.ZodMiniType = z.ZodMiniType,
  Reply extends z.ZodMiniType = z.ZodMiniType,
> = {
  readonly operationId: string;
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** API Gateway's path syntax, which is OpenAPI's too: `/v1/cases/{caseId}`. */
  readonly path: string;
  readonly area: Area;
  readonly roles: readonly Role[] | "public";
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /**
   * The handler wants the body as it came, to check a signature over it or because it is no JSON. The body
   * is then neither parsed nor validated here; `body` only documents it under this media type.
   */
  readonly rawBody?: string;
  /** Other media types than `application/json` in which the body may come; `body` holds for what they say. */
  readonly formats?: { readonly [mediaType: string]: BodyFormat };
  /** Success replies by status; the output is allow-listed by the schema. */
  readonly replies: { readonly [status: number]: { readonly description: string; readonly schema: Reply } };
  /** What this operation itself may answer with, beside what the shared stack answers for every operation. */
  readonly problems: readonly ProblemName[];
  /** A command honours `If-Match`, or requires it, and answers with an `ETag`. */
  readonly conditional?: boolean | "required";
  /** A POST that only asks, because its question has a body: it may be repeated and takes no key for that. */
  readonly readOnly?: true;
};

/** Keeps the exact types of an operation's schemas, so that its handler's input follows from them. */
export const defineOperation = <const O extends Operation>(operation: O): O => operation;

/** The gateway's key of an operation's route, as API Gateway hands it to the function. */
export const routeKey = (operation: Pick<Operation, "method" | "path">): string =>
  `${operation.method} ${operation.path}`;

/** Whether a request is answered once for each Idempotency-Key. */
export const isIdempotent = ({
  method,
  roles,
  readOnly,
}: Pick<Operation, "method" | "roles" | "readOnly">): boolean =>
  method === "POST" && roles !== "public" && !readOnly;

/** Everything an operation may answer with instead of a success: its own problems and the stack's. */
export const problemsOf = (operation: Operation) => {
  const { method, roles, rawBody, conditional, problems } = operation;
  const names = new Set<ProblemName>(["invalid_request", ...problems, "busy", "internal"]);
  const add = (...more: readonly ProblemName[]) => {
    for (const name of more) names.add(name);
  };
  if (roles !== "public") add("unauthenticated", "role_forbidden");
  if (method !== "GET") add("body_too_large");
  if (method !== "GET" && !rawBody) add("malformed_json", "unsupported_media_type");
  if (isIdempotent(operation)) {
    add("idempotency_key_required", "idempotency_key_reused", "malformed_header");
  }
  if (conditional) add("malformed_header", "precondition_failed");
  if (conditional === "required") add("precondition_required");
  return [...names].sort();
};
