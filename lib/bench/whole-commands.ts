import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../constructs/bundles.ts";

const seconds = (fromMs: number): number => Math.round((performance.now() - fromMs) / 100) / 10;

/** How long `cdk synth` takes, security rules included, on this machine. */
export const measureSynth = async (): Promise<number> => {
  const outdir = mkdtempSync(join(tmpdir(), "bench-synth-"));
  const from = performance.now();
  try {
    const cdk = join(projectRoot, "node_modules/aws-cdk/bin/cdk");
    const child = spawn(process.execPath, [cdk, "synth", "--quiet", "--output", outdir], {
      cwd: projectRoot,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    const status = await new Promise((resolve) => child.once("exit", resolve));
    if (status !== 0) throw new Error(`cdk synth failed: ${complaint}`);
    return seconds(from);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

/** How long `npm start` takes until its health answers. */
export const measureStart = async (): Promise<number> => {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const from = performance.now();
  const child = spawn(
    process.execPath,
    [join(projectRoot, "bin/local.ts"), "--memory", "--port", String(port)],
    { cwd: projectRoot, stdio: "ignore" },
  );
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      const health = await fetch(`http://127.0.0.1:${port}/v1/health`).catch(() => undefined);
      if (health?.ok) return seconds(from);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    child.kill("SIGINT");
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  }
};
