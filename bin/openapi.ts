import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from "zod-openapi";
import { allowedDecisions } from "../functions/api/desk/decision-schema.ts";
import { operations } from "../functions/api/operations.ts";
import { type Area, isIdempotent, type Operation, problemsOf } from "../functions/http/operation.ts";
import { type ProblemName, problemBody, problems } from "../functions/http/problem.ts";
import { documented } from "../functions/http/schemas.ts";
import metadata from "../package.json" with { type: "json" };

/**
 * Writes docs/openapi.json from the operations. With `--check` it writes nothing and fails if the committed
 * document says something else.
 */

const file = new URL("../docs/openapi.json", import.meta.url);

const areas: Readonly<Record<Area, string>> = {
  sync: "Merchants with their contracts, consigned items and orders, as the platform knows them.",
  cases: "After-sales cases: file, read, follow, cancel.",
  evidence: "Photographs, videos and documents for or against a case.",
  messages: "What buyer, merchant and platform write to each other about a case.",
  desk: "What waits for the merchant, and the decision.",
  clocks: "By which calendars clocks run, and clocks that are stopped or given more time.",
  disputes: "What the sides do not agree on: evidence, agreement, ruling, appeal.",
  arbitration: "What arbiters read of disputes. Nothing is written.",
  eligibility: "Which requests are open, before one is filed. Nothing is written.",
  judgment: "What was judged of a case, and what other rules would say. Nothing is written.",
  remedies: "Remedies that ship: repair, replacement, what the buyer says of them.",
  logistics: "The parcel that comes back and what is found in it.",
  labels: "Labels for returns, from the platform's own carrier account.",
  rules: "What a case is judged by: the facts, and the rule sets a platform writes and publishes.",
  backtests: "What other rules would have come to, over the cases that closed in a period.",
  settlement: "Who pays what, and every transfer.",
  payouts: "What merchants are owed, their statements, and the money that is paid out.",
  carriers: "Which carriers are understood, how far each is believed, and their webhooks.",
  "carrier-webhook": "Where carriers push, and what was parked is taken in after all.",
  service: "The service itself.",
};

const description = `Files after-sales cases of consignment platforms, judges who is liable, keeps the clocks, follows the parcel and settles the money in stages.

**Who calls.** A bearer token names one tenant and one role; a buyer's and a merchant's name the buyer or merchant too. What belongs to somebody else answers like what does not exist.

**Problems** (RFC 9457) have a \`type\` from a closed list. \`errors\` names every field at fault: pointers into the body are JSON pointers (\`/lines/0/quantity\`), those of parameters begin with \`/path\` or \`/query\`.

**Before the service is reached**, API Gateway itself answers a missing or invalid token (401), a token without a fitting scope (403) and too many requests (429), in its own words: \`application/json\` with \`{"message": "…"}\`, no problem of that list.

**Repeating a POST** is safe with the same \`Idempotency-Key\`: for 30 days it gets the first answer again, marked \`Idempotency-Replayed: true\`. PUTs may always be repeated, and so may a POST that only asks and takes no key.

**Versions.** An \`ETag\` sent back as \`If-Match\` makes a command fail with 412 if somebody else was faster.

**Lists** are paged by \`limit\` and \`cursor\`; a cursor serves only the list it was issued for.

Amounts are integers in minor units, shares are basis points, times are ISO 8601.`;

const exampleOf = (name: ProblemName) => ({
  summary: problems[name].title,
  value: problemBody(
    {
      name,
      detail: "A sentence about this request.",
      fields:
        problems[name].status === 422 ? [{ pointer: "/lines/0/quantity", detail: "what is wrong" }] : [],
    },
    "JKJaXmPLvHcESHA=",
  ),
});

const problemSchema = documented(
  z.object({
    type: z.enum((Object.keys(problems) as ProblemName[]).map((name) => `/problems/${name}`)),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: documented(z.string(), { description: "The request's id, for questions about it." }),
    errors: z.optional(z.array(z.object({ pointer: z.string(), detail: z.string() }))),
    allowed: documented(z.optional(allowedDecisions), {
      description: "With `decision_forbidden`: what the merchant may answer now.",
    }),
  }),
  { id: "Problem", description: "RFC 9457." },
);

const problemResponses = (operation: Operation): ZodOpenApiOperationObject["responses"] => {
  const byStatus = Map.groupBy(problemsOf(operation), (name) => problems[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      {
        description: names.map((name) => `\`${name}\`: ${problems[name].title}`).join("; "),
        ...(status === 503
          ? { headers: { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } }
          : {}),
        content: {
          "application/problem+json": {
            schema: problemSchema,
            examples: Object.fromEntries(
              names.map((name) => [name, { $ref: `#/components/examples/${name}` }]),
            ),
          },
        },
      },
    ]),
  );
};

/** Whatever has a version says it in its `ETag` too. */
const isVersioned = (schema: z.ZodMiniType): boolean =>
  schema instanceof z.ZodMiniObject && "version" in schema.shape;

