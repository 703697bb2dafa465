import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import {
  getMerchantBalanceOperation,
  getPayoutOperation,
  retryPayoutOperation,
  runPayoutsOperation,
} from "../../functions/api/payouts/operations.ts";
import {
  closeReconciliationOperation,
  createReconciliationOperation,
  listFindingsOperation,
  putReconciliationPartOperation,
} from "../../functions/api/payouts/reconciliation-operations.ts";
import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { dayMs } from "../../functions/domain/calendar.ts";
import { formatMinor } from "../../functions/domain/money.ts";
import { openTable } from "../../functions/store/table.ts";
import { verifyLedger } from "../ledger/verify.ts";
import { localClientConfig } from "../local/dynamodb.ts";
import { createPaymentSide, type Instruction, type PaymentBehaviour } from "../local/payment-side.ts";
import type { LocalService } from "../local/service.ts";
import type { SuccessOf } from "./api-client.ts";
import type { World } from "./story.ts";

/**
 * What becomes of the merchants' money after the story: paid out, failed and paid under the same id, below
 * zero and netted, lost on the way and found by the day's reconciliation.
 */

const lux = { tenant: "lux", role: "partner" } as const;
const merchantId = "prompt-house";

export type MoneyStory = { readonly lines: readonly string[]; readonly differences: readonly string[] };

type Payout = SuccessOf<typeof getPayoutOperation>;

const syncMerchant = ({ api, service }: World): Promise<unknown> =>
  api.call(lux, putMerchantOperation, {
    params: { merchantId },
    body: {
      name: "Prompt House",
      contracts: [
        {
          effectiveFrom: new Date(service.clock.now() - 300 * dayMs).toISOString(),
          commissionBps: 3_000,
          holdDays: 0,
          transitRisk: "carrier",
          custodyRisk: "platform",
        },
      ],
    },
  });

/** A jacket that was signed for yesterday. */
const sell = async ({ api, service }: World, orderId: string, paidMinor: number): Promise<void> => {
  const at = (daysAgo: number) => new Date(service.clock.now() - daysAgo * dayMs).toISOString();
  const inspection = { inspectedAt: at(9), grade: "A", flaws: [], photoHashes: [] };
  const itemId = `jacket-${orderId}`;
  await api.call(lux, putItemOperation, {
    params: { itemId },
    body: {
      merchantId,
      title: "Jacket, wool",
      category: "clothing",
      intakeInspection: inspection,
      disclosedFlaws: [],
    },
  });
  await api.call(lux, putOrderOperation, {
    params: { orderId },
    body: {
      buyerId: "buyer-01",
      currency: "CNY",
      placedAt: at(5),
      lines: [
        {
          lineId: "1",
          itemId,
          quantity: 1,
          paidMinor,
          exclusionConfirmed: false,
          packedBy: "platform",
          signedOffAt: at(1),
        },
      ],
    },
  });
  await service.idle();
};

