import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Merchant } from "../../functions/domain/catalog.ts";
import { addPostings, merchantPostings, noTotals } from "../../functions/domain/settlement/merchant-money.ts";
import { saleTransfers } from "../../functions/domain/settlement/sale.ts";
import { accounts, type Transfer, transferIdOf } from "../../functions/domain/settlement/transfer.ts";
import { rollUpBalances } from "../../functions/events/roll-up-balances.ts";
import { createOrder } from "../../functions/store/catalog.ts";
import { casePartition, ledgerPartition } from "../../functions/store/keys.ts";
import { merchantBalances } from "../../functions/store/merchant-balance.ts";
import { addUpPages } from "../../functions/store/merchant-ledger.ts";
import { holdWrites } from "../../functions/store/sales.ts";
import { putItem, type Table } from "../../functions/store/table.ts";
import { fresh, openTestTable } from "../support/cases-in-table.ts";
import { transferRecord } from "../support/ledger-stream.ts";

/** Balances come out of the stream the same, whatever it repeats, mixes up or brings late. */

const day = 24 * 3_600_000;
const start = Date.parse("2026-03-02T09:00:00Z");
const tenantId = "lux";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const aMerchant = (but: Partial<Merchant["contracts"][number]> = {}): Merchant => ({
  tenantId,
  merchantId: fresh("merchant"),
  name: "Atelier",
  contracts: [
    { effectiveFrom: 0, commissionBps: 3_000, transitRisk: "carrier", custodyRisk: "platform", ...but },
  ],
});

const caseTransfer = (
  caseId: string,
  merchant: Merchant,
  amountMinor: bigint,
  but: Partial<Transfer> = {},
): Transfer => {
  const stage = but.stage ?? "refund";
  const purpose = but.purpose ?? "refund-from-merchant";
  return {
    transferId: transferIdOf(caseId, stage, purpose),
    stage,
    purpose,
    from: accounts.merchantPayable(merchant.merchantId),
    to: accounts.escrow(caseId),
    amountMinor,
    currency: "CNY",
    phase: "posted",
    at: start,
    ...but,
  };
};

const told = (transfer: Transfer, place = casePartition(tenantId, transfer.transferId.split(".")[0] ?? "")) =>
  transferRecord(place, transfer);

const balanceIn = async (merchant: Merchant, currency = "CNY", now = start) =>
  (await merchantBalances(table, merchant, now)).find((balance) => balance.currency === currency);

/** A synced sale of one line, told to the stream. */
const sell = async (merchant: Merchant, paidMinor: bigint, signedOffAt: number | undefined, at = start) => {
  const orderId = fresh("order");
  const order = { tenantId, orderId, buyerId: "ann", currency: "CNY", placedAt: at, version: 1 };
  const line = {
    lineId: "1",
    itemId: "bag",
    merchantId: merchant.merchantId,
    quantity: 1,
    paidMinor,
    commissionBps: 3_000,
    exclusionConfirmed: false,
    packedBy: "platform" as const,
    ...(signedOffAt === undefined ? {} : { signedOffAt }),
    remainingMinor: paidMinor,
    remainingQuantity: 1,
    caseIds: [],
    version: 1,
  };
  const found = { order, lines: [line] };
  await createOrder(table, found, holdWrites(table, found, [merchant], at));
  const records = saleTransfers(order, [line], at).map((transfer) =>
    told(transfer, ledgerPartition(tenantId, orderId)),
  );
  await rollUpBalances(table, { Records: records }, at);
  return orderId;
};

