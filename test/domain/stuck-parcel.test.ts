import { describe, expect, it } from "vitest";
import type { CaseEvent, CaseState } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { isElsewhere, lastMovementAt } from "../../functions/domain/stuck-parcel.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import {
  shippedTransitClocks,
  type TransitClockRule,
  transitClocksFor,
} from "../../functions/domain/transit-clocks.ts";
import { aReturn, day, hour, merchant, system, warehouse, whollyOn } from "../support/builders.ts";
import {
  afterEvents,
  asKnown,
  at,
  delivered,
  domestic,
  given,
  goesMissing,
  inspected,
  judged,
  type Move,
  machineFails,
  type ParcelSeen,
  played,
  scannedAt,
  silence,
  untilClosed,
  waybillOf,
  wayTo,
} from "../support/cases.ts";

const scan = (time: number, place: string, status: ParcelStatus = "in_transit") => ({
  at: time,
  status,
  place,
});

describe("what counts as movement", () => {
  it.each<readonly [string, readonly ReturnType<typeof scan>[], number | undefined]>([
    ["nothing, without a scan", [], undefined],
    ["a place it had not been to", [scan(1, "上海"), scan(5, "嘉兴")], 5],
    ["a state it had not reached", [scan(1, "上海", "picked_up"), scan(5, "上海", "out_for_delivery")], 5],
    ["not the same place again", [scan(1, "上海"), scan(2, "嘉兴"), scan(9, "上海"), scan(11, "嘉兴")], 2],
    ["a scan that names no place", [scan(1, ""), scan(9, "")], 9],
    ["the same, in whatever order it is told", [scan(9, "上海"), scan(2, "嘉兴"), scan(1, "上海")], 2],
  ])("%s", (_what, scans, expected) => expect(lastMovementAt(scans)).toBe(expected));
});

describe("the clocks of a lane", () => {
  const own = (carrier: string, lane: string, hours: number): TransitClockRule => ({
    carrier,
    lane,
    firstScanMs: hours * hour,
    stuckMs: hours * hour,
    claimMs: 2 * hours * hour,
    lostMs: 3 * hours * hour,
  });

  it("are the shipped ones for every carrier and lane, each step behind the one before", () => {
    for (const { firstScanMs, stuckMs, claimMs, lostMs } of shippedTransitClocks) {
      expect(0 < firstScanMs && firstScanMs < lostMs && stuckMs < claimMs && claimMs < lostMs).toBe(true);
    }
    expect(transitClocksFor("sf", {})).toMatchObject({ stuckMs: 5 * day, lostMs: 15 * day });
    expect(transitClocksFor("sf", { from: "CN", to: "CN" })).toEqual(transitClocksFor("sf", {}));
    expect(transitClocksFor("sf", { from: "CN", to: "DE" }).lostMs).toBe(30 * day);
    expect(transitClocksFor("china-post", { from: "CN", to: "DE" }).lostMs).toBe(60 * day);
  });

  it("are the platform's own where it has some: the carrier's first, then the closest lane", () => {
    const rules = [
      own("any", "domestic", 10),
      own("any", "CN-DE", 20),
      own("sf", "cross_border", 30),
      own("sf", "CN-DE", 40),
    ];
    const stuckHours = (carrier: string, from: string, to: string) =>
      transitClocksFor(carrier, { from, to }, rules).stuckMs / hour;
    expect(stuckHours("sf", "CN", "DE")).toBe(40);
    expect(stuckHours("sf", "CN", "FR")).toBe(30);
    expect(stuckHours("yto", "CN", "DE")).toBe(20);
    expect(stuckHours("sf", "CN", "CN")).toBe(10);
    expect(stuckHours("yto", "CN", "FR")).toBe(240);
  });
});

