import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCaseOperation } from "../../functions/api/cases/operations.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import {
  advancePayoutOperation,
  confirmPayoutOperation,
  listPayoutsOperation,
  recoverPayoutOperation,
  retryPayoutOperation,
} from "../../functions/api/payouts/operations.ts";
import {
  advancePayoutEndpoint,
  confirmPayoutEndpoint,
  listPayoutsEndpoint,
  recoverPayoutEndpoint,
  retryPayoutEndpoint,
} from "../../functions/api/payouts/payouts.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { refundPayoutId } from "../../functions/domain/settlement/refund.ts";
import type { Operation, Role } from "../../functions/http/operation.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { caseStateKey, ledgerPartition } from "../../functions/store/keys.ts";
import { matchPart, openReconciliation } from "../../functions/store/reconciliations.ts";
import { updateItem } from "../../functions/store/table.ts";
import { verifyLedger } from "../../lib/ledger/verify.ts";
import { type Answer, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, hour, merchant, referenceOf } from "../support/builders.ts";
import { caseInTable, itemsOf } from "../support/cases-in-table.ts";

/** A buyer's refund on its way out: paid once, whoever says what in whatever order, and never given up. */

const tenant = "tenant-1";
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    getCaseEndpoint,
    listPayoutsEndpoint,
    confirmPayoutEndpoint,
    retryPayoutEndpoint,
    advancePayoutEndpoint,
    recoverPayoutEndpoint,
  ]);
});
afterAll(() => api.close());

/** A return that is settled: 1,280.00 and 15.00 of freight are on their way to the buyer. */
const settled = async (): Promise<{ state: CaseState; payoutId: string }> => {
  const state = await caseInTable(api.table, "settling");
  // Settled now: a payout's clock is the payment side's, and this API's is the machine's own.
  await settleCase(api.table, referenceOf(state), Math.max(Date.now(), state.updatedAt + hour));
  return { state, payoutId: refundPayoutId(state.caseId, 1) };
};

const send = (operation: Operation, payoutId: string, body?: unknown): Promise<Answer> =>
  api.call(operation, {
    claims: claimsOf("operator", tenant),
    params: { payoutId },
    idempotencyKey: randomUUID(),
    ...(body === undefined ? {} : { body }),
  });
const confirm = (payoutId: string, attempt: number, result: "succeeded" | "failed" | "unknown") =>
  send(confirmPayoutOperation, payoutId, {
    attempt,
    result,
    ...(result === "failed" ? { reason: "the card was closed" } : {}),
  });
const retry = (payoutId: string) => send(retryPayoutOperation, payoutId);

const caseAs = async (role: Role, { caseId }: CaseState, subject?: string) =>
  (await api.call(getCaseOperation, { claims: claimsOf(role, tenant, subject), params: { caseId } })).body;

const postedOf = async (payoutId: string) =>
  (await itemsOf(api.table, ledgerPartition(tenant, payoutId), "TRANSFER#")).filter(
    ({ phase }) => phase === "posted",
  );

describe("a settled case", () => {
  it("is closed, and tells the buyer and the platform where the money is, and nobody else", async () => {
    const { state, payoutId } = await settled();
    const told = { status: "instructed", amountMinor: 129_500, paidMinor: 0 };
    expect(await caseAs("buyer", state, buyer.id)).toMatchObject({ stage: "closed", refund: told });
    expect((await caseAs("buyer", state, buyer.id)).refund).toEqual(told);
    expect((await caseAs("partner", state)).refund).toEqual({
      ...told,
      payouts: [{ payoutId, amountMinor: 129_500, status: "instructed", attempt: 1 }],
    });
    expect((await caseAs("merchant", state, merchant.id)).refund).toBeUndefined();
    expect((await caseAs("warehouse", state)).refund).toBeUndefined();
    const list = await api.call(listPayoutsOperation, {
      claims: claimsOf("partner", tenant),
      query: { status: "instructed", limit: "100" },
    });
    expect(list.body.items).toContainEqual(
      expect.objectContaining({ payoutId, kind: "refund", caseId: state.caseId, amountMinor: 129_500 }),
    );
  });

  it("settled by three workers at once instructs one refund", async () => {
    const state = await caseInTable(api.table, "settling");
    const now = state.updatedAt + hour;
    await Promise.all([1, 2, 3].map(() => settleCase(api.table, referenceOf(state), now)));
    const items = await itemsOf(api.table, ledgerPartition(tenant, refundPayoutId(state.caseId, 1)));
    expect(items.map(({ SK }) => SK)).toEqual(["PAYOUT", "TRANSFER#payout#attempt-1"]);
  });
});

