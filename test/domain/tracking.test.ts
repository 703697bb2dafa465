import { describe, expect, it } from "vitest";
import {
  type Checkpoint,
  checkpointId,
  type ParcelStatus,
  projectParcel,
} from "../../functions/domain/tracking.ts";

const scan = (at: number, status: ParcelStatus): Checkpoint => ({
  at,
  status,
  code: status,
  place: "上海",
  text: "",
});

describe("the identity of a checkpoint", () => {
  it("is the carrier's time, code and place, not its words", () => {
    const checkpoint = { ...scan(Date.parse("2026-03-01T08:00:00Z"), "in_transit"), code: "0" };
    expect(checkpointId(checkpoint)).toBe("2026-03-01T08:00:00.000Z#0#上海");
    expect(checkpointId({ ...checkpoint, text: "再次推送" } as Checkpoint)).toBe(checkpointId(checkpoint));
  });

  it("keeps apart what only the separator would confuse", () => {
    const ids = [
      { at: 0, code: "a#b", place: "c" },
      { at: 0, code: "a", place: "b#c" },
      { at: 0, code: "a%23b", place: "c" },
    ].map(checkpointId);
    expect(new Set(ids).size).toBe(3);
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
