import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CaseState } from "../../functions/domain/case.ts";
import { clocks, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import type { Table } from "../../functions/store/table.ts";
import { day, hour, referenceOf } from "../support/builders.ts";
import {
  approves,
  at,
  delivered,
  judged,
  machineFails,
  scannedAt,
  settles,
  silence,
  wayTo,
} from "../support/cases.ts";
import { caseInTable, make, openTestTable, scanned, standingCase } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());
beforeEach(() => {
  vi.spyOn(Metrics.prototype, "publishStoredMetrics").mockReturnThis();
});
afterEach(() => vi.restoreAllMocks());

const timeOut = (state: CaseState, now = state.deadlineAt ?? 0) =>
  applyTimeout(table, referenceOf(state), now);

/** Handed to an operator for this cause, and no money has moved. */
const requireReview = async (state: CaseState, cause: string): Promise<void> => {
  const { state: standing, ledger } = await standingCase(table, state);
  expect(standing).toMatchObject({ stage: "manual_review", resumeStage: "in_transit" });
  expect(ledger.every(({ phase }) => phase === "pending")).toBe(true);
  const items = await caseRecords(table, state, 1, 100);
  expect(items.at(-1)?.announcements).toMatchObject([{ type: "ManualReviewOpened", payload: { cause } }]);
};

const afterSilence: { readonly [stage in Stage]?: Stage } = {
  awaiting_merchant: "awaiting_shipment",
  ineligible: "closed",
  refused: "closed",
  awaiting_shipment: "closed",
  in_transit: "manual_review",
  awaiting_inspection: "settling",
  manual_review: "closed",
};

describe("nobody answered in time", () => {
  it("has an outcome for every stage that waits", () => {
    expect(Object.keys(afterSilence).sort()).toEqual(stages.filter((stage) => lifecycle[stage].wait).sort());
  });

  it.each(Object.entries(afterSilence))("in %s: %s, and a second run changes nothing", async (from, to) => {
    const state = await caseInTable(table, from as Stage);
    expect(await timeOut(state, (state.deadlineAt ?? 0) - 1)).toMatchObject({
      stage: from,
      wait: state.waitSince,
    });
    const answer = await timeOut(state);
    const { state: standing } = await standingCase(table, state);
    expect(standing).toMatchObject({ stage: to, version: state.version + 1 });
    expect(answer).toMatchObject({ ...referenceOf(state), stage: to, wait: standing.waitSince ?? 0 });
    expect(await timeOut(state)).toEqual(answer);
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
  });

  it("is written down once by five runs at the same time", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => timeOut(state)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
  });

  it("and has nobody to tell it of a case that does not exist", async () => {
    const nowhere = { tenantId: "tenant-1", caseId: "nowhere" };
    await expect(applyTimeout(table, nowhere, 0)).rejects.toThrow(RangeError);
  });
});

describe("somebody was faster than the clock", () => {
  it("the human's decision stands, and the machine follows it", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const decided = await make(table, state, at(state.deadlineAt ?? 0, approves()));
    const answer = await timeOut(state);
    expect(answer).toMatchObject({ stage: "awaiting_shipment", wait: decided.waitSince });
    expect((await standingCase(table, state)).state.version).toBe(decided.version);
  });

  it("the deadline was moved: nothing happens, the machine waits for as long as is left", async () => {
    const state = await caseInTable(table, "in_transit");
    const moved = await make(table, state, silence(scannedAt((state.deadlineAt ?? 0) - day)));
    const answer = await timeOut(state);
    expect(answer).toEqual({
      ...referenceOf(state),
      stage: "in_transit",
      wait: moved.waitSince,
      timeoutSeconds: ((moved.deadlineAt ?? 0) - (state.deadlineAt ?? 0)) / 1000,
    });
  });
});

