import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Merchant, OrderLine } from "../../functions/domain/catalog.ts";
import {
  addLineFacts,
  createOrder,
  type FoundOrder,
  findItem,
  findItems,
  findMerchant,
  findOrder,
  putMerchant,
  TooManyChanges,
  takenTrackingNumbers,
} from "../../functions/store/catalog.ts";
import { orderLineKey } from "../../functions/store/keys.ts";
import { loadParcel } from "../../functions/store/parcels.ts";
import { retryRaces } from "../../functions/store/retry.ts";
import { Conflict, openTable, type Table } from "../../functions/store/table.ts";
import { createTestTable } from "../support/table.ts";

let table: Table;
let close: () => Promise<void>;

beforeAll(async () => {
  const { tableName, config, cleanup } = await createTestTable();
  const client = new DynamoDBClient(config);
  table = openTable(tableName, client);
  close = async () => {
    await cleanup();
    client.destroy();
  };
});
afterAll(() => close());

const merchant = (but: Partial<Merchant> = {}): Merchant => ({
  tenantId: "lux",
  merchantId: "atelier",
  name: "Atelier",
  contracts: [{ effectiveFrom: 0, commissionBps: 3_000, transitRisk: "carrier", custodyRisk: "platform" }],
  ...but,
});

const aLine = (but: Partial<OrderLine> = {}): OrderLine => ({
  lineId: "1",
  itemId: "bag",
  merchantId: "atelier",
  quantity: 2,
  paidMinor: 9_007_199_254_740_991n,
  commissionBps: 3_000,
  exclusionConfirmed: false,
  packedBy: "platform",
  remainingMinor: 9_007_199_254_740_991n,
  remainingQuantity: 2,
  caseIds: [],
  version: 1,
  ...but,
});

const anOrder = (orderId: string, lines: readonly OrderLine[] = [aLine()]): FoundOrder => ({
  order: { tenantId: "lux", orderId, buyerId: "ann", currency: "CNY", placedAt: 1_000, version: 1 },
  lines,
});

const parcel = (trackingNumber: string) => ({ outboundParcel: { carrier: "kuaidi100", trackingNumber } });

const standing = async (orderId: string): Promise<FoundOrder> => {
  const found = await findOrder(table, "lux", orderId);
  if (!found) throw new Error(`no ${orderId}`);
  return found;
};

const conflictOf = async (write: Promise<unknown>): Promise<Conflict> => {
  const error = await write.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Conflict);
  return error as Conflict;
};

describe("what was synced", () => {
  it("comes back as it was written, without the table's keys", async () => {
    await putMerchant(table, merchant());
    expect(await findMerchant(table, "lux", "atelier")).toStrictEqual({ ...merchant(), version: 1 });
    await createOrder(table, anOrder("whole"));
    expect(await findOrder(table, "lux", "whole")).toStrictEqual(anOrder("whole"));
  });

  it("is not there for another tenant", async () => {
    await createOrder(table, anOrder("private"));
    expect(await findMerchant(table, "vintage", "atelier")).toBeUndefined();
    expect(await findOrder(table, "vintage", "private")).toBeUndefined();
    expect(await findItem(table, "lux", "nothing")).toBeUndefined();
    expect(await findItems(table, "lux", ["nothing", "nothing"])).toEqual([]);
    expect(await findItems(table, "lux", [])).toEqual([]);
  });

  it("keeps one of two changes that were made from the same version, and says so to the other", async () => {
    const merchantId = "contested";
    await putMerchant(table, merchant({ merchantId }));
    const outcomes = await Promise.all(
      ["A", "B", "C", "D"].map((name) => putMerchant(table, merchant({ merchantId, name }), 1)),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      "outdated",
      "outdated",
      "outdated",
      "replaced",
    ]);
    expect(await findMerchant(table, "lux", merchantId)).toMatchObject({ version: 2 });
  });
});

describe("an order's lines", () => {
  it("take their facts one after the other when two are told at once, and lose none", async () => {
    await createOrder(table, anOrder("shared", [aLine(), aLine({ lineId: "2" })]));
    const ship = (lineId: string) =>
      retryRaces(async () => {
        const before = await standing("shared");
        const after = before.lines.map((line) =>
          line.lineId === lineId ? { ...line, ...parcel("SF-SHARED") } : line,
        );
        return addLineFacts(table, before, after);
      });
    await Promise.all([ship("1"), ship("2")]);
    expect((await standing("shared")).order.version).toBe(3);
    expect(await loadParcel(table, "lux", "SF-SHARED")).toMatchObject({ pointer: { lineIds: ["1", "2"] } });
  });

  it("refuse facts that were decided before a case was filed, and keep what the case holds", async () => {
    await createOrder(table, anOrder("held"));
    const before = await standing("held");
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: orderLineKey("lux", "held", "1"),
        UpdateExpression: "SET remainingQuantity = :one, version = version + :one, caseIds = :cases",
        ExpressionAttributeValues: { ":one": 1, ":cases": ["case-1"] },
      }),
    );
    const stale = before.lines.map((line) => ({ ...line, signedOffAt: 5 }));
    await conflictOf(addLineFacts(table, before, stale));
    const now = await standing("held");
    expect(now.order.version).toBe(1);
    await addLineFacts(
      table,
      now,
      now.lines.map((line) => ({ ...line, signedOffAt: 5 })),
    );
    expect((await standing("held")).lines).toEqual([
      aLine({ remainingQuantity: 1, caseIds: ["case-1"], version: 3, signedOffAt: 5 }),
    ]);
  });

  it("are not written again when nothing was added", async () => {
    await createOrder(table, anOrder("same"));
    const before = await standing("same");
    expect(await addLineFacts(table, before, before.lines)).toBe(1);
    expect(await standing("same")).toEqual(before);
  });

  it("share a tracking number inside an order and with no other", async () => {
    await createOrder(
      table,
      anOrder("owner", [aLine(parcel("SF-OWNED")), aLine({ lineId: "2", ...parcel("SF-OWNED") })]),
    );
    const conflict = await conflictOf(createOrder(table, anOrder("thief", [aLine(parcel("SF-OWNED"))])));
    expect(takenTrackingNumbers(conflict)).toEqual(["SF-OWNED"]);
    expect(await findOrder(table, "lux", "thief")).toBeUndefined();
    const { pointer } = (await loadParcel(table, "lux", "SF-OWNED")) ?? {};
    expect(pointer).toMatchObject({ orderId: "owner", lineIds: ["1", "2"] });
  });

  it("give a tracking number back when they are told another", async () => {
    await createOrder(table, anOrder("mistyped", [aLine(parcel("SF-WRONG"))]));
    const before = await standing("mistyped");
    await addLineFacts(
      table,
      before,
      before.lines.map((line) => ({ ...line, ...parcel("SF-RIGHT") })),
    );
    expect(await loadParcel(table, "lux", "SF-WRONG")).toBeUndefined();
    expect(await loadParcel(table, "lux", "SF-RIGHT")).toBeDefined();
  });

  it("are written all or not at all, so more than one transaction holds is refused", async () => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      aLine({ lineId: String(index), ...parcel(`SF-MANY-${index}`) }),
    );
    await expect(createOrder(table, anOrder("many", lines))).rejects.toBeInstanceOf(TooManyChanges);
    expect(await findOrder(table, "lux", "many")).toBeUndefined();
  });

  it("are created once", async () => {
    await createOrder(table, anOrder("once"));
    await conflictOf(createOrder(table, anOrder("once")));
  });
});
