import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEngine } from "../../lib/local/dynamodb.ts";

declare module "vitest" {
  interface ProvidedContext {
    dynamodbEndpoint: string;
    runDirectory: string;
  }
}

/**
 * One engine in memory for the whole run; every test takes a table of its own on it (`table.ts`). And a
 * directory for what the test files share (`shared-assembly.ts`).
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const engine = await startEngine();
  const runDirectory = await mkdtemp(join(tmpdir(), "after-sales-tests-"));
  project.provide("dynamodbEndpoint", engine.endpoint);
  project.provide("runDirectory", runDirectory);
  return async () => {
    await engine.stop();
    await rm(runDirectory, { recursive: true, force: true });
  };
};
