import { balances, openPending, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import type { CaseReport } from "./case-report.ts";

/** Kinds of account, in the order in which money usually passes through them. */
const kinds = [
  "buyer",
  "merchant",
  "platform revenue",
  "platform expense",
  "payout clearing",
  "carrier",
  "escrow",
] as const;
export type AccountKind = (typeof kinds)[number];

const kindOf = (account: string): AccountKind => {
  const [first, second] = account.split(":");
  switch (first) {
    case "platform":
      return second === "clearing"
        ? "payout clearing"
        : second === "revenue"
          ? "platform revenue"
          : "platform expense";
    case "case":
      return "escrow";
    case "buyer":
    case "merchant":
    case "carrier":
      return first;
    default:
      throw new RangeError(`no kind of account is known for ${account}`);
  }
};

export type CurrencyTotals = {
  readonly currency: string;
  readonly cases: number;
  /** What came in less what went out, by kind of account. */
  readonly net: ReadonlyMap<AccountKind, bigint>;
  readonly sumMinor: bigint;
  /** What is promised and neither posted nor voided. */
  readonly pendingMinor: bigint;
  /** Nothing was made or lost, no escrow holds anything, nothing is pending. */
  readonly balanced: boolean;
};

const totalsOf = (currency: string, reports: readonly CaseReport[]): CurrencyTotals => {
  const transfers: readonly Transfer[] = reports.flatMap(({ postings }) => postings);
  const byAccount = balances(transfers, currency);
  const net = new Map<AccountKind, bigint>(kinds.map((kind) => [kind, 0n]));
  for (const [account, amountMinor] of byAccount) {
    const kind = kindOf(account);
    net.set(kind, (net.get(kind) ?? 0n) + amountMinor);
  }
  const sumMinor = [...byAccount.values()].reduce((sum, amountMinor) => sum + amountMinor, 0n);
  const pendingMinor = [...openPending(transfers).values()].reduce((sum, left) => sum + left, 0n);
  const escrowEmpty = [...byAccount].every(
    ([account, amountMinor]) => kindOf(account) !== "escrow" || amountMinor === 0n,
  );
  const balanced = sumMinor === 0n && pendingMinor === 0n && escrowEmpty;
  return { currency, cases: reports.length, net, sumMinor, pendingMinor, balanced };
};

/** What the cases of a story moved, by currency; no two currencies are ever added up. */
export const totalsByCurrency = (reports: readonly CaseReport[]): readonly CurrencyTotals[] =>
  [...new Set(reports.map(({ view }) => view.currency))].sort().map((currency) =>
    totalsOf(
      currency,
      reports.filter(({ view }) => view.currency === currency),
    ),
  );
