import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../../functions/domain/case.ts";
import { findRecordedReply, recordReply } from "../../functions/store/idempotency.ts";
import { idempotencyKey } from "../../functions/store/keys.ts";
import { getItem, type Table, transact } from "../../functions/store/table.ts";
import { buyer, day, merchant, monday, partner } from "../support/builders.ts";
import { fresh, openTestTable } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const reply = { status: 201, body: '{"caseId":"case-1"}', etag: '"1"' };
const record = (key: string, by: Actor = partner, tenantId = "tenant-1", requestHash = "hash") =>
  recordReply(table, tenantId, by, { key, requestHash }, reply, monday);

describe("a recorded reply", () => {
  it("is found again as it was sent, with the digest of what was asked", async () => {
    const key = fresh("key");
    await transact(table, [record(key)]);
    expect(await findRecordedReply(table, "tenant-1", partner, key)).toMatchObject({
      ...reply,
      requestHash: "hash",
    });
  });

  it("is the first one: a second is refused with everything in its transaction", async () => {
    const key = fresh("key");
    await transact(table, [record(key)]);
    const second = transact(table, [record(key, partner, "tenant-1", "other"), record(fresh("key"))]);
    await expect(second).rejects.toMatchObject({ conflicts: ["idempotency"] });
    expect(await findRecordedReply(table, "tenant-1", partner, key)).toMatchObject({ requestHash: "hash" });
  });

  it("belongs to who sent the key: another actor, role or tenant may use the same one", async () => {
    const key = fresh("key");
    await transact(table, [record(key)]);
    for (const by of [buyer, merchant, { ...partner, id: "another-client" }]) {
      expect(await findRecordedReply(table, "tenant-1", by, key)).toBeUndefined();
      await transact(table, [record(key, by)]);
    }
    expect(await findRecordedReply(table, "tenant-2", partner, key)).toBeUndefined();
    await transact(table, [record(key, partner, "tenant-2")]);
  });

  it("is forgotten by the table after thirty days", async () => {
    const key = fresh("key");
    await transact(table, [record(key)]);
    const stored = await getItem(table, idempotencyKey("tenant-1", `${partner.role}:${partner.id}`, key));
    expect(stored).toMatchObject({ expiresAt: (monday + 30 * day) / 1000 });
  });
});
