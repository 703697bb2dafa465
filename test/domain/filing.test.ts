import { describe, expect, it } from "vitest";
import type { Item, OrderLine } from "../../functions/domain/catalog.ts";
import { type ClaimedLine, claimLine } from "../../functions/domain/filing.ts";
import { merchant, monday } from "../support/builders.ts";

/** What a request takes of a line: units that come back, or money alone. */

const item: Item = {
  tenantId: "tenant-1",
  itemId: "item-1",
  merchantId: merchant.id,
  title: "Teacups",
  category: "other",
  intakeInspection: { inspectedAt: monday, grade: "A", flaws: [], photoHashes: [] },
  disclosedFlaws: [],
  marketValueMinor: 900n,
};

const line: OrderLine = {
  lineId: "line-1",
  itemId: "item-1",
  merchantId: merchant.id,
  quantity: 3,
  paidMinor: 1_000n,
  outboundFreightMinor: 100n,
  commissionBps: 3_000,
  exclusionConfirmed: false,
  packedBy: "platform",
  remainingMinor: 1_000n,
  remainingQuantity: 3,
  caseIds: [],
  version: 1,
};

/** The line after a claim that is paid. */
const claimOf = (before: OrderLine, type: "refund_only" | "return_and_refund", claimed: ClaimedLine) => {
  const claim = claimLine({ type, reason: "CHANGED_MIND" }, claimed, 0, before, item);
  return {
    claim,
    line: {
      ...before,
      remainingMinor: before.remainingMinor - claim.amountMinor,
      remainingQuantity: before.remainingQuantity - claim.heldQuantity,
    },
  };
};

describe("a claim on a part of a line", () => {
  it("adds up to the whole with the others, in units and in money", () => {
    const first = claimOf(line, "return_and_refund", { quantity: 1 });
    const second = claimOf(first.line, "return_and_refund", { quantity: 2 });
    expect([first.claim.amountMinor, second.claim.amountMinor]).toEqual([333n, 667n]);
    expect(second.line).toMatchObject({ remainingMinor: 0n, remainingQuantity: 0 });
  });

  it("leaves the goods with the buyer for a part of the price, and the rest can still be returned for", () => {
    const kept = claimOf(line, "refund_only", { quantity: 1, amountMinor: 100n });
    expect(kept.claim).toMatchObject({ amountMinor: 100n, heldQuantity: 0 });
    const returned = claimOf(kept.line, "return_and_refund", { quantity: 3 });
    expect(returned.claim.amountMinor).toBe(900n);
    expect(() =>
      claimLine({ type: "refund_only", reason: "CHANGED_MIND" }, { quantity: 1 }, 0, returned.line, item),
    ).toThrow("More units");
  });

  it("takes along what was paid to send the units that come back, and what they are worth", () => {
    const { claim } = claimOf(line, "return_and_refund", { quantity: 2 });
    expect(claim).toMatchObject({ outboundFreightMinor: 66n, marketValueMinor: 1_800n });
    expect(claimOf(line, "refund_only", { quantity: 3 }).claim).not.toHaveProperty("outboundFreightMinor");
  });

  it("knows a wrong item that the platform packed: what was sold has not left, and whose the other is nobody said", () => {
    const claimed = (reason: "WRONG_ITEM" | "COLOR", packedBy: OrderLine["packedBy"]) =>
      claimLine({ type: "exchange", reason }, { quantity: 1 }, 0, { ...line, packedBy }, item);
    expect(claimed("WRONG_ITEM", "platform")).toMatchObject({ strayPiece: true });
    expect(claimed("WRONG_ITEM", "merchant")).not.toHaveProperty("strayPiece");
    expect(claimed("COLOR", "platform")).not.toHaveProperty("strayPiece");
  });
});
