import type { TestProject } from "vitest/node";
import { startEngine } from "../../lib/local/dynamodb.ts";

declare module "vitest" {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/** One engine in memory for the whole run; every test takes a table of its own on it (`table.ts`). */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const engine = await startEngine();
  project.provide("dynamodbEndpoint", engine.endpoint);
  return () => engine.stop();
};
