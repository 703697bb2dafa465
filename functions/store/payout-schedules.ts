import { isDeepStrictEqual } from "node:util";
import { nextDueAt, type PayoutSchedule, sameTimes } from "../domain/settlement/payout-schedule.ts";
import type { Replacement } from "./catalog.ts";
import {
  type Key,
  payoutScheduleKey,
  payoutSchedulesDue,
  payoutSchedulesPartition,
  tableKeys,
} from "./keys.ts";
import { retryRaces } from "./retry.ts";
import { getItem, putItem, queryAll, queryPage, type Table, withoutKeys } from "./table.ts";

/** When each platform's merchants are paid. What is due lies together in the index, whoever's it is. */

export type StandingSchedule = PayoutSchedule & {
  /** When its next run begins, or began that is not through yet. */
  readonly nextDueAt: number;
  /** The merchant behind which the run that has begun goes on. */
  readonly place?: Record<string, unknown>;
  readonly version: number;
};

export type ScheduleReference = Pick<PayoutSchedule, "tenantId" | "scheduleId">;

export const findSchedule = async (
  table: Table,
  { tenantId, scheduleId }: ScheduleReference,
): Promise<StandingSchedule | undefined> => {
  const stored = await getItem<StandingSchedule & Key>(table, payoutScheduleKey(tenantId, scheduleId));
  return stored && withoutKeys(stored);
};

/** A tenant's few schedules, by their ids. */
export const findSchedules = async (table: Table, tenantId: string): Promise<readonly StandingSchedule[]> => {
  const stored = await queryAll<StandingSchedule & Key>(table, {
    KeyConditionExpression: "PK = :schedules",
    ExpressionAttributeValues: { ":schedules": payoutSchedulesPartition(tenantId) },
  });
  return stored.map(withoutKeys);
};

const scheduleConflict = "schedule";

const put = async (table: Table, after: StandingSchedule): Promise<void> => {
  const { tenantId, scheduleId, nextDueAt: dueAt, paused, version } = after;
  const due = {
    GSI1PK: payoutSchedulesDue,
    GSI1SK: `${new Date(dueAt).toISOString()}#${tenantId}#${scheduleId}`,
  };
  await putItem(table, scheduleConflict, {
    Item: { ...payoutScheduleKey(tenantId, scheduleId), ...after, ...(paused ? {} : due) },
    ...(version === 1
      ? { ConditionExpression: "attribute_not_exists(PK)" }
      : {
          ConditionExpression: "version = :version",
          ExpressionAttributeValues: { ":version": version - 1 },
        }),
  });
};

/** A run that is due, or has begun, stays due unless the schedule's times become others. */
export const putSchedule = (
  table: Table,
  wanted: PayoutSchedule,
  expectedVersion: number | undefined,
  now: number,
): Promise<{ readonly replacement: Replacement; readonly nextDueAt: number }> =>
  retryRaces(async () => {
    const current = await findSchedule(table, wanted);
    const kept = current && sameTimes(current, wanted) ? current : undefined;
    const after: StandingSchedule = {
      ...wanted,
      nextDueAt: kept?.nextDueAt ?? nextDueAt(wanted, now),
      ...(kept?.place ? { place: kept.place } : {}),
      version: (current?.version ?? 0) + 1,
    };
    const done = (replacement: Replacement) => ({ replacement, nextDueAt: after.nextDueAt });
    if (expectedVersion !== undefined && current?.version !== expectedVersion) {
      return done({ outcome: "outdated" });
    }
    if (current && isDeepStrictEqual(current, { ...after, version: current.version })) {
      return done({ outcome: "unchanged", version: current.version });
    }
    await put(table, after);
    return done({ outcome: current ? "replaced" : "created", version: after.version });
  });

/** As many as one call looks at; the next call finds the rest. */
const mostAtOnce = 100;

/** Schedules whose run is due, those that have waited longest first. The index may be a moment behind. */
export const dueSchedules = async (table: Table, now: number): Promise<readonly ScheduleReference[]> => {
  const { items } = await queryPage<StandingSchedule>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :due AND GSI1SK <= :now",
    ExpressionAttributeValues: {
      ":due": payoutSchedulesDue,
      // `~` sorts behind every tenant.
      ":now": `${new Date(now).toISOString()}#~`,
    },
    Limit: mostAtOnce,
  });
  return items;
};

/**
 * Notes how far a run has come: behind which merchant it goes on, or that it is through.
 *
 * @throws Conflict if somebody else has noted something since
 */
export const noteProgress = async (
  table: Table,
  before: StandingSchedule,
  progress: { readonly place: Record<string, unknown> } | { readonly nextDueAt: number },
): Promise<StandingSchedule> => {
  const { place: _, ...rest } = before;
  const after = { ...rest, ...progress, version: before.version + 1 };
  await put(table, after);
  return after;
};
