import { describe, expect, it } from "vitest";
import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import { contradictionKind, contradictionsIn } from "../../functions/domain/contradictions.ts";
import {
  type Checkpoint,
  type CheckpointStatus,
  checkpointId,
  orderedCheckpoints,
  type ParcelStatus,
  projectParcel,
} from "../../functions/domain/tracking.ts";

const scan = (at: number, status: CheckpointStatus): Checkpoint => ({
  source: "kuaidi100",
  at,
  status,
  code: status,
  place: "上海",
  text: "",
});

describe("the identity of a checkpoint", () => {
  it("is who tells it, the carrier's time, code and place, not its words", () => {
    const checkpoint = { ...scan(Date.parse("2026-03-01T08:00:00Z"), "in_transit"), code: "0" };
    expect(checkpointId(checkpoint)).toBe("2026-03-01T08:00:00.000Z#kuaidi100#0#上海");
    expect(checkpointId({ ...checkpoint, text: "再次推送" } as Checkpoint)).toBe(checkpointId(checkpoint));
    expect(checkpointId({ ...checkpoint, company: "shunfeng" } as Checkpoint)).toBe(checkpointId(checkpoint));
    expect(checkpointId({ ...checkpoint, source: "aftership" })).not.toBe(checkpointId(checkpoint));
  });

  it("keeps apart what only the separator would confuse", () => {
    const ids = [
      { source: "s", at: 0, code: "a#b", place: "c" },
      { source: "s", at: 0, code: "a", place: "b#c" },
      { source: "s", at: 0, code: "a%23b", place: "c" },
      { source: "s#a", at: 0, code: "b", place: "c" },
    ].map(checkpointId);
    expect(new Set(ids).size).toBe(4);
  });
});

const strongly = (checkpoint: Checkpoint): Checkpoint => ({ ...checkpoint, trusted: true });
const untold = { damaged: false, statusTrusted: false, damageTrusted: false };

describe("the trust in a projection", () => {
  const trust = (...checkpoints: readonly Checkpoint[]) => {
    const { statusTrusted, damageTrusted } = projectParcel(checkpoints);
    return { statusTrusted, damageTrusted };
  };

  it("is that of the scan that says so; a scan without a word on it is not trusted", () => {
    expect(trust(scan(1, "damaged"))).toEqual({ statusTrusted: false, damageTrusted: false });
    expect(trust(strongly(scan(1, "damaged")))).toEqual({ statusTrusted: true, damageTrusted: true });
    expect(trust({ ...scan(1, "damaged"), trusted: false })).toEqual(trust(scan(1, "damaged")));
  });

  it("does not pass from one status to the next, nor from damage to the status", () => {
    expect(trust(strongly(scan(1, "damaged")), scan(2, "returning"))).toEqual({
      statusTrusted: false,
      damageTrusted: true,
    });
    expect(trust(strongly(scan(1, "in_transit")), scan(2, "damaged"), scan(3, "delivered"))).toEqual({
      statusTrusted: false,
      damageTrusted: false,
    });
  });

  it("comes with whoever confirms the same, before or after", () => {
    const weak = scan(1, "returned");
    expect(trust(weak, strongly(scan(2, "returned"))).statusTrusted).toBe(true);
    expect(trust(strongly(scan(1, "returning")), scan(2, "returning")).statusTrusted).toBe(true);
    expect(trust(weak, strongly(scan(2, "delivered"))).statusTrusted).toBe(false);
    expect(trust(scan(1, "damaged"), strongly(scan(2, "damaged"))).damageTrusted).toBe(true);
  });
});

describe("the projection of a parcel", () => {
  it("of no checkpoints is registered and nothing more", () => {
    expect(projectParcel([])).toEqual({ ...untold, status: "registered" });
  });

  it("has the status of the latest scan", () => {
    expect(projectParcel([scan(2, "out_for_delivery"), scan(1, "picked_up")])).toEqual({
      ...untold,
      status: "out_for_delivery",
      handedOverAt: 1,
      lastScanAt: 2,
    });
  });

  it("was handed over with the first scan that says more than that a label exists", () => {
    const handedOver = (...statuses: readonly ParcelStatus[]) =>
      projectParcel(statuses.map((status, index) => scan(index + 1, status))).handedOverAt;
    expect(handedOver("registered")).toBeUndefined();
    expect(handedOver("registered", "picked_up", "in_transit")).toBe(2);
  });

  it("remembers a damage scan that a later scan passes over", () => {
    expect(projectParcel([scan(1, "damaged"), scan(2, "in_transit")])).toMatchObject({
      status: "in_transit",
      damaged: true,
    });
  });

  it("stays delivered, since the first delivery, whatever is scanned afterwards", () => {
    const projection = projectParcel([scan(3, "delivered"), scan(4, "in_transit"), scan(5, "delivered")]);
    expect(projection).toEqual({
      ...untold,
      status: "delivered",
      handedOverAt: 3,
      deliveredAt: 3,
      lastScanAt: 5,
    });
  });

  it("stays returned when the sender's own signature is scanned as a delivery", () => {
    const projection = projectParcel([scan(1, "returning"), scan(2, "returned"), scan(3, "delivered")]);
    expect(projection).toEqual({ ...untold, status: "returned", handedOverAt: 1, lastScanAt: 3 });
  });

  it("takes the later status of two scans in one second", () => {
    expect(projectParcel([scan(1, "delivered"), scan(1, "out_for_delivery")])).toMatchObject({
      status: "delivered",
      deliveredAt: 1,
    });
    expect(projectParcel([scan(1, "out_for_delivery"), scan(1, "in_transit")]).status).toBe(
      "out_for_delivery",
    );
  });
});

