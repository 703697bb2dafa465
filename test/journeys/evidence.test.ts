import { afterAll, beforeAll, expect, it } from "vitest";
import {
  cancelCaseOperation,
  fileCaseOperation,
  getCaseOperation,
  getNotificationsOperation,
  getTimelineOperation,
} from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import { announceEvidenceOperation, listEvidenceOperation } from "../../functions/api/evidence/operations.ts";
import {
  listMessagesOperation,
  markReadOperation,
  postMessageOperation,
} from "../../functions/api/messages/operations.ts";
import type { As } from "../../lib/demo/api-client.ts";
import { type Journey, startJourney } from "../support/journey.ts";
import { faultWithoutRecord } from "../support/journey-requests.ts";
import { aPhoto, upload } from "../support/upload-bucket.ts";

/** Files on the played template: gateway, signed links, S3, its event, the function that keeps them. */

const buyer: As = { tenant: "lux", role: "buyer", buyerId: "buyer-08" };
const merchant: As = { tenant: "lux", role: "merchant", merchantId: "second-bloom" };
const partner: As = { tenant: "lux", role: "partner" };

let journey: Journey;
let params: { caseId: string };
beforeAll(async () => {
  journey = await startJourney();
  const { api, service } = journey;
  const { caseId } = await api.call(partner, fileCaseOperation, { body: faultWithoutRecord("ord-1008") });
  params = { caseId };
  await service.idle();
}, 120_000);
afterAll(() => journey?.stop());

it("a buyer's photograph becomes evidence when S3 tells of it, and the merchant sees it", async () => {
  const { api, service } = journey;
  const { version } = await api.call(merchant, getCaseOperation, { params });
  const announced = await api.call(buyer, announceEvidenceOperation, { params, body: aPhoto("a seam") });
  expect((await upload(announced.upload, "another seam")).status).toBe(403);
  expect((await upload(announced.upload, "b seam")).status).toBe(400);
  expect((await upload(announced.upload, "a seam")).status).toBe(200);
  expect((await upload(announced.upload, "a seam")).status).toBe(412);
  await service.idle();

  const [item, ...others] = (await api.call(merchant, listEvidenceOperation, { params })).items;
  expect(others).toEqual([]);
  expect(item).toMatchObject({ evidenceId: announced.evidenceId, side: "buyer", kind: "photo" });
  expect(await (await fetch(item?.download.url ?? "")).text()).toBe("a seam");

  const timeline = await api.call(merchant, getTimelineOperation, { params });
  expect(timeline.items.at(-1)).toMatchObject({
    type: "EvidenceAdded",
    stage: "awaiting_merchant",
    payload: { side: "buyer", kind: "photo" },
  });
  const told = (await api.call(merchant, getNotificationsOperation, { params })).items.at(-1);
  expect(told).toMatchObject({ template: "merchant.evidence_added" });
  expect(told?.text.en).toContain("added a photo");
  expect(service.failures()).toEqual([]);

  // The merchant decides on the version it read before the file came.
  const decided = await api.send(merchant, decideCaseOperation, {
    params,
    headers: { "if-match": `"${version}"` },
    body: { decision: "approve" },
  });
  expect(decided.status).toBe(200);
});

it("pages of the timeline lead over what happened beside the case and what a reader may not see", async () => {
  const { api, service } = journey;
  const { upload: link } = await api.call(merchant, announceEvidenceOperation, {
    params,
    body: aPhoto("the merchant's"),
  });
  await upload(link, "the merchant's");
  await service.idle();
  const typesFor = async (as: As, limit: number): Promise<readonly string[]> => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await api.call(as, getTimelineOperation, {
        params,
        query: { limit: String(limit), ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ type }) => type));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  };
  const whole = await typesFor(partner, 100);
  expect(whole.filter((type) => type === "EvidenceAdded")).toHaveLength(2);
  for (const limit of [1, 2, 3]) expect(await typesFor(partner, limit)).toEqual(whole);
  const forBuyer = await typesFor(buyer, 100);
  expect(forBuyer.filter((type) => type === "EvidenceAdded")).toHaveLength(1);
  expect(await typesFor(buyer, 1)).toEqual(forBuyer);
});

it("a message with a file reaches those it is for, on the timeline, by notification and unread", async () => {
  const { api, service } = journey;
  const body = { audience: "parties" as const, text: "请看照片", attachments: [aPhoto("for you")] };
  const posted = await api.call(merchant, postMessageOperation, { params, body });
  const [file] = posted.uploads;
  if (!file) throw new RangeError("no link for the attachment");
  expect((await upload(file.upload, "for you")).status).toBe(200);
  await service.idle();
  const { items, unread } = await api.call(buyer, listMessagesOperation, { params });
  expect([unread, items.length, items[0]?.attachments.length]).toEqual([1, 1, 1]);
  const marked = await api.call(buyer, markReadOperation, { params, body: { upTo: posted.messageId } });
  expect(marked.unread).toBe(0);
  const told = (await api.call(buyer, getNotificationsOperation, { params })).items.at(-1);
  expect(told?.text).toEqual({
    "zh-CN": expect.stringContaining("商户的新留言"),
    en: expect.stringContaining("a new message from the merchant"),
  });
  const last = (await api.call(buyer, getTimelineOperation, { params })).items.at(-1);
  expect(last).toMatchObject({
    type: "MessagePosted",
    payload: { audience: "parties", speaker: "merchant" },
  });
  expect(service.failures()).toEqual([]);
});

it("a link ends by the service's clock, what never came never was, and a case that is over takes nothing", async () => {
  const { api, service } = journey;
  const { upload: link } = await api.call(buyer, announceEvidenceOperation, { params, body: aPhoto("late") });
  const { items } = await api.call(buyer, listEvidenceOperation, { params });
  await service.clock.advance(16 * 60_000);
  expect((await upload(link, "late")).status).toBe(403);
  expect((await fetch(items[0]?.download.url ?? "")).status).toBe(403);
  expect((await api.call(buyer, listEvidenceOperation, { params })).items).toHaveLength(1);
  await api.call(buyer, cancelCaseOperation, { params });
  const refused = await api.send(buyer, announceEvidenceOperation, { params, body: aPhoto("too late") });
  expect([refused.status, refused.json]).toMatchObject([409, { type: "/problems/stage_forbids" }]);
});
