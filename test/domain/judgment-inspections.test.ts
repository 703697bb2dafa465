import { describe, expect, it } from "vitest";
import type { Flaw, Severity } from "../../functions/domain/catalog.ts";
import { compareInspections, isCovered, worstOf } from "../../functions/domain/judgment/inspections.ts";

const scratch = (severity: Severity, place = "back"): Flaw => ({ code: "scratch", place, severity });
const nothing = { intake: [], disclosed: [], damagedOnTheRoad: false };

const origins = (records: Parameters<typeof compareInspections>[0]) =>
  compareInspections(records).map(({ severity, origin }) => [severity, origin]);

describe("comparing the inspections flaw by flaw", () => {
  it("finds nothing where nothing is recorded", () => {
    expect(compareInspections({ ...nothing, outbound: [], returned: [] })).toEqual([]);
  });

  it("tells a disclosed flaw from a hidden one", () => {
    const intake = [scratch("minor")];
    expect(origins({ ...nothing, intake, disclosed: intake })).toEqual([["minor", "existed_disclosed"]]);
    expect(origins({ ...nothing, intake })).toEqual([["minor", "existed_hidden"]]);
  });

  it("calls hidden what the listing told as less than intake found", () => {
    expect(origins({ ...nothing, intake: [scratch("severe")], disclosed: [scratch("minor")] })).toEqual([
      ["minor", "existed_disclosed"],
      ["severe", "existed_hidden"],
    ]);
    expect(origins({ ...nothing, intake: [scratch("minor")], disclosed: [scratch("severe")] })).toEqual([
      ["severe", "existed_disclosed"],
    ]);
  });

  it("lays at custody what is new or worse at dispatch, and nothing that was as bad before", () => {
    expect(origins({ ...nothing, outbound: [scratch("minor")] })).toEqual([["minor", "arose_in_custody"]]);
    expect(origins({ ...nothing, intake: [scratch("minor")], outbound: [scratch("moderate")] })).toEqual([
      ["minor", "existed_hidden"],
      ["moderate", "arose_in_custody"],
    ]);
    expect(origins({ ...nothing, intake: [scratch("minor")], outbound: [scratch("minor")] })).toEqual([
      ["minor", "existed_hidden"],
    ]);
  });

  it("lays at the buyer what is new or worse at the return and was looked for at dispatch", () => {
    expect(origins({ ...nothing, outbound: [], returned: [scratch("minor")] })).toEqual([
      ["minor", "arose_at_buyer"],
    ]);
    expect(origins({ ...nothing, outbound: [scratch("minor")], returned: [scratch("severe")] })).toEqual([
      ["minor", "arose_in_custody"],
      ["severe", "arose_at_buyer"],
    ]);
    expect(origins({ ...nothing, outbound: [scratch("severe")], returned: [scratch("minor")] })).toEqual([
      ["severe", "arose_in_custody"],
    ]);
  });

  it("lays at the road what is new at the return when a carrier scanned damage", () => {
    const returned = [scratch("minor")];
    expect(origins({ ...nothing, outbound: [], returned, damagedOnTheRoad: true })).toEqual([
      ["minor", "arose_in_transit"],
    ]);
    expect(origins({ ...nothing, returned, damagedOnTheRoad: true })).toEqual([
      ["minor", "arose_in_transit"],
    ]);
  });

  it("does not say where a flaw arose that nobody looked for at dispatch", () => {
    expect(origins({ ...nothing, returned: [scratch("minor")] })).toEqual([["minor", null]]);
  });

  it("keeps a flaw that dispatch overlooked as known from intake", () => {
    const records = { ...nothing, intake: [scratch("minor")], outbound: [], returned: [scratch("minor")] };
    expect(origins(records)).toEqual([["minor", "existed_hidden"]]);
  });

  it("keeps apart the same damage at another place, and other damage at the same place", () => {
    const dent: Flaw = { code: "dent", place: "back", severity: "minor" };
    const findings = compareInspections({
      ...nothing,
      intake: [scratch("minor")],
      outbound: [scratch("minor"), scratch("minor", "strap"), dent],
    });
    expect(findings).toEqual([
      { ...scratch("minor"), origin: "existed_hidden" },
      { ...scratch("minor", "strap"), origin: "arose_in_custody" },
      { ...dent, origin: "arose_in_custody" },
    ]);
  });

  it("takes the worst of a flaw that one inspection names twice", () => {
    expect(origins({ ...nothing, outbound: [scratch("minor"), scratch("severe")] })).toEqual([
      ["severe", "arose_in_custody"],
    ]);
  });
});

describe("flaws against flaws", () => {
  it("are covered by the same flaw, if it is at least as grave", () => {
    expect(isCovered(scratch("moderate"), [scratch("severe")])).toBe(true);
    expect(isCovered(scratch("moderate"), [scratch("moderate")])).toBe(true);
    expect(isCovered(scratch("moderate"), [scratch("minor")])).toBe(false);
    expect(isCovered(scratch("moderate"), [scratch("severe", "strap")])).toBe(false);
  });

  it("have a worst", () => {
    expect(worstOf([])).toBeUndefined();
    expect(worstOf([scratch("minor"), scratch("severe"), scratch("moderate")])).toBe("severe");
    expect(worstOf([scratch("moderate"), scratch("minor")])).toBe("moderate");
  });
});