const successResponses = (operation: Operation): ZodOpenApiOperationObject["responses"] =>
  Object.fromEntries(
    Object.entries(operation.replies).map(([status, { description, schema }]) => [
      status,
      {
        description,
        headers: {
          ...(operation.area !== "service" && isVersioned(schema)
            ? { ETag: { $ref: "#/components/headers/ETag" } }
            : {}),
          ...(isIdempotent(operation)
            ? { "Idempotency-Replayed": { $ref: "#/components/headers/IdempotencyReplayed" } }
            : {}),
        },
        content: { "application/json": { schema } },
      },
    ]),
  );

/** The body's media types. Another format than JSON is text, so it is described and shown, and has no schema. */
const contentOf = ({ rawBody, body, formats = {} }: Operation) => ({
  [rawBody ?? "application/json"]: { schema: body },
  ...Object.fromEntries(
    Object.entries(formats).map(([mediaType, { description, example }]) => [
      mediaType,
      { schema: { type: "string" as const, description }, example },
    ]),
  ),
});

const describe = (operation: Operation): ZodOpenApiOperationObject => {
  const { operationId, summary, roles, params, query, body } = operation;
  const who = roles === "public" ? [] : [`Roles: ${roles.join(", ")}.`];
  return {
    operationId,
    summary,
    description: [...(operation.description ? [operation.description] : []), ...who].join("\n\n"),
    tags: [operation.area],
    security: roles === "public" ? [] : roles.map((role) => ({ bearer: [`aftersales/${role}`] })),
    requestParams: {
      ...(params ? { path: params as z.ZodMiniObject } : {}),
      ...(query ? { query: query as z.ZodMiniObject } : {}),
    },
    parameters: [
      ...(isIdempotent(operation) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
      ...(operation.conditional
        ? [
            {
              $ref: `#/components/parameters/${operation.conditional === "required" ? "RequiredIfMatch" : "IfMatch"}`,
            },
          ]
        : []),
    ],
    ...(body ? { requestBody: { required: true, content: contentOf(operation) } } : {}),
    responses: { ...successResponses(operation), ...problemResponses(operation) },
  };
};

const paths = (): NonNullable<ZodOpenApiObject["paths"]> =>
  Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, all]) => [
      path,
      Object.fromEntries(all.map((operation) => [operation.method.toLowerCase(), describe(operation)])),
    ]),
  );

/** The OpenAPI document of all operations. */
export const openApiDocument = () =>
  createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "Consignment after-sales",
        version: metadata.version,
        description,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/", description: "Where this document was read." }],
      tags: Object.entries(areas).map(([name, summary]) => ({ name, description: summary })),
      paths: paths(),
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "An access token of the client-credentials grant; claims `tenant` and `role`.",
          },
        },
        parameters: {
          IdempotencyKey: {
            name: "Idempotency-Key",
            in: "header",
            required: true,
            description: "A fresh value for each new request, the same one for its repetitions.",
            schema: { type: "string", minLength: 1, maxLength: 255 },
            example: "8c1f6d1e-6a54-4d6c-9f0e-0a6b2b7c1d3e",
          },
          IfMatch: {
            name: "If-Match",
            in: "header",
            required: false,
            description: "The `ETag` the caller decided on; `*` or nothing for whatever stands.",
            schema: { type: "string" },
            example: '"3"',
          },
          RequiredIfMatch: {
            name: "If-Match",
            in: "header",
            required: true,
            description: "The `ETag` the caller decided on.",
            schema: { type: "string" },
            example: '"3"',
          },
        },
        headers: {
          ETag: { description: "The version that stands now.", schema: { type: "string" }, example: '"4"' },
          IdempotencyReplayed: {
            description: "`true` if this is the recorded answer of an earlier request.",
            schema: { type: "string", enum: ["true"] },
          },
          RetryAfter: { description: "Seconds.", schema: { type: "integer" } },
        },
        examples: Object.fromEntries(
          (Object.keys(problems) as ProblemName[]).map((name) => [name, exampleOf(name)]),
        ),
      },
    },
    {
      override: ({ jsonSchema, zodSchema, io }) => {
        // A reply is encoded, so what goes over the wire is the codec's input side.
        if (io === "output" && zodSchema instanceof z.ZodMiniCodec) {
          for (const name of ["type", "format", "minimum", "maximum"] as const) delete jsonSchema[name];
          Object.assign(jsonSchema, z.toJSONSchema(zodSchema, { io: "input" }), { $schema: undefined });
        }
        // Readers have to expect fields that are added later.
        if (io === "output") delete jsonSchema.additionalProperties;
        // What the bounds of an exact integer and the pattern of a moment would say, the type has said.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.format === "date-time" || jsonSchema.type === "integer") delete jsonSchema.pattern;
      },
    },
  );

const rendered = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

const committed = (): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

if (import.meta.main) {
  if (!process.argv.includes("--check")) writeFileSync(file, rendered());
  else if (committed() !== rendered()) {
    console.error("docs/openapi.json does not say what the operations say: run `npm run openapi`.");
    process.exitCode = 1;
  }
}
