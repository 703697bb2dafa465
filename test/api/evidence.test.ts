import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { announceEvidenceEndpoint } from "../../functions/api/evidence/announce-evidence.ts";
import { listEvidenceEndpoint } from "../../functions/api/evidence/list-evidence.ts";
import { announceEvidenceOperation, listEvidenceOperation } from "../../functions/api/evidence/operations.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { defaultEvidenceLimits } from "../../functions/domain/evidence.ts";
import { keepUpload } from "../../functions/events/keep-upload.ts";
import type { Role } from "../../functions/http/operation.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import { evidenceCounts } from "../../functions/store/evidence.ts";
import { casePartition } from "../../functions/store/keys.ts";
import { uploadKey } from "../../functions/store/uploads.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, merchant, monday } from "../support/builders.ts";
import { caseInTable, fileInTable, itemsOf, standingCase } from "../support/cases-in-table.ts";
import { aDocument, aRule, publish, shipped } from "../support/rules.ts";
import { aPhoto, openUploadBucket, sha256Of, type UploadBucket, upload } from "../support/upload-bucket.ts";

/** From the announcement over a real upload to the evidence, on the real engine and the local S3. */

let api: TestApi;
let bucket: UploadBucket;
beforeAll(async () => {
  bucket = await openUploadBucket(() => Date.now());
  const uploadsOf = () => bucket.uploads;
  api = await createTestApi([announceEvidenceEndpoint(uploadsOf), listEvidenceEndpoint(uploadsOf)]);
});
afterAll(async () => {
  await api.close();
  await bucket.close();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: monday + 3_600_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const idOf: Partial<Record<Role, string>> = { buyer: buyer.id, merchant: merchant.id };
const as = (role: Role, tenantId = "tenant-1") => claimsOf(role, tenantId, idOf[role]);

const announce = (state: CaseState, role: Role, body: unknown, idempotencyKey = ulid()) =>
  api.call(announceEvidenceOperation, {
    claims: as(role, state.tenantId),
    params: { caseId: state.caseId },
    body,
    idempotencyKey,
  });
const list = (state: CaseState, role: Role) =>
  api.call(listEvidenceOperation, { claims: as(role), params: { caseId: state.caseId } });

/** Tells of what was put since the last time, as S3 does. */
const arrivals = async (): Promise<void> => {
  for (const key of bucket.written.splice(0)) {
    await keepUpload({ table: api.table, uploads: bucket.uploads }, { object: { key } }, Date.now());
  }
};

const add = async (state: CaseState, role: Role, content: string): Promise<string> => {
  vi.setSystemTime(Date.now() + 1);
  const { body } = await announce(state, role, aPhoto(content));
  expect((await upload(body.upload, content)).status).toBe(200);
  await arrivals();
  return body.evidenceId;
};

const addedTo = async (state: CaseState) =>
  (await caseRecords(api.table, state, 1, 100))
    .flatMap(({ announcements }) => announcements)
    .filter(({ type }) => type === "EvidenceAdded");

describe("evidence", () => {
  it("is what was announced and has arrived, and can be downloaded for five minutes", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const before = await standingCase(api.table, state);
    const shows = { lineId: "line-1", flaw: { code: "scratch", place: "back" }, parcel: "outbound" };
    const { status, body } = await announce(state, "buyer", { ...aPhoto("photo"), shows });
    expect([status, body.upload.method, body.upload.headers]).toEqual([
      201,
      "PUT",
      {
        "content-type": "image/jpeg",
        "content-length": "5",
        "x-amz-checksum-sha256": Buffer.from(sha256Of("photo"), "hex").toString("base64"),
        "if-none-match": "*",
      },
    ]);
    expect((await list(state, "buyer")).body).toEqual({ items: [], roomFor: 19 });

    await upload(body.upload, "photo");
    await arrivals();
    const [item] = (await list(state, "buyer")).body.items;
    expect(item).toMatchObject({
      evidenceId: body.evidenceId,
      side: "buyer",
      kind: "photo",
      sha256: sha256Of("photo"),
      shows,
      arrivedAt: new Date(Date.now()).toISOString(),
    });
    const downloaded = await fetch(item.download.url);
    expect([await downloaded.text(), downloaded.headers.get("content-disposition")]).toEqual([
      "photo",
      `attachment;filename=${body.evidenceId}.jpg`,
    ]);
    vi.setSystemTime(Date.now() + 5 * 60_000 + 1_000);
    expect((await fetch(item.download.url)).status).toBe(403);
    // No decision that was made on what stood before is refused for it.
    expect(await standingCase(api.table, state)).toEqual(before);
  });

  it("is told of once, however often S3 tells of it, and nothing of it is free text", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const evidenceId = await add(state, "buyer", "told");
    const key = uploadKey("evidence", state, evidenceId);
    const again = () =>
      keepUpload({ table: api.table, uploads: bucket.uploads }, { object: { key } }, Date.now() + 5_000);
    await Promise.all([again(), again()]);
    expect(await addedTo(state)).toEqual([
      {
        eventId: `${state.caseId}.${evidenceId}`,
        type: "EvidenceAdded",
        at: Date.now(),
        by: { role: "buyer", id: buyer.id },
        payload: { side: "buyer", kind: "photo" },
      },
    ]);
    expect((await evidenceCounts(api.table, "tenant-1", [state.caseId, "none"])).get(state.caseId)).toEqual({
      buyer_photo: 1,
    });
  });

  it("that arrives together is counted to the last file", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const contents = Array.from({ length: 9 }, (_, n) => `together ${n}`);
    await Promise.all(
      contents.map(async (content) => {
        const { status, body } = await announce(state, "buyer", aPhoto(content));
        expect(status).toBe(201);
        await upload(body.upload, content);
      }),
    );
    const effects = { table: api.table, uploads: bucket.uploads };
    await Promise.all(
      bucket.written.splice(0).map((key) => keepUpload(effects, { object: { key } }, Date.now())),
    );
    expect((await list(state, "buyer")).body.items).toHaveLength(9);
    const counts = await evidenceCounts(api.table, "tenant-1", [state.caseId]);
    expect(counts.get(state.caseId)).toEqual({ buyer_photo: 9 });
  });

  it("has no more places than there are, also for two who come at once", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const answers: number[] = [];
    for (let from = 0; from < defaultEvidenceLimits.perSide + 4; from += 4) {
      const some = Array.from({ length: 4 }, (_, n) =>
        announce(state, "merchant", aPhoto(`file ${from + n}`)),
      );
      answers.push(...(await Promise.all(some)).map(({ status }) => status));
    }
    expect(answers.filter((status) => status === 201)).toHaveLength(defaultEvidenceLimits.perSide);
    expect(answers.filter((status) => status === 409)).toHaveLength(4);
    expect((await list(state, "merchant")).body.roomFor).toBe(0);
    expect((await list(state, "buyer")).body.roomFor).toBe(20);
  });

  it("gets the first answer again for the same key, and a second request for the same file none", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const first = await announce(state, "buyer", aPhoto("twice"), "key-1");
    const again = await announce(state, "buyer", aPhoto("twice"), "key-1");
    expect([again.text, again.headers["idempotency-replayed"]]).toEqual([first.text, "true"]);
    const other = await announce(state, "buyer", aPhoto("twice"));
    expect([other.status, other.body.type]).toEqual([409, "/problems/evidence_repeated"]);
  });

  it("is seen by whom it is for", async () => {
    const state = await caseInTable(api.table, "awaiting_inspection");
    const by: Partial<Record<Role, string>> = {};
    for (const role of ["buyer", "merchant", "warehouse", "operator"] as const) {
      by[role] = await add(state, role, `of ${role}`);
    }
    const seen = async (role: Role): Promise<readonly string[]> =>
      (await list(state, role)).body.items.map(({ evidenceId }: { evidenceId: string }) => evidenceId);
    expect(await seen("buyer")).toEqual([by.buyer]);
    expect(await seen("merchant")).toEqual([by.buyer, by.merchant, by.warehouse]);
    expect(await seen("warehouse")).toEqual([by.warehouse]);
    expect(await seen("operator")).toEqual([by.buyer, by.merchant, by.warehouse, by.operator]);
    expect(await seen("partner")).toEqual(await seen("operator"));
  });

  it("is disclosed to both parties once the case is disputed", async () => {
    const state = await caseInTable(api.table, "disputed");
    for (const role of ["buyer", "merchant", "operator"] as const) await add(state, role, `${role} says`);
    const sides = async (role: Role): Promise<readonly string[]> =>
      (await list(state, role)).body.items.map(({ side }: { side: string }) => side);
    expect(await sides("buyer")).toEqual(["buyer", "merchant", "platform"]);
    expect(await sides("merchant")).toEqual(["buyer", "merchant", "platform"]);
    expect(await sides("warehouse")).toEqual([]);
  });

  it("is not taken by a case that is closed", async () => {
    const closed = await caseInTable(api.table, "closed");
    const refused = await announce(closed, "buyer", aPhoto("late"));
    expect([refused.status, refused.body.type, refused.body.detail]).toEqual([
      409,
      "/problems/stage_forbids",
      "A case in stage closed takes no more evidence.",
    ]);
    expect((await list(closed, "buyer")).body).toEqual({ items: [], roomFor: 0 });
  });

  it.each([
    ["a type of another kind", { contentType: "video/mp4" }, "/contentType"],
    ["a type that runs", { contentType: "image/svg+xml" }, "/contentType"],
    ["more than 20 MiB", { sizeBytes: 20 * 1024 * 1024 + 1 }, "/sizeBytes"],
    ["nothing", { sizeBytes: 0 }, "/sizeBytes"],
    ["no digest", { sha256: "AAAA" }, "/sha256"],
    ["a line that is not the case's", { shows: { lineId: "line-9" } }, "/shows/lineId"],
    ["a kind nobody knows", { kind: "rumour" }, "/kind"],
  ])("is refused when announced as %s", async (_name, but, pointer) => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const { status, body } = await announce(state, "buyer", { ...aPhoto("bad"), ...but });
    expect([status, body.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([
      422,
      [pointer],
    ]);
  });
});

