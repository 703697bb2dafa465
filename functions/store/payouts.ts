import type { Actor, CaseState } from "../domain/case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { append } from "../domain/settlement/ledger.ts";
import {
  changePayout,
  type Payout,
  type PayoutChange,
  type PayoutCommand,
  type PayoutEventName,
  type PayoutStatus,
} from "../domain/settlement/payout.ts";
import { refundPayoutId } from "../domain/settlement/refund.ts";
import {
  type Key,
  ledgerPartition,
  outboxPrefixes,
  type PayoutList,
  payoutGateKey,
  payoutKey,
  payoutsPartition,
  tableKeys,
} from "./keys.ts";
import { transferWrite } from "./ledger.ts";
import type { PayoutGate } from "./merchant-balance.ts";
import { retryRaces } from "./retry.ts";
import {
  Conflict,
  getItem,
  getItems,
  type Page,
  putOnce,
  putWrite,
  queryPage,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

/**
 * Payouts: each with its transfers and its outbox in a partition of its own, and one gate a merchant and currency. A
 * refund is guarded by its case instead, in whose transaction it is instructed.
 */

export type PayoutReference = { readonly tenantId: string; readonly payoutId: string };

/** What is told of a payout; the relay publishes it. */
export type PayoutRecord = PayoutReference & {
  readonly merchantId?: string;
  readonly buyerId?: string;
  readonly caseId?: string;
  readonly deadlineAt: number;
  readonly announcements: readonly {
    readonly eventId: string;
    readonly type: PayoutEventName;
    readonly at: number;
    readonly by: Actor;
    /** Without the payment side's reason, which is free text: it is read with the payout. */
    readonly payload: Pick<Payout, "kind" | "currency" | "amountMinor" | "attempt">;
  }[];
};

export const findPayout = async (
  table: Table,
  { tenantId, payoutId }: PayoutReference,
): Promise<Payout | undefined> => {
  const stored = await getItem<Payout & Key>(table, payoutKey(tenantId, payoutId));
  return stored && withoutKeys(stored);
};

/** What the payment side was told to pay the buyer of a case: one payout a verdict, and most have none. */
export const refundsOf = async (
  table: Table,
  { tenantId, caseId, verdictNumber }: Pick<CaseState, "tenantId" | "caseId" | "verdictNumber">,
): Promise<readonly Payout[]> => {
  const numbers = Array.from({ length: verdictNumber }, (_, index) => index + 1);
  const stored = await getItems<Payout & Key>(
    table,
    numbers.map((number) => payoutKey(tenantId, refundPayoutId(caseId, number))),
  );
  return stored.map(withoutKeys).sort((a, b) => a.instructedAt - b.instructedAt);
};

/** What is not decided lies together: only the clock tells what is unknown. */
const listOf = (status: PayoutStatus): PayoutList =>
  status === "instructed" || status === "unknown" ? "open" : status;

/** Payouts that may have this status, the oldest first, a page at a time. */
export const payoutsIn = async (
  table: Table,
  tenantId: string,
  status: PayoutStatus,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<Payout>> => {
  const page = await queryPage<Payout & Key>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :list",
    ExpressionAttributeValues: { ":list": payoutsPartition(tenantId, listOf(status)) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { ...page, items: page.items.map(withoutKeys) };
};

/** The label under which a payout that stands already, or has moved on, is reported. */
export const payoutConflict = "payout";
const gateConflict = "gate";

/** A payout as it lies in the table. */
export const payoutItem = (payout: Payout): Record<string, unknown> => ({
  ...payoutKey(payout.tenantId, payout.payoutId),
  ...payout,
  GSI1PK: payoutsPartition(payout.tenantId, listOf(payout.status)),
  GSI1SK: `${new Date(payout.instructedAt).toISOString()}#${payout.payoutId}`,
});

const payoutWrite = (table: Table, after: Payout): Write => {
  const item = payoutItem(after);
  return after.version === 1
    ? putOnce(table, payoutConflict, item)
    : putWrite(table, payoutConflict, {
        Item: item,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": after.version - 1 },
      });
};

const outboxWrite = (table: Table, after: Payout, type: PayoutEventName, at: number, by: Actor): Write => {
  const { tenantId, payoutId, merchantId, buyerId, caseId, confirmBy, version } = after;
  const { kind, currency, amountMinor, attempt } = after;
  const record: PayoutRecord = {
    tenantId,
    payoutId,
    deadlineAt: confirmBy,
    ...(merchantId ? { merchantId } : {}),
    ...(buyerId ? { buyerId } : {}),
    ...(caseId ? { caseId } : {}),
    announcements: [
      {
        eventId: `${payoutId}.${version}.0`,
        type,
        at,
        by,
        payload: { kind, currency, amountMinor, attempt },
      },
    ],
  };
  return putOnce(table, payoutConflict, {
    PK: ledgerPartition(tenantId, payoutId),
    SK: `${outboxPrefixes.event}${String(version).padStart(6, "0")}`,
    ...record,
  });
};

/** A payout and its transfers, for a transaction that tells of it itself. */
export const payoutWrites = (table: Table, { after, transfers }: PayoutChange): readonly Write[] => [
  payoutWrite(table, after),
  ...transfers.map((transfer) =>
    transferWrite(table, ledgerPartition(after.tenantId, after.payoutId), transfer),
  ),
];

const changeWrites = (table: Table, change: PayoutChange, at: number, by: Actor): readonly Write[] => [
  ...payoutWrites(table, change),
  ...(change.event ? [outboxWrite(table, change.after, change.event, at, by)] : []),
];

const noGate = (currency: string): PayoutGate => ({ currency, openMinor: 0n, paidMinor: 0n, version: 0 });

const gateWrite = (
  table: Table,
  { tenantId, merchantId }: { readonly tenantId: string; readonly merchantId: string },
  before: PayoutGate,
  change: Pick<PayoutGate, "openMinor" | "paidMinor">,
): Write => {
  const item = {
    ...payoutGateKey(tenantId, merchantId, before.currency),
    currency: before.currency,
    openMinor: before.openMinor + change.openMinor,
    paidMinor: before.paidMinor + change.paidMinor,
    version: before.version + 1,
  };
  return before.version === 0
    ? putOnce(table, gateConflict, item)
    : putWrite(table, gateConflict, {
        Item: item,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": before.version },
      });
};

/**
 * Instructs a payout to a merchant.
 *
 * @param gate as it stood when what is available was computed; another payout since then wins
 * @throws Conflict if there is one of this id, or if the gate has moved on
 */
export const instructMerchantPayout = async (
  table: Table,
  change: PayoutChange,
  gate: PayoutGate | undefined,
  at: number,
  by: Actor,
): Promise<void> => {
  const { tenantId, merchantId, currency, amountMinor } = change.after;
  if (merchantId === undefined) throw new InvariantViolation("a payout to a merchant names it");
  append([], change.transfers);
  await transact(table, [
    ...changeWrites(table, change, at, by),
    gateWrite(table, { tenantId, merchantId }, gate ?? noGate(currency), {
      openMinor: amountMinor,
      paidMinor: 0n,
    }),
  ]);
};

/** What succeeds is no longer on its way but paid. What fails stays on its way: it will be tried again. */
const settledWrites = async (table: Table, before: Payout, after: Payout): Promise<readonly Write[]> => {
  const { tenantId, merchantId, currency, amountMinor } = after;
  if (merchantId === undefined || before.status === after.status || after.status !== "succeeded") return [];
  const gate = await getItem<PayoutGate>(table, payoutGateKey(tenantId, merchantId, currency));
  // The gate was read later than the payout: somebody else has settled it in between.
  if (!gate || gate.openMinor < amountMinor) throw new Conflict([gateConflict]);
  return [
    gateWrite(table, { tenantId, merchantId }, gate, { openMinor: -amountMinor, paidMinor: amountMinor }),
  ];
};

/**
 * Decides a command on a payout and writes what it comes to, all or nothing. Who loses a race decides anew.
 *
 * @returns nothing if there is no such payout
 * @throws CaseError if the domain refuses
 */
export const commandPayout = (
  table: Table,
  reference: PayoutReference,
  command: PayoutCommand,
  {
    now,
    by,
    extra,
  }: { readonly now: number; readonly by: Actor; readonly extra: (after: Payout) => readonly Write[] },
): Promise<Payout | undefined> =>
  retryRaces(
    async () => {
      const before = await findPayout(table, reference);
      if (!before) return undefined;
      const change = changePayout(before, command, now);
      const writes = change.event
        ? [...changeWrites(table, change, now, by), ...(await settledWrites(table, before, change.after))]
        : [];
      const all = [...writes, ...extra(change.after)];
      if (all.length > 0) await transact(table, all);
      return change.after;
    },
    ({ conflicts }) => !conflicts.includes("idempotency"),
  );
