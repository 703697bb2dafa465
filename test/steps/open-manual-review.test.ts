import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CaseState } from "../../functions/domain/case.ts";
import { InvariantViolation } from "../../functions/domain/errors.ts";
import { type FailedStep, openManualReview } from "../../functions/steps/open-manual-review.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import type { Table } from "../../functions/store/table.ts";
import { day, hour, referenceOf } from "../support/builders.ts";
import { caseInTable, openTestTable, standingCase } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

let alarm: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
  vi.spyOn(Metrics.prototype, "publishStoredMetrics").mockReturnThis();
});
afterEach(() => vi.restoreAllMocks());

const failedIn = (state: CaseState, stage = state.stage): FailedStep => ({
  ...referenceOf(state),
  ...failed,
  stage,
});
const failed = { failedState: "JudgeResponsibility", error: "InvariantViolation" };

describe("a machine that failed hands the case to an operator", () => {
  it("with the state and the error by name, for thirty days, and raises the alarm", async () => {
    const state = await caseInTable(table, "settling");
    const now = state.updatedAt + hour;
    const answer = await openManualReview(table, failedIn(state), now);
    expect(answer).toEqual({
      ...referenceOf(state),
      stage: "manual_review",
      wait: state.version + 1,
      // Half of thirty days: then the operator is reminded.
      timeoutSeconds: (15 * day) / 1000,
    });
    const items = await caseRecords(table, state, 1, 100);
    expect(items.at(-1)?.announcements).toMatchObject([
      { type: "ManualReviewOpened", payload: { cause: "JudgeResponsibility: InvariantViolation" } },
    ]);
    expect((await standingCase(table, state)).state.resumeStage).toBe("settling");
    expect(alarm).toHaveBeenCalledTimes(1);
  });

  it("once, however often the machine says so", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const now = state.updatedAt + hour;
    const open = () => openManualReview(table, failedIn(state), now);
    const answers = await Promise.all([open(), open(), open()]);
    answers.push(await open());
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
    expect(alarm).toHaveBeenCalledTimes(1);
  });

  it("never one that somebody moved on meanwhile: the machine follows it", async () => {
    const state = await caseInTable(table, "awaiting_shipment");
    const answer = await openManualReview(table, failedIn(state, "awaiting_merchant"), state.updatedAt);
    expect(answer).toEqual({
      ...referenceOf(state),
      stage: "awaiting_shipment",
      wait: state.waitSince,
      timeoutSeconds: (3.5 * day) / 1000,
    });
    expect((await standingCase(table, state)).state.version).toBe(state.version);
    expect(alarm).not.toHaveBeenCalled();
  });

  it.each(["closed", "cancelled"] as const)("never one that is %s", async (stage) => {
    const state = await caseInTable(table, stage);
    const answer = await openManualReview(table, failedIn(state), state.updatedAt);
    expect(answer).toMatchObject({ stage, wait: 0 });
    expect(alarm).not.toHaveBeenCalled();
  });

  it("unless the review itself failed: then the state fails and is tried again, never in a circle", async () => {
    const state = await caseInTable(table, "manual_review");
    const input = { ...referenceOf(state), ...failed, stage: "manual_review" as const };
    await expect(openManualReview(table, input, state.updatedAt)).rejects.toThrow(InvariantViolation);
  });

  it("unless there is no such case", async () => {
    const nowhere = { tenantId: "tenant-1", caseId: "nowhere", stage: "submitted", ...failed } as const;
    await expect(openManualReview(table, nowhere, 0)).rejects.toThrow(RangeError);
  });
});
