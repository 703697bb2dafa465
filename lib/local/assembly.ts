import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import type { Template } from "./template.ts";

/** What the player needs of a synthesized app. */
export type LocalAssembly = {
  readonly stacks: readonly { readonly name: string; readonly template: Template }[];
  /** Where an asset's files lie, by the key it will have in the asset bucket; undefined if there is none. */
  assetPath(objectKey: string): string | undefined;
  /** Removes what was written to be played. */
  remove(): Promise<void>;
};

type AssetManifest = {
  files?: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
};

/** Reads every stack of a cloud assembly and where its assets lie. */
export const readAssembly = async (assembly: CloudAssembly): Promise<LocalAssembly> => {
  const assets = new Map<string, string>();
  for (const stack of assembly.stacks) {
    const manifestFile = join(assembly.directory, `${stack.id}.assets.json`);
    const manifest = JSON.parse(await readFile(manifestFile, "utf8")) as AssetManifest;
    for (const asset of Object.values(manifest.files ?? {})) {
      for (const { objectKey } of Object.values(asset.destinations)) {
        assets.set(objectKey, join(assembly.directory, asset.source.path));
      }
    }
  }
  return {
    stacks: assembly.stacks.map((stack) => ({ name: stack.stackName, template: stack.template as Template })),
    assetPath: (objectKey) => assets.get(objectKey),
    remove: async () => {},
  };
};

/** Synthesizes the app in this process, into a directory that is removed when the service stops. */
export const synthesize = async (): Promise<LocalAssembly> => {
  const outdir = await mkdtemp(join(tmpdir(), "after-sales-"));
  try {
    const { buildApp } = await import("../app.ts");
    const assembly = await readAssembly((await buildApp({ outdir, nag: false })).synth());
    return { ...assembly, remove: () => rm(outdir, { recursive: true, force: true }) };
  } catch (error) {
    await rm(outdir, { recursive: true, force: true });
    throw error;
  }
};
