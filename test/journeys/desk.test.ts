import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getQueueOperation } from "../../functions/api/desk/operations.ts";
import { type DeskStory, deskDifferencesOf, playDesk } from "../../lib/demo/desk-story.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/** Fifty cases of one merchant, answered in one request through the played template. */

let journey: Journey;
let story: DeskStory;
beforeAll(async () => {
  journey = await startJourney();
  story = await playDesk(journey.world, 50);
}, 120_000);
afterAll(() => journey?.stop());

const merchant = { tenant: "lux", role: "merchant", merchantId: "busy-house" } as const;

describe("fifty decisions in one request", () => {
  it("come out mixed, each row as it alone would have, tried and done and sent again", () => {
    expect(deskDifferencesOf(story)).toEqual([]);
    expect(story.done).toMatchObject({ decided: 30, failed: 20 });
    expect(story.done.rows.map(({ status }) => status)).toEqual(
      story.decisions.map((_, index) => (index % 5 < 3 ? 200 : 409)),
    );
    expect(story.done.rows[3]?.problem).toMatchObject({
      type: "/problems/decision_forbidden",
      errors: [{ pointer: "/decisions/3/evidenceIds" }],
      allowed: { rule: "fault-presumed-merchant" },
    });
    expect(story.done.rows[4]?.problem).toMatchObject({ type: "/problems/stage_forbids" });
    console.info(`50 rows decided in ${Math.round(story.tookMs)} ms`);
  });

  it("stand, and what was not decided waits on", async () => {
    const stages = ["awaiting_shipment", "refused", "offered", "awaiting_merchant", "cancelled"];
    for (const [index, { caseId }] of story.decisions.slice(0, 5).entries()) {
      const { stage } = await journey.api.call(merchant, getCaseOperation, { params: { caseId } });
      expect(stage).toBe(stages[index]);
    }
    const { items } = await journey.api.call(merchant, getQueueOperation, {
      params: { merchantId: "busy-house" },
      query: { limit: "100" },
    });
    expect(items.map(({ caseId }) => caseId).toSorted()).toEqual(
      story.decisions
        .filter((_, index) => index % 5 === 3)
        .map(({ caseId }) => caseId)
        .toSorted(),
    );
    expect(journey.service.failures()).toEqual([]);
  });
});
