import { countedEventKey, dailyCounterKey } from "./keys.ts";
import { retryRaces } from "./retry.ts";
import { Conflict, getItem, putOnce, type Table, transact, type Write } from "./table.ts";

/** How long an event's id is remembered: far longer than any delivery is retried. */
const rememberedMs = 90 * 24 * 3_600_000;

export type CounterChange = {
  readonly tenantId: string;
  readonly merchantId: string;
  /** The day in the platform's time zone, `YYYY-MM-DD`. */
  readonly day: string;
  readonly eventId: string;
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
    putOnce(table, "counted", {
      ...countedEventKey(change.tenantId, change.eventId),
      expiresAt: Math.ceil((at + rememberedMs) / 1000),
    }),
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
