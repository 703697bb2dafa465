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

describe("the projection of a parcel", () => {
  it("of no checkpoints is registered and nothing more", () => {
    expect(projectParcel([])).toEqual({ status: "registered", damaged: false });
  });

  it("has the status of the latest scan", () => {
    expect(projectParcel([scan(2, "out_for_delivery"), scan(1, "picked_up")])).toEqual({
      status: "out_for_delivery",
      damaged: false,
      lastScanAt: 2,
    });
  });

  it("remembers a damage scan that a later scan passes over", () => {
    expect(projectParcel([scan(1, "damaged"), scan(2, "in_transit")])).toMatchObject({
      status: "in_transit",
      damaged: true,
    });
  });

  it("stays delivered, since the first delivery, whatever is scanned afterwards", () => {
    const projection = projectParcel([scan(3, "delivered"), scan(4, "in_transit"), scan(5, "delivered")]);
    expect(projection).toEqual({ status: "delivered", damaged: false, deliveredAt: 3, lastScanAt: 5 });
  });

  it("stays returned when the sender's own signature is scanned as a delivery", () => {
    const projection = projectParcel([scan(1, "returning"), scan(2, "returned"), scan(3, "delivered")]);
    expect(projection).toEqual({ status: "returned", damaged: false, lastScanAt: 3 });
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