describe("a platform's rules", () => {
  it("judge by the evidence that is there, and say how much of it a case takes", async () => {
    const tenantId = "strict";
    const outcome = { ...shipped.otherwise.outcome, route: "automatic" } as const;
    const shown = aRule("shown", { fact: "buyerPhotos", op: "gte", value: 1 }, { outcome });
    const rules = aDocument({ rules: [shown], evidenceLimits: { perSide: 2, perCase: 2 } });
    await publish(api.table, tenantId, "strict", monday - 1, rules);
    const state = await fileInTable(api.table, { tenantId });
    await add(state, "buyer", "shown");
    await judgeResponsibility(api.table, { tenantId, caseId: state.caseId }, Date.now());
    const { verdict } = await standingCase(api.table, state);
    expect(verdict).toMatchObject({ rule: "shown", facts: { buyerPhotos: 1 } });
    expect((await announce(state, "buyer", aPhoto("second"))).status).toBe(201);
    const third = await announce(state, "buyer", aPhoto("third"));
    expect([third.status, third.body.type]).toEqual([409, "/problems/evidence_limit_reached"]);
  });
});

describe("what was not announced", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 2_000 });
  const tampering = fc.constantFrom("nothing", "bytes", "longer", "shorter", "type", "checksum", "condition");

  it("never becomes evidence, whatever is changed on the way", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    await fc.assert(
      fc.asyncProperty(bytes, tampering, async (content, changed) => {
        // Each run announces a file of its own, and none uses up the case's places.
        vi.setSystemTime(Date.now() + 31 * 60_000);
        const file = { kind: "photo", contentType: "image/png", sizeBytes: content.length } as const;
        const { body } = await announce(state, "operator", { ...file, sha256: sha256Of(content) });
        // Short files repeat each other.
        fc.pre(body.type !== "/problems/evidence_repeated");
        const other = content.map((byte, n) => (n === 0 ? byte ^ 1 : byte));
        const sent = {
          nothing: content,
          bytes: other,
          longer: new Uint8Array([...content, 0]),
          shorter: content.slice(1),
          type: content,
          checksum: other,
          condition: content,
        }[changed];
        const headers = {
          ...(changed === "type" ? { "content-type": "image/gif" } : {}),
          ...(changed === "condition" ? { "if-none-match": "" } : {}),
          ...(changed === "checksum"
            ? { "x-amz-checksum-sha256": Buffer.from(sha256Of(other), "hex").toString("base64") }
            : {}),
        };
        const answer = await upload(body.upload, new Uint8Array(sent), headers);
        expect(answer.ok).toBe(changed === "nothing");
        await arrivals();
        const { items } = (await list(state, "operator")).body;
        const became = items.some(({ evidenceId }: { evidenceId: string }) => evidenceId === body.evidenceId);
        expect(became).toBe(changed === "nothing");
      }),
      { numRuns: 40, seed: 20_261_122 },
    );
  });

  it("nor does what would be read as other bytes than were summed", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const bytes = new Uint8Array(gzipSync("what a browser shows"));
    const file = { kind: "document", contentType: "text/plain", sizeBytes: bytes.length } as const;
    const { body } = await announce(state, "buyer", { ...file, sha256: sha256Of(bytes) });
    // S3 takes headers that nobody signed, unless they are its own.
    expect((await upload(body.upload, bytes, { "content-encoding": "gzip" })).status).toBe(200);
    await expect(arrivals()).rejects.toThrow("is not what was announced");
    expect((await list(state, "buyer")).body.items).toEqual([]);
  });

  it("does not even if somebody gets it past the link: the event is kept and somebody is called", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const { body } = await announce(state, "buyer", aPhoto("right"));
    const key = uploadKey("evidence", state, body.evidenceId);
    await bucket.store.put("evidence", key, [Buffer.from("wrong")], {
      contentType: "image/jpeg",
      checksumSha256: Buffer.from(sha256Of("wrong"), "hex").toString("base64"),
      metadata: {},
    });
    await expect(arrivals()).rejects.toThrow("is not what was announced");
    await bucket.store.put("evidence", uploadKey("evidence", state, "nobody"), [Buffer.from("x")], {
      contentType: "image/jpeg",
      metadata: {},
    });
    await expect(arrivals()).rejects.toThrow("nobody announced");
    expect(await addedTo(state)).toEqual([]);
    expect(
      (await itemsOf(api.table, casePartition("tenant-1", state.caseId), "EVIDENCE#")).map(
        ({ arrivedAt }) => arrivedAt,
      ),
    ).toEqual([undefined]);
  });
});
