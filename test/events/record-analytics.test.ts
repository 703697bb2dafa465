import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordAnalytics } from "../../functions/events/record-analytics.ts";
import { dailyCounters, merchantHistory } from "../../functions/store/daily-counters.ts";
import type { Table } from "../../functions/store/table.ts";
import { day, hour, monday } from "../support/builders.ts";
import { fresh, openAgain, openTestTable } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const anEvent = (
  type: string,
  merchantId: string,
  {
    at = monday,
    tenantId = "tenant-1",
    ...payload
  }: { at?: number; tenantId?: string } & Record<string, unknown>,
) => ({
  "detail-type": type,
  detail: {
    eventId: fresh("event"),
    tenantId,
    caseId: fresh("case"),
    merchantId,
    buyerId: "buyer-1",
    at,
    stage: "closed",
    by: { role: "system", id: "test" },
    payload,
  },
});

/** The counters of a merchant's day, without the table's keys. */
const counted = async (merchantId: string, on = "2026-03-02", tenantId = "tenant-1") => {
  const stored = await dailyCounters(table, tenantId, merchantId, on);
  if (!stored) return undefined;
  const { PK, SK, ...counters } = stored;
  return counters;
};

describe("the counters of a merchant's day", () => {
  it("count cases by reason and by outcome, and add up the time they took", async () => {
    const id = fresh("merchant");
    const filedAt = monday - day;
    for (const event of [
      anEvent("CaseFiled", id, { reason: "DEFECTIVE" }),
      anEvent("CaseFiled", id, { reason: "DEFECTIVE" }),
      anEvent("CaseFiled", id, { reason: "COLOR" }),
      anEvent("CaseClosed", id, { outcome: "refunded", filedAt }),
      anEvent("CaseClosed", id, { outcome: "refused", filedAt: filedAt - hour }),
      anEvent("CaseCancelled", id, { outcome: "cancelled", filedAt: monday - hour }),
    ]) {
      await recordAnalytics(table, event);
    }
    expect(await counted(id)).toEqual({
      filed: 3,
      "filed.DEFECTIVE": 2,
      "filed.COLOR": 1,
      ended: 3,
      "ended.refunded": 1,
      "ended.refused": 1,
      "ended.cancelled": 1,
      handlingMs: day + (day + hour) + hour,
    });
  });

  it("count an event once, delivered twice in a row and ten times at once", async () => {
    const id = fresh("merchant");
    const event = anEvent("CaseFiled", id, { reason: "STYLE" });
    await Promise.all(Array.from({ length: 10 }, () => recordAnalytics(table, event)));
    await recordAnalytics(table, event);
    expect(await counted(id)).toEqual({ filed: 1, "filed.STYLE": 1 });
  });

  it("count different events of one moment all, also at once", async () => {
    const id = fresh("merchant");
    const events = Array.from({ length: 20 }, () => anEvent("CaseFiled", id, { reason: "STYLE" }));
    await Promise.all(events.map((event) => recordAnalytics(table, event)));
    expect(await counted(id)).toMatchObject({ filed: 20 });
  });

  it("count an event whose transaction met another one on the same day's counters", async () => {
    const id = fresh("merchant");
    const behind = openAgain(table, {});
    const met = new TransactionCanceledException({
      message: "met",
      $metadata: {},
      CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }],
    });
    mockClient(behind.client as DynamoDBDocumentClient)
      .on(TransactWriteCommand)
      .rejectsOnce(met)
      .rejectsOnce(met)
      .callsFake((input) => table.client.send(new TransactWriteCommand(input)));
    await recordAnalytics(behind, anEvent("CaseFiled", id, { reason: "STYLE" }));
    expect(await counted(id)).toEqual({ filed: 1, "filed.STYLE": 1 });
  });

  it("begin at midnight in Shanghai", async () => {
    const id = fresh("merchant");
    const midnight = Date.parse("2026-03-02T16:00:00Z");
    await recordAnalytics(table, anEvent("CaseFiled", id, { at: midnight - 1, reason: "COLOR" }));
    await recordAnalytics(table, anEvent("CaseFiled", id, { at: midnight, reason: "STYLE" }));
    expect(await counted(id, "2026-03-02")).toEqual({ filed: 1, "filed.COLOR": 1 });
    expect(await counted(id, "2026-03-03")).toEqual({ filed: 1, "filed.STYLE": 1 });
  });

  it("belong to one merchant of one tenant", async () => {
    const id = fresh("merchant");
    await recordAnalytics(table, anEvent("CaseFiled", id, { reason: "COLOR" }));
    await recordAnalytics(table, anEvent("CaseFiled", id, { tenantId: "tenant-2", reason: "COLOR" }));
    expect(await counted(id)).toMatchObject({ filed: 1 });
    expect(await counted(id, "2026-03-02", "tenant-2")).toMatchObject({ filed: 1 });
    expect(await counted(fresh("merchant"))).toBeUndefined();
  });

  it("do not move for other events, and refuse what does not fit the contract", async () => {
    const id = fresh("merchant");
    await recordAnalytics(table, anEvent("CaseApproved", id, { basis: "merchant" }));
    expect(await counted(id)).toBeUndefined();
    await expect(recordAnalytics(table, { "detail-type": "CaseFiled", detail: {} })).rejects.toThrow();
  });
});

describe("a merchant's history", () => {
  it("is what the counters say of the 90 whole days before, whatever happened on the day itself", async () => {
    const merchantId = fresh("merchant");
    const count = (daysBefore: number, type: string, payload: Record<string, unknown>) =>
      recordAnalytics(table, anEvent(type, merchantId, { at: monday - daysBefore * day, ...payload }));
    for (const daysBefore of [0, 1, 30, 31, 90, 91])
      await count(daysBefore, "CaseFiled", { reason: "COLOR" });
    await count(90, "CaseClosed", { outcome: "refused" });
    await count(1, "CaseClosed", { outcome: "refunded" });
    await count(0, "CaseClosed", { outcome: "refused" });
    const history = await merchantHistory(table, "tenant-1", merchantId, monday);
    expect(history).toEqual({ filed30Days: 2, filed90Days: 4, ended90Days: 2, refused90Days: 1 });
  });

  it("is empty of a merchant nothing happened to, and another tenant's is another", async () => {
    const none = { filed30Days: 0, filed90Days: 0, ended90Days: 0, refused90Days: 0 };
    const merchantId = fresh("merchant");
    await recordAnalytics(table, anEvent("CaseFiled", merchantId, { at: monday - day, reason: "COLOR" }));
    expect(await merchantHistory(table, "tenant-2", merchantId, monday)).toEqual(none);
    expect(await merchantHistory(table, "tenant-1", fresh("merchant"), monday)).toEqual(none);
  });
});
