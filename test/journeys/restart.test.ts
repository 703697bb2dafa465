import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getCaseOperation, getNotificationsOperation } from "../../functions/api/cases/operations.ts";
import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import { readReport } from "../../lib/demo/case-report.ts";
import { differencesOf } from "../../lib/demo/differences.ts";
import type { Scenario } from "../../lib/demo/scenario.ts";
import { freshMemory, playStory } from "../../lib/demo/story.ts";
import { continueJourney, type Journey, scenarioNamed, startJourney } from "../support/journey.ts";

/** The service stops in the middle of cases and starts again on its data: no case is lost or paid twice. */

let dataDir: string;
let journey: Journey | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "after-sales-restart-"));
});

afterEach(async () => {
  await journey?.stop();
  journey = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

const between = (scenario: Scenario, from: number, to: number): Scenario => ({
  ...scenario,
  steps: scenario.steps.filter(({ at }) => at >= from && at < to),
});

/** Forgets how far the stream was read, so that all of it is delivered once more. */
const forgetStreamPositions = async (): Promise<number> => {
  const positions = (await readdir(dataDir)).filter((name) => name.startsWith("stream-position"));
  for (const name of positions) await rm(join(dataDir, name));
  return positions.length;
};

describe("a service that is stopped and started again", () => {
  it("brings every case to its end, also when the whole stream is delivered once more", async () => {
    const stories = [
      "merchant-silent",
      "came-back-worse",
      "return-parcel-lost",
      "delivery-not-confirmed",
      "buyer-cancels",
      "damaged-in-transit-carrier-pays",
    ].map(scenarioNamed);
    const memory = freshMemory();
    const play = (on: Journey, from: number, to: number) =>
      playStory(
        on.world,
        stories.map((scenario) => between(scenario, from, to)),
        () => {},
        memory,
      );

    let running = await startJourney({ memory: false, dataDir });
    journey = running;
    await play(running, 0, dayMs);

    await running.stop();
    running = await continueJourney(running, { dataDir });
    journey = running;
    await play(running, dayMs, 4 * dayMs);

    await running.stop();
    expect(await forgetStreamPositions()).toBeGreaterThan(0);
    running = await continueJourney(running, { dataDir });
    journey = running;
    await running.service.idle();
    await play(running, 4 * dayMs, 60 * dayMs);

    for (const scenario of stories) {
      const caseId = memory.caseIds.get(scenario.name) ?? "";
      const report = await readReport(running.api, running.service.meter, { scenario, caseId });
      expect(differencesOf(report)).toEqual([]);
      const { items } = await running.api.call(
        { tenant: "lux", role: "operator" },
        getNotificationsOperation,
        {
          params: { caseId },
        },
      );
      const told = items.map(({ eventId, audience }) => `${eventId} ${audience}`);
      expect(new Set(told).size).toBe(told.length);
    }
    expect(running.service.failures()).toEqual([]);
  }, 120_000);

  it("counts a deadline that passed while nothing was running", async () => {
    const scenario = scenarioNamed("merchant-silent");
    const memory = freshMemory();
    const before = await startJourney({ memory: false, dataDir });
    journey = before;
    const [filed] = await playStory(before.world, [between(scenario, 0, dayMs)], () => {}, memory);
    await before.stop();

    const startAt = before.world.startAt + 3 * dayMs;
    const after = await continueJourney(before, { dataDir, startAt });
    journey = after;
    await after.service.clock.advance(hourMs);
    const { stage } = await after.api.call({ tenant: "lux", role: "operator" }, getCaseOperation, {
      params: { caseId: filed?.caseId ?? "" },
    });
    expect(stage).toBe("awaiting_shipment");
  }, 120_000);
});