describe("the roll-up", () => {
  it("equals the sum of the transfers after duplicates, shuffles, splits, late records and adding up", async () => {
    const one = fc.record({
      caseNumber: fc.nat(3),
      purpose: fc.nat(5),
      inward: fc.boolean(),
      amountMinor: fc.bigInt({ min: 1n, max: 10_000n }),
      currency: fc.constantFrom("CNY", "JPY"),
      ageDays: fc.constantFrom(0, 0, 0.9, 1.5, 2.5, 4),
      pending: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(one, {
          maxLength: 14,
          selector: ({ caseNumber, purpose }) => `${caseNumber}.${purpose}`,
        }),
        fc.infiniteStream(fc.nat(1_000)),
        async (made, random) => {
          const merchant = aMerchant();
          const run = fresh("run");
          const transfers = made.map(
            ({ caseNumber, purpose, inward, amountMinor, currency, ageDays, pending }) => {
              const caseId = `${run}-${caseNumber}`;
              const payable = accounts.merchantPayable(merchant.merchantId);
              return caseTransfer(caseId, merchant, amountMinor, {
                purpose: `purpose-${purpose}`,
                currency,
                phase: pending ? "pending" : "posted",
                at: start - ageDays * day,
                from: inward ? accounts.escrow(caseId) : payable,
                to: inward ? payable : accounts.escrow(caseId),
              });
            },
          );
          const next = () => random.next().value ?? 0;
          const deliveries = [...transfers, ...transfers.filter(() => next() % 2 === 0)]
            .map((transfer) => ({ transfer, order: next() }))
            .sort((a, b) => a.order - b.order)
            .map(({ transfer }) => transfer);
          while (deliveries.length > 0) {
            const Records = deliveries.splice(0, 1 + (next() % 4)).map((transfer) => told(transfer));
            await rollUpBalances(table, { Records }, start);
            if (next() % 4 === 0) await addUpPages(table, merchant, start);
          }
          const expected = addPostings(
            {},
            transfers
              .flatMap(merchantPostings)
              .filter(({ merchantId }) => merchantId === merchant.merchantId),
          );
          for (const currency of ["CNY", "JPY"]) {
            const payableMinor = (await balanceIn(merchant, currency))?.payableMinor ?? 0n;
            expect(payableMinor).toBe((expected[currency] ?? noTotals).earnedMinor);
          }
        },
      ),
      { numRuns: 40, seed: 20_261_122 },
    );
  }, 60_000);

  it("counts once what two readers are told at the same time, late too", async () => {
    const merchant = aMerchant();
    const records = [
      told(caseTransfer(fresh("case"), merchant, 700n)),
      told(caseTransfer(fresh("case"), merchant, 50n, { at: start - 3 * day })),
    ];
    await addUpPages(table, merchant, start);
    await Promise.all(Array.from({ length: 6 }, () => rollUpBalances(table, { Records: records }, start)));
    expect((await balanceIn(merchant))?.payableMinor).toBe(-750n);
  });

  it("adds pages up once when two do it at the same time, and says the same before and after", async () => {
    const merchant = aMerchant();
    for (const amount of [1n, 20n, 300n]) {
      await rollUpBalances(table, { Records: [told(caseTransfer(fresh("case"), merchant, amount))] }, start);
    }
    const later = start + 5 * day;
    const before = await balanceIn(merchant, "CNY", later);
    await Promise.all([1, 2, 3].map(() => addUpPages(table, merchant, later)));
    expect(before?.payableMinor).toBe(-321n);
    expect(await balanceIn(merchant, "CNY", later)).toEqual(before);
  });

  it("asks for a batch again that it could not keep", async () => {
    const broken = { ...table, name: "no-such-table" };
    const record = told(caseTransfer(fresh("case"), aMerchant(), 1n));
    const { batchItemFailures } = await rollUpBalances(broken, { Records: [record] }, start);
    expect(batchItemFailures).toEqual([{ itemIdentifier: record.dynamodb?.SequenceNumber }]);
  });
});

describe("what can be paid out", () => {
  it("is nothing of a sale that is not signed off, and all of it when its window has ended", async () => {
    const merchant = aMerchant();
    await sell(merchant, 10_000n, undefined);
    const other = await sell(merchant, 20_000n, start);
    expect(other).toBeDefined();
    expect(await balanceIn(merchant)).toMatchObject({
      payableMinor: 21_000n,
      heldMinor: 21_000n,
      availableMinor: 0n,
    });
    expect(await balanceIn(merchant, "CNY", start + 21 * day - 1)).toMatchObject({ availableMinor: 0n });
    expect(await balanceIn(merchant, "CNY", start + 21 * day)).toMatchObject({
      heldMinor: 7_000n,
      availableMinor: 14_000n,
    });
  });

  it("is not lowered by the refund of a sale that was held: it is paid from what was held", async () => {
    const merchant = aMerchant();
    await sell(merchant, 10_000n, start - 30 * day);
    const held = await sell(merchant, 20_000n, start);
    const caseId = fresh("case");
    await putItem(table, "state", {
      Item: { PK: casePartition(tenantId, caseId), SK: "STATE", orderId: held },
    });
    const refund = caseTransfer(caseId, merchant, 20_000n);
    const reversal = caseTransfer(caseId, merchant, 6_000n, {
      stage: "commission",
      purpose: "commission-reversal",
      from: accounts.platformRevenue(),
      to: accounts.merchantPayable(merchant.merchantId),
    });
    await rollUpBalances(table, { Records: [told(refund), told(reversal)] }, start);
    expect(await balanceIn(merchant)).toMatchObject({
      payableMinor: 7_000n,
      heldMinor: 0n,
      availableMinor: 7_000n,
    });
  });

  it("is nothing while the balance is below zero, and a later sale is netted with it", async () => {
    const merchant = aMerchant();
    await rollUpBalances(table, { Records: [told(caseTransfer(fresh("case"), merchant, 5_000n))] }, start);
    expect(await balanceIn(merchant)).toMatchObject({ payableMinor: -5_000n, availableMinor: 0n });
    await sell(merchant, 10_000n, start - 30 * day);
    expect(await balanceIn(merchant)).toMatchObject({ payableMinor: 2_000n, availableMinor: 2_000n });
  });

  it("leaves the contract's reserve: of recent sales, or an amount, never more than is there", async () => {
    const bySales = aMerchant({ reserve: { salesBps: 1_000 } });
    await sell(bySales, 10_000n, start - 30 * day);
    expect(await balanceIn(bySales)).toMatchObject({ reserveMinor: 700n, availableMinor: 6_300n });
    const byAmount = aMerchant({ reserve: { salesBps: 1_000, amountMinor: { CNY: 900_000n } } });
    await sell(byAmount, 10_000n, start - 30 * day);
    expect(await balanceIn(byAmount)).toMatchObject({ reserveMinor: 7_000n, availableMinor: 0n });
  });
});
