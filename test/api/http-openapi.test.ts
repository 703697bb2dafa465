import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { openApiDocument } from "../../bin/openapi.ts";
import { operations } from "../../functions/api/operations.ts";
import { problemsOf, routeKey } from "../../functions/http/operation.ts";
import { problems } from "../../functions/http/problem.ts";

/** One description of each operation: the document, the routes and the handlers cannot disagree. */

const document = openApiDocument();

type Described = {
  readonly operationId: string;
  readonly responses: Record<string, { content: Record<string, { examples?: Record<string, unknown> }> }>;
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly $ref?: string }[];
  readonly requestBody?: unknown;
};

const described = (path: string, method: string): Described =>
  (document.paths as unknown as Record<string, Record<string, Described>>)[path]?.[
    method.toLowerCase()
  ] as Described;

describe("the operations", () => {
  it("have each an id and a route of their own", () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(new Set(operations.map(routeKey)).size).toBe(operations.length);
  });

  it.each(operations.map((operation) => ({ operation, name: operation.operationId })))(
    "$name takes nothing that it does not describe",
    ({ operation }) => {
      for (const schema of [
        operation.params,
        operation.query,
        operation.rawBody ? undefined : operation.body,
      ]) {
        if (schema) expectStrict(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
      }
    },
  );

  it.each(operations.map((operation) => ({ operation, name: operation.operationId })))(
    "$name names exactly the parameters of its path",
    ({ operation }) => {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inSchema = operation.params ? Object.keys((operation.params as z.ZodMiniObject).shape) : [];
      expect(inSchema.sort()).toEqual(inPath.sort());
    },
  );
});

/** Every object in an input is closed or has keys of one pattern, and every string and list in it has a bound. */
const expectStrict = (schema: unknown): void => {
  if (schema === null || typeof schema !== "object") return;
  const { type, ...rest } = schema as Record<string, unknown>;
  if (type === "object" && "propertyNames" in rest) expect(rest.propertyNames).toHaveProperty("pattern");
  else if (type === "object") expect(schema).toHaveProperty("additionalProperties", false);
  if (type === "array") expect(schema).toHaveProperty("maxItems");
  if (type === "string" && !("enum" in rest || "const" in rest || "format" in rest)) {
    expect("maxLength" in rest || "pattern" in rest, JSON.stringify(schema)).toBe(true);
  }
  for (const part of Object.values(rest)) expectStrict(part);
};

describe("the document", () => {
  it("is committed as it is generated: run `npm run openapi`", () => {
    const committed = readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8");
    expect(committed).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it.each(operations.map((operation) => ({ operation, name: operation.operationId })))(
    "describes $name with its replies and each of its problems",
    ({ operation }) => {
      const {
        operationId,
        responses,
        security,
        parameters = [],
      } = described(operation.path, operation.method);
      expect(operationId).toBe(operation.operationId);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(Object.keys(operation.replies)));
      for (const name of problemsOf(operation)) {
        const response = responses[String(problems[name].status)];
        expect(Object.keys(response?.content["application/problem+json"]?.examples ?? {})).toContain(name);
      }
      const scopes = operation.roles === "public" ? [] : operation.roles.map((role) => `aftersales/${role}`);
      expect(security.flatMap(({ bearer = [] }) => bearer)).toEqual(scopes);
      const references = parameters.map(({ $ref, name }) => $ref ?? name);
      expect(references.includes("#/components/parameters/IdempotencyKey")).toBe(
        operation.method === "POST" && operation.roles !== "public" && !operation.readOnly,
      );
      expect(references.includes("#/components/parameters/IfMatch")).toBe(operation.conditional === true);
      expect(references.includes("#/components/parameters/RequiredIfMatch")).toBe(
        operation.conditional === "required",
      );
    },
  );

  it("refers to nothing that it does not contain", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) =>
      String(ref),
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      const found = reference
        .replace("#/", "")
        .split("/")
        .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
      expect(found, reference).toBeDefined();
    }
  });

  it("shows amounts as integers and moments as text, coming in and going out", () => {
    const order = document.components?.schemas?.Order as unknown as {
      properties: { placedAt: unknown; lines: { items: { properties: Record<string, unknown> } } };
    };
    expect(order.properties.placedAt).toMatchObject({ type: "string", format: "date-time" });
    expect(order.properties.lines.items.properties.paidMinor).toMatchObject({ type: "integer" });
  });
});
