import { describe, expect, it } from "vitest";
import type { CaseErrorCode } from "../../functions/domain/errors.ts";
import {
  contentTypes,
  defaultEvidenceLimits,
  type Evidence,
  type EvidenceSide,
  evidenceSides,
  fileNameOf,
  isAnnounced,
  mayReadEvidence,
  requireAdmissible,
  roomFor,
  sideOf,
  uploadLinkMs,
} from "../../functions/domain/evidence.ts";
import { stages } from "../../functions/domain/lifecycle.ts";
import { roles } from "../../functions/http/operation.ts";

const now = 1_000_000_000;
const photo = { kind: "photo", contentType: "image/jpeg", sizeBytes: 3, sha256: "a".repeat(64) } as const;
const open = { stage: "awaiting_merchant", reception: "none" } as const;

let number = 0;
const arrived = (side: EvidenceSide, but: Partial<Evidence> = {}): Evidence => {
  number += 1;
  return {
    ...photo,
    evidenceId: `e${number}`,
    sha256: number.toString(16).padStart(64, "0"),
    side,
    by: { role: "buyer", id: "b" },
    announcedAt: now,
    arrivedAt: now,
    ...but,
  };
};

const refusal = (run: () => void): CaseErrorCode | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: CaseErrorCode }).code;
  }
};

describe("a case takes evidence", () => {
  it.each(stages)("from its parties while it is open, in stage %s", (stage) => {
    const takes = !["settling", "closed", "cancelled"].includes(stage);
    for (const side of ["buyer", "merchant", "platform"] as const) {
      const found = refusal(() =>
        requireAdmissible({ stage, reception: "none" }, side, photo, [], defaultEvidenceLimits, now),
      );
      expect(found).toBe(takes ? undefined : "stage_forbids");
    }
  });

  it("from the warehouse once something comes back", () => {
    const room = (reception: "none" | "awaiting" | "in_transit" | "received") =>
      roomFor({ stage: "in_transit", reception }, "warehouse", [], defaultEvidenceLimits, now);
    expect([room("none"), room("awaiting"), room("in_transit"), room("received")]).toEqual([0, 0, 20, 20]);
  });

  it("up to a number a side, and one in all", () => {
    const limits = { perSide: 2, perCase: 3 };
    const files = [arrived("buyer"), arrived("buyer")];
    expect(roomFor(open, "buyer", files, limits, now)).toBe(0);
    expect(roomFor(open, "merchant", files, limits, now)).toBe(1);
    const full = [...files, arrived("platform")];
    expect(refusal(() => requireAdmissible(open, "merchant", photo, full, limits, now))).toBe(
      "evidence_limit_reached",
    );
  });

  it("and forgets an announcement half an hour later, if nothing came", () => {
    const limits = { perSide: 1, perCase: 1 };
    const files = [arrived("buyer", { arrivedAt: undefined })];
    expect(roomFor(open, "buyer", files, limits, now + 2 * uploadLinkMs - 1)).toBe(0);
    expect(roomFor(open, "buyer", files, limits, now + 2 * uploadLinkMs)).toBe(1);
  });

  it("but the same file only once a side", () => {
    const files = [arrived("buyer", { sha256: photo.sha256 })];
    expect(refusal(() => requireAdmissible(open, "buyer", photo, files, defaultEvidenceLimits, now))).toBe(
      "evidence_repeated",
    );
    expect(refusal(() => requireAdmissible(open, "merchant", photo, files, defaultEvidenceLimits, now))).toBe(
      undefined,
    );
    // Whoever is told to come again is told when, and is not refused then.
    const waiting = [arrived("buyer", { sha256: photo.sha256, arrivedAt: undefined, announcedAt: now - 1 })];
    const admit = (at: number) => () =>
      requireAdmissible(open, "buyer", photo, waiting, defaultEvidenceLimits, at);
    const again = now - 1 + 30 * 60_000;
    expect(admit(again - 1)).toThrow(new Date(again).toISOString());
    expect(admit(again)).not.toThrow();
    const lapsed = [arrived("buyer", { sha256: photo.sha256, arrivedAt: undefined, announcedAt: 0 })];
    expect(refusal(() => requireAdmissible(open, "buyer", photo, lapsed, defaultEvidenceLimits, now))).toBe(
      undefined,
    );
  });
});

it("is the file that was announced, or it is none", () => {
  const found = { contentType: "image/jpeg", sizeBytes: 3, sha256: photo.sha256 };
  expect(isAnnounced(photo, found)).toBe(true);
  for (const but of [
    { contentType: "image/png" },
    { sizeBytes: 4 },
    { sha256: "b" },
    { sha256: undefined },
    { contentEncoding: "gzip" },
  ]) {
    expect(isAnnounced(photo, { ...found, ...but })).toBe(false);
  }
});

it("is added on a side and seen by these", () => {
  expect(roles.map((role) => [role, sideOf(role)])).toEqual([
    ["partner", "buyer"],
    ["buyer", "buyer"],
    ["merchant", "merchant"],
    ["operator", "platform"],
    ["warehouse", "warehouse"],
  ]);
  const seen = roles.map((role) => [role, evidenceSides.filter((side) => mayReadEvidence(role, side))]);
  expect(Object.fromEntries(seen)).toEqual({
    partner: ["buyer", "merchant", "warehouse", "platform"],
    buyer: ["buyer"],
    merchant: ["buyer", "merchant", "warehouse"],
    operator: ["buyer", "merchant", "warehouse", "platform"],
    warehouse: ["warehouse"],
  });
});

it("is disclosed to both parties once there is a dispute, and to no warehouse", () => {
  const seen = (role: "buyer" | "merchant" | "warehouse") =>
    evidenceSides.filter((side) => mayReadEvidence(role, side, true));
  expect([seen("buyer"), seen("merchant"), seen("warehouse")]).toEqual([
    evidenceSides,
    evidenceSides,
    ["warehouse"],
  ]);
});

it("has a type from a list, none of which runs in a browser, and a file name made of its id", () => {
  for (const [kind, types] of Object.entries(contentTypes)) {
    for (const contentType of Object.keys(types)) {
      const file = { ...photo, kind: kind as Evidence["kind"], contentType };
      expect(fileNameOf(file, "01ABC")).toMatch(/^01ABC\.[a-z0-9]{3,4}$/);
      expect(contentType).not.toMatch(/html|svg|xml|javascript/);
    }
  }
});