describe.each(shippedTransitClocks.map((rule) => [`${rule.carrier} ${rule.lane}`, rule] as const))(
  "a parcel of %s that nobody scans any more",
  (_lane, { firstScanMs, stuckMs, claimMs, lostMs }) => {
    const clocks = { firstScanMs, stuckMs, claimMs, lostMs };
    const shipped = (standing: CaseState) => ({
      command: {
        type: "ShipReturn",
        carrier: "sf",
        trackingNumber: "SF1000000001",
        freightMinor: 0n,
        clockMs: firstScanMs,
      } as const,
      by: { role: "buyer", id: "buyer-1" } as const,
      at: standing.updatedAt + hour,
    });
    const start = played(aReturn(), ...wayTo.awaiting_shipment, ({ state }) => shipped(state));

    /** Every wake of the machine until the case leaves the road: when, and what happened. */
    const wakes = (seen: (time: number) => ParcelSeen) => {
      const namedAt = start.state.updatedAt;
      const told: (readonly [number, CaseEvent["type"], string | undefined])[] = [];
      let standing = start;
      for (let wake = 0; wake < 10 && standing.state.stage === "in_transit"; wake += 1) {
        const time = standing.state.deadlineAt ?? 0;
        const parcels = [asKnown(standing.state, seen(time), { namedAt, clocks })];
        expect(decide({ type: "ExpireWait", parcels }, standing, time - 1, system)).toEqual([]);
        const events = decide({ type: "ExpireWait", parcels }, standing, time, system);
        for (const event of events) {
          const detail =
            event.type === "ParcelStuck" ? event.step : "cause" in event ? event.cause : undefined;
          told.push([time - namedAt, event.type, detail]);
        }
        standing = afterEvents(standing, events);
      }
      return told;
    };

    it("since its waybill: its sender is nudged, and in the end an operator decides", () => {
      expect(wakes(() => ({ status: "registered" }))).toEqual([
        [firstScanMs, "ParcelStuck", "nudge"],
        [lostMs, "ManualReviewOpened", "never_scanned"],
      ]);
    });

    it("since the carrier took it: nudge, claim window, lost", () => {
      const taken = start.state.updatedAt + hour;
      const steps = wakes(() => scannedAt(taken, "picked_up"));
      expect(steps.filter(([, type]) => type !== "DeadlineExtended")).toEqual([
        [stuckMs + hour, "ParcelStuck", "nudge"],
        [claimMs + hour, "ParcelStuck", "claim"],
        [lostMs + hour, "ParcelLost", undefined],
      ]);
    });
  },
);

describe("a parcel that goes in circles", () => {
  const { before } = given(aReturn(), ...wayTo.in_transit);
  const sentAt = before.state.updatedAt;

  it("is stuck although it is scanned, and no clock calls it lost: an operator does", () => {
    const circling = (time: number): Move =>
      at(time, silence(scannedAt(time - hour), { namedAt: sentAt, movedAt: sentAt + hour }));
    const nudged = given(aReturn(), ...wayTo.in_transit).when(circling(sentAt + hour + domestic.stuckMs));
    const after = nudged.thenHappens({ type: "ParcelStuck", step: "nudge", cause: "loop" });
    const late = circling(sentAt + hour + domestic.lostMs)(after);
    expect(decide(late.command, after, late.at, system)).toMatchObject([
      { type: "ManualReviewOpened", cause: "parcel_loops" },
    ]);
  });
});

