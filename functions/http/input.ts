import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as z from "zod/mini";
import type { FieldError } from "../domain/errors.ts";
import type { IdempotentRequest } from "../store/idempotency.ts";
import type { ReadBody } from "./body-format.ts";
import { fieldMessage } from "./field-messages.ts";
import { parseWellFormed } from "./json.ts";
import type { Operation } from "./operation.ts";
import { Problem } from "./problem.ts";

const maximumBodyBytes = 256 * 1024;

/**
 * The body as it came: a signature is over bytes, and not over the text they are taken for.
 *
 * @throws Problem `body_too_large`
 */
export const readBody = (event: APIGatewayProxyEventV2): Buffer => {
  const body = event.body ?? "";
  const bytes = event.isBase64Encoded ? Buffer.from(body, "base64") : Buffer.from(body);
  if (bytes.length > maximumBodyBytes) {
    throw new Problem("body_too_large", "A body has at most 262,144 bytes.");
  }
  return bytes;
};

/**
 * The body as the operation's schema is to see it.
 *
 * @throws Problem `unsupported_media_type`, `malformed_json`, or what another format says
 */
const parseText = ({ formats = {} }: Operation, body: string, contentType = ""): ReadBody => {
  if (body === "") return { value: undefined, placeOf: () => undefined };
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const format = formats[mediaType];
  if (format) return format.read(body);
  if (mediaType !== "application/json") {
    const taken = ["application/json", ...Object.keys(formats)].join(", ");
    throw new Problem("unsupported_media_type", `Send ${taken}.`);
  }
  try {
    return { value: parseWellFormed(body), placeOf: () => undefined };
  } catch {
    throw new Problem("malformed_json", "The body cannot be parsed as JSON in well-formed Unicode.");
  }
};

const escaped = (segment: PropertyKey): string => String(segment).replace(/~/g, "~0").replace(/\//g, "~1");

/** RFC 6901, with one entry for each field a strict object does not know. */
const fieldErrors = (
  issues: readonly z.core.$ZodIssue[],
  prefix: string,
  placeOf: ReadBody["placeOf"] = () => undefined,
): readonly FieldError[] =>
  issues.flatMap((issue) => {
    const pointer = [prefix, ...issue.path.map(escaped)].join("/");
    const place = placeOf(issue.path);
    const said = (detail: string): string => (place === undefined ? detail : `${place}: ${detail}`);
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: `${pointer}/${escaped(key)}`,
          detail: said("is not known here"),
        }))
      : [{ pointer, detail: said(issue.message) }];
  });

const inWords = { error: fieldMessage };

const nothing = z.strictObject({});

/** A client with a hundred errors learns enough from the first fifty. */
const maximumErrors = 50;

export type Input = { readonly params: unknown; readonly query: unknown; readonly body: unknown };

/**
 * Parses and validates everything the operation takes; what it does not describe is refused. Pointers into
 * the body are RFC 6901 (`/lines/0/quantity`); those of parameters begin with `/path` or `/query`.
 *
 * @throws Problem `unsupported_media_type`, `malformed_json`, or `invalid_request` with all errors at once; what
 *   another format of the operation says
 */
export const parseInput = (operation: Operation, event: APIGatewayProxyEventV2, rawBody: string): Input => {
  const text = operation.rawBody ? undefined : parseText(operation, rawBody, event.headers["content-type"]);
  const params = (operation.params ?? nothing).safeParse(event.pathParameters ?? {}, inWords);
  const query = (operation.query ?? nothing).safeParse(event.queryStringParameters ?? {}, inWords);
  const bodySchema = operation.rawBody ? z.undefined() : (operation.body ?? z.optional(nothing));
  const body = bodySchema.safeParse(text?.value, inWords);
  const errors = [
    ...fieldErrors(params.error?.issues ?? [], "/path"),
    ...fieldErrors(query.error?.issues ?? [], "/query"),
    ...fieldErrors(body.error?.issues ?? [], "", text?.placeOf),
  ];
  if (errors.length > 0) {
    throw new Problem("invalid_request", "The request has errors.", errors.slice(0, maximumErrors));
  }
  return { params: params.data, query: query.data, body: body.data };
};

const keyPattern = /^[\x20-\x7e]{1,255}$/;

/**
 * The key under which a POST is answered once, with a digest of what it asks.
 *
 * @throws Problem `idempotency_key_required` or `malformed_header`
 */
export const readIdempotencyKey = (event: APIGatewayProxyEventV2, rawBody: string): IdempotentRequest => {
  const key = event.headers["idempotency-key"];
  if (!key) throw new Problem("idempotency_key_required", "Send a fresh Idempotency-Key with each request.");
  if (!keyPattern.test(key)) {
    throw new Problem("malformed_header", "An Idempotency-Key is 1 to 255 printable ASCII characters.");
  }
  const requestHash = createHash("sha256")
    .update(`${event.requestContext.http.method} ${event.rawPath}\n${rawBody}`)
    .digest("hex");
  return { key, requestHash };
};

/**
 * The version named by `If-Match`; nothing for `*`, which any version fits.
 *
 * @throws Problem `malformed_header`
 */
export const readIfMatch = (event: APIGatewayProxyEventV2): number | undefined => {
  const value = event.headers["if-match"]?.trim();
  if (value === undefined || value === "*") return undefined;
  const version = /^"(\d{1,15})"$/.exec(value)?.[1];
  if (version === undefined) {
    throw new Problem("malformed_header", 'If-Match is an ETag as it was issued, such as "3", or *.');
  }
  return Number(version);
};
