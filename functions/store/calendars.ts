import { type Calendar, type CalendarDocument, compileCalendar } from "../domain/business-calendar.ts";
import { shippedCalendar, shippedRevision } from "../domain/china-calendars.ts";
import type { CaseCalendars } from "../domain/clock.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { type ClockOwner, clockOwners, type FrozenCalendars } from "../domain/frozen-calendars.ts";
import { calendarKey, calendarRevisionKey, calendarsPartition, clockPlanKey, type Key } from "./keys.ts";
import { getItem, putOnce, putWrite, queryAll, type Table, transact, withoutKeys } from "./table.ts";

/**
 * Calendars and the platform's choice which clocks run by them. A calendar's revisions are never changed, and a
 * case names the ones it was filed under: so a calendar that changes moves no deadline that was promised.
 */

export type StoredCalendar = {
  readonly calendarId: string;
  readonly revision: number;
  readonly document: CalendarDocument;
  /** Comes with the service. */
  readonly shipped?: true;
};

/** Who is asked by which calendar; who is not named is asked around the clock. */
export type ClockPlan = { readonly [owner in ClockOwner]?: string };

const shipped = (calendarId: string): StoredCalendar | undefined => {
  const document = shippedCalendar(calendarId);
  return document && { calendarId, revision: shippedRevision, document, shipped: true };
};

/** A calendar as it is now. `undefined` if there is none. */
export const findCalendar = async (
  table: Table,
  tenantId: string,
  calendarId: string,
): Promise<StoredCalendar | undefined> => {
  const ours = shipped(calendarId);
  if (ours) return ours;
  const stored = await getItem<StoredCalendar & Key>(table, calendarKey(tenantId, calendarId));
  return stored && withoutKeys(stored);
};

/** The platform's own calendars, by their ids. */
export const ownCalendars = async (table: Table, tenantId: string): Promise<readonly StoredCalendar[]> => {
  const stored = await queryAll<StoredCalendar & Key>(table, {
    KeyConditionExpression: "PK = :calendars AND begins_with(SK, :calendar)",
    ExpressionAttributeValues: {
      ":calendars": calendarsPartition(tenantId),
      ":calendar": calendarKey(tenantId, "").SK,
    },
  });
  return stored.map(withoutKeys);
};

/** What is reported when another revision was put meanwhile. */
export const revisionConflict = "revision";

/**
 * Puts the next revision of a calendar.
 *
 * @param current the revision that stands, 0 for a calendar that is new
 * @throws Conflict `revision` if another one was put meanwhile
 */
export const putCalendar = async (
  table: Table,
  tenantId: string,
  calendarId: string,
  current: number,
  document: CalendarDocument,
): Promise<StoredCalendar> => {
  const calendar: StoredCalendar = { calendarId, revision: current + 1, document };
  const head = { ...calendarKey(tenantId, calendarId), ...calendar };
  await transact(table, [
    current === 0
      ? putOnce(table, revisionConflict, head)
      : putWrite(table, revisionConflict, {
          Item: head,
          ConditionExpression: "revision = :current",
          ExpressionAttributeValues: { ":current": current },
        }),
    putOnce(table, revisionConflict, {
      ...calendarRevisionKey(tenantId, calendarId, calendar.revision),
      document,
    }),
  ]);
  return calendar;
};

type StoredPlan = { readonly calendars: ClockPlan; readonly version: number };

export const findClockPlan = (table: Table, tenantId: string): Promise<StoredPlan | undefined> =>
  getItem<StoredPlan>(table, clockPlanKey(tenantId));

/** @throws Conflict `revision` if another plan was put meanwhile */
export const putClockPlan = async (
  table: Table,
  tenantId: string,
  current: number,
  calendars: ClockPlan,
): Promise<StoredPlan> => {
  const plan: StoredPlan = { calendars, version: current + 1 };
  const item = { ...clockPlanKey(tenantId), ...plan };
  await transact(table, [
    current === 0
      ? putOnce(table, revisionConflict, item)
      : putWrite(table, revisionConflict, {
          Item: item,
          ConditionExpression: "version = :current",
          ExpressionAttributeValues: { ":current": current },
        }),
  ]);
  return plan;
};

/**
 * What a case that is filed now is promised by: `calendarId@revision` for each who is asked by a calendar. One
 * small read for a platform all of whose clocks run around the clock.
 */
export const calendarsToFreeze = async (
  table: Table,
  tenantId: string,
): Promise<FrozenCalendars | undefined> => {
  const plan = await findClockPlan(table, tenantId);
  if (!plan) return undefined;
  const named = await Promise.all(
    clockOwners.map(async (owner) => {
      const calendarId = plan.calendars[owner];
      const calendar = calendarId && (await findCalendar(table, tenantId, calendarId));
      return calendar ? [[owner, `${calendar.calendarId}@${calendar.revision}`] as const] : [];
    }),
  );
  const frozen = Object.fromEntries(named.flat());
  return Object.keys(frozen).length === 0 ? undefined : frozen;
};

/** Revisions never change, so a process reads and compiles each once. */
const compiled = new Map<string, Calendar>();

/** So that a process that serves many platforms for years does not remember all of them. */
const rememberedCalendars = 200;

const calendarNamed = async (table: Table, tenantId: string, name: string): Promise<Calendar> => {
  const known = compiled.get(`${tenantId} ${name}`);
  if (known) return known;
  const [calendarId = "", revision = ""] = name.split("@");
  const document =
    shippedCalendar(calendarId, Number(revision)) ??
    (await revisionOf(table, tenantId, calendarId, Number(revision)));
  if (!document) throw new InvariantViolation(`there is no calendar ${name}`);
  const calendar = compileCalendar(document);
  if (compiled.size >= rememberedCalendars) compiled.clear();
  compiled.set(`${tenantId} ${name}`, calendar);
  return calendar;
};

/** By a query: whoever may load a case may query, and need not be given more. */
const revisionOf = async (
  table: Table,
  tenantId: string,
  calendarId: string,
  revision: number,
): Promise<CalendarDocument | undefined> => {
  const { PK, SK } = calendarRevisionKey(tenantId, calendarId, revision);
  const [stored] = await queryAll<{ readonly document: CalendarDocument }>(table, {
    KeyConditionExpression: "PK = :calendars AND SK = :revision",
    ExpressionAttributeValues: { ":calendars": PK, ":revision": SK },
  });
  return stored?.document;
};

/** The calendars a case names, to be counted by. */
export const calendarsFrozen = async (
  table: Table,
  tenantId: string,
  frozen: FrozenCalendars,
): Promise<CaseCalendars> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(frozen).map(
        async ([owner, name]) => [owner, await calendarNamed(table, tenantId, name)] as const,
      ),
    ),
  );
