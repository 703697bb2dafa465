import { isDeepStrictEqual } from "node:util";
import type { CalendarDocument } from "../../domain/business-calendar.ts";
import { calendarErrors } from "../../domain/check-calendar.ts";
import { shippedCalendarIds } from "../../domain/china-calendars.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import {
  findCalendar,
  findClockPlan,
  ownCalendars,
  putCalendar,
  putClockPlan,
  revisionConflict,
  type StoredCalendar,
} from "../../store/calendars.ts";
import { Conflict, type Table } from "../../store/table.ts";
import {
  getCalendarOperation,
  getClockPlanOperation,
  listCalendarsOperation,
  putCalendarOperation,
  putClockPlanOperation,
} from "./operations.ts";

const viewOf = ({ document, ...calendar }: StoredCalendar) => ({ ...calendar, ...document });

const outdated = (): Problem => new Problem("precondition_failed", "Another revision stands. Read it again.");

/** Two who put at once: the later one reads again and says so. */
const orOutdated = async <Result>(put: Promise<Result>): Promise<Result> => {
  try {
    return await put;
  } catch (error) {
    if (error instanceof Conflict && error.conflicts.includes(revisionConflict)) throw outdated();
    throw error;
  }
};

const requireRevision = (ifMatch: number | undefined, standing: number): void => {
  if (ifMatch !== undefined && ifMatch !== standing) throw outdated();
};

export const putCalendarEndpoint = endpoint(
  putCalendarOperation,
  async ({ caller, params, body, ifMatch }, { table }) => {
    const { tenantId } = caller;
    const { calendarId } = params;
    if (shippedCalendarIds.includes(calendarId)) {
      throw new Problem("calendar_shipped", "Give a calendar of your own another id.");
    }
    const document = body as CalendarDocument;
    const errors = calendarErrors(document);
    if (errors.length > 0) throw new Problem("invalid_request", "The calendar has errors.", errors);
    const standing = await findCalendar(table, tenantId, calendarId);
    requireRevision(ifMatch, standing?.revision ?? 0);
    if (standing && isDeepStrictEqual(standing.document, document)) {
      return { status: 200, body: viewOf(standing), version: standing.revision };
    }
    const calendar = await orOutdated(
      putCalendar(table, tenantId, calendarId, standing?.revision ?? 0, document),
    );
    return { status: standing ? 200 : 201, body: viewOf(calendar), version: calendar.revision };
  },
);

export const getCalendarEndpoint = endpoint(getCalendarOperation, async ({ caller, params }, { table }) => {
  const calendar = await findCalendar(table, caller.tenantId, params.calendarId);
  if (!calendar) throw notFound("calendar");
  return { status: 200, body: viewOf(calendar), version: calendar.revision };
});

export const listCalendarsEndpoint = endpoint(listCalendarsOperation, async ({ caller }, { table }) => {
  const shipped = await Promise.all(
    shippedCalendarIds.map((calendarId) => findCalendar(table, caller.tenantId, calendarId)),
  );
  const own = await ownCalendars(table, caller.tenantId);
  return {
    status: 200,
    body: { items: [...own, ...shipped].flatMap((calendar) => (calendar ? [viewOf(calendar)] : [])) },
  };
});

const requireCalendars = async (
  table: Table,
  { caller, body }: Request<typeof putClockPlanOperation>,
): Promise<void> => {
  for (const [owner, calendarId] of Object.entries(body)) {
    if (!(await findCalendar(table, caller.tenantId, calendarId))) {
      throw invalidField(`/${owner}`, "There is no such calendar.");
    }
  }
};

export const putClockPlanEndpoint = endpoint(putClockPlanOperation, async (request, { table }) => {
  const { caller, body, ifMatch } = request;
  await requireCalendars(table, request);
  const standing = await findClockPlan(table, caller.tenantId);
  requireRevision(ifMatch, standing?.version ?? 0);
  const plan =
    standing && isDeepStrictEqual(standing.calendars, body)
      ? standing
      : await orOutdated(putClockPlan(table, caller.tenantId, standing?.version ?? 0, body));
  return { status: 200, body: { ...plan.calendars, version: plan.version }, version: plan.version };
});

export const getClockPlanEndpoint = endpoint(getClockPlanOperation, async ({ caller }, { table }) => {
  const { calendars = {}, version = 0 } = (await findClockPlan(table, caller.tenantId)) ?? {};
  return { status: 200, body: { ...calendars, version }, version };
});
