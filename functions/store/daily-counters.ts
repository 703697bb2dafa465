import { dayMs, localDate } from "../domain/calendar.ts";
import type { MerchantHistory } from "../domain/judgment/input.ts";
import { filedCaseItem } from "./filed-cases.ts";
import { countedEventKey, dailyCounterKey } from "./keys.ts";
import { retryRaces } from "./retry.ts";
import { Conflict, getItem, putOnce, queryPage, type Table, transact, type Write } from "./table.ts";

/** The day a moment is counted on, in the platform's time zone. */
export const counterDay = (at: number): string => localDate(at, "Asia/Shanghai");

/** How long an event's id is remembered: far longer than any delivery is retried. */
const rememberedMs = 90 * 24 * 3_600_000;

export type CounterChange = {
  readonly tenantId: string;
  readonly merchantId: string;
  /** The day in the platform's time zone, `YYYY-MM-DD`. */
  readonly day: string;
  readonly eventId: string;
  /** The event is a case's filing, which is remembered in the log of filed cases. */
  readonly filedCaseId?: string;
  /** What to add to which counter of the day. */
  readonly add: { readonly [counter: string]: number };
};

/** The counters of a merchant's day, by name. Days nothing happened on have none. */
export const dailyCounters = (
  table: Table,
  tenantId: string,
  merchantId: string,
  day: string,
): Promise<{ readonly [counter: string]: unknown } | undefined> =>
  getItem(table, dailyCounterKey(tenantId, merchantId, day));

/** What is counted of every case; `filed.<reason>` and `ended.<outcome>` stand beside. */
type Counted = { readonly [counter in "filed" | "ended" | "ended.refused"]?: number };

const historyDays = 90;

/**
 * What the counters say of a merchant on the 90 whole days before a moment's own. Since a day that is over
 * hardly changes, a case that is judged twice finds the same. One query of at most 90 small items, read
 * without consistency: three read units for a merchant with cases every day.
 *
 * @returns nothing if the counters are larger than a page, so that it could not be read at little cost
 */
export const merchantHistory = async (
  table: Table,
  tenantId: string,
  merchantId: string,
  at: number,
): Promise<MerchantHistory | undefined> => {
  const dayBefore = (days: number) => dailyCounterKey(tenantId, merchantId, counterDay(at - days * dayMs));
  const first = dayBefore(historyDays);
  const { items, lastKey } = await queryPage<Counted & { readonly SK: string }>(table, {
    KeyConditionExpression: "PK = :merchant AND SK BETWEEN :first AND :last",
    ExpressionAttributeValues: { ":merchant": first.PK, ":first": first.SK, ":last": dayBefore(1).SK },
  });
  if (lastKey) return undefined;
  const month = items.filter(({ SK }) => SK >= dayBefore(30).SK);
  const sum = (days: typeof items, counter: keyof Counted): number =>
    days.reduce((total, day) => total + (day[counter] ?? 0), 0);
  return {
    filed30Days: sum(month, "filed"),
    filed90Days: sum(items, "filed"),
    ended90Days: sum(items, "ended"),
    refused90Days: sum(items, "ended.refused"),
  };
};

/**
 * Adds to a merchant's counters of a day, in one transaction with the event's id, so that an event counts
 * once whatever is delivered twice.
 */
export const countOnce = async (table: Table, change: CounterChange, at: number): Promise<void> => {
  const counted = ({ conflicts }: Conflict): boolean => conflicts.includes("counted");
  try {
    // Every case of a merchant's day counts on one item, so counts meet.
    await retryRaces(
      () => transact(table, countWrites(table, change, at)),
      (conflict) => !counted(conflict),
    );
  } catch (error) {
    if (!(error instanceof Conflict) || !counted(error)) throw error;
  }
};

const countWrites = (table: Table, change: CounterChange, at: number): readonly Write[] => {
  const counters = Object.entries(change.add);
  return [
    putOnce(
      table,
      "counted",
      change.filedCaseId === undefined
        ? {
            ...countedEventKey(change.tenantId, change.eventId),
            expiresAt: Math.ceil((at + rememberedMs) / 1000),
          }
        : filedCaseItem(change.tenantId, change.filedCaseId, at),
    ),
    {
      conflict: "counter",
      item: {
        Update: {
          TableName: table.name,
          Key: dailyCounterKey(change.tenantId, change.merchantId, change.day),
          UpdateExpression: `ADD ${counters.map((_, index) => `#c${index} :c${index}`).join(", ")}`,
          ExpressionAttributeNames: Object.fromEntries(
            counters.map(([counter], index) => [`#c${index}`, counter]),
          ),
          ExpressionAttributeValues: Object.fromEntries(
            counters.map(([, amount], index) => [`:c${index}`, amount]),
          ),
        },
      },
    },
  ];
};
