import { dayMs } from "../domain/calendar.ts";
import {
  addPostings,
  type MerchantPosting,
  type TotalsByCurrency,
} from "../domain/settlement/merchant-money.ts";
import type { TransferStage } from "../domain/settlement/transfer.ts";
import { type Key, merchantTotalsKey, postingPageKey, postingPrefix } from "./keys.ts";
import { retryRaces } from "./retry.ts";
import {
  Conflict,
  getItem,
  putOnce,
  putWrite,
  queryPage,
  type Table,
  transact,
  updateItem,
  type Write,
} from "./table.ts";

/**
 * A merchant's postings, rolled up from the ledger. What one case or sale posted within a minute lies on one
 * page, each posting under its own name: written again, or in any order, it says the same, so a page needs no
 * memory of what was delivered. Pages that are two days old are added to the merchant's totals.
 *
 * No page changes any more after it was added up: what comes later than a day after it happened is written
 * together with the totals. The day between keeps the two apart however slow a write is.
 */

const straightWithinMs = dayMs;
const addedUpAfterMs = 2 * dayMs;

/** What a page's postings were for. */
export type PostingSubject = {
  readonly subject: string;
  readonly caseId?: string;
  readonly orderId?: string;
  readonly payoutId?: string;
};

export type MerchantReference = { readonly tenantId: string; readonly merchantId: string };

export type PostingPage = MerchantReference &
  PostingSubject & { readonly minute: string; readonly postings: readonly MerchantPosting[] };

/** The page's place in time, as it stands in its key. */
export const minuteOf = (at: number): string => new Date(at).toISOString().slice(0, 16);

const entryPrefix = "entry:";
const entryName = ({ stage, purpose }: MerchantPosting): string => `${entryPrefix}${stage}.${purpose}`;

type StoredEntry = { readonly amountMinor: bigint; readonly currency: string; readonly at: number };

/** The stored page as it was put together. */
const pageFrom = (stored: Key & Record<string, unknown>): PostingPage => {
  const { PK, SK, ...rest } = stored;
  const { tenantId, merchantId, subject, minute, caseId, orderId, payoutId } = rest as unknown as PostingPage;
  const postings = Object.entries(rest)
    .filter(([name]) => name.startsWith(entryPrefix))
    .map(([name, entry]): MerchantPosting => {
      const [stage = "", ...purpose] = name.slice(entryPrefix.length).split(".");
      return { stage: stage as TransferStage, purpose: purpose.join("."), ...(entry as StoredEntry) };
    })
    .sort((a, b) => a.at - b.at || entryName(a).localeCompare(entryName(b), "en"));
  return {
    tenantId,
    merchantId,
    subject,
    minute,
    ...(caseId ? { caseId } : {}),
    ...(orderId ? { orderId } : {}),
    ...(payoutId ? { payoutId } : {}),
    postings,
  };
};

/** Sets the page's subject and these postings; what else stands on it stays. */
const pageUpdate = ({ postings, ...page }: PostingPage) => {
  const fields: readonly (readonly [name: string, value: unknown])[] = [
    ...Object.entries(page),
    ...postings.map(
      (posting) =>
        [
          entryName(posting),
          { amountMinor: posting.amountMinor, currency: posting.currency, at: posting.at },
        ] as const,
    ),
  ];
  return {
    Key: postingPageKey(page.tenantId, page.merchantId, page.minute, page.subject),
    UpdateExpression: `SET ${fields.map((_, index) => `#f${index} = :f${index}`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(fields.map(([name], index) => [`#f${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], index) => [`:f${index}`, value])),
  };
};

export type StoredTotals = {
  /** Every page up to this minute is in the totals. */
  readonly throughMinute: string;
  readonly version: number;
  readonly totals: TotalsByCurrency;
};

const nothingYet: StoredTotals = { throughMinute: "", version: 0, totals: {} };

export const readTotals = async (
  table: Table,
  { tenantId, merchantId }: MerchantReference,
): Promise<StoredTotals> =>
  (await getItem<StoredTotals>(table, merchantTotalsKey(tenantId, merchantId))) ?? nothingYet;