describe("fifteen days after the goods were sent", () => {
  it("a scan since then moves the deadline to fifteen days after it, again and again", async () => {
    const state = await caseInTable(table, "in_transit");
    const firstScan = state.updatedAt + 9 * day;
    await scanned(table, state, firstScan);
    expect(await timeOut(state)).toMatchObject({
      stage: "in_transit",
      wait: state.version + 1,
      timeoutSeconds: (9 * day) / 1000,
    });
    const extended = (await standingCase(table, state)).state;
    expect(extended.deadlineAt).toBe(firstScan + clocks.lostWithoutScanMs);

    await scanned(table, state, firstScan + day);
    await timeOut(extended);
    const again = (await standingCase(table, state)).state;
    expect(again.deadlineAt).toBe(firstScan + day + clocks.lostWithoutScanMs);

    expect(await timeOut(again)).toMatchObject({ stage: "lost" });
  });

  it("a parcel the carrier took and never scanned again is lost, once", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.updatedAt, "picked_up");
    const answer = await timeOut(state);
    expect(answer).toMatchObject({ stage: "lost", wait: 0 });
    expect(await timeOut(state)).toEqual(answer);
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
  });

  it("an invented waybill pays nothing: an operator is called, not the carrier's account", async () => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const state = await caseInTable(table, "in_transit");
    expect(await timeOut(state)).toMatchObject({ stage: "manual_review" });
    await requireReview(state, "never_scanned");
    expect(alarm).toHaveBeenCalledTimes(1);
  });

  it("somebody else's old waybill pays nothing either: its scans lie before the case", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.filedAt - 20 * day, "picked_up");
    await scanned(table, state, state.filedAt - 19 * day);
    expect(await timeOut(state)).toMatchObject({ stage: "manual_review" });
    await requireReview(state, "never_scanned");
  });

  it.each(["refused", "returning", "returned"] as const)(
    "a parcel that is %s goes back to the buyer, who is not refunded as well",
    async (status) => {
      const state = await caseInTable(table, "in_transit");
      await scanned(table, state, state.updatedAt + hour, "picked_up");
      await scanned(table, state, state.updatedAt + 2 * day, status);
      expect(await timeOut(state)).toMatchObject({ stage: "manual_review" });
      await requireReview(state, "returned_to_sender");
    },
  );

  it("a parcel the carrier delivered and nobody noticed is delivered, not lost, and moves no money by itself", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.updatedAt + 2 * day, "delivered");
    const answer = await timeOut(state);
    expect(answer).toMatchObject({ stage: "awaiting_inspection" });
    const { state: standing, ledger } = await standingCase(table, state);
    expect(standing).toMatchObject({ reception: "delivered", deliveryTrusted: false });
    expect(ledger.every(({ phase }) => phase === "pending")).toBe(true);
    expect(await timeOut(state)).toMatchObject({ stage: "awaiting_inspection", wait: standing.waitSince });
  });

  it("a parcel scanned in the next century calls an operator", async () => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.updatedAt + 36_500 * day);
    expect(await timeOut(state)).toMatchObject({ stage: "manual_review" });
    expect(alarm).toHaveBeenCalledTimes(1);
  });
});

describe("a delivery that only a weak signature told", () => {
  it("calls an operator after ten days, once, and never the money", async () => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const state = await caseInTable(table, [...wayTo.in_transit, delivered(false)]);
    expect(await timeOut(state)).toMatchObject({ stage: "manual_review" });
    await timeOut(state);
    expect(alarm).toHaveBeenCalledTimes(1);
    expect((await standingCase(table, state)).ledger).toHaveLength(1);
  });
});

describe("an operator who decides nothing for thirty days", () => {
  it.each([
    ["goods were delivered", [...wayTo.in_transit, delivered(), machineFails()]],
    ["a settlement failed midway", [...wayTo.settling, settles(), settles(), machineFails()]],
  ])("is called again when %s, month after month, and the case is not closed", async (_moved, history) => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const opened = await caseInTable(table, history);
    const { ledger } = await standingCase(table, opened);
    for (const month of [1, 2, 3]) {
      const { state } = await standingCase(table, opened);
      const answer = await timeOut(state);
      expect(answer).toEqual({
        ...referenceOf(opened),
        stage: "manual_review",
        wait: opened.version + month,
        timeoutSeconds: (30 * day) / 1000,
      });
      expect(alarm).toHaveBeenCalledTimes(month);
      expect(await timeOut(state)).toEqual(answer);
      expect(alarm).toHaveBeenCalledTimes(month);
    }
    const after = await standingCase(table, opened);
    expect(after.ledger).toEqual(ledger);
    expect(after.state).toMatchObject({ version: opened.version + 3, resumeStage: opened.resumeStage });
  });

  it("has closed the case when nothing has moved, and is not called again", async () => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const state = await caseInTable(table, [...wayTo.awaiting_shipment, machineFails()]);
    expect(await timeOut(state)).toMatchObject({ stage: "closed" });
    expect((await standingCase(table, state)).state.outcome).toBe("unresolved");
    expect(alarm).not.toHaveBeenCalled();
  });
});

describe("a merchant whose silence refuses", () => {
  it("has refused", async () => {
    const clock = { merchantAnswerHours: 12, silence: "refuse" } as const;
    const state = await caseInTable(table, [judged({ clocks: clock })]);
    expect(await timeOut(state)).toMatchObject({ stage: "refused", timeoutSeconds: (7 * day) / 1000 });
  });
});
