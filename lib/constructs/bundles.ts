import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type FunctionName, functionNames, functionSpecs } from "./function-specs.ts";
import { leanSdk } from "./lambda-sdk.ts";
import { packedDocument } from "./packed-document.ts";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** The directory of each function's code asset: one `index.mjs` and nothing else. */
export type Bundles = Readonly<Record<FunctionName, string>>;

/**
 * Bundles every function in ONE esbuild call: synth takes seconds where a process a function takes a minute.
 *
 * The SDK is bundled, because the runtime's own copy costs a fifth more of cold start. What it never runs in
 * these functions is left out: the credential chain (37 KiB compressed and two fifths of the import time),
 * the event-stream codec (7 KiB), the cache of discovered endpoints (2 KiB), and what `lambda-sdk.ts` names.
 *
 * The bundles lie inside the cloud assembly, so that two synths at once never share a file. The source maps
 * lie beside them under `source-maps/`, out of the assets: a stack trace is read at a desk, not in Lambda.
 */
export const bundleFunctions = async (outdir: string): Promise<Bundles> => {
  const missing = functionNames.filter((name) => !existsSync(join(projectRoot, functionSpecs[name].entry)));
  if (missing.length > 0) {
    const list = missing.map((name) => `${name} (${functionSpecs[name].entry})`).join(", ");
    throw new Error(`No code for ${list}.`);
  }

  const bundleRoot = join(outdir, "functions");
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: functionNames.map((name) => ({ in: functionSpecs[name].entry, out: join(name, "index") })),
    outdir: bundleRoot,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    treeShaking: true,
    minify: true,
    legalComments: "none",
    sourcemap: "external",
    sourcesContent: false,
    // Texts in Chinese stay three bytes a character and are not escaped to six.
    charset: "utf8",
    alias: {
      "@aws-sdk/credential-provider-node": fileURLToPath(new URL("lambda-credentials.ts", import.meta.url)),
      "@aws-sdk/endpoint-cache": fileURLToPath(new URL("lambda-endpoint-cache.ts", import.meta.url)),
    },
    // The SDK imports its event-stream codec only when an operation streams, and none of ours does.
    external: ["@smithy/core/event-streams"],
    plugins: [leanSdk, packedDocument],
    write: false,
    logLevel: "silent",
  });

  for (const { path, contents } of outputFiles) {
    const target = path.endsWith(".map") ? path.replace(bundleRoot, join(outdir, "source-maps")) : path;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, contents);
  }
  return Object.fromEntries(functionNames.map((name) => [name, join(bundleRoot, name)])) as Bundles;
};
