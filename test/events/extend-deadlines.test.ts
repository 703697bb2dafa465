import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseState } from "../../functions/domain/case.ts";
import type { ClockExtension } from "../../functions/domain/clock-extension.ts";
import type { DeliveredEvent } from "../../functions/events/contracts.ts";
import { extendDeadlines } from "../../functions/events/extend-deadlines.ts";
import { recordAnalytics } from "../../functions/events/record-analytics.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import {
  declareExtension,
  extensionsEndingAfter,
  type StoredExtension,
} from "../../functions/store/clock-extensions.ts";
import { filingDay, longestCaseMs } from "../../functions/store/filed-cases.ts";
import type { Table } from "../../functions/store/table.ts";
import { dyingAt } from "../support/broken-table.ts";
import { day, hour, monday, referenceOf } from "../support/builders.ts";
import { answers, approves, at, judged, type Move, machineFails, offers, resumes } from "../support/cases.ts";
import { caseInTable, fresh, make, openTestTable, standingCase } from "../support/cases-in-table.ts";

/** An extension of many cases finds all that are open, gives each its time once, and those that come later too. */

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

/** Filed, as the log of filed cases heard of it. */
const logged = async (state: CaseState): Promise<void> =>
  recordAnalytics(table, {
    "detail-type": "CaseFiled",
    detail: {
      eventId: `${state.caseId}.1.0`,
      ...referenceOf(state),
      merchantId: state.merchantId,
      buyerId: state.buyerId,
      at: state.filedAt,
      stage: "submitted",
      by: { role: "buyer", id: "buyer-1" },
      payload: { reason: "CHANGED_MIND" },
    },
  });

const open = async (merchantId: string, moves: readonly Move[] = [judged()], but: object = {}) => {
  const state = await caseInTable(table, moves, { merchantId, ...but });
  await logged(state);
  return state;
};

const declare = async (
  scope: ClockExtension["scope"],
  but: Partial<StoredExtension> = {},
): Promise<StoredExtension> => {
  const extension: StoredExtension = {
    tenantId: "tenant-1",
    extensionId: fresh("extension"),
    scope,
    from: monday,
    until: monday + 10 * day,
    extension: { byMs: 72 * hour },
    reason: "festival",
    declaredAt: now,
    step: 0,
    place: { day: filingDay(now - longestCaseMs) },
    extendedCases: 0,
    ...but,
  };
  await declareExtension(table, extension, []);
  return extension;
};

const now = monday + 5 * hour;
const eventOf = ({ tenantId, extensionId }: StoredExtension, step = 0): DeliveredEvent => ({
  "detail-type": step === 0 ? "ClockExtensionDeclared" : "ClockExtensionContinued",
  detail: { tenantId, extensionId, eventId: `${extensionId}.${step}` },
});
const standsAt = async (extension: StoredExtension): Promise<StoredExtension | undefined> =>
  (await extensionsEndingAfter(table, extension.tenantId, now)).find(
    ({ extensionId }) => extensionId === extension.extensionId,
  );
/** Every stretch, as the bus brings them. */
const workedThrough = async (extension: StoredExtension): Promise<StoredExtension> => {
  for (let step = 0; ; step += 1) {
    await extendDeadlines(table, eventOf(extension, step), now);
    const standing = await standsAt(extension);
    if (!standing) throw new Error("it is there until its period ends");
    if (!standing.place) return standing;
  }
};
const deadlineOf = async (state: CaseState): Promise<number | undefined> =>
  (await standingCase(table, state)).state.deadlineAt;

