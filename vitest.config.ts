import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
    globalSetup: ["test/support/global-setup.ts"],
    // The default leaves a core free for a person who waits; on two cores that would halve the run.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