const totalsConflict = "totals";

const totalsWrite = (
  table: Table,
  { tenantId, merchantId }: MerchantReference,
  before: StoredTotals,
  after: Pick<StoredTotals, "throughMinute" | "totals">,
): Write => {
  const { throughMinute, totals } = after;
  const item = {
    ...merchantTotalsKey(tenantId, merchantId),
    throughMinute,
    totals,
    version: before.version + 1,
  };
  return before.version === 0
    ? putOnce(table, totalsConflict, item)
    : putWrite(table, totalsConflict, {
        Item: item,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": before.version },
      });
};

const knownConflict = "known";

/** Late postings, one by one: each once, with the totals if its page has been added up. */
const keepLate = async (table: Table, page: PostingPage): Promise<void> => {
  for (const posting of page.postings) {
    try {
      await retryRaces(
        async () => {
          const before = await readTotals(table, page);
          const addedUp = page.minute <= before.throughMinute;
          const update = pageUpdate({ ...page, postings: [posting] });
          await transact(table, [
            {
              conflict: knownConflict,
              item: {
                Update: {
                  TableName: table.name,
                  ...update,
                  ConditionExpression: "attribute_not_exists(#entry)",
                  ExpressionAttributeNames: {
                    ...update.ExpressionAttributeNames,
                    "#entry": entryName(posting),
                  },
                },
              },
            },
            totalsWrite(table, page, before, {
              throughMinute: before.throughMinute,
              totals: addedUp ? addPostings(before.totals, [posting]) : before.totals,
            }),
          ]);
        },
        ({ conflicts }) => !conflicts.includes(knownConflict),
      );
    } catch (error) {
      if (!(error instanceof Conflict) || !error.conflicts.includes(knownConflict)) throw error;
    }
  }
};

/** Keeps postings that belong on one page, however often and in whatever order they are told. */
export const keepPostings = async (table: Table, page: PostingPage, now: number): Promise<void> => {
  const happenedAt = Math.min(...page.postings.map(({ at }) => at));
  if (now - happenedAt > straightWithinMs) return keepLate(table, page);
  await updateItem(table, "page", pageUpdate(page));
};

/** The pages of a time, in its order, a query's page at a time. Both minutes are in it. */
export async function* postingPages(
  table: Table,
  { tenantId, merchantId }: MerchantReference,
  fromMinute: string,
  toMinute: string,
): AsyncGenerator<PostingPage> {
  let start: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryPage<Key & Record<string, unknown>>(table, {
      KeyConditionExpression: "PK = :merchant AND SK BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":merchant": merchantTotalsKey(tenantId, merchantId).PK,
        ":from": `${postingPrefix}${fromMinute}`,
        // `~` sorts behind every subject.
        ":to": `${postingPrefix}${toMinute}#~`,
      },
      ConsistentRead: true,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    yield* items.map(pageFrom);
    start = lastKey;
  } while (start);
}

/** The first minute behind a minute; before all others if there is none. */
export const minuteAfter = (minute: string): string =>
  minute === "" ? "" : minuteOf(Date.parse(`${minute}:00Z`) + 60_000);

/**
 * Adds a merchant's pages that are old enough to its totals, at most once a day. Two that do it at the same
 * time do it once.
 */
export const addUpPages = async (table: Table, merchant: MerchantReference, now: number): Promise<void> => {
  const before = await readTotals(table, merchant);
  if (before.throughMinute >= minuteOf(now - addedUpAfterMs - dayMs)) return;
  const throughMinute = minuteOf(now - addedUpAfterMs);
  let { totals } = before;
  let found = false;
  for await (const page of postingPages(table, merchant, minuteAfter(before.throughMinute), throughMinute)) {
    totals = addPostings(totals, page.postings);
    found = true;
  }
  if (!found) return;
  try {
    await transact(table, [totalsWrite(table, merchant, before, { throughMinute, totals })]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
};
