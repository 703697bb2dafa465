import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Checkpoint } from "../../functions/domain/tracking.ts";
import { parcelPartition } from "../../functions/store/keys.ts";
import { keepCheckpoints, loadParcel, loadTracking } from "../../functions/store/parcels.ts";
import { type Table, transact } from "../../functions/store/table.ts";
import { parcelWrite } from "../../functions/store/waybills.ts";
import { hour, monday } from "../support/builders.ts";
import { aReturnPointer, fresh, itemsOf, keepCheckpoint, openTestTable } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const tenantId = "tenant-1";
const aCheckpoint = (but: Partial<Checkpoint> = {}): Checkpoint => ({
  source: "kuaidi100",
  at: monday,
  status: "in_transit",
  code: "0",
  place: "上海",
  text: "已到达",
  ...but,
});
const aParcel = (trackingNumber: string, caseId = "case-1", tenant = tenantId) =>
  parcelWrite(table, aReturnPointer({ tenantId: tenant, caseId }, trackingNumber));

describe("a parcel", () => {
  it("is what its checkpoints say, in whatever order they were kept", async () => {
    const number = fresh("SF");
    await transact(table, [aParcel(number)]);
    const later = aCheckpoint({ at: monday + 2 * hour, status: "out_for_delivery", code: "5" });
    for (const each of [
      later,
      aCheckpoint(),
      aCheckpoint({ at: monday + hour, status: "damaged", code: "209" }),
    ]) {
      await keepCheckpoint(table, tenantId, number, each);
    }
    expect(await loadParcel(table, tenantId, number)).toMatchObject({
      pointer: { leg: "return", caseId: "case-1", carrier: "kuaidi100" },
      checkpoints: [{ code: "0" }, { code: "209" }, { code: "5" }],
      projection: {
        status: "out_for_delivery",
        statusTrusted: false,
        damaged: true,
        damageTrusted: false,
        lastScanAt: monday + 2 * hour,
      },
    });
  });

  it("keeps a checkpoint once, and the first words for it", async () => {
    const number = fresh("SF");
    await transact(table, [aParcel(number)]);
    await Promise.all(
      ["one", "two", "three"].map(() =>
        keepCheckpoint(table, tenantId, number, aCheckpoint({ text: "first" })),
      ),
    );
    await keepCheckpoint(table, tenantId, number, aCheckpoint({ text: "second" }));
    expect((await loadParcel(table, tenantId, number))?.checkpoints).toMatchObject([{ text: "first" }]);
  });

  it("has a number that points to one thing of a tenant, for good", async () => {
    const number = fresh("SF");
    await transact(table, [aParcel(number)]);
    await expect(transact(table, [aParcel(number, "case-2")])).rejects.toMatchObject({
      conflicts: ["trackingNumber"],
    });
    await transact(table, [aParcel(number, "case-3", "tenant-2")]);
    expect((await loadParcel(table, tenantId, number))?.pointer).toMatchObject({ caseId: "case-1" });
    expect((await loadParcel(table, "tenant-2", number))?.pointer).toMatchObject({ caseId: "case-3" });
  });

  it("that nobody has named is not there, although its checkpoints are kept", async () => {
    const number = fresh("SF");
    await keepCheckpoint(table, tenantId, number, aCheckpoint());
    expect(await loadParcel(table, tenantId, number)).toBeUndefined();
    expect(await loadTracking(table, tenantId, number)).toEqual({ checkpoints: [aCheckpoint()] });
    await transact(table, [aParcel(number)]);
    expect((await loadParcel(table, tenantId, number))?.checkpoints).toHaveLength(1);
  });

  it("keeps all that one push told in one item, and what two pushes tell alike counts once", async () => {
    const number = fresh("SF");
    await transact(table, [aParcel(number)]);
    const scans = ["0", "1", "5"].map((code, index) => ({
      at: monday + index * hour,
      status: "in_transit" as const,
      code,
      place: "上海",
      text: "",
    }));
    const shared = { source: "kuaidi100", heardAt: monday + 4 * hour, trusted: false };
    await keepCheckpoints(table, tenantId, number, shared, scans.slice(0, 2));
    await keepCheckpoints(table, tenantId, number, { ...shared, heardAt: monday + 5 * hour }, scans);
    await keepCheckpoints(table, tenantId, number, { ...shared, heardAt: monday + 6 * hour }, scans);
    expect(await itemsOf(table, parcelPartition(tenantId, number), "TOLD#")).toHaveLength(2);
    const { checkpoints } = await loadTracking(table, tenantId, number);
    expect(checkpoints.map(({ code, heardAt }) => [code, heardAt]).sort()).toEqual([
      ["0", monday + 4 * hour],
      ["1", monday + 4 * hour],
      ["5", monday + 5 * hour],
    ]);
  });

  it("keeps codes and places of any length: they are no part of a key", async () => {
    const number = fresh("SF");
    const far = aCheckpoint({ code: "码".repeat(64), place: "远".repeat(256) });
    await keepCheckpoint(table, tenantId, number, far);
    expect((await loadTracking(table, tenantId, number)).checkpoints).toEqual([far]);
  });
});
