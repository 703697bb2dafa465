import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileCaseOperation, getCaseOperation } from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import {
  getMerchantBalanceOperation,
  getPayoutOperation,
  getStatementOperation,
  retryPayoutOperation,
  runPayoutsOperation,
} from "../../functions/api/payouts/operations.ts";
import {
  listPayoutSchedulesOperation,
  putPayoutScheduleOperation,
} from "../../functions/api/payouts/schedule-operations.ts";
import { refundPayoutId } from "../../functions/domain/settlement/refund.ts";
import { verifyLedger } from "../../lib/ledger/verify.ts";
import type { PaymentRule } from "../../lib/local/payment-side.ts";
import { type Journey, startJourney } from "../support/journey.ts";
import { promptMerchant, sellFor } from "../support/journey-money.ts";

/** A merchant's money from the sale to the payment side and back, on the played template. */

const lux = { tenant: "lux", role: "partner" } as const;
const operator = { tenant: "lux", role: "operator" } as const;

let journey: Journey;
beforeAll(async () => {
  journey = await startJourney({ schedules: true });
}, 120_000);
afterAll(() => journey?.stop());

const run = (runId: string) => journey.api.call(lux, runPayoutsOperation, { body: { runId } });

const payoutsTo = async (merchantId: string, runId: string) =>
  (await run(runId)).payouts.filter((payout) => payout.merchantId === merchantId);

const balanceOf = async (merchantId: string) =>
  (await journey.api.call(lux, getMerchantBalanceOperation, { params: { merchantId } })).balances[0];

/** What becomes of the instructions from now on. */
const paymentSide = (...rules: readonly PaymentRule[]): void =>
  journey.service.paymentSide.tell({ open: true, rules });

const readPayout = (payoutId: string) => journey.api.call(lux, getPayoutOperation, { params: { payoutId } });

