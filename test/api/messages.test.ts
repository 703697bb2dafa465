import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listMessagesEndpoint } from "../../functions/api/messages/list-messages.ts";
import { markReadEndpoint } from "../../functions/api/messages/mark-read.ts";
import {
  listMessagesOperation,
  markReadOperation,
  postMessageOperation,
} from "../../functions/api/messages/operations.ts";
import { postMessageEndpoint } from "../../functions/api/messages/post-message.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { messagesFor } from "../../functions/domain/notifications.ts";
import { readAudiences, requireWritable, threadAudiences } from "../../functions/domain/thread.ts";
import { keepUpload } from "../../functions/events/keep-upload.ts";
import { type Role, roles } from "../../functions/http/operation.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import { evidenceCounts } from "../../functions/store/evidence.ts";
import { uploadKey } from "../../functions/store/uploads.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, day, merchant, monday } from "../support/builders.ts";
import { caseInTable, standingCase } from "../support/cases-in-table.ts";
import { aPhoto, openUploadBucket, type UploadBucket, upload } from "../support/upload-bucket.ts";

let api: TestApi;
let bucket: UploadBucket;
beforeAll(async () => {
  bucket = await openUploadBucket(() => Date.now());
  const uploadsOf = () => bucket.uploads;
  api = await createTestApi([
    postMessageEndpoint(uploadsOf),
    listMessagesEndpoint(uploadsOf),
    markReadEndpoint,
  ]);
});
afterAll(async () => {
  await api.close();
  await bucket.close();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: monday + day });
});
afterEach(() => {
  vi.useRealTimers();
});

const idOf: Partial<Record<Role, string>> = { buyer: buyer.id, merchant: merchant.id };
const as = (role: Role) => claimsOf(role, "tenant-1", idOf[role]);

const post = (state: CaseState, role: Role, body: unknown, idempotencyKey = ulid()) =>
  api.call(postMessageOperation, {
    claims: as(role),
    params: { caseId: state.caseId },
    body,
    idempotencyKey,
  });
const say = async (state: CaseState, role: Role, text: string, audience = "parties"): Promise<string> =>
  (await post(state, role, { audience, text })).body.messageId;
const list = async (state: CaseState, role: Role, query: Record<string, string> = {}) =>
  (await api.call(listMessagesOperation, { claims: as(role), params: { caseId: state.caseId }, query })).body;
const mark = (state: CaseState, role: Role, upTo: string) =>
  api.call(markReadOperation, { claims: as(role), params: { caseId: state.caseId }, body: { upTo } });
const textsIn = (page: { items: { text: string }[] }) => page.items.map(({ text }) => text);

