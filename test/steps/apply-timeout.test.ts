import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { catchUpWithParcel } from "../../functions/api/cases/catch-up.ts";
import type { Announcement } from "../../functions/domain/announcement.ts";
import { type CaseState, fileCase } from "../../functions/domain/case.ts";
import { lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { openManualReview } from "../../functions/steps/open-manual-review.ts";
import { caseRecords, commitFiledCase } from "../../functions/store/cases.ts";
import type { Table } from "../../functions/store/table.ts";
import { aReturn, buyer, day, hour, operator, referenceOf } from "../support/builders.ts";
import {
  approves,
  at,
  delivered,
  domestic,
  judged,
  machineFails,
  refuses,
  resumes,
  rules,
  scannedAt,
  settles,
  ships,
  silence,
  waybillOf,
  wayTo,
} from "../support/cases.ts";
import {
  caseInTable,
  fileUndelivered,
  fresh,
  keepCheckpoint,
  linesOf,
  make,
  openTestTable,
  scanned,
  standingCase,
} from "../support/cases-in-table.ts";

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
const requireReview = async (
  state: CaseState,
  cause: string,
  resumeStage: Stage = "in_transit",
): Promise<void> => {
  const { state: standing, ledger } = await standingCase(table, state);
  expect(standing).toMatchObject({ stage: "manual_review", resumeStage });
  expect(ledger.every(({ phase }) => phase === "pending")).toBe(true);
  const items = await caseRecords(table, state, 1, 100);
  expect(items.at(-1)?.announcements).toMatchObject([{ type: "ManualReviewOpened", payload: { cause } }]);
};

const told = ({ type, payload }: Announcement) => [type, payload.step, payload.cause];

const afterSilence: { readonly [stage in Stage]?: Stage } = {
  awaiting_merchant: "awaiting_shipment",
  offered: "awaiting_merchant",
  ineligible: "closed",
  refused: "closed",
  awaiting_shipment: "closed",
  in_transit: "in_transit",
  awaiting_inspection: "settling",
  repairing: "settling",
  awaiting_reshipment: "settling",
  reshipping: "reshipping",
  awaiting_confirmation: "settling",
  awaiting_objection: "settling",
  disputed: "awaiting_ruling",
  // Called once more; at the hard end the verdict that stands rules.
  awaiting_ruling: "awaiting_ruling",
  ruled: "awaiting_shipment",
  manual_review: "closed",
};

describe("nobody answered in time", () => {
  it("has an outcome for every stage that waits", () => {
    expect(Object.keys(afterSilence).sort()).toEqual(stages.filter((stage) => lifecycle[stage].wait).sort());
  });

  it.each(Object.entries(afterSilence))("in %s: %s, and a second run changes nothing", async (from, to) => {
    const state = await caseInTable(table, from as Stage);
    expect(await timeOut(state, (state.wakeAt ?? state.deadlineAt ?? 0) - 1)).toMatchObject({
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

describe("a return parcel of which nothing is heard", () => {
  it("that was scanned since wakes nobody: the clock begins anew, again and again", async () => {
    const state = await caseInTable(table, "in_transit");
    const firstScan = state.updatedAt + 3 * day;
    await scanned(table, state, firstScan);
    expect(await timeOut(state)).toMatchObject({
      stage: "in_transit",
      wait: state.version + 1,
      timeoutSeconds: (3 * day) / 1000,
    });
    const extended = (await standingCase(table, state)).state;
    expect(extended).toMatchObject({ deadlineAt: firstScan + domestic.stuckMs, reception: "in_transit" });

    const onward = firstScan + 2 * day;
    await scanned(table, state, onward, "in_transit", "杭州");
    await timeOut(extended);
    const again = (await standingCase(table, state)).state;
    expect(again).toMatchObject({ deadlineAt: onward + domestic.stuckMs, reception: "in_transit" });
  });

  it("is told to be stuck, then claimable, then is lost; each step once, at its own hour", async () => {
    const state = await caseInTable(table, "in_transit");
    const taken = state.updatedAt + hour;
    await scanned(table, state, taken, "picked_up");
    // The first clock began with the waybill, the others begin with the scan.
    await timeOut(state);
    const steps: unknown[] = [];
    for (const [expected, reception] of [
      [taken + domestic.stuckMs, "stuck"],
      [taken + domestic.claimMs, "stuck"],
      [taken + domestic.lostMs, "lost"],
    ] as const) {
      const { state: waiting } = await standingCase(table, state);
      expect(waiting.deadlineAt).toBe(expected);
      const answer = await timeOut(waiting);
      expect(await timeOut(waiting)).toEqual(answer);
      const { state: after } = await standingCase(table, state);
      expect(after.reception).toBe(reception);
      steps.push((await caseRecords(table, state, after.version, 1))[0]?.announcements.map(told));
    }
    expect(steps).toEqual([
      [["ParcelStuck", "nudge", "no_movement"]],
      [["ParcelStuck", "claim", "no_movement"]],
      [["ParcelLost", undefined, undefined]],
    ]);
    expect((await standingCase(table, state)).state.stage).toBe("lost");
  });

  it("moves again after it was told to be stuck: the next push says so, and later pushes touch no case", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.updatedAt, "picked_up");
    await timeOut(state);
    const stuck = (await standingCase(table, state)).state;
    expect(stuck.reception).toBe("stuck");
    const push = async (at: number, place: string) => {
      await scanned(table, state, at, "in_transit", place);
      await catchUpWithParcel(table, state.tenantId, waybillOf(state), at);
      return (await standingCase(table, state)).state;
    };
    const movedAt = stuck.updatedAt + day;
    const moving = await push(movedAt, "嘉兴");
    expect(moving).toMatchObject({ reception: "in_transit", deadlineAt: movedAt + domestic.stuckMs });
    expect(await push(movedAt + day, "杭州")).toEqual(moving);
  });

  it("an invented waybill pays nothing: an operator is called, not the carrier's account", async () => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const state = await caseInTable(table, "in_transit");
    expect(await timeOut(state)).toMatchObject({ stage: "in_transit" });
    const nudged = (await standingCase(table, state)).state;
    expect(nudged).toMatchObject({ reception: "stuck", deadlineAt: state.updatedAt + domestic.lostMs });
    expect(await timeOut(nudged)).toMatchObject({ stage: "manual_review" });
    await requireReview(state, "never_scanned");
    expect(alarm).toHaveBeenCalledTimes(1);
  });

  it("somebody else's old waybill pays nothing either: its scans lie before the case", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.filedAt - 20 * day, "picked_up");
    await scanned(table, state, state.filedAt - 19 * day);
    await timeOut(state);
    expect(await timeOut((await standingCase(table, state)).state)).toMatchObject({ stage: "manual_review" });
    await requireReview(state, "never_scanned");
  });

  it.each(["refused", "returning"] as const)(
    "a parcel that is %s is told at once; if it does not turn again an operator decides, and no clock pays",
    async (status) => {
      const state = await caseInTable(table, "in_transit");
      const turnedAt = state.updatedAt + 2 * day;
      await scanned(table, state, state.updatedAt + hour, "picked_up");
      await scanned(table, state, turnedAt, status);
      await catchUpWithParcel(table, state.tenantId, waybillOf(state), turnedAt);
      const told = (await standingCase(table, state)).state;
      expect(told).toMatchObject({ reception: "stuck", deadlineAt: turnedAt + domestic.stuckMs });
      await catchUpWithParcel(table, state.tenantId, waybillOf(state), turnedAt + hour);
      expect((await standingCase(table, state)).state).toEqual(told);
      expect(await timeOut(told)).toMatchObject({ stage: "manual_review" });
      await requireReview(state, "returning_to_sender");
    },
  );

  it("a parcel that is back with the buyer calls an operator at once, who lets it be sent again", async () => {
    const state = await caseInTable(table, "in_transit");
    await scanned(table, state, state.updatedAt + hour, "picked_up");
    await scanned(table, state, state.updatedAt + 2 * day, "returned");
    await catchUpWithParcel(table, state.tenantId, waybillOf(state), state.updatedAt + 2 * day);
    await requireReview(state, "returned_to_sender", "awaiting_shipment");
    expect((await standingCase(table, state)).state.reception).toBe("returned_to_sender");
    expect(await make(table, state, resumes())).toMatchObject({
      stage: "awaiting_shipment",
      reception: "awaiting",
    });
    const again = await make(table, state, ships());
    expect(again).toMatchObject({ stage: "in_transit", returnFreightMinor: 3_000n });
    expect(again.returnParcels).toHaveLength(1);
  });

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

describe("a parcel to the buyer of which nothing is heard while its case is disputed", () => {
  const tell = (
    state: CaseState,
    trackingNumber: string,
    time: number,
    status: ParcelStatus = "in_transit",
  ) =>
    keepCheckpoint(table, state.tenantId, trackingNumber, {
      source: "kuaidi100",
      at: time,
      heardAt: time,
      status,
      code: status,
      place: "上海",
      text: "",
    });
  const disputed = async () => {
    const { state, trackingNumber } = await fileUndelivered(table);
    await tell(state, trackingNumber, state.filedAt - 14 * day);
    await judgeResponsibility(table, referenceOf(state), state.filedAt + hour);
    return { trackingNumber, state: (await standingCase(table, state)).state };
  };

  it("has the case judged again on the day it counts as lost, once, and settled by contract", async () => {
    const { state } = await disputed();
    expect(state).toMatchObject({ stage: "disputed", wakeAt: state.filedAt + day });
    const lostAt = state.filedAt + day;
    expect(await timeOut(state, lostAt - 1)).toMatchObject({ stage: "disputed" });
    const answers = await Promise.all([1, 2, 3].map(() => timeOut(state, lostAt)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ stage: "submitted", wait: 0 });
    expect(await judgeResponsibility(table, referenceOf(state), lostAt)).toMatchObject({ stage: "settling" });
    const { state: standing, verdict } = await standingCase(table, state);
    expect(standing).toMatchObject({ version: state.version + 2, verdictNumber: 2 });
    expect(verdict).toMatchObject({
      rule: "lost-on-the-way-out",
      route: "automatic",
      liability: { carrier: 10_000 },
      facts: { outboundParcelLost: true, outboundSilentDays: 15 },
    });
  });

  it("was scanned since: nobody is told, and the case looks again when that scan is as old", async () => {
    const { state, trackingNumber } = await disputed();
    const scannedAt = state.filedAt + 2 * hour;
    await tell(state, trackingNumber, scannedAt, "out_for_delivery");
    const answer = await timeOut(state, state.filedAt + day);
    const { state: standing } = await standingCase(table, state);
    expect(standing).toMatchObject({ stage: "disputed", lossDueAt: scannedAt + domestic.lostMs });
    expect(answer).toMatchObject({ stage: "disputed", wait: state.waitSince });
    expect(await timeOut(standing, state.filedAt + day)).toEqual(answer);
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
  });

  it("has arrived, and the push was cut off before the case heard of it: the case is judged on that", async () => {
    const { state, trackingNumber } = await disputed();
    await tell(state, trackingNumber, state.filedAt + 2 * hour, "delivered");
    expect(await timeOut(state, state.filedAt + day)).toMatchObject({ stage: "submitted" });
    await judgeResponsibility(table, referenceOf(state), state.filedAt + day);
    const { state: standing, verdict } = await standingCase(table, state);
    expect(verdict?.rule).toBe("not-delivered-but-signed-for");
    expect(standing.lossDueAt).toBeUndefined();
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
  ])("is called again when %s, three months, and then the platform pays", async (_moved, history) => {
    const alarm = vi.spyOn(Metrics.prototype, "addMetric").mockReturnThis();
    const opened = await caseInTable(table, history);
    const { ledger } = await standingCase(table, opened);
    for (const month of [1, 2]) {
      const { state } = await standingCase(table, opened);
      const answer = await timeOut(state);
      expect(answer).toEqual({
        ...referenceOf(opened),
        stage: "manual_review",
        wait: opened.version + month,
        timeoutSeconds: (15 * day) / 1000,
      });
      expect(alarm).toHaveBeenCalledTimes(month);
      expect(await timeOut(state)).toEqual(answer);
      expect(alarm).toHaveBeenCalledTimes(month);
    }
    const after = await standingCase(table, opened);
    expect(after.ledger).toEqual(ledger);
    expect(after.state).toMatchObject({ version: opened.version + 2, resumeStage: opened.resumeStage });
    expect(await timeOut(after.state)).toMatchObject({ stage: "settling" });
    const last = await standingCase(table, opened);
    expect(last.verdict).toMatchObject({
      number: 2,
      rule: "operator_silent",
      liability: { platform: 10_000 },
    });
    expect(alarm).toHaveBeenCalledTimes(2);
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
    expect(await timeOut(state)).toMatchObject({ stage: "refused", timeoutSeconds: (3.5 * day) / 1000 });
  });
});

describe("a ruling whose units another case has claimed since", () => {
  it("is carried out by no clock: the step fails, and an operator decides", async () => {
    const ruled = [...wayTo.ruled.slice(0, -1), rules({ remedy: "return_and_refund" })];
    const state = await caseInTable(table, ruled, { type: "refund_only" });
    const [line] = await linesOf(table, state.orderId);
    if (!line) throw new RangeError("the order has a line");
    const { detail } = aReturn();
    const lines = detail.lines.map((each) => ({ ...each, amountMinor: 0n }));
    const other = aReturn({ caseId: fresh("case"), orderId: state.orderId, detail: { ...detail, lines } });
    await commitFiledCase(table, fileCase(other, state.updatedAt, buyer), [line], () => []);

    await expect(timeOut(state)).rejects.toMatchObject({ name: "Conflict" });
    expect((await standingCase(table, state)).state.version).toBe(state.version);
    const failed = { failedState: "ApplyTimeout", error: "Conflict", stage: "ruled" } as const;
    await openManualReview(table, { ...referenceOf(state), ...failed }, state.deadlineAt ?? 0);
    await requireReview(state, "ApplyTimeout: Conflict", "ruled");
    expect(await make(table, state, at((state.deadlineAt ?? 0) + hour, refuses(operator)))).toMatchObject({
      stage: "closed",
      outcome: "refused",
    });
  });
});
