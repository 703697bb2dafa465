import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getSettlementEndpoint } from "../../functions/api/settlement/get-settlement.ts";
import { getSettlementOperation } from "../../functions/api/settlement/operations.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aDetail, aLine, hour, referenceOf } from "../support/builders.ts";
import { approves, delivered, inspected, judged, ships } from "../support/cases.ts";
import { caseInTable, make } from "../support/cases-in-table.ts";

/** What a verdict asks of each party, beside what has been posted of it: before, while and after it runs. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([getSettlementEndpoint]);
});
afterAll(() => api.close());

const threeParties = { merchant: 5_000, platform: 2_500, carrier: 2_500, buyer: 0 };
const verdict = { liability: threeParties, carrier: "sf", compensation: { bps: 1_000 } } as const;
const feeTerms = {
  caseFeeMinor: 500n,
  refundFeeBps: 100,
  rebateBps: 5_000,
  firstAnswerWithinHours: 12,
  inspectionWithinHours: 48,
};

const approved = () =>
  caseInTable(api.table, [judged(verdict), approves()], { detail: aDetail({ lines: [aLine()], feeTerms }) });

const read = async ({ caseId }: CaseState, role: "operator" | "merchant" | "buyer" = "operator") => {
  const answer = await api.call(getSettlementOperation, {
    claims: claimsOf(role, "tenant-1", role === "operator" ? "operator-1" : `${role}-1`),
    params: { caseId },
  });
  expect(answer.status).toBe(200);
  return answer.body;
};

const progress = (body: { plan: { flows: readonly Record<string, unknown>[] } }) =>
  body.plan.flows.map(({ purpose, amountMinor, postedMinor }) => [purpose, amountMinor, postedMinor]);

describe("plan and ledger, side by side", () => {
  it("before anything runs, and after everything has", async () => {
    let state = await approved();
    const before = await read(state);
    expect(before.plan).toMatchObject({
      refundMinor: 128_000,
      funding: { merchant: 64_000, platform: 32_000, carrier: 32_000 },
      compensationMinor: 12_800,
      compensation: { merchant: 6_400, platform: 3_200, carrier: 3_200 },
      commissionReversalMinor: 19_200,
      feeMinor: 1_780,
      feeRebateMinor: 890,
    });
    expect(new Set(progress(before).map(([, , posted]) => posted))).toEqual(new Set([0]));

    for (const move of [ships(), delivered(), inspected()]) state = await make(api.table, state, move);
    await settleCase(api.table, referenceOf(state), state.updatedAt + hour);
    const after = await read(state);
    expect(progress(after)).toEqual([
      ["return-freight", 1_500, 1_500],
      ["refund-from-merchant", 64_000, 64_000],
      ["refund-from-platform", 32_000, 32_000],
      ["refund-from-carrier", 32_000, 32_000],
      ["refund-to-buyer", 128_000, 128_000],
      ["compensation-from-merchant", 6_400, 6_400],
      ["compensation-from-platform", 3_200, 3_200],
      ["compensation-from-carrier", 3_200, 3_200],
      ["compensation-to-buyer", 12_800, 12_800],
      ["commission-reversal", 19_200, 19_200],
      ["stage-fee", 890, 890],
    ]);
    expect(after.postings.filter(({ phase }: { phase: string }) => phase === "posted")).toHaveLength(11);
  });

  it("shows a buyer what reaches it and a merchant what touches its account, in plan and ledger alike", async () => {
    const state = await approved();
    const asBuyer = await read(state, "buyer");
    expect(asBuyer.plan).toMatchObject({ refundMinor: 128_000, compensationMinor: 12_800 });
    for (const hidden of [
      "funding",
      "outboundFreight",
      "compensation",
      "commissionReversalMinor",
      "feeMinor",
      "loss",
    ]) {
      expect(asBuyer.plan).not.toHaveProperty(hidden);
    }
    const touching = (body: typeof asBuyer, account: string) =>
      [...body.plan.flows, ...body.postings].every(
        ({ from, to }: { from: string; to: string }) => from === account || to === account,
      );
    expect(touching(asBuyer, "buyer:buyer-1")).toBe(true);
    const asMerchant = await read(state, "merchant");
    expect(touching(asMerchant, "merchant:merchant-1:payable")).toBe(true);
    expect(progress(asMerchant).map(([purpose]) => purpose)).toContain("stage-fee");
  });
});
