import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { rollUpBalances } from "../../functions/events/roll-up-balances.ts";
import {
  casePartition,
  ledgerPartition,
  merchantTotalsKey,
  transferKey,
} from "../../functions/store/keys.ts";
import { addUpPages } from "../../functions/store/merchant-ledger.ts";
import { putItem, type Table, updateItem } from "../../functions/store/table.ts";
import { verifyLedger } from "../../lib/ledger/verify.ts";
import { openTestTable } from "../support/cases-in-table.ts";
import { transferRecord } from "../support/ledger-stream.ts";

/** Whatever does not follow from the raw transfers is found. */

const now = Date.parse("2026-03-02T09:00:00Z");
const day = 24 * 3_600_000;

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const sale: Transfer = {
  transferId: "order-1.sale.proceeds-atelier",
  stage: "sale",
  purpose: "proceeds-atelier",
  from: accounts.salesClearing(),
  to: accounts.merchantPayable("atelier"),
  amountMinor: 9_007_199_254_740_993n,
  currency: "CNY",
  phase: "posted",
  at: now,
};
const refund: Transfer = {
  ...sale,
  transferId: "case-1.refund.refund-from-merchant",
  stage: "refund",
  purpose: "refund-from-merchant",
  from: accounts.merchantPayable("atelier"),
  to: accounts.escrow("case-1"),
  amountMinor: 400n,
};

const keep = (partition: string, transfer: Transfer) =>
  putItem(table, "transfer", {
    Item: { ...transferKey(partition, transfer.stage, transfer.purpose), ...transfer },
  });

const order = ledgerPartition("lux", "order-1");
const aCase = casePartition("lux", "case-1");

describe("the ledger's verification", () => {
  it("finds nothing where every balance follows from its transfers, added up or not", async () => {
    await keep(order, sale);
    await keep(aCase, refund);
    const Records = [transferRecord(order, sale), transferRecord(aCase, refund)];
    await rollUpBalances(table, { Records }, now);
    const report = await verifyLedger(table);
    expect(report).toMatchObject({ transfers: 2, merchants: 1, currencies: ["CNY"], findings: [] });
    await addUpPages(table, { tenantId: "lux", merchantId: "atelier" }, now + 5 * day);
    expect((await verifyLedger(table)).findings).toEqual([]);
  });

  it("finds a roll-up that is off by one minor unit", async () => {
    const key = merchantTotalsKey("lux", "atelier");
    const addOne = (one: number) =>
      updateItem(table, "totals", {
        Key: key,
        UpdateExpression: "SET totals.CNY.earnedMinor = totals.CNY.earnedMinor + :one",
        ExpressionAttributeValues: { ":one": one },
      });
    await addOne(1);
    expect((await verifyLedger(table)).findings).toMatchObject([
      { finding: "rolled_up_differs", where: "lux atelier CNY" },
    ]);
    await addOne(-1);
    expect((await verifyLedger(table)).findings).toEqual([]);
  });

  it("finds what a closed case still holds, and a transfer that breaks the ledger's rules", async () => {
    await putItem(table, "state", { Item: { PK: aCase, SK: "STATE", stage: "closed" } });
    const decided: Transfer = {
      ...refund,
      transferId: "case-1.release.nothing",
      stage: "release",
      purpose: "nothing",
      phase: "voided",
      pendingId: "case-1.reserve.nothing",
    };
    await keep(aCase, decided);
    expect((await verifyLedger(table)).findings.map(({ finding }) => finding)).toEqual([
      "breaks_a_rule",
      "case_closed_unsettled",
    ]);
  });

  it("finds a transfer that was never rolled up", async () => {
    await keep(ledgerPartition("lux", "order-2"), {
      ...sale,
      transferId: "order-2.sale.proceeds-bloom",
      purpose: "proceeds-bloom",
      to: accounts.merchantPayable("bloom"),
    });
    expect((await verifyLedger(table)).findings).toContainEqual(
      expect.objectContaining({ finding: "rolled_up_differs", where: "lux bloom CNY" }),
    );
  });
});
