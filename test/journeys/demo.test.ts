import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scenarios } from "../../lib/demo/scenarios.ts";

/** `npm run demo` as a stranger runs it: a process of its own. */

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

const runDemo = (arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(file("node_modules/.bin/node"), [file("bin/demo.ts"), ...arguments_], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code, stdout, stderr }));
  });

describe("npm run demo", () => {
  it("prints with --json a line a case, a summary last, and nothing else", async () => {
    const { code, stdout, stderr } = await runDemo(["--json"]);
    expect(stderr).not.toContain("Not as the scenarios say");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    const cases = lines.slice(0, -1).map((line) => JSON.parse(line) as { scenario: string });
    expect(cases.map(({ scenario }) => scenario)).toEqual(scenarios.map(({ name }) => name));
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      summary: {
        cases: scenarios.length,
        closed: scenarios.length,
        balanced: true,
        wallSeconds: expect.any(Number),
        virtualDays: 45.3,
      },
    });
    expect(stderr.split("\n")).toContain("day 45");
  }, 120_000);

  it("says in one sentence what is missing, and fails", async () => {
    const { code, stdout, stderr } = await runDemo([], { DYNAMODB_ENDPOINT: "http://127.0.0.1:9" });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("No DynamoDB engine answers at http://127.0.0.1:9");
    expect(stderr).not.toContain("    at ");
  }, 60_000);

  it("explains itself", async () => {
    const help = await runDemo(["--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("npm run demo");
    const wrong = await runDemo(["--wrong"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toBe("");
  });
});
