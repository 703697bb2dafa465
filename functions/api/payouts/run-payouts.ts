import { createHash } from "node:crypto";
import type { Actor } from "../../domain/case.ts";
import type { Merchant } from "../../domain/catalog.ts";
import { instruct, type Payout } from "../../domain/settlement/payout.ts";
import { endpoint } from "../../http/endpoint.ts";
import { merchantsPage } from "../../store/catalog.ts";
import { merchantBalances, type StandingBalance } from "../../store/merchant-balance.ts";
import { findPayout, instructMerchantPayout } from "../../store/payouts.ts";
import { retryRaces } from "../../store/retry.ts";
import { type Table, transact } from "../../store/table.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { runPayoutsOperation } from "./operations.ts";
import { viewOf } from "./payouts.ts";

const merchantsAPage = 25;

/** The same run never pays a merchant twice, since what it would pay has one id. */
const payoutIdOf = (runId: string, { tenantId, merchantId }: Merchant, currency: string): string =>
  `po-${createHash("sha256").update([tenantId, runId, merchantId, currency].join("\n")).digest("hex").slice(0, 32)}`;

type Run = { readonly runId: string; readonly by: Actor; readonly now: number };

const payOne = (
  table: Table,
  run: Run,
  merchant: Merchant,
  currency: string,
): Promise<Payout | undefined> => {
  const { tenantId, merchantId } = merchant;
  const reference = { tenantId, payoutId: payoutIdOf(run.runId, merchant, currency) };
  return retryRaces(async () => {
    const known = await findPayout(table, reference);
    if (known) return known;
    // Read again in every attempt: who was faster may have taken what was available.
    const balances = await merchantBalances(table, merchant, run.now);
    const balance = balances.find((one) => one.currency === currency);
    if (!balance || balance.availableMinor === 0n) return undefined;
    const change = instruct(
      {
        ...reference,
        kind: "merchant",
        merchantId,
        runId: run.runId,
        currency,
        amountMinor: balance.availableMinor,
      },
      run.now,
    );
    await instructMerchantPayout(table, change, balance.gate, run.now, run.by);
    return change.after;
  });
};

type PaidMerchant = {
  readonly payouts: readonly Payout[];
  readonly negative: readonly (Pick<StandingBalance, "currency" | "payableMinor"> & {
    readonly merchantId: string;
  })[];
};

const payMerchant = async (table: Table, run: Run, merchant: Merchant): Promise<PaidMerchant> => {
  const balances = await merchantBalances(table, merchant, run.now);
  const payouts = await Promise.all(balances.map(({ currency }) => payOne(table, run, merchant, currency)));
  return {
    payouts: payouts.filter((payout) => payout !== undefined),
    negative: balances
      .filter(({ payableMinor }) => payableMinor < 0n)
      .map(({ currency, payableMinor }) => ({ merchantId: merchant.merchantId, currency, payableMinor })),
  };
};

/** Merchants whose balances are read at the same time. */
const atOnce = 5;

export const runPayoutsEndpoint = endpoint(
  runPayoutsOperation,
  async ({ caller, body, now, idempotency }, { table, cursors }) => {
    const { runId, limit = merchantsAPage, cursor } = body;
    const { tenantId } = caller;
    const scope = `${tenantId}/runPayouts/${runId}`;
    const start = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const { items, lastKey } = await merchantsPage(table, tenantId, limit, start);
    const run = { runId, by: actorOf(caller), now };
    const paid: PaidMerchant[] = [];
    for (let from = 0; from < items.length; from += atOnce) {
      const some = items.slice(from, from + atOnce);
      paid.push(...(await Promise.all(some.map((merchant) => payMerchant(table, run, merchant)))));
    }
    const reply = {
      status: 200,
      body: {
        runId,
        payouts: paid.flatMap(({ payouts }) => payouts).map((payout) => viewOf(payout, now)),
        negative: paid.flatMap(({ negative }) => negative),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
    // A run that is cut off before this is answered again from the payouts that stand.
    const recorded = replyWrites(table, runPayoutsOperation, caller, idempotency, reply, now);
    if (recorded.length > 0) await transact(table, recorded);
    return reply;
  },
);
