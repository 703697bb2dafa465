import { nextDueAt, runIdOf } from "../domain/settlement/payout-schedule.ts";
import { payPage } from "../store/payout-runs.ts";
import {
  dueSchedules,
  findSchedule,
  noteProgress,
  type ScheduleReference,
  type StandingSchedule,
} from "../store/payout-schedules.ts";
import { Conflict, deployedTable, type Table } from "../store/table.ts";

/**
 * Begins the runs that are due, and goes on with those that were cut off. A run is named by the moment it was
 * due, so that it may begin twice, late, or side by side with itself, and pays each merchant once. Runs that were
 * missed altogether are made up for by one.
 */

const merchantsAPage = 25;

const runSchedule = async (table: Table, reference: ScheduleReference, now: () => number): Promise<void> => {
  let standing: StandingSchedule | undefined = await findSchedule(table, reference);
  if (!standing || standing.paused || standing.nextDueAt > now()) return;
  const { tenantId, scheduleId, currency, nextDueAt: dueAt } = standing;
  const run = {
    runId: runIdOf(standing, dueAt),
    ...(currency === undefined ? {} : { currency }),
    by: { role: "system", id: `payout-schedule:${scheduleId}` } as const,
  };
  try {
    for (;;) {
      const { lastKey } = await payPage(
        table,
        { ...run, now: now() },
        tenantId,
        merchantsAPage,
        standing.place,
      );
      const through = lastKey === undefined;
      standing = await noteProgress(
        table,
        standing,
        through ? { nextDueAt: nextDueAt(standing, now()) } : { place: lastKey },
      );
      if (through) return;
    }
  } catch (error) {
    // Somebody else runs it, or it was set to other times: whoever noted it goes on.
    if (!(error instanceof Conflict)) throw error;
  }
};

/** One platform's trouble is not another's: the rest is run, and then it fails, so that it is tried again. */
export const runDuePayouts = async (table: Table, now: () => number): Promise<void> => {
  const failures: unknown[] = [];
  for (const reference of await dueSchedules(table, now())) {
    try {
      await runSchedule(table, reference, now);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} payout schedules failed`);
};

export const handler = (): Promise<void> => runDuePayouts(deployedTable(), Date.now);