describe("a code that says nothing of where the parcel is", () => {
  it("unknown: it is a scan, and the status does not change", () => {
    expect(projectParcel([scan(1, "in_transit"), scan(2, "unknown")])).toEqual({
      ...untold,
      status: "in_transit",
      handedOverAt: 1,
      lastScanAt: 2,
    });
    expect(projectParcel([scan(1, "unknown")])).toEqual({ ...untold, status: "registered", lastScanAt: 1 });
  });

  it("silence: it is no scan at all", () => {
    const told = projectParcel([scan(1, "in_transit"), scan(2, "silence")]);
    expect(told).toMatchObject({ status: "in_transit", lastScanAt: 1 });
    expect(projectParcel([scan(1, "silence")])).toEqual(projectParcel([]));
  });

  it("stands back as soon as somebody gave the code a meaning", () => {
    const before = scan(1, "unknown");
    const after: Checkpoint = { ...before, status: "delivered" };
    for (const told of [
      [before, after],
      [after, before],
    ]) {
      expect(projectParcel(told)).toMatchObject({ status: "delivered", deliveredAt: 1 });
      expect(orderedCheckpoints(told)).toHaveLength(1);
    }
  });
});

describe("a carrier's clock that is ahead", () => {
  it("counts at the latest when it was heard: a scan from the year 2099 holds nobody up", () => {
    const ahead = { ...scan(Date.parse("2099-01-01"), "in_transit"), heardAt: 10 };
    expect(projectParcel([ahead, scan(20, "delivered")])).toEqual({
      ...untold,
      status: "delivered",
      handedOverAt: 10,
      deliveredAt: 20,
      lastScanAt: 20,
    });
    const delivered = { ...ahead, status: "delivered" } as const;
    expect(projectParcel([delivered, { ...delivered, heardAt: 30 }]).deliveredAt).toBe(10);
  });
});

describe("a contradiction of what is final", () => {
  const from = (source: string, at: number, status: CheckpointStatus) => ({ ...scan(at, status), source });
  const of = (...checkpoints: readonly Checkpoint[]) => {
    const [first] = contradictionsIn(checkpoints);
    return first && [first.fact.status, first.contradictedBy.status];
  };

  it.each([
    ["delivered", "in_transit"],
    ["delivered", "picked_up"],
    ["delivered", "out_for_delivery"],
    ["delivered", "lost"],
    ["delivered", "refused"],
    ["delivered", "returning"],
    ["delivered", "returned"],
    ["returned", "in_transit"],
    ["returned", "returning"],
    ["returned", "lost"],
  ] as const)("%s, then %s", (fact, later) => {
    expect(of(scan(1, fact), scan(2, later))).toEqual([fact, later]);
    expect(of(scan(2, later), scan(1, fact))).toEqual([fact, later]);
    expect(projectParcel([scan(1, fact), scan(2, later)]).status).toBe(fact);
    expect(of(scan(1, later), scan(2, fact))).toBeUndefined();
    expect(of(scan(1, fact), scan(1, later))).toBeUndefined();
  });

  it.each([
    ["the sender signs for what came back", scan(1, "returned"), scan(2, "delivered")],
    ["it is told once more", scan(1, "delivered"), scan(2, "delivered")],
    ["somebody reports trouble", scan(1, "delivered"), scan(2, "exception")],
    ["somebody reports damage", scan(1, "delivered"), scan(2, "damaged")],
    ["nobody knows what the code says", scan(1, "delivered"), scan(2, "unknown")],
    ["the carrier gives up", scan(1, "delivered"), scan(2, "silence")],
    ["a label is registered", scan(1, "delivered"), scan(2, "registered")],
  ])("is none where %s", (_what, first, second) => {
    expect(of(first, second)).toBeUndefined();
  });

  it("between two sources is one only beyond what two time zones can make of one moment", () => {
    const delivered = from("aftership", 0, "delivered");
    expect(of(delivered, from("17track", 26 * hourMs, "in_transit"))).toBeUndefined();
    expect(of(delivered, from("17track", 26 * hourMs + 1, "in_transit"))).toEqual([
      "delivered",
      "in_transit",
    ]);
    expect(of(delivered, from("aftership", 1, "in_transit"))).toEqual(["delivered", "in_transit"]);
  });

  it("is the earliest of its kind", () => {
    const told = [scan(1, "delivered"), scan(3, "returned"), scan(2, "in_transit"), scan(dayMs, "returning")];
    expect(of(...told)).toEqual(["delivered", "in_transit"]);
    const again = [...told, scan(4, "in_transit"), scan(dayMs + 1, "returned")];
    expect(contradictionsIn(again).map(contradictionKind)).toEqual([
      "delivered.in_transit",
      "delivered.returned",
      "returned.in_transit",
      "delivered.returning",
      "returned.returning",
    ]);
  });
});