describe("a refund's confirmation", () => {
  it("told many times at once, and against itself, pays the buyer once", async () => {
    const { state, payoutId } = await settled();
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => confirm(payoutId, 1, "succeeded")),
      confirm(payoutId, 1, "unknown"),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await confirm(payoutId, 1, "failed")).body.type).toBe("/problems/payout_contradicts");
    expect(await postedOf(payoutId)).toHaveLength(1);
    expect((await caseAs("buyer", state, buyer.id)).refund).toMatchObject({
      status: "paid",
      paidMinor: 129_500,
    });
  });

  it("of failure is tried again under its id, as often as it fails; what is said late of a try is nothing", async () => {
    const { state, payoutId } = await settled();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await confirm(payoutId, attempt, "failed");
      expect((await caseAs("partner", state)).refund).toMatchObject({
        status: "failed",
        payouts: [{ payoutId, attempt, failureReason: "the card was closed" }],
      });
      const retries = await Promise.all([retry(payoutId), retry(payoutId)]);
      expect(retries.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
    expect((await confirm(payoutId, 2, "failed")).status).toBe(200);
    expect((await confirm(payoutId, 3, "succeeded")).status).toBe(409);
    await confirm(payoutId, 6, "succeeded");
    expect(await postedOf(payoutId)).toMatchObject([{ amountMinor: 129_500n, to: "platform:clearing" }]);
  });

  it("that never comes right is advanced by the platform, which gets it back", async () => {
    const { state, payoutId } = await settled();
    const reference = { reference: "bank-7" };
    expect((await send(advancePayoutOperation, payoutId, reference)).body.type).toBe(
      "/problems/payout_not_failed",
    );
    await confirm(payoutId, 1, "failed");
    const [advanced, again] = await Promise.all([
      send(advancePayoutOperation, payoutId, reference),
      send(advancePayoutOperation, payoutId, { reference: "bank-8" }),
    ]);
    expect([advanced.status, again.status].sort()).toEqual([200, 409]);
    expect((await caseAs("buyer", state, buyer.id)).refund).toMatchObject({ status: "paid" });
    const open = await api.call(listPayoutsOperation, {
      claims: claimsOf("operator", tenant),
      query: { status: "advanced" },
    });
    expect(open.body.items).toMatchObject([{ payoutId, status: "advanced" }]);
    expect((await send(recoverPayoutOperation, payoutId, { reference: "bank-9" })).body).toMatchObject({
      status: "succeeded",
      recovery: "bank-9",
    });
    expect(await postedOf(payoutId)).toMatchObject([
      { from: `buyer:${buyer.id}`, to: "platform:advances" },
      { from: "platform:advances", to: "platform:clearing" },
    ]);
  });
});

describe("refunds in a reconciliation", () => {
  it("are held against the file like every payout, and an advance that was paid after all is found", async () => {
    const [lost, advanced] = [await settled(), await settled()];
    await confirm(advanced.payoutId, 1, "failed");
    await send(advancePayoutOperation, advanced.payoutId, { reference: "bank-7" });
    const reference = { tenantId: tenant, reconciliationId: "refunds" };
    await openReconciliation(api.table, { ...reference, from: 0, to: Date.now() });
    const line = (payoutId: string) =>
      ({ payoutId, amountMinor: 129_500n, currency: "CNY", status: "paid" }) as const;
    const { findings } = await matchPart(
      api.table,
      reference,
      1,
      [line(lost.payoutId), line(advanced.payoutId)],
      Date.now(),
    );
    expect(findings.map(({ payoutId, action }) => [payoutId, action])).toEqual([
      [lost.payoutId, "confirm_succeeded"],
      [advanced.payoutId, "recover_advance"],
    ]);
  });
});

describe("the ledger's verification", () => {
  const findings = async () =>
    (await verifyLedger(api.table)).findings.filter(({ finding }) =>
      [
        "breaks_a_rule",
        "not_conserved",
        "case_closed_unsettled",
        "payout_differs",
        "refund_differs",
      ].includes(finding),
    );

  it("finds nothing in all that, and finds a refund that was not instructed or is not what it says", async () => {
    expect(await findings()).toEqual([]);
    const { state, payoutId } = await settled();
    const instructed = (minor: bigint) =>
      updateItem(api.table, "state", {
        Key: caseStateKey(tenant, state.caseId),
        UpdateExpression: "SET instructedRefundMinor = :minor",
        ExpressionAttributeValues: { ":minor": minor },
      });
    await instructed(129_499n);
    expect(await findings()).toMatchObject([
      { finding: "refund_differs", where: `${tenant} ${state.caseId}` },
      { finding: "refund_differs", where: `${tenant} ${buyer.id} CNY` },
    ]);
    await instructed(129_500n);
    await updateItem(api.table, "payout", {
      Key: { PK: ledgerPartition(tenant, payoutId), SK: "PAYOUT" },
      UpdateExpression: "SET #status = :paid",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":paid": "succeeded" },
    });
    expect(await findings()).toMatchObject([{ finding: "payout_differs", where: `${tenant} ${payoutId}` }]);
  });
});