const refund = async ({ api, service }: World, orderId: string): Promise<void> => {
  const { caseId } = await api.call(lux, fileCaseOperation, {
    body: {
      orderId,
      type: "refund_only",
      reason: "DEFECTIVE",
      claimedFlaw: { code: "open_seam", place: "back" },
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await service.idle();
  const approve = { params: { caseId }, body: { decision: "approve" as const } };
  await api.send({ ...lux, role: "merchant", merchantId }, decideCaseOperation, approve);
  await service.idle();
};

const said = ({ currency, amountMinor }: Payout): string => formatMinor(amountMinor, currency);

/** Plays the story of the money of one day. */
export const playMoney = async (world: World, service: LocalService): Promise<MoneyStory> => {
  const { api } = world;
  const lines: string[] = [];
  const differences: string[] = [];
  const expectThat = (is: boolean, sentence: string): void => {
    if (!is) differences.push(sentence);
  };
  const from = service.clock.now();
  const behaviours = new Map<string, PaymentBehaviour>();
  const behaviourOf = ({ payoutId, attempt }: Instruction): PaymentBehaviour =>
    attempt > 1 ? "succeeds" : (behaviours.get(payoutId) ?? "answers_twice");
  const side = createPaymentSide({ url: service.url, token: () => service.token(lux), behaviourOf });
  const run = (runId: string) => api.call(lux, runPayoutsOperation, { body: { runId } });
  const read = (payoutId: string) => api.call(lux, getPayoutOperation, { params: { payoutId } });

  await syncMerchant(world);
  await sell(world, "ord-prompt-1", 1_000_00);
  const first = await run("first");
  const [failing, losing] = first.payouts.filter((payout) => payout.merchantId !== merchantId);
  if (!failing || !losing) return { lines, differences: ["The run paid too few merchants."] };
  behaviours.set(failing.payoutId, "fails");
  behaviours.set(losing.payoutId, "times_out");
  await side.work();
  lines.push(`Payout run: ${first.payouts.map((one) => `${one.merchantId} ${said(one)}`).join(", ")}`);

  const failed = await read(failing.payoutId);
  await api.call(lux, retryPayoutOperation, { params: { payoutId: failing.payoutId } });
  await side.work();
  const paid = await read(failing.payoutId);
  expectThat(failed.status === "failed" && paid.status === "succeeded", "The failed payout was not paid.");
  lines.push(
    `Failed and retried: ${said(paid)} to ${paid.merchantId}, "${failed.failureReason}", then ${paid.status} ` +
      `at attempt ${paid.attempt} under the same id ${paid.payoutId}`,
  );

  await refund(world, "ord-prompt-1");
  const { balances } = await api.call(lux, getMerchantBalanceOperation, { params: { merchantId } });
  const owedMinor = balances[0]?.payableMinor ?? 0n;
  await sell(world, "ord-prompt-2", 3_000_00);
  const netted = (await run("second")).payouts.find((payout) => payout.merchantId === merchantId);
  expectThat(owedMinor < 0n, "The refund after the payout did not bring the balance below zero.");
  expectThat(netted?.amountMinor === 2_100_00n + owedMinor, "The balance below zero was not netted.");
  lines.push(
    `Below zero and netted: a refund after the payout left ${merchantId} at ${formatMinor(owedMinor, "CNY")}; ` +
      `of the next sale's ${formatMinor(2_100_00n, "CNY")} it was paid ${netted ? said(netted) : "nothing"}`,
  );
  await side.work();
  await service.idle();

  const reconciliationId = "today";
  const file = [...new Map(side.file().map((line) => [line.payoutId, line])).values()];
  await api.call(lux, createReconciliationOperation, {
    body: {
      reconciliationId,
      from: new Date(from).toISOString(),
      to: new Date(service.clock.now() + 1).toISOString(),
    },
  });
  const params = { reconciliationId };
  await api.call(lux, putReconciliationPartOperation, {
    params: { ...params, part: "1" },
    body: { lines: file },
  });
  const closed = await api.call(lux, closeReconciliationOperation, { params });
  const { items: findings } = await api.call(lux, listFindingsOperation, { params });
  const [lost] = findings;
  expectThat(
    findings.length === 1 && lost?.payoutId === losing.payoutId && lost.action === "confirm_succeeded",
    `The reconciliation found ${JSON.stringify(findings.map(({ payoutId, action }) => [payoutId, action]))}.`,
  );
  lines.push(
    `Reconciliation: ${closed.lines} lines, ${closed.matched} matched; ` +
      findings.map(({ payoutId, kind, action }) => `${payoutId} ${kind}: ${action}`).join(", "),
  );

  const client = new DynamoDBClient(localClientConfig(service.endpoints.dynamodb));
  const verified = await verifyLedger(openTable(service.tableName, client));
  client.destroy();
  for (const { finding, where, detail } of verified.findings) {
    differences.push(`The ledger's verification says ${finding} of ${where}: ${detail}.`);
  }
  lines.push(
    `Ledger verified: ${verified.transfers} transfers, ${verified.accounts} accounts, ${verified.findings.length} differences`,
  );
  return { lines, differences };
};