/** The buyer says something is broken and keeps the goods; the operator or the merchant grants it. */
const refundOrder = async (merchantId: string, orderId: string): Promise<string> => {
  const { api, service } = journey;
  const { caseId } = await api.call(lux, fileCaseOperation, {
    body: {
      orderId,
      type: "refund_only",
      reason: "DEFECTIVE",
      description: "质量问题",
      claimedFlaw: { code: "open_seam", place: "back" },
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await service.idle();
  const approve = { params: { caseId }, body: { decision: "approve" as const } };
  const answer = await api.send({ ...lux, role: "merchant", merchantId }, decideCaseOperation, approve);
  if (answer.status !== 200) await api.call(operator, decideCaseOperation, approve);
  await service.idle();
  return caseId;
};

describe("a merchant's money", () => {
  it("is paid out, confirmed twice and late, and stands on the statement", async () => {
    await promptMerchant(journey, "prompt-1");
    await sellFor(journey, "prompt-1", "ord-p1", 100_000);
    paymentSide({ behaviour: "answers_twice" });
    const [payout] = await payoutsTo("prompt-1", "monday");
    expect(payout).toMatchObject({ amountMinor: 90_000n, status: "instructed" });
    await journey.service.idle();
    expect(await readPayout(payout?.payoutId ?? "")).toMatchObject({ status: "succeeded", attempt: 1 });
    expect(await balanceOf("prompt-1")).toMatchObject({
      payableMinor: 0n,
      availableMinor: 0n,
      inPayoutMinor: 0n,
    });
    const from = new Date(journey.service.clock.now() - 3_600_000).toISOString();
    const statement = await journey.api.call(lux, getStatementOperation, {
      params: { merchantId: "prompt-1" },
      query: { from },
    });
    expect(statement.items).toMatchObject([
      { stage: "sale", orderId: "ord-p1", amountMinor: 90_000n },
      { stage: "payout", payoutId: payout?.payoutId, amountMinor: -90_000n, balanceMinor: 0n },
    ]);
  }, 60_000);

  it("that goes below zero by a refund after the payout is netted from the next sale, openly", async () => {
    await promptMerchant(journey, "prompt-2");
    await sellFor(journey, "prompt-2", "ord-p2", 100_000);
    paymentSide({ behaviour: "succeeds" });
    await payoutsTo("prompt-2", "monday-2");
    await journey.service.idle();
    await refundOrder("prompt-2", "ord-p2");
    const owed = await balanceOf("prompt-2");
    expect(owed).toMatchObject({ negative: true, availableMinor: 0n });
    const { payouts, negative } = await run("tuesday-2");
    expect(payouts.filter(({ merchantId }) => merchantId === "prompt-2")).toEqual([]);
    expect(negative).toContainEqual({
      merchantId: "prompt-2",
      currency: "CNY",
      payableMinor: owed?.payableMinor,
    });
    await sellFor(journey, "prompt-2", "ord-p3", 300_000);
    const [netted] = await payoutsTo("prompt-2", "wednesday-2");
    expect(netted?.amountMinor).toBe(270_000n + (owed?.payableMinor ?? 0n));
  }, 60_000);

  it("whose payout failed is paid under the same id; one nobody confirms is unknown and is not sent again", async () => {
    await promptMerchant(journey, "prompt-3");
    await sellFor(journey, "prompt-3", "ord-p4", 50_000);
    paymentSide({ attempt: 1, behaviour: "fails" }, { behaviour: "times_out" });
    const [payout] = await payoutsTo("prompt-3", "monday-3");
    const payoutId = payout?.payoutId ?? "";
    await journey.service.idle();
    expect(await readPayout(payoutId)).toMatchObject({ status: "failed", failureReason: "account closed" });
    await journey.api.call(lux, retryPayoutOperation, { params: { payoutId } });
    await journey.service.idle();
    await journey.service.clock.advance(25 * 3_600_000);
    expect(await readPayout(payoutId)).toMatchObject({ status: "unknown", attempt: 2 });
    expect(await payoutsTo("prompt-3", "tuesday-3")).toEqual([]);
    const again = await journey.api.send(lux, retryPayoutOperation, { params: { payoutId } });
    expect(again.status).toBe(409);
    await journey.service.idle();
    const tries = journey.service.paymentSide.payments().filter((payment) => payment.payoutId === payoutId);
    expect(tries.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, "failed"],
      [2, "paid"],
    ]);
  }, 60_000);

  it("and a buyer's: a refund that fails, and is answered too late when it is tried again, is paid once", async () => {
    const { api, service } = journey;
    const told = await api.raw(undefined, "PUT", "/_local/payment-side", {
      body: JSON.stringify({
        open: true,
        rules: [
          { kind: "refund", attempt: 1, behaviour: "fails", reason: "card expired" },
          { kind: "refund", behaviour: "answers_late", afterMs: 30 * 3_600_000 },
        ],
      }),
    });
    expect(told.status).toBe(200);
    await promptMerchant(journey, "prompt-4");
    await sellFor(journey, "prompt-4", "ord-p5", 80_000);
    const caseId = await refundOrder("prompt-4", "ord-p5");
    const read = async () => (await api.call(lux, getCaseOperation, { params: { caseId } })).refund;
    const payoutId = refundPayoutId(caseId, 1);
    expect(await read()).toMatchObject({ status: "failed", amountMinor: 80_000n, paidMinor: 0n });
    await api.call(lux, retryPayoutOperation, { params: { payoutId } });
    await service.idle();
    expect(await read()).toMatchObject({ status: "instructed", payouts: [{ payoutId, attempt: 2 }] });
    await service.clock.advance(25 * 3_600_000);
    expect(await read()).toMatchObject({ status: "unknown" });
    expect((await api.send(lux, retryPayoutOperation, { params: { payoutId } })).status).toBe(409);
    await service.clock.advance(6 * 3_600_000);
    expect(await read()).toMatchObject({ status: "paid", paidMinor: 80_000n });
    const file = await api.raw(undefined, "GET", "/_local/payment-side/file?tenant=lux");
    expect(file.text).toContain(`${payoutId},80000,CNY,paid,`);
  }, 60_000);

  it("is paid by the platform's schedule, once a day", async () => {
    const { api, service } = journey;
    paymentSide({ behaviour: "succeeds" });
    await promptMerchant(journey, "prompt-5");
    await sellFor(journey, "prompt-5", "ord-p6", 60_000);
    const { nextDueAt } = await api.call(lux, putPayoutScheduleOperation, {
      params: { scheduleId: "daily" },
      body: { every: "day", hour: 9, timeZone: "Asia/Shanghai", currency: "CNY" },
    });
    await service.clock.advance(nextDueAt - service.clock.now() + 2 * 3_600_000);
    expect(await balanceOf("prompt-5")).toMatchObject({ payableMinor: 0n, inPayoutMinor: 0n });
    await service.clock.advance(24 * 3_600_000);
    const paid = service.paymentSide.payments().filter(({ merchantId }) => merchantId === "prompt-5");
    expect(paid.map(({ amountMinor, status }) => [amountMinor, status])).toEqual([[54_000, "paid"]]);
    const { items } = await api.call(lux, listPayoutSchedulesOperation, {});
    expect(items.map(({ nextDueAt: at }) => at)).toEqual([nextDueAt + 48 * 3_600_000]);
  }, 60_000);

  it("follows from the raw transfers to the cent", async () => {
    await journey.service.idle();
    expect((await verifyLedger(journey.table)).findings).toEqual([]);
  });
});
