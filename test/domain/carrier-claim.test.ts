import { describe, expect, it } from "vitest";
import {
  type CarrierClaim,
  chargedToCarriers,
  claimIdOf,
  partsOfClaimId,
  settleClaim,
} from "../../functions/domain/settlement/carrier-claim.ts";
import type { SettlementBasis } from "../../functions/domain/settlement/plan.ts";
import { stageTransfers } from "../../functions/domain/settlement/stages.ts";
import { monday, whollyOn } from "../support/builders.ts";

const aBasis = (verdict: Partial<SettlementBasis["verdict"]> = {}): SettlementBasis => ({
  caseId: "case-1",
  merchantId: "merchant-1",
  buyerId: "buyer-1",
  currency: "CNY",
  lines: [{ amountMinor: 1_000n, commissionBps: 0 }],
  verdict: {
    number: 1,
    liability: whollyOn("carrier"),
    refundCapBps: 10_000,
    freight: { payer: "carrier", capMinor: 0n },
    carrier: "sf",
    ...verdict,
  },
  returnFreightMinor: 0n,
  times: {},
});

const aClaim = (but: Partial<CarrierClaim> = {}): CarrierClaim => ({
  tenantId: "tenant-1",
  claimId: "case-1.sf",
  caseId: "case-1",
  carrier: "sf",
  currency: "CNY",
  amountMinor: 1_000n,
  openMinor: 1_000n,
  paidMinor: 0n,
  reducedMinor: 0n,
  writtenOffMinor: 0n,
  evidence: { verdictNumber: 1, orderId: "order-1", lineIds: ["line-1"] },
  openedAt: monday,
  version: 1,
  ...but,
});

describe("what transfers charge carriers", () => {
  const first = stageTransfers(aBasis(), "refund", [], monday);

  it("is what they pay into a case", () => {
    expect([...chargedToCarriers(first)]).toEqual([["sf", 1_000n]]);
  });

  it("moves from one to the other with a verdict that names another", () => {
    const revised = stageTransfers(aBasis({ number: 2, carrier: "yto" }), "refund", first, monday);
    expect(new Map(chargedToCarriers(revised))).toEqual(
      new Map([
        ["sf", -1_000n],
        ["yto", 1_000n],
      ]),
    );
  });

  it("is nothing while it is only promised", () => {
    expect(chargedToCarriers(first.map((transfer) => ({ ...transfer, phase: "pending" }))).size).toBe(0);
  });
});

describe("a claim", () => {
  it("has an id that is read back, whatever points its carrier has", () => {
    expect(partsOfClaimId(claimIdOf("case-1", "dhl.de"))).toEqual({ caseId: "case-1", carrier: "dhl.de" });
  });

  it("that was settled and then taken back cannot be settled any further", () => {
    const { after } = settleClaim(aClaim(), { outcome: "paid", amountMinor: 1_000n }, monday);
    const overpaid = { ...after, amountMinor: 400n, openMinor: -600n };
    expect(() => settleClaim(overpaid, { outcome: "written_off" }, monday)).toThrow(
      "Of this claim 0 is open",
    );
  });

  it("that does not add up is not settled at all", () => {
    expect(() => settleClaim(aClaim({ paidMinor: 1n }), { outcome: "written_off" }, monday)).toThrow(
      "does not add up",
    );
  });
});