describe("a thread", () => {
  it("is read by whom each message is for, in the order of writing, and leaves the case as it is", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const before = await standingCase(api.table, state);
    await say(state, "buyer", "b to all");
    await say(state, "merchant", "m to platform", "merchant_and_platform");
    await say(state, "operator", "p to buyer", "buyer_and_platform");
    await say(state, "partner", "for its buyer");
    expect(textsIn(await list(state, "buyer"))).toEqual(["b to all", "p to buyer", "for its buyer"]);
    expect(textsIn(await list(state, "merchant"))).toEqual(["b to all", "m to platform", "for its buyer"]);
    const whole = ["b to all", "m to platform", "p to buyer", "for its buyer"];
    expect(textsIn(await list(state, "operator"))).toEqual(whole);
    expect(textsIn(await list(state, "partner"))).toEqual(whole);
    expect((await list(state, "buyer")).items.map(({ speaker }: { speaker: string }) => speaker)).toEqual([
      "buyer",
      "platform",
      "buyer",
    ]);
    const first = await list(state, "buyer", { limit: "2" });
    const second = await list(state, "buyer", { limit: "2", cursor: first.nextCursor });
    expect([textsIn(first), textsIn(second), second.nextCursor]).toEqual([
      ["b to all", "p to buyer"],
      ["for its buyer"],
      undefined,
    ]);
    expect(await standingCase(api.table, state)).toEqual(before);
  });

  it("keeps its order however many write at once, and each key is one message", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const texts = Array.from({ length: 6 }, (_, n) => `at once ${n}`);
    await Promise.all(texts.map((text) => say(state, "buyer", text)));
    const { items } = await list(state, "buyer");
    expect(textsIn({ items }).sort()).toEqual(texts);
    const ids: string[] = items.map(({ messageId }: { messageId: string }) => messageId);
    expect([...ids].sort()).toEqual(ids);
    const body = { audience: "parties", text: "once" };
    const [one, other] = await Promise.all([
      post(state, "buyer", body, "k"),
      post(state, "buyer", body, "k"),
    ]);
    expect(one.text).toBe(other.text);
    expect((await list(state, "buyer")).items).toHaveLength(7);
  });

  it("counts what others wrote behind the reader's mark, which never goes back", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const first = await say(state, "buyer", "one");
    const hidden = await say(state, "operator", "not for the merchant", "buyer_and_platform");
    const second = await say(state, "buyer", "two");
    await say(state, "merchant", "mine");
    expect(await list(state, "merchant")).toMatchObject({ unread: 2 });
    expect((await mark(state, "merchant", second)).body).toEqual({ unread: 0, readUpTo: second });
    expect((await mark(state, "merchant", first)).body).toEqual({ unread: 0, readUpTo: second });
    expect(await list(state, "buyer")).toMatchObject({ unread: 2 });
    for (const upTo of [hidden, ulid()]) {
      const { status, body } = await mark(state, "merchant", upTo);
      expect([status, body.errors]).toEqual([
        422,
        [{ pointer: "/upTo", detail: "is no message the caller can read" }],
      ]);
    }
  });

  it("is told of without a word of it", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const messageId = await say(state, "buyer", "a secret word");
    const record = (await caseRecords(api.table, state, 1, 100)).at(-1);
    expect(record?.announcements).toEqual([
      {
        eventId: `${state.caseId}.${messageId}`,
        type: "MessagePosted",
        at: Date.now(),
        by: { role: "buyer", id: buyer.id },
        payload: { audience: "parties", speaker: "buyer" },
      },
    ]);
    expect(JSON.stringify(record)).not.toContain("secret");
  });

  it("shows a file once it has arrived, and no rule counts it", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const { body } = await post(state, "buyer", {
      audience: "parties",
      text: "see here",
      attachments: [aPhoto("first"), aPhoto("second")],
    });
    expect((await list(state, "merchant")).items[0].attachments).toEqual([]);
    const [first] = body.uploads;
    expect((await upload(first.upload, "second")).status).toBe(403);
    expect((await upload(first.upload, "first")).status).toBe(200);
    const key = uploadKey("attachment", state, first.attachmentId);
    expect(bucket.written).toEqual([key]);
    const effects = { table: api.table, uploads: bucket.uploads };
    for (let told = 0; told < 2; told += 1) await keepUpload(effects, { object: { key } }, Date.now());
    const [message] = (await list(state, "merchant")).items;
    expect(message.attachments).toHaveLength(1);
    expect(message.attachments[0]).toMatchObject({ attachmentId: `${message.messageId}-1`, kind: "photo" });
    expect(await (await fetch(message.attachments[0].download.url)).text()).toBe("first");
    expect((await evidenceCounts(api.table, "tenant-1", [state.caseId])).size).toBe(0);
  });

  it("can be written to for seven days after the case, and is read for good", async () => {
    const state = await caseInTable(api.table, "cancelled");
    vi.setSystemTime(state.updatedAt + 7 * day - 1);
    expect((await post(state, "buyer", { audience: "parties", text: "one more" })).status).toBe(201);
    vi.setSystemTime(state.updatedAt + 7 * day);
    const { status, body } = await post(state, "buyer", { audience: "parties", text: "too late" });
    expect([status, body.type]).toEqual([409, "/problems/thread_closed"]);
    expect(textsIn(await list(state, "buyer"))).toEqual(["one more"]);
  });

  it("takes no message its writer would not read, none without words, and not endlessly many", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const refused = await post(state, "buyer", { audience: "merchant_and_platform", text: "psst" });
    expect([refused.status, refused.body.type]).toEqual([409, "/problems/audience_forbidden"]);
    for (const text of ["", "  ", "x".repeat(2_001)]) {
      expect((await post(state, "buyer", { audience: "parties", text })).status).toBe(422);
    }
    const open = { stage: "settling", updatedAt: 0 } as const;
    expect(() => requireWritable(open, "buyer", "parties", 499, 0)).not.toThrow();
    expect(() => requireWritable(open, "buyer", "parties", 500, 0)).toThrow("500 messages");
  });
});

it("each role reads its audiences", () => {
  expect(Object.fromEntries(roles.map((role) => [role, readAudiences(role)]))).toEqual({
    partner: threadAudiences,
    operator: threadAudiences,
    buyer: ["parties", "buyer_and_platform"],
    merchant: ["parties", "merchant_and_platform"],
    warehouse: [],
  });
});

it("a message calls those it concerns, and not the one who wrote it", () => {
  const called = (audience: string, speaker: string) =>
    messagesFor({
      type: "MessagePosted",
      caseId: "c",
      stage: "settling",
      payload: { audience, speaker },
    }).map(({ template }) => template);
  expect(called("parties", "buyer")).toEqual(["merchant.message_posted"]);
  expect(called("parties", "platform")).toEqual(["buyer.message_posted", "merchant.message_posted"]);
  expect(called("buyer_and_platform", "buyer")).toEqual(["operator.message_posted"]);
  expect(called("merchant_and_platform", "platform")).toEqual(["merchant.message_posted"]);
});
