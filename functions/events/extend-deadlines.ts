import * as z from "zod/mini";
import { dayMs } from "../domain/calendar.ts";
import { extendOpenCase } from "../store/cases.ts";
import {
  extensionsAtWork,
  finishStretch,
  type Place,
  type StoredExtension,
  stepConflict,
} from "../store/clock-extensions.ts";
import { casesFiledOn, filingDay } from "../store/filed-cases.ts";
import { Conflict, deployedTable, type Table } from "../store/table.ts";
import type { DeliveredEvent } from "./contracts.ts";

/**
 * Gives an extension to the cases of its scope that are open. A stretch of work is bounded and ends with the event
 * that brings the next; a case that has its extension already is left as it is, so any of it may run twice.
 */

const extensionEvent = z.looseObject({ tenantId: z.string(), extensionId: z.string(), eventId: z.string() });

/** What a run looks at: seconds of work, far inside the function's own clock. */
const stretch = { days: 450, cases: 250 } as const;

const nextDay = (day: string): string => filingDay(Date.parse(day) + dayMs);

/** Looks at the cases of a stretch. */
const workFrom = async (
  table: Table,
  extension: StoredExtension,
  from: Place,
  now: number,
): Promise<{ readonly extended: number; readonly place?: Place }> => {
  const lastDay = filingDay(now);
  let [place, seen, extended] = [from, 0, 0];
  for (let days = 0; days < stretch.days && place.day <= lastDay; ) {
    const room = stretch.cases - seen;
    if (room === 0) return { extended, place };
    const caseIds = await casesFiledOn(table, extension.tenantId, place.day, room, place.afterCaseId);
    for (const caseId of caseIds) {
      const reference = { tenantId: extension.tenantId, caseId };
      if (await extendOpenCase(table, reference, [extension], now)) extended += 1;
    }
    seen += caseIds.length;
    const last = caseIds.at(-1);
    if (caseIds.length === room && last !== undefined) place = { day: place.day, afterCaseId: last };
    else {
      place = { day: nextDay(place.day) };
      days += 1;
    }
  }
  return place.day <= lastDay ? { extended, place } : { extended };
};

export const extendDeadlines = async (table: Table, event: DeliveredEvent, now: number): Promise<void> => {
  const { tenantId, extensionId, eventId } = extensionEvent.parse(event.detail);
  const found = (await extensionsAtWork(table, tenantId, now)).find(
    (each) => each.extensionId === extensionId,
  );
  // Long over, done, or brought by an event whose stretch has been done before.
  if (!found?.place || eventId !== `${extensionId}.${found.step}`) return;
  const { place: from, ...rest } = found;
  const { extended, place } = await workFrom(table, found, from, now);
  const after: StoredExtension = {
    ...rest,
    step: found.step + 1,
    extendedCases: found.extendedCases + extended,
    ...(place ? { place } : {}),
  };
  try {
    await finishStretch(table, after, now);
  } catch (error) {
    if (!(error instanceof Conflict && error.conflicts.includes(stepConflict))) throw error;
  }
};

export const handler = (event: DeliveredEvent): Promise<void> =>
  extendDeadlines(deployedTable(), event, Date.now());
