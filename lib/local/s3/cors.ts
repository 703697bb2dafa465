import type { IncomingHttpHeaders } from "node:http";
import { S3Refused } from "./refusal.ts";

/** One rule of a bucket's CORS configuration, as the template has it. */
export type CorsRule = {
  readonly AllowedMethods: readonly string[];
  readonly AllowedOrigins: readonly string[];
  readonly AllowedHeaders?: readonly string[] | undefined;
  readonly ExposedHeaders?: readonly string[] | undefined;
  readonly MaxAge?: number | undefined;
};

/** `*` stands for any text, once in an origin or a header. */
const isLike = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => {
    const [before = "", after] = pattern.toLowerCase().split("*");
    const sought = text.toLowerCase();
    return after === undefined ? sought === before : sought.startsWith(before) && sought.endsWith(after);
  });

const ruleFor = (
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  headers: readonly string[],
): CorsRule | undefined =>
  rules.find(
    ({ AllowedMethods, AllowedOrigins, AllowedHeaders = [] }) =>
      AllowedMethods.includes(method) &&
      isLike(AllowedOrigins, origin) &&
      headers.every((header) => isLike(AllowedHeaders, header)),
  );

const allowing = (
  { AllowedMethods, AllowedOrigins, ExposedHeaders = [] }: CorsRule,
  origin: string,
): Record<string, string> => ({
  "access-control-allow-origin": AllowedOrigins.includes("*") ? "*" : origin,
  "access-control-allow-methods": AllowedMethods.join(", "),
  ...(ExposedHeaders.length > 0 && { "access-control-expose-headers": ExposedHeaders.join(", ") }),
  vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
});

/** What a browser is told beside the answer to its request; nothing where no rule lets its page read it. */
export const corsHeaders = (
  rules: readonly CorsRule[],
  method: string,
  { origin }: IncomingHttpHeaders,
): Record<string, string> => {
  const rule = origin === undefined ? undefined : ruleFor(rules, origin, method, []);
  return rule && origin !== undefined ? allowing(rule, origin) : {};
};

/**
 * The answer to a browser that asks first.
 *
 * @throws S3Refused if no rule allows what it is about to do
 */
export const preflight = (
  rules: readonly CorsRule[],
  headers: IncomingHttpHeaders,
): Record<string, string> => {
  const { origin = "", "access-control-request-method": method = "" } = headers;
  const asked = (headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((header) => header.trim())
    .filter((header) => header !== "");
  const rule = ruleFor(rules, origin, method, asked);
  if (!rule) throw new S3Refused("AccessForbidden");
  return {
    ...allowing(rule, origin),
    ...(asked.length > 0 && { "access-control-allow-headers": asked.join(", ").toLowerCase() }),
    ...(rule.MaxAge !== undefined && { "access-control-max-age": String(rule.MaxAge) }),
  };
};
