import type { MerchantPosting } from "../domain/settlement/merchant-money.ts";
import { transferIdOf } from "../domain/settlement/transfer.ts";
import {
  type MerchantReference,
  minuteAfter,
  minuteOf,
  type PostingPage,
  postingPages,
  readTotals,
} from "./merchant-ledger.ts";
import type { Table } from "./table.ts";

/**
 * A merchant's account over a time, posting by posting. Opening plus what is listed is always closing, since
 * both come from the same pages: what is opened with is everything there is less what was posted since.
 */

export type StatementEntry = MerchantPosting &
  Pick<PostingPage, "caseId" | "orderId" | "payoutId"> & {
    readonly transferId: string;
    /** What the account held afterwards. */
    readonly balanceMinor: bigint;
  };

export type Amounts = { readonly [currency: string]: bigint };

const plus = (amounts: Amounts, { currency, amountMinor }: MerchantPosting): Amounts => ({
  ...amounts,
  [currency]: (amounts[currency] ?? 0n) + amountMinor,
});

/** What the account held at a moment. */
export const openingAt = async (table: Table, merchant: MerchantReference, at: number): Promise<Amounts> => {
  const { totals, throughMinute } = await readTotals(table, merchant);
  const sinceMinute = minuteAfter(throughMinute);
  let amounts: Amounts = Object.fromEntries(
    Object.entries(totals).map(([currency, { earnedMinor, paidMinor }]) => [
      currency,
      earnedMinor - paidMinor,
    ]),
  );
  const from = [sinceMinute, minuteOf(at)].sort()[0] ?? "";
  for await (const page of postingPages(table, merchant, from, "9999")) {
    for (const posting of page.postings) {
      if (page.minute >= sinceMinute) amounts = plus(amounts, posting);
      if (posting.at >= at) amounts = plus(amounts, { ...posting, amountMinor: -posting.amountMinor });
    }
  }
  return amounts;
};

/** Where a part of a statement ended, and what the account held there. */
export type StatementPlace = { readonly after: string; readonly amounts: Amounts };

export type StatementPart = {
  readonly opening: Amounts;
  readonly entries: readonly StatementEntry[];
  readonly closing: Amounts;
  /** Absent if the statement ends here. */
  readonly place?: StatementPlace;
};

const placeOf = ({ minute, subject }: PostingPage, { at, stage, purpose }: MerchantPosting): string =>
  `${minute}#${subject}#${String(at).padStart(15, "0")}#${stage}.${purpose}`;

/**
 * @param to not in it any more
 * @param start where the part before ended; the beginning if absent
 */
export const statementPart = async (
  table: Table,
  merchant: MerchantReference,
  { from, to }: { readonly from: number; readonly to: number },
  limit: number,
  start?: StatementPlace,
): Promise<StatementPart> => {
  const opening = start?.amounts ?? (await openingAt(table, merchant, from));
  let closing = opening;
  let after = start?.after ?? "";
  const entries: StatementEntry[] = [];
  const firstMinute = start?.after.slice(0, 16) ?? minuteOf(from);
  for await (const page of postingPages(table, merchant, firstMinute, minuteOf(to))) {
    const { caseId, orderId, payoutId, subject } = page;
    for (const posting of page.postings) {
      const place = placeOf(page, posting);
      if (posting.at < from || posting.at >= to || place <= after) continue;
      if (entries.length === limit) return { opening, entries, closing, place: { after, amounts: closing } };
      closing = plus(closing, posting);
      after = place;
      entries.push({
        ...posting,
        transferId: transferIdOf(subject, posting.stage, posting.purpose),
        balanceMinor: closing[posting.currency] ?? 0n,
        ...(caseId ? { caseId } : {}),
        ...(orderId ? { orderId } : {}),
        ...(payoutId ? { payoutId } : {}),
      });
    }
  }
  return { opening, entries, closing };
};