describe("an extension of many cases", () => {
  it("reaches every open case of a merchant, each once, by an event that says why", async () => {
    const merchantId = fresh("merchant");
    const states = await Promise.all([1, 2, 3].map(() => open(merchantId)));
    const others = await open(fresh("merchant"));
    const closed = await open(merchantId, [judged({ route: "ineligible" })]);
    const extension = await declare({ merchantId });
    expect(await workedThrough(extension)).toMatchObject({ extendedCases: 4, step: 1 });
    for (const state of [...states, closed]) {
      expect(await deadlineOf(state)).toBe((state.deadlineAt ?? 0) + 72 * hour);
    }
    expect(await deadlineOf(others)).toBe(others.deadlineAt);
    await extendDeadlines(table, eventOf(extension), now);
    await extendDeadlines(table, eventOf(extension, 1), now);
    const [state] = states;
    if (!state) throw new Error("there are three");
    const { state: after } = await standingCase(table, state);
    expect(after).toMatchObject({ version: state.version + 1, extensions: [extension.extensionId] });
  });

  it("is given once by workers that run at the same time", async () => {
    const merchantId = fresh("merchant");
    const state = await open(merchantId);
    const extension = await declare({ merchantId });
    await Promise.all([1, 2, 3].map(() => extendDeadlines(table, eventOf(extension), now)));
    expect(await deadlineOf(state)).toBe((state.deadlineAt ?? 0) + 72 * hour);
    expect(await standsAt(extension)).toMatchObject({ step: 1 });
  });

  it("does not stop where another write is in the way of its progress: the event comes again", async () => {
    const extension = await declare({ merchantId: fresh("merchant") });
    const raced = new TransactionCanceledException({
      $metadata: {},
      message: "cancelled",
      CancellationReasons: [{ Code: "TransactionConflict" }],
    });
    const behind = dyingAt(table, 1, "before", raced);
    await expect(extendDeadlines(behind, eventOf(extension), now)).rejects.toThrow("conflict on transaction");
    expect(await workedThrough(extension)).toMatchObject({ step: 1 });
  });

  it("reaches what ran in its period also where the work takes longer than that, and nothing that came later", async () => {
    const merchantId = fresh("merchant");
    const state = await open(merchantId);
    const extension = await declare({ merchantId }, { until: now + hour });
    const later = await caseInTable(table, [at(now + 2 * hour, judged())], { merchantId });
    await logged(later);
    await extendDeadlines(table, eventOf(extension), now + 3 * hour);
    expect(await deadlineOf(state)).toBe((state.deadlineAt ?? 0) + 72 * hour);
    expect(await deadlineOf(later)).toBe(later.deadlineAt);
  });

  it("reaches a case that comes into a wait during the period, from its first moment", async () => {
    const merchantId = fresh("merchant");
    const extension = await declare({ merchantId });
    const state = await caseInTable(table, [judged()], { merchantId });
    expect(state.deadlineAt).toBe(state.updatedAt + 48 * hour + 72 * hour);
    const approved = await make(table, state, approves());
    expect(approved).toMatchObject({
      stage: "awaiting_shipment",
      deadlineAt: approved.updatedAt + 7 * day + 72 * hour,
      extensions: [extension.extensionId],
    });
  });

  it("reaches the buyer whose answer an offer waits for, and the merchant once it is asked again in the period", async () => {
    const merchantId = fresh("merchant");
    const offered = await open(merchantId, [judged(), offers()]);
    const extension = await declare({ merchantId });
    await workedThrough(extension);
    const waiting = (await standingCase(table, offered)).state;
    expect(waiting).toMatchObject({
      deadlineAt: (offered.deadlineAt ?? 0) + 72 * hour,
      interrupted: { leftMs: 47 * hour, clockMs: 48 * hour },
    });
    const asked = await make(table, offered, answers("decline"));
    expect(asked).toMatchObject({
      stage: "awaiting_merchant",
      deadlineAt: asked.updatedAt + (47 + 72) * hour,
      clockMs: (48 + 72) * hour,
      extensions: [extension.extensionId],
    });
  });

  it("reaches a merchant's wait once, however often it is interrupted", async () => {
    const merchantId = fresh("merchant");
    const extension = await declare({ merchantId });
    const again = [offers(), answers("decline"), machineFails(), resumes()];
    const state = await caseInTable(table, [judged(), ...again], { merchantId });
    expect(state).toMatchObject({
      stage: "awaiting_merchant",
      deadlineAt: state.updatedAt + (46 + 72) * hour,
      extensions: [extension.extensionId],
    });
  });

  it("leaves alone a merchant whose clock stood still for the whole period", async () => {
    const merchantId = fresh("merchant");
    const offered = await open(merchantId, [judged(), offers()]);
    await workedThrough(await declare({ merchantId }, { until: now + day }));
    const asked = await make(table, offered, at(now + 2 * day, answers("decline")));
    expect(asked.deadlineAt).toBe(asked.updatedAt + 47 * hour);
  });

  it("reaches whoever it missed before anything is said of silence", async () => {
    const merchantId = fresh("merchant");
    const state = await caseInTable(table, [judged()], { merchantId });
    await declare({ merchantId });
    const deadlineAt = state.deadlineAt ?? 0;
    expect(await applyTimeout(table, referenceOf(state), deadlineAt)).toMatchObject({
      stage: "awaiting_merchant",
    });
    expect(await deadlineOf(state)).toBe(deadlineAt + 72 * hour);
  });

  it("leaves alone what does not run in its period, and what ends later anyway", async () => {
    const merchantId = fresh("merchant");
    const state = await open(merchantId);
    await workedThrough(await declare({ merchantId }, { from: monday + 9 * day }));
    expect(await deadlineOf(state)).toBe(state.deadlineAt);
    await workedThrough(await declare({ merchantId }, { extension: { until: now + hour } }));
    expect(await deadlineOf(state)).toBe(state.deadlineAt);
    await workedThrough(await declare({ merchantId }, { extension: { until: monday + 20 * day } }));
    expect(await deadlineOf(state)).toBe(monday + 20 * day);
  });

  it("is for a region, or for a carrier while it has the parcel", async () => {
    const south = await open(fresh("merchant"), [judged()], { region: "south" });
    const north = await open(fresh("merchant"), [judged()], { region: "north" });
    await workedThrough(await declare({ region: "south" }));
    expect(await deadlineOf(south)).toBe((south.deadlineAt ?? 0) + 72 * hour);
    expect(await deadlineOf(north)).toBe(north.deadlineAt);
    const travelling = await caseInTable(table, "in_transit");
    await logged(travelling);
    const extended = await workedThrough(await declare({ carrier: "kuaidi100" }));
    expect(extended.extendedCases).toBe(1);
    expect(await deadlineOf(travelling)).toBe((travelling.deadlineAt ?? 0) + 72 * hour);
  });
});
