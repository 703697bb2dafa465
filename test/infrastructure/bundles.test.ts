import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Bundles, bundleFunctions } from "../../lib/constructs/bundles.ts";
import {
  type FunctionName,
  type FunctionSpec,
  functionNames,
  functionSpecs,
} from "../../lib/constructs/function-specs.ts";
import { defaultProvider } from "../../lib/constructs/lambda-credentials.ts";

let directory: string;
let bundles: Bundles;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "after-sales-bundles-"));
  bundles = await bundleFunctions(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** The budget of performance.md. */
const budgetKiB = 110;

/**
 * What a bundle does with the table, read off its code: what is not called was shaken out of it. Permissions
 * are not checked on one machine, so a grant that is missing would show only in the account.
 */
const tableUse = (code: string): string[] => {
  const found = (pattern: RegExp): string[] => [...code.matchAll(pattern)].map(([, name]) => String(name));
  const parts = found(/\b(Put|Update|Delete|ConditionCheck):\{TableName/g).map((part) => `${part}Item`);
  const calls = found(/"(GetItem|BatchGetItem|PutItem|UpdateItem|DeleteItem|BatchWriteItem)"/g);
  return [
    ...new Set([
      ...calls,
      ...parts,
      ...(code.includes("KeyConditionExpression:") ? ["Query"] : []),
      ...(code.includes("IndexName:") ? ["Query on index"] : []),
    ]),
  ];
};

/**
 * In the bundle, and never reached: every change of a case shares the code that gives back what it held of its
 * lines, and these functions' commands (ShipReturn, RecordInspection, RecordDelivery, OpenManualReview, and those
 * of remedies that ship) end none.
 */
const unreached: Partial<Record<FunctionName, readonly string[]>> = {
  ApiRemedies: ["UpdateItem"],
  OpenManualReview: ["UpdateItem"],
};

describe.each(functionNames)("the bundle of %s", (name) => {
  it("is one module, within the budget", () => {
    expect(readdirSync(bundles[name])).toEqual(["index.mjs"]);
    const code = readFileSync(join(bundles[name], "index.mjs"));
    expect(gzipSync(code).length / 1024).toBeLessThanOrEqual(budgetKiB);
    expect(code.includes("sourceMappingURL")).toBe(false);
  });

  it("does with the table all that its role allows, and nothing else", () => {
    const spec: FunctionSpec = functionSpecs[name];
    const granted = [
      ...spec.tableActions,
      ...(spec.queriesIndex ? ["Query on index"] : []),
      ...(spec.deletesIn ? ["DeleteItem"] : []),
      ...(unreached[name] ?? []),
    ];
    const code = readFileSync(join(bundles[name], "index.mjs"), "utf8");
    expect(tableUse(code).sort()).toEqual(granted.sort());
    // A page's cursor is signed where it is handed out.
    expect(/\bnextCursor:\w+\.sign\(/.test(code)).toBe(spec.needsCursorKey ?? false);
  });

  it("loads by itself and exports its handler", async () => {
    const { handler } = await import(pathToFileURL(join(bundles[name], "index.mjs")).href);
    expect(handler).toBeTypeOf("function");
  });

  it("has its source map beside the assets", () => {
    expect(readdirSync(join(directory, "source-maps", name))).toEqual(["index.mjs.map"]);
  });
});

describe("credentials in a bundle", () => {
  it("are those that Lambda puts into the environment", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "id");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    vi.stubEnv("AWS_SESSION_TOKEN", "token");
    expect(await defaultProvider()()).toEqual({
      accessKeyId: "id",
      secretAccessKey: "secret",
      sessionToken: "token",
    });
  });

  it("come from nowhere else, and it says so", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_PROFILE", "somebody");
    await expect(defaultProvider()()).rejects.toThrow("reads only AWS_ACCESS_KEY_ID");
  });
});
