import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { fileCaseOperation, getCaseOperation } from "../../functions/api/cases/operations.ts";
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
} from "../../functions/api/payouts/reconciliation-operations.ts";
import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { dayMs } from "../../functions/domain/calendar.ts";
import { formatMinor } from "../../functions/domain/money.ts";
import { refundPayoutId } from "../../functions/domain/settlement/refund.ts";
import { openTable } from "../../functions/store/table.ts";
import { verifyLedger } from "../ledger/verify.ts";
import { localClientConfig } from "../local/dynamodb.ts";
import type { PaymentRule } from "../local/payment-side.ts";
import type { LocalService } from "../local/service.ts";
import type { SuccessOf } from "./api-client.ts";
import { playSplit } from "./split-story.ts";
import type { World } from "./story.ts";

/**
 * What becomes of the money after the story: merchants paid out, failed and paid under the same id, below zero and
 * netted; a buyer's refund that failed at first; a word that was lost and is found by the day's reconciliation; and
 * a refund that three parties share.
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
          outboundParcel: { carrier: "shunfeng", trackingNumber: `SF-${orderId}` },
          signedOffAt: at(1),
        },
      ],
    },
  });
  await service.idle();
};

const refund = async (
  { api, service }: World,
  orderId: string,
  tellPaymentSide: TellOfCase,
): Promise<string> => {
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
  tellPaymentSide(caseId);
  const approve = { params: { caseId }, body: { decision: "approve" as const } };
  await api.send({ ...lux, role: "merchant", merchantId }, decideCaseOperation, approve);
  await service.idle();
  return caseId;
};

/** What is to become of the refund of a case, before it leaves. */
type TellOfCase = (caseId: string) => void;

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
  const side = service.paymentSide;
  const rules: PaymentRule[] = [];
  const tell = (...more: readonly PaymentRule[]): void => {
    rules.push(...more);
    side.tell({ open: true, rules: [...rules, { behaviour: "answers_twice" }] });
  };
  const run = (runId: string) => api.call(lux, runPayoutsOperation, { body: { runId } });
  const read = (payoutId: string) => api.call(lux, getPayoutOperation, { params: { payoutId } });

  await syncMerchant(world);
  await sell(world, "ord-prompt-1", 1_000_00);
  const first = await run("first");
  const [failing, losing] = first.payouts.filter((payout) => payout.merchantId !== merchantId);
  if (!failing || !losing) return { lines, differences: ["The run paid too few merchants."] };
  // Closed until now: it finds on its pull list what it has to pay.
  tell(
    { payoutId: failing.payoutId, attempt: 1, behaviour: "fails" },
    { payoutId: losing.payoutId, behaviour: "times_out" },
  );
  await service.idle();
  lines.push(`Payout run: ${first.payouts.map((one) => `${one.merchantId} ${said(one)}`).join(", ")}`);

  const failed = await read(failing.payoutId);
  await api.call(lux, retryPayoutOperation, { params: { payoutId: failing.payoutId } });
  await service.idle();
  const paid = await read(failing.payoutId);
  expectThat(failed.status === "failed" && paid.status === "succeeded", "The failed payout was not paid.");
  lines.push(
    `Failed and retried: ${said(paid)} to ${paid.merchantId}, "${failed.failureReason}", then ${paid.status} ` +
      `at attempt ${paid.attempt} under the same id ${paid.payoutId}`,
  );

  const caseId = await refund(world, "ord-prompt-1", (ofCase) =>
    tell({ kind: "refund", caseId: ofCase, attempt: 1, behaviour: "fails", reason: "card expired" }),
  );
  const asBuyer = () =>
    api.call({ ...lux, role: "buyer", buyerId: "buyer-01" }, getCaseOperation, { params: { caseId } });
  const [before, refundId] = [await asBuyer(), refundPayoutId(caseId, 1)];
  const refused = await read(refundId);
  await api.call(lux, retryPayoutOperation, { params: { payoutId: refundId } });
  await service.idle();
  const [after, refunded] = [await asBuyer(), await read(refundId)];
  expectThat(
    before.refund?.status === "failed" && after.refund?.status === "paid" && refunded.attempt === 2,
    "The buyer's failed refund was not paid by a retry.",
  );
  lines.push(
    `A buyer's refund: ${said(refunded)} "${refused.failureReason}" while its case was ${before.stage}; then ` +
      `${after.refund?.status} at attempt ${refunded.attempt} under the same id ${refundId}`,
  );
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
  await service.idle();

  const reconciliationId = "today";
  await api.call(lux, createReconciliationOperation, {
    body: {
      reconciliationId,
      from: new Date(from).toISOString(),
      to: new Date(service.clock.now() + 1).toISOString(),
    },
  });
  const params = { reconciliationId };
  const put = await api.raw(lux, "PUT", `/v1/reconciliations/${reconciliationId}/parts/1`, {
    body: side.file("lux"),
    headers: { "content-type": "text/csv" },
  });
  expectThat(put.status === 200, `The payment side's file was answered ${put.status}: ${put.text}.`);
  const closed = await api.call(lux, closeReconciliationOperation, { params });
  const { items: findings } = await api.call(lux, listFindingsOperation, { params });
  const [lost] = findings;
  expectThat(
    findings.length === 1 && lost?.payoutId === losing.payoutId && lost.action === "confirm_succeeded",
    `The reconciliation found ${JSON.stringify(findings.map(({ payoutId, action }) => [payoutId, action]))}.`,
  );
  lines.push(
    `Reconciliation of the payment side's CSV: ${closed.lines} lines, ${closed.matched} matched; ` +
      findings.map(({ payoutId, kind, action }) => `${payoutId} ${kind}: ${action}`).join(", "),
  );

  await sell(world, "ord-prompt-3", 1_000_01);
  const split = await playSplit(world, "ord-prompt-3");
  differences.push(...split.differences);
  lines.push(split.line);
  await service.idle();

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
