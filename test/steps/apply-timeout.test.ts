import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CaseState } from "../../functions/domain/case.ts";
import { clocks, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { keepCheckpoint } from "../../functions/store/parcels.ts";
import type { Table } from "../../functions/store/table.ts";
import { day, referenceOf } from "../support/builders.ts";
import { approves, at, delivered, judged, silence, wayTo } from "../support/cases.ts";
import { caseInTable, make, openTestTable, standingCase } from "../support/cases-in-table.ts";

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
const scanned = (state: CaseState, time: number, status: ParcelStatus = "in_transit") =>
  keepCheckpoint(table, state.tenantId, state.returnParcel?.trackingNumber ?? "", {
    at: time,
    status,
    code: "0",
    place: "上海",
    text: "",
  });

const afterSilence: { readonly [stage in Stage]?: Stage } = {
  awaiting_merchant: "awaiting_shipment",
  ineligible: "closed",
  refused: "closed",
  awaiting_shipment: "closed",
  in_transit: "lost",
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
    const moved = await make(table, state, silence((state.deadlineAt ?? 0) - day));
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
    await scanned(state, firstScan);
    expect(await timeOut(state)).toMatchObject({
      stage: "in_transit",
      wait: state.version + 1,
      timeoutSeconds: (9 * day) / 1000,
    });
    const extended = (await standingCase(table, state)).state;
    expect(extended.deadlineAt).toBe(firstScan + clocks.lostWithoutScanMs);

    await scanned(state, firstScan + day);
    await timeOut(extended);
    const again = (await standingCase(table, state)).state;
    expect(again.deadlineAt).toBe(firstScan + day + clocks.lostWithoutScanMs);

    expect(await timeOut(again)).toMatchObject({ stage: "lost" });
  });

  it("a parcel the carrier delivered and nobody noticed is delivered, not lost, and moves no money by itself", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(state, state.updatedAt + 2 * day, "delivered");
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
    await scanned(state, state.updatedAt + 36_500 * day);
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

describe("a merchant whose silence refuses", () => {
  it("has refused", async () => {
    const clock = { merchantAnswerHours: 12, silence: "refuse" } as const;
    const state = await caseInTable(table, [judged({ clocks: clock })]);
    expect(await timeOut(state)).toMatchObject({ stage: "refused", timeoutSeconds: (7 * day) / 1000 });
  });
});
