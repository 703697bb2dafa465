import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";

/** The code of a worker thread, as a file that Node starts without stripping types. */
export type WorkerFile = { readonly url: URL; remove(): Promise<void> };

/**
 * Writes `function-worker.ts` as JavaScript: every thread that starts from TypeScript loads the stripper
 * first, which more than doubles its start (83 ms instead of 37 ms, measured).
 */
export const writeWorkerFile = async (): Promise<WorkerFile> => {
  const source = await readFile(new URL("./function-worker.ts", import.meta.url), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "node24" });
  const directory = await mkdtemp(join(tmpdir(), "after-sales-worker-"));
  const file = join(directory, "function-worker.mjs");
  await writeFile(file, code);
  return { url: pathToFileURL(file), remove: () => rm(directory, { recursive: true, force: true }) };
};
