import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Journeys last longest: begun last, one of them would keep a single core busy at the end. */
class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isJourney = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/test/journeys/");
    const sorted = await super.sort(files);
    return [...sorted.filter(isJourney), ...sorted.filter((file) => !isJourney(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
    globalSetup: ["test/support/global-setup.ts"],
    sequence: { sequencer: JourneysFirst },
    // The default leaves a core free for a person who waits; on two cores that would halve the run.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
