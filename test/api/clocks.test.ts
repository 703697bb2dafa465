import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fileCaseEndpoint } from "../../functions/api/cases/file-case.ts";
import { fileCaseOperation, getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import {
  getCalendarEndpoint,
  getClockPlanEndpoint,
  listCalendarsEndpoint,
  putCalendarEndpoint,
  putClockPlanEndpoint,
} from "../../functions/api/clocks/calendars.ts";
import {
  declareExtensionEndpoint,
  listExtensionsEndpoint,
} from "../../functions/api/clocks/clock-extensions.ts";
import {
  extendDeadlineEndpoint,
  pauseClockEndpoint,
  resumeClockEndpoint,
} from "../../functions/api/clocks/move-clock.ts";
import {
  declareExtensionOperation,
  extendDeadlineOperation,
  getCalendarOperation,
  getClockPlanOperation,
  listCalendarsOperation,
  listExtensionsOperation,
  pauseClockOperation,
  putCalendarOperation,
  putClockPlanOperation,
  resumeClockOperation,
} from "../../functions/api/clocks/operations.ts";
import type { Operation } from "../../functions/http/operation.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { operator as actor, day, hour, monday } from "../support/builders.ts";
import { anOffice, hours, weekly } from "../support/calendars.ts";
import {
  answers,
  at as atTime,
  judged,
  type Move,
  machineFails,
  offers,
  resumes,
  silence,
} from "../support/cases.ts";
import { caseInTable, fresh, make, standingCase, syncOrder } from "../support/cases-in-table.ts";

/** Calendars are the platform's, clocks are moved by its operator, and what was promised stays promised. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    putCalendarEndpoint,
    getCalendarEndpoint,
    listCalendarsEndpoint,
    putClockPlanEndpoint,
    getClockPlanEndpoint,
    pauseClockEndpoint,
    resumeClockEndpoint,
    extendDeadlineEndpoint,
    declareExtensionEndpoint,
    listExtensionsEndpoint,
    fileCaseEndpoint,
    getCaseEndpoint,
  ]);
});
afterAll(() => api.close());
afterEach(() => vi.useRealTimers());

const at = (time: number) => vi.useFakeTimers({ now: time, toFake: ["Date"] });
const iso = (time: number) => new Date(time).toISOString();

const put = (tenant: string, calendarId: string, body: object, ifMatch?: string) =>
  api.call(putCalendarOperation, {
    claims: claimsOf("partner", tenant),
    params: { calendarId },
    body,
    ...(ifMatch === undefined ? {} : { headers: { "if-match": ifMatch } }),
  });
const get = (tenant: string, calendarId: string) =>
  api.call(getCalendarOperation, { claims: claimsOf("operator", tenant), params: { calendarId } });
const plan = (tenant: string, body: object) =>
  api.call(putClockPlanOperation, { claims: claimsOf("operator", tenant), body });

describe("a calendar", () => {
  it("is put, read, and replaced under its next revision; the same again changes nothing", async () => {
    const tenant = fresh("tenant");
    const created = await put(tenant, "office", anOffice());
    expect(created).toMatchObject({ status: 201, body: { revision: 1 }, headers: { etag: '"1"' } });
    expect((await put(tenant, "office", anOffice())).status).toBe(200);
    const changed = await put(tenant, "office", anOffice({ holidays: ["2026-10-01"] }), '"1"');
    expect(changed).toMatchObject({ status: 200, body: { revision: 2, holidays: ["2026-10-01"] } });
    expect((await put(tenant, "office", anOffice(), '"1"')).status).toBe(412);
    expect((await get(tenant, "office")).body).toEqual(changed.body);
    expect((await get(fresh("tenant"), "office")).status).toBe(404);
  });

  it("that comes with the service is read and never replaced", async () => {
    const tenant = fresh("tenant");
    const { body } = await get(tenant, "cn-working-days");
    expect(body).toMatchObject({ shipped: true, timeZone: "Asia/Shanghai", revision: 2 });
    expect(body.holidays).toHaveLength(28 + 33);
    expect(body.makeUpDays).toContain("2026-02-14");
    expect(await put(tenant, "cn-working-days", anOffice())).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining("calendar_shipped") },
    });
    await put(tenant, "office", anOffice());
    const listed = await api.call(listCalendarsOperation, { claims: claimsOf("partner", tenant) });
    expect(listed.body.items.map(({ calendarId }: { calendarId: string }) => calendarId)).toEqual([
      "office",
      "cn-working-days",
      "cn-office-hours",
    ]);
  });

  it.each([
    ["a zone there is not", { timeZone: "Asia/Nowhere" }, "/timeZone"],
    ["hours that end before they begin", { makeUpHours: hours("12:00", "09:00") }, "/makeUpHours/0/closes"],
    [
      "hours that overlap",
      {
        weekly: {
          ...weekly("09:00", "18:00"),
          sunday: [...hours("09:00", "12:00"), ...hours("11:00", "13:00")],
        },
      },
      "/weekly/sunday/1/opens",
    ],
    ["a time there is not", { makeUpHours: hours("09:00", "25:00") }, "/makeUpHours/0/closes"],
    ["a date there is not", { holidays: ["2026-02-30"] }, "/holidays/0"],
    ["a date twice", { holidays: ["2026-02-03", "2026-02-03"] }, "/holidays/1"],
    [
      "a holiday that is worked",
      { holidays: ["2026-02-03"], makeUpDays: ["2026-02-03"], makeUpHours: hours("09:00", "18:00") },
      "/makeUpDays/0",
    ],
    ["make-up days without hours", { makeUpDays: ["2026-02-14"] }, "/makeUpHours"],
    ["next to no hours", { weekly: { monday: hours("09:00", "16:59") } }, "/weekly"],
    ["an unknown field", { easter: true }, "/easter"],
  ])("is refused with %s", async (_why, but, pointer) => {
    const { status, body } = await put(fresh("tenant"), "office", anOffice(but as object));
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it("is chosen by the platform, for those it names", async () => {
    const tenant = fresh("tenant");
    const read = () => api.call(getClockPlanOperation, { claims: claimsOf("partner", tenant) });
    expect((await read()).body).toEqual({ version: 0 });
    expect(await plan(tenant, { merchant: "office" })).toMatchObject({ status: 422 });
    await put(tenant, "office", anOffice());
    expect((await plan(tenant, { merchant: "office", warehouse: "cn-office-hours" })).body.version).toBe(1);
    expect((await plan(tenant, { merchant: "office", warehouse: "cn-office-hours" })).body.version).toBe(1);
    expect((await read()).body).toEqual({ merchant: "office", warehouse: "cn-office-hours", version: 1 });
    expect(await plan(tenant, { carrier: "office" })).toMatchObject({ status: 422 });
  });
});

const fileAt = async (tenant: string, time: number) => {
  const orderId = await syncOrder(api.table, [{}], { tenantId: tenant });
  at(time);
  const answer = await api.call(fileCaseOperation, {
    claims: claimsOf("partner", tenant),
    body: {
      orderId,
      type: "return_and_refund",
      reason: "CHANGED_MIND",
      lines: [{ lineId: "line-1", quantity: 1 }],
    },
    idempotencyKey: fresh("key"),
  });
  expect(answer.status).toBe(201);
  return { tenantId: tenant, caseId: String(answer.body.caseId) };
};

/** Friday, 6 March 2026, four in the afternoon in Shanghai. */
const friday = Date.parse("2026-03-06T16:00+08:00");

describe("what was promised", () => {
  it("is counted by the calendar the case was filed under, whatever the calendar says later", async () => {
    const tenant = fresh("tenant");
    await put(tenant, "office", anOffice({ weekly: weekly("00:00", "24:00") }));
    await plan(tenant, { merchant: "office" });
    const before = await fileAt(tenant, friday);
    const always = {
      ...weekly("00:00", "24:00"),
      saturday: hours("00:00", "24:00"),
      sunday: hours("00:00", "24:00"),
    };
    await put(tenant, "office", anOffice({ weekly: always }));
    const later = await fileAt(tenant, friday);
    const deadlineOf = async (reference: typeof before) => {
      const { state } = await standingCase(api.table, reference);
      const judgedState = await make(api.table, reference, (standing) => ({
        ...judged()(standing),
        at: friday,
      }));
      return [state.calendars, iso(judgedState.deadlineAt ?? 0)];
    };
    expect(await deadlineOf(before)).toEqual([{ merchant: "office@1" }, "2026-03-10T08:00:00.000Z"]);
    expect(await deadlineOf(later)).toEqual([{ merchant: "office@2" }, "2026-03-08T08:00:00.000Z"]);
    const { body } = await api.call(getCaseOperation, {
      claims: claimsOf("partner", tenant),
      params: { caseId: before.caseId },
    });
    expect(body).toMatchObject({
      calendars: { merchant: "office@1" },
      deadlineAt: "2026-03-10T08:00:00.000Z",
    });
  });

  const saturday = Date.parse("2026-03-07T12:00+08:00");
  it.each<readonly [string, Move, Move]>([
    [
      "stopped",
      () => ({
        command: { type: "PauseClock", until: saturday, reason: "other" },
        by: actor,
        at: friday + hour,
      }),
      silence(),
    ],
    ["interrupted by an offer", offers(), answers("decline")],
    ["interrupted by a manual review", machineFails(), resumes()],
  ])("goes on by that calendar if it is %s while the calendars change", async (_how, stops, goesOn) => {
    const tenant = fresh("tenant");
    await put(tenant, "office", anOffice({ weekly: weekly("00:00", "24:00") }));
    await plan(tenant, { merchant: "office" });
    const reference = await fileAt(tenant, friday);
    await make(api.table, reference, atTime(friday, judged()));
    const stopped = await make(api.table, reference, atTime(friday + hour, stops));
    await put(tenant, "office", anOffice({ weekly: weekly("09:00", "18:00") }));
    await plan(tenant, { merchant: "cn-office-hours", buyer: "office", operator: "office" });
    expect((await standingCase(api.table, reference)).state.deadlineAt).toBe(stopped.deadlineAt);
    const { stage, deadlineAt = 0 } = await make(api.table, reference, atTime(saturday, goesOn));
    // 47 hours of days that count whole, from Monday on.
    expect([stage, iso(deadlineAt)]).toEqual(["awaiting_merchant", "2026-03-10T15:00:00.000Z"]);
  });

  it("is counted around the clock for a platform that chose nothing", async () => {
    const tenant = fresh("tenant");
    const reference = await fileAt(tenant, friday);
    expect((await standingCase(api.table, reference)).state.calendars).toBeUndefined();
  });
});

const operator = claimsOf("operator", "tenant-1");
const move = (operation: Operation, caseId: string, body?: object, key = fresh("key")) =>
  api.call(operation, {
    claims: operator,
    params: { caseId },
    ...(body ? { body } : {}),
    idempotencyKey: key,
  });

describe("an operator", () => {
  it("stops a clock and lets it go on with what was left, once however often it is asked", async () => {
    const { caseId } = await caseInTable(api.table, "awaiting_merchant");
    const start = (await standingCase(api.table, { tenantId: "tenant-1", caseId })).state;
    at(start.updatedAt + 8 * hour);
    const body = { until: iso(start.updatedAt + 9 * day), reason: "waiting_for_other_side" };
    const key = fresh("key");
    const paused = await move(pauseClockOperation, caseId, body, key);
    expect(paused).toMatchObject({
      status: 200,
      body: { pausedUntil: body.until, deadlineAt: iso(start.updatedAt + 9 * day + 40 * hour) },
    });
    expect((await move(pauseClockOperation, caseId, body, key)).text).toBe(paused.text);
    expect((await move(pauseClockOperation, caseId, body)).status).toBe(409);
    at(start.updatedAt + 2 * day);
    const resumed = await move(resumeClockOperation, caseId);
    expect(resumed.body).toMatchObject({ deadlineAt: iso(start.updatedAt + 2 * day + 40 * hour) });
    expect(resumed.body.pausedUntil).toBeUndefined();
  });

  it("gives more time, by hours or until a moment", async () => {
    const state = await caseInTable(api.table, "awaiting_shipment");
    at(state.updatedAt + hour);
    const byHours = await move(extendDeadlineOperation, state.caseId, { hours: 24, reason: "disaster" });
    expect(byHours.body.deadlineAt).toBe(iso((state.deadlineAt ?? 0) + day));
    const until = iso((state.deadlineAt ?? 0) + 3 * day);
    const toMoment = await move(extendDeadlineOperation, state.caseId, { until, reason: "festival" });
    expect(toMoment.body.deadlineAt).toBe(until);
    expect((await move(extendDeadlineOperation, state.caseId, { reason: "festival" })).status).toBe(422);
    expect(
      (await move(extendDeadlineOperation, state.caseId, { hours: 1, until, reason: "festival" })).status,
    ).toBe(422);
    const far = { until: iso(state.updatedAt + 400 * day), reason: "festival" };
    expect(await move(extendDeadlineOperation, state.caseId, far)).toMatchObject({
      status: 422,
      body: { type: expect.stringContaining("clock_bound_exceeded") },
    });
  });

  it("moves no clock that does not run", async () => {
    const { caseId } = await caseInTable(api.table, "closed");
    at(monday + 60 * day);
    const body = { until: iso(monday + 61 * day), reason: "other" };
    expect((await move(pauseClockOperation, caseId, body)).status).toBe(409);
    expect((await move(resumeClockOperation, caseId)).status).toBe(409);
    expect((await move(extendDeadlineOperation, caseId, { hours: 1, reason: "other" })).status).toBe(409);
  });
});

describe("an extension of many cases", () => {
  const declare = (body: object, key = fresh("key")) =>
    api.call(declareExtensionOperation, { claims: operator, body, idempotencyKey: key });
  const period = () => ({ from: iso(monday), until: iso(monday + 9 * day), reason: "festival" });

  it("is declared once however often it is asked, and listed until a week after its period", async () => {
    at(monday);
    const body = { scope: { region: "cn-gd" }, ...period(), hours: 72 };
    const key = fresh("key");
    const declared = await declare(body, key);
    expect(declared).toMatchObject({
      status: 201,
      body: { scope: { region: "cn-gd" }, hours: 72, status: "extending", extendedCases: 0 },
    });
    expect((await declare(body, key)).text).toBe(declared.text);
    const list = () => api.call(listExtensionsOperation, { claims: operator });
    expect((await list()).body.items).toEqual([declared.body]);
    at(monday + 16 * day - 1);
    expect((await list()).body.items).toEqual([declared.body]);
    at(monday + 16 * day);
    expect((await list()).body.items).toEqual([]);
  });

  it.each([
    ["no scope", { scope: {}, hours: 1 }],
    ["two scopes", { scope: { region: "south", carrier: "kuaidi100" }, hours: 1 }],
    ["neither hours nor a deadline", { scope: { region: "south" } }],
    ["both", { scope: { region: "south" }, hours: 1, deadline: iso(monday + day) }],
    ["a period of none", { scope: { region: "south" }, hours: 1, until: iso(monday) }],
    ["a period of a year", { scope: { region: "south" }, hours: 1, until: iso(monday + 366 * day) }],
    ["a deadline in a year", { scope: { region: "south" }, deadline: iso(monday + 366 * day) }],
    [
      "a deadline before its period, which no wait of it has",
      { scope: { region: "south" }, deadline: iso(monday) },
    ],
    ["somebody else's merchant", { scope: { merchantId: "nobody" }, hours: 1 }],
  ])("is refused with %s", async (_why, but) => {
    at(monday);
    expect((await declare({ ...period(), ...but })).status).toBe(422);
  });
});