describe("a delivery that somebody at the place denies", () => {
  const reports =
    (by: typeof warehouse): Move =>
    (standing) => ({
      command: { type: "ReportNotReceived", parcels: [asKnown(standing.state)] },
      by,
      at: standing.state.updatedAt + day,
    });
  const says = (status: ParcelStatus): Move => silence({ status, lastScanAt: 0, deliveredAt: 0 });

  it("is traced: the claim window opens, and by the warehouse's word the parcel is lost", () => {
    const missing = played(aReturn(), ...wayTo.awaiting_inspection, reports(warehouse));
    const reportedAt = missing.state.updatedAt;
    expect(missing.state).toMatchObject({ stage: "in_transit", reception: "stuck" });
    expect(missing.state.deadlineAt).toBe(reportedAt + domestic.claimMs - domestic.stuckMs);
    const claimable = played(aReturn(), ...wayTo.awaiting_inspection, reports(warehouse), says("delivered"));
    expect(claimable.state.deadlineAt).toBe(reportedAt + domestic.lostMs - domestic.stuckMs);
    const lost = says("delivered")(claimable);
    expect(decide(lost.command, claimable, lost.at, system)).toMatchObject([{ type: "ParcelLost" }]);
  });

  it("by the merchant, which gains by it: an operator decides in the end", () => {
    const claimable = played(aReturn(), ...wayTo.awaiting_inspection, reports(merchant), says("delivered"));
    const { command, at: time } = says("delivered")(claimable);
    expect(decide(command, claimable, time, system)).toMatchObject([
      { type: "ManualReviewOpened", cause: "merchant_reports_not_received" },
    ]);
  });

  it("is not believed again because the carrier repeats it; the goods themselves are", () => {
    const missing = given(aReturn(), ...wayTo.awaiting_inspection, reports(merchant));
    missing.when(delivered()).thenNothingHappens();
    missing
      .when(inspected())
      .thenHappens({ type: "ReturnInspected", acceptance: "accepted" }, "DispositionDecided");
  });
});

describe("a parcel that turns up after it counted as lost", () => {
  it("before any money has moved: is inspected, and the case is judged again even if all is as sent", () => {
    const found = given(aReturn(), ...wayTo.lost).when(delivered());
    const after = found.thenHappens({ type: "ParcelFound", inTime: true, claimedFrom: [] });
    expect(after.state).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: false });
    const { command, by, at: time } = inspected()(after);
    const judging = afterEvents(after, decide(command, after, time, by));
    expect(judging.state).toMatchObject({ stage: "inspected", acceptance: "accepted" });
  });

  it("while an operator has the loss in hand: goes on to the inspection as well", () => {
    given(aReturn(), ...wayTo.lost, machineFails())
      .when(delivered())
      .thenHappens({ type: "ParcelFound", inTime: true });
  });

  it("after the buyer was paid: nothing is taken back, the claim is told of, once", () => {
    const onCarrier = { liability: whollyOn("carrier"), carrier: "kuaidi100", route: "automatic" } as const;
    const closed = untilClosed(played(aReturn(), ...wayTo.lost, judged(onCarrier)));
    expect(closed.state.stage).toBe("closed");
    const { command, by, at: time } = delivered()(closed);
    const events = decide(command, closed, time, by);
    expect(events).toMatchObject([{ type: "ParcelFound", inTime: false, claimedFrom: ["kuaidi100"] }]);
    const after = afterEvents(closed, events);
    expect(after.ledger).toEqual(closed.ledger);
    expect(after.state).toMatchObject({ stage: "closed", reception: "found", outcome: "refunded" });
    expect(decide(command, after, time + hour, by)).toEqual([]);
  });
});

describe("a delivery elsewhere", () => {
  it.each<readonly [string | undefined, string | undefined, boolean]>([
    ["上海,浦东新区", "上海市", false],
    ["杭州市", "上海市", true],
    ["SHANGHAI CN", "Shanghai", false],
    ["Hangzhou", "Shanghai", true],
    // Two scripts are not compared: nobody knows.
    ["上海", "Shanghai", false],
    ["", "上海", false],
    ["上海", undefined, false],
  ])("at %s instead of %s: %s", (place, wanted, expected) => {
    expect(isElsewhere(place, wanted)).toBe(expected);
  });

  it("has to be confirmed, however strongly it was signed", () => {
    const { before, when } = given(aReturn(), ...wayTo.in_transit);
    const deliveredAt = before.state.updatedAt + day;
    const trackingNumber = waybillOf(before.state);
    when(() => ({
      command: { type: "RecordDelivery", trackingNumber, deliveredAt, trusted: true, elsewhere: true },
      by: system,
      at: deliveredAt,
    })).thenHappens({ type: "ParcelDelivered", trusted: false, elsewhere: true });
  });
});

it("a late clock tells no step it has no use for: what is lost is lost", () => {
  given(aReturn(), ...wayTo.in_transit)
    .when(goesMissing())
    .thenHappens("ParcelLost");
});
