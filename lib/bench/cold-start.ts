import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { bundleFunctions, projectRoot } from "../constructs/bundles.ts";
import { functionNames } from "../constructs/function-specs.ts";
import { median } from "./statistics.ts";

export type ColdStart = { readonly function: string; readonly gzKiB: number; readonly importRatio: number };

/** What every bundle is measured against: a handler on the bare SDK, bundled as anybody would. */
const rawHandler = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export const handler = async (event) => {
  const { Item } = await client.send(new GetCommand({ TableName: process.env.TABLE_NAME, Key: event.key }));
  return { statusCode: Item ? 200 : 404, body: JSON.stringify(Item ?? {}) };
};
`;

const bundleRawHandler = (directory: string): string => {
  const file = join(directory, "raw.mjs");
  buildSync({
    stdin: { contents: rawHandler, resolveDir: projectRoot, loader: "js" },
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    logLevel: "silent",
  });
  return file;
};

const environment = {
  ...process.env,
  TABLE_NAME: "bench",
  BUS_NAME: "bench",
  STATE_MACHINE_ARN: "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
};

/** Milliseconds a fresh process takes to import a module. */
const importMs = (timer: string, file: string): number => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [timer, pathToFileURL(file).href], {
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${file} cannot be imported: ${stderr}`);
  return Number(stdout);
};

/**
 * Size and import time of every deployed bundle. The raw handler is imported in turn with each of them, so
 * that a noisy machine is noisy for both; only the ratio counts.
 *
 * @param pairs how many times each pair is measured
 */
export const measureColdStarts = async (
  pairs: number,
  progress: (text: string) => void,
): Promise<readonly ColdStart[]> => {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const bundles = await bundleFunctions(directory);
    const raw = bundleRawHandler(directory);
    const timer = join(directory, "timer.mjs");
    writeFileSync(
      timer,
      "const from = performance.now(); await import(process.argv[2]); process.stdout.write(String(performance.now() - from)); process.exit(0);",
    );
    importMs(timer, raw);
    return functionNames.map((name) => {
      progress(`cold start of ${name}`);
      const file = join(bundles[name], "index.mjs");
      const ratios = Array.from({ length: pairs }, (_, pair) => {
        if (pair % 2 === 0) {
          const base = importMs(timer, raw);
          return importMs(timer, file) / base;
        }
        const measured = importMs(timer, file);
        return measured / importMs(timer, raw);
      });
      const gzKiB = gzipSync(readFileSync(file)).length / 1024;
      return {
        function: name,
        gzKiB: Math.round(gzKiB * 10) / 10,
        importRatio: Math.round(median(ratios) * 100) / 100,
      };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
