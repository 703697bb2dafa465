import { decimalOf } from "../../domain/money.ts";
import { type Cell, csvMediaType, csvOf } from "../../http/csv.ts";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import {
  type Amounts,
  type StatementEntry,
  type StatementPart,
  type StatementPlace,
  statementPart,
} from "../../store/merchant-statement.ts";
import { visibleMerchant } from "../visible-merchant.ts";
import { getStatementOperation } from "./operations.ts";

/** A month of a large merchant; below Lambda's six megabytes of answer. */
const mostRows = 20_000;

/** A cursor is JSON, which has no bigint. */
const cursorOf = ({ after, amounts }: StatementPlace) => ({
  after,
  amounts: Object.fromEntries(Object.entries(amounts).map(([currency, minor]) => [currency, String(minor)])),
});

const placeFrom = (cursor: Record<string, unknown>): StatementPlace => {
  const { after, amounts } = cursor as ReturnType<typeof cursorOf>;
  return {
    after,
    amounts: Object.fromEntries(Object.entries(amounts).map(([currency, text]) => [currency, BigInt(text)])),
  };
};

const currenciesOf = ({ opening, closing }: StatementPart): readonly string[] =>
  [...new Set([...Object.keys(opening), ...Object.keys(closing)])].sort();

const titles = [
  "time",
  "currency",
  "amount",
  "balance",
  "stage",
  "purpose",
  "order",
  "case",
  "payout",
  "transfer",
] as const;

const rowOf = (entry: StatementEntry): readonly Cell[] => [
  new Date(entry.at).toISOString(),
  entry.currency,
  { number: decimalOf(entry.amountMinor, entry.currency) },
  { number: decimalOf(entry.balanceMinor, entry.currency) },
  entry.stage,
  entry.purpose,
  entry.orderId ?? "",
  entry.caseId ?? "",
  entry.payoutId ?? "",
  entry.transferId,
];

const balanceRows = (name: string, at: number, currencies: readonly string[], amounts: Amounts) =>
  currencies.map((currency): readonly Cell[] => [
    new Date(at).toISOString(),
    currency,
    "",
    { number: decimalOf(amounts[currency] ?? 0n, currency) },
    name,
    ...Array<Cell>(5).fill(""),
  ]);

const csvFrom = (part: StatementPart, { from, to }: { from: number; to: number }): string => {
  const currencies = currenciesOf(part);
  return csvOf([
    titles,
    ...balanceRows("opening", from, currencies, part.opening),
    ...part.entries.map(rowOf),
    ...balanceRows("closing", to, currencies, part.closing),
  ]);
};

export const getStatementEndpoint = endpoint(
  getStatementOperation,
  async ({ caller, params, query, headers, now }, { table, cursors }) => {
    const { merchantId } = params;
    const to = query.to ?? now;
    const { from, limit, cursor } = query;
    if (to > now) throw invalidField("/query/to", "must not lie in the future");
    if (from >= to) throw invalidField("/query/from", "must lie before the end");
    const merchant = await visibleMerchant(table, caller, merchantId);
    const asCsv = /\btext\/csv\b/.test(headers.accept ?? "");
    const scope = `${caller.tenantId}/getMerchantStatement/${merchantId}/${from}/${query.to ?? "now"}`;
    const start = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const part = await statementPart(
      table,
      merchant,
      { from, to },
      asCsv ? mostRows : limit,
      start && placeFrom(start),
    );
    if (asCsv && part.place) {
      throw invalidField("/query/from", `The statement has more than ${mostRows} rows; ask for less time.`);
    }
    const body = {
      merchantId,
      from,
      to,
      balances: currenciesOf(part).map((currency) => ({
        currency,
        openingMinor: part.opening[currency] ?? 0n,
        closingMinor: part.closing[currency] ?? 0n,
      })),
      items: part.entries,
      ...(part.place ? { nextCursor: cursors.sign(scope, cursorOf(part.place)) } : {}),
    };
    return {
      status: 200,
      body,
      ...(asCsv ? { text: { contentType: csvMediaType, body: csvFrom(part, { from, to }) } } : {}),
    };
  },
);
