import { describe, expect, it } from "vitest";
import type { Merchant } from "../../functions/domain/catalog.ts";
import { append } from "../../functions/domain/settlement/ledger.ts";
import { heldUntil, saleTransfers } from "../../functions/domain/settlement/sale.ts";
import { balances } from "../../functions/domain/settlement/transfer.ts";

const day = 24 * 3_600_000;
const order = { orderId: "order-1", currency: "CNY", placedAt: 10 * day };
const line = { merchantId: "atelier", paidMinor: 99_999n, commissionBps: 3_000 };

const merchantWith = (holdDays?: number): Merchant => ({
  tenantId: "lux",
  merchantId: "atelier",
  name: "Atelier",
  contracts: [
    {
      effectiveFrom: 0,
      commissionBps: 3_000,
      transitRisk: "carrier",
      custodyRisk: "platform",
      ...(holdDays === undefined ? {} : { holdDays }),
    },
  ],
});

describe("what a sale brings in", () => {
  it("is the price less the frozen commission of each line, the rest to the platform", () => {
    const lines = [line, { ...line, paidMinor: 50n, commissionBps: 5_000 }, { ...line, merchantId: "bloom" }];
    const sale = saleTransfers(order, lines, 0);
    expect(balances(append([], sale), "CNY")).toEqual(
      new Map([
        ["platform:sales", -200_048n],
        ["merchant:atelier:payable", 70_025n],
        ["merchant:bloom:payable", 70_000n],
        ["platform:revenue", 60_023n],
      ]),
    );
  });

  it("has ids that do not change, and moves nothing that is nothing", () => {
    const free = saleTransfers(order, [{ ...line, commissionBps: 0 }], 0);
    expect(free.map(({ transferId }) => transferId)).toEqual(["order-1.sale.proceeds-atelier"]);
    expect(saleTransfers(order, [{ ...line, paidMinor: 0n }], 0)).toEqual([]);
  });
});

describe("the hold of a sale", () => {
  const lines = (...signedOffAt: readonly (number | undefined)[]) =>
    signedOffAt.map((at) => ({ merchantId: "atelier", ...(at === undefined ? {} : { signedOffAt: at }) }));

  it("ends the contract's days after the last line was signed off", () => {
    expect(heldUntil(order, lines(12 * day, 14 * day), merchantWith())).toBe(35 * day);
    expect(heldUntil(order, lines(12 * day, 14 * day), merchantWith(3))).toBe(17 * day);
  });

  it("does not end while a line is not signed off; another merchant's line does not count", () => {
    expect(heldUntil(order, lines(12 * day, undefined), merchantWith())).toBeUndefined();
    const others = [...lines(12 * day), { merchantId: "bloom" }];
    expect(heldUntil(order, others, merchantWith(0))).toBe(12 * day);
  });
});
