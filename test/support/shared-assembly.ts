import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CloudAssembly } from "aws-cdk-lib/cx-api";
import { inject } from "vitest";
import { type LocalAssembly, readAssembly } from "../../lib/local/assembly.ts";

/**
 * The synthesized app, one for all journeys of a run: the first that asks synthesizes it, in the run's
 * directory, and the others wait. Synthesizing anew would cost each test file some five seconds of a core.
 */
export const sharedAssembly = async (): Promise<LocalAssembly> => {
  const directory = join(inject("runDirectory"), "assembly");
  const [finished, failed] = [`${directory}.finished`, `${directory}.failed`];
  // Of all who make a directory that is not there, one succeeds.
  const first = await mkdir(directory).then(
    () => true,
    () => false,
  );
  if (first) {
    try {
      const { buildApp } = await import("../../lib/app.ts");
      (await buildApp({ outdir: directory, nag: false })).synth();
      await writeFile(finished, "");
    } catch (error) {
      await writeFile(failed, "");
      throw error;
    }
  }
  while (!existsSync(finished)) {
    if (existsSync(failed)) throw new Error("The app could not be synthesized; another test file says why.");
    await setTimeout(50);
  }
  return readAssembly(new CloudAssembly(directory));
};
