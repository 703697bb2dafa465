import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { CaseState } from "../../functions/domain/case.ts";
import { append, LedgerError } from "../../functions/domain/settlement/ledger.ts";
import {
  addPostings,
  merchantPostings,
  type TotalsByCurrency,
} from "../../functions/domain/settlement/merchant-money.ts";
import type { Payout } from "../../functions/domain/settlement/payout.ts";
import { accounts, balances, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { type Key, ledgerPlace, payoutGatePrefix, transferPrefix } from "../../functions/store/keys.ts";
import { transfersAmong } from "../../functions/store/ledger.ts";
import type { PayoutGate } from "../../functions/store/merchant-balance.ts";
import {
  minuteAfter,
  type PostingPage,
  postingPages,
  readTotals,
} from "../../functions/store/merchant-ledger.ts";
import { itemIn, type Table } from "../../functions/store/table.ts";

/**
 * Recomputes every balance from the raw transfers and holds it against what was rolled up. It reads the table
 * once from end to end and keeps one partition's transfers and one sum an account in memory, so a ledger of
 * any size can be verified. While money moves, the roll-up is some seconds behind: what differs then is gone
 * the next time.
 */

export type LedgerFinding = {
  /** What is wrong, from a closed list. */
  readonly finding:
    | "breaks_a_rule"
    | "not_conserved"
    | "case_closed_unsettled"
    | "rolled_up_differs"
    | "paid_out_differs"
    | "payout_differs"
    | "refund_differs";
  readonly where: string;
  readonly detail: string;
};

export type LedgerReport = {
  readonly items: number;
  readonly transfers: number;
  readonly accounts: number;
  readonly merchants: number;
  readonly currencies: readonly string[];
  readonly findings: readonly LedgerFinding[];
};

type Stored = Key & Record<string, unknown>;

/** Every item, partition by partition: a scan hands over the items of one partition side by side. */
async function* partitions(
  table: Table,
  onItems: (count: number) => void,
): AsyncGenerator<readonly Stored[]> {
  let partition: Stored[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new ScanCommand({
        TableName: table.name,
        ConsistentRead: true,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    for (const item of page.Items ?? []) {
      const stored = itemIn<Stored>(item);
      if (partition[0] && partition[0].PK !== stored.PK) {
        yield partition;
        partition = [];
      }
      // Of all the rest only what says something about money is kept.
      if (isMoney(stored)) partition.push(stored);
    }
    onItems(page.Items?.length ?? 0);
    start = page.LastEvaluatedKey;
  } while (start);
  if (partition.length > 0) yield partition;
}

const isMoney = ({ SK }: Key): boolean =>
  SK === "STATE" || SK === "PAYOUT" || SK.startsWith(transferPrefix) || SK.startsWith(payoutGatePrefix);

type Sums = Map<string, bigint>;

const add = (sums: Sums, name: string, minor: bigint): void => {
  sums.set(name, (sums.get(name) ?? 0n) + minor);
};

/** An account of one case is settled with it: it leaves no sum behind. */
const isOfCase = (account: string): boolean => account.startsWith("case:");

type Tally = {
  transfers: number;
  /** `<tenant> <account> <currency>`, but for the escrows. */
  readonly byAccount: Sums;
  readonly byCurrency: Sums;
  /** `<tenant> <merchantId>`. */
  readonly byMerchant: Map<string, TotalsByCurrency>;
  /** `<tenant> <merchantId> <currency>`: what the gates say was paid. */
  readonly paid: Sums;
  /** `<tenant> <buyer> <currency>`: what their cases say was instructed, less what the payouts say. */
  readonly refunds: Sums;
  readonly findings: LedgerFinding[];
};

const checkRules = (transfers: readonly Transfer[], where: string, findings: LedgerFinding[]): void => {
  // What decides or corrects another comes behind it, also where both happened in one moment.
  const rank = ({ pendingId, corrects }: Transfer): number => (pendingId || corrects ? 1 : 0);
  try {
    append(
      [],
      transfers.toSorted((a, b) => rank(a) - rank(b)),
    );
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    findings.push({ finding: "breaks_a_rule", where, detail: error.message });
  }
};

const tallyTransfers = (tally: Tally, tenantId: string, transfers: readonly Transfer[]): Sums => {
  const escrows: Sums = new Map();
  for (const { from, to, amountMinor, currency, phase } of transfers) {
    tally.transfers += 1;
    if (phase !== "posted") continue;
    for (const [account, minor] of [
      [from, -amountMinor],
      [to, amountMinor],
    ] as const) {
      if (isOfCase(account)) add(escrows, `${account} ${currency}`, minor);
      else add(tally.byAccount, `${tenantId} ${account} ${currency}`, minor);
    }
  }
  for (const [name, minor] of escrows) add(tally.byCurrency, name.split(" ")[1] ?? "", minor);
  return escrows;
};

/** What a payout says of itself follows from its transfers. */
const checkPayout = (
  tally: Tally,
  { tenantId, subject }: NonNullable<ReturnType<typeof ledgerPlace>>,
  payout: Payout,
  transfers: readonly Transfer[],
): void => {
  const { kind, buyerId, merchantId = "", amountMinor, currency, status } = payout;
  const isRefund = kind === "refund" && buyerId !== undefined;
  if (isRefund) add(tally.refunds, `${tenantId} ${buyerId} ${currency}`, -amountMinor);
  const source = isRefund ? accounts.buyer(buyerId) : accounts.merchantPayable(merchantId);
  const leftMinor = -(balances(transfers, currency).get(source) ?? 0n);
  const shouldMinor = status === "succeeded" || status === "advanced" ? amountMinor : 0n;
  if (leftMinor === shouldMinor) return;
  tally.findings.push({
    finding: "payout_differs",
    where: `${tenantId} ${subject}`,
    detail: `it is ${status} over ${amountMinor}, the transfers say ${leftMinor} was paid`,
  });
};

/** What a case says was instructed is what its postings owe the buyer; more only if a later verdict owes less. */
const checkRefund = (
  tally: Tally,
  { tenantId, subject }: NonNullable<ReturnType<typeof ledgerPlace>>,
  state: CaseState,
  transfers: readonly Transfer[],
): void => {
  const { buyerId, currency, stage, verdictNumber, instructedRefundMinor = 0n } = state;
  add(tally.refunds, `${tenantId} ${buyerId} ${currency}`, instructedRefundMinor);
  const owedMinor = balances(transfers, currency).get(accounts.buyer(buyerId)) ?? 0n;
  const isRight =
    instructedRefundMinor === owedMinor || (instructedRefundMinor > owedMinor && verdictNumber > 1);
  if (stage !== "closed" || isRight) return;
  tally.findings.push({
    finding: "refund_differs",
    where: `${tenantId} ${subject}`,
    detail: `the postings owe the buyer ${owedMinor}, and ${instructedRefundMinor} was instructed`,
  });
};

const tallyPartition = (tally: Tally, items: readonly Stored[]): void => {
  const partition = items[0]?.PK ?? "";
  for (const gate of items.filter(({ SK }) => SK.startsWith(payoutGatePrefix))) {
    const [, tenantId, , merchantId] = partition.split("#");
    const { currency, paidMinor } = gate as unknown as PayoutGate;
    add(tally.paid, `${tenantId} ${merchantId} ${currency}`, paidMinor);
  }
  const transfers = transfersAmong(items);
  const place = ledgerPlace(partition);
  if (!place || transfers.length === 0) return;
  checkRules(transfers, partition, tally.findings);
  const payout = items.find(({ SK }) => SK === "PAYOUT");
  if (payout) checkPayout(tally, place, payout as unknown as Payout, transfers);
  const escrows = tallyTransfers(tally, place.tenantId, transfers);
  const state = items.find(({ SK }) => SK === "STATE") as unknown as CaseState | undefined;
  if (state) checkRefund(tally, place, state, transfers);
  for (const [name, minor] of escrows) {
    if (state?.stage === "closed" && minor !== 0n) {
      tally.findings.push({
        finding: "case_closed_unsettled",
        where: partition,
        detail: `${name} still holds ${minor}`,
      });
    }
  }
  for (const { merchantId, ...posting } of transfers.flatMap(merchantPostings)) {
    const name = `${place.tenantId} ${merchantId}`;
    tally.byMerchant.set(name, addPostings(tally.byMerchant.get(name) ?? {}, [posting]));
  }
};

const rolledUpOf = async (table: Table, tenantId: string, merchantId: string): Promise<TotalsByCurrency> => {
  const merchant = { tenantId, merchantId };
  const { totals, throughMinute } = await readTotals(table, merchant);
  let sums = totals;
  const pages: AsyncGenerator<PostingPage> = postingPages(
    table,
    merchant,
    minuteAfter(throughMinute),
    "9999",
  );
  for await (const page of pages) sums = addPostings(sums, page.postings);
  return sums;
};

const compareMerchant = async (table: Table, tally: Tally, name: string): Promise<void> => {
  const [tenantId = "", merchantId = ""] = name.split(" ");
  const recomputed = tally.byMerchant.get(name) ?? {};
  const rolledUp = await rolledUpOf(table, tenantId, merchantId);
  for (const currency of new Set([...Object.keys(recomputed), ...Object.keys(rolledUp)])) {
    const [should, is] = [recomputed[currency], rolledUp[currency]].map((totals) => ({
      earnedMinor: totals?.earnedMinor ?? 0n,
      paidMinor: totals?.paidMinor ?? 0n,
    }));
    if (should?.earnedMinor !== is?.earnedMinor || should?.paidMinor !== is?.paidMinor) {
      tally.findings.push({
        finding: "rolled_up_differs",
        where: `${name} ${currency}`,
        detail:
          `the transfers say ${should?.earnedMinor} earned and ${should?.paidMinor} paid, ` +
          `the roll-up ${is?.earnedMinor} and ${is?.paidMinor}`,
      });
    }
    const gate = tally.paid.get(`${name} ${currency}`) ?? 0n;
    if (gate !== (should?.paidMinor ?? 0n)) {
      tally.findings.push({
        finding: "paid_out_differs",
        where: `${name} ${currency}`,
        detail: `the transfers say ${should?.paidMinor} was paid, the payouts ${gate}`,
      });
    }
  }
};

/** @param onProgress called with the items read so far */
export const verifyLedger = async (
  table: Table,
  onProgress: (items: number) => void = () => {},
): Promise<LedgerReport> => {
  const tally: Tally = {
    transfers: 0,
    byAccount: new Map(),
    byCurrency: new Map(),
    byMerchant: new Map(),
    paid: new Map(),
    refunds: new Map(),
    findings: [],
  };
  let items = 0;
  const count = (more: number) => {
    items += more;
    onProgress(items);
  };
  for await (const partition of partitions(table, count)) tallyPartition(tally, partition);
  for (const [name, minor] of tally.byAccount) add(tally.byCurrency, name.split(" ")[2] ?? "", minor);
  for (const [currency, minor] of tally.byCurrency) {
    if (minor === 0n) continue;
    tally.findings.push({
      finding: "not_conserved",
      where: currency,
      detail: `the accounts sum up to ${minor}`,
    });
  }
  for (const [name, minor] of tally.refunds) {
    if (minor === 0n) continue;
    tally.findings.push({
      finding: "refund_differs",
      where: name,
      detail: `${minor} more is instructed by the cases than there are payouts`,
    });
  }
  for (const name of tally.byMerchant.keys()) await compareMerchant(table, tally, name);
  return {
    items,
    transfers: tally.transfers,
    accounts: tally.byAccount.size,
    merchants: tally.byMerchant.size,
    currencies: [...tally.byCurrency.keys()].sort(),
    findings: tally.findings,
  };
};
