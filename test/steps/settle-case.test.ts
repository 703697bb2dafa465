import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseState } from "../../functions/domain/case.ts";
import { InvariantViolation } from "../../functions/domain/errors.ts";
import { balances, openPending } from "../../functions/domain/settlement/transfer.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import type { Table } from "../../functions/store/table.ts";
import { dyingAt } from "../support/broken-table.ts";
import { hour, referenceOf, whollyOn } from "../support/builders.ts";
import { judged, machineFails, settles, wayTo } from "../support/cases.ts";
import { caseInTable, openTestTable, standingCase } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const settle = (state: CaseState, on = table) => settleCase(on, referenceOf(state), state.updatedAt + hour);

const requireSettled = async (state: CaseState, transfers: number): Promise<void> => {
  const { state: standing, ledger } = await standingCase(table, state);
  expect(standing).toMatchObject({ stage: "closed" });
  expect(ledger).toHaveLength(transfers);
  expect(new Set(ledger.map(({ transferId }) => transferId)).size).toBe(transfers);
  const balanceOf = balances(ledger, "CNY");
  expect([...balanceOf.values()].reduce((sum, each) => sum + each, 0n)).toBe(0n);
  expect(balanceOf.get(`case:${state.caseId}:escrow`) ?? 0n).toBe(0n);
  expect([...openPending(ledger).values()].every((left) => left === 0n)).toBe(true);
};

describe("a settlement", () => {
  it("goes from the first stage to the close in one run, and a second one moves nothing", async () => {
    const state = await caseInTable(table, "settling");
    const answer = await settle(state);
    expect(answer).toEqual({ ...referenceOf(state), stage: "closed", wait: 0, timeoutSeconds: 1 });
    await requireSettled(state, 5);
    const { state: closed } = await standingCase(table, state);
    expect(closed).toMatchObject({ outcome: "refunded", version: state.version + 3 });
    expect(await settle(state)).toEqual(answer);
    expect((await standingCase(table, state)).state.version).toBe(closed.version);
  });

  it.each([1, 2, 3].flatMap((nth) => [["before", nth] as const, ["after", nth] as const]))(
    "that dies right %s its transaction %i is continued by the next run",
    async (when, nth) => {
      const state = await caseInTable(table, "settling");
      await expect(settle(state, dyingAt(table, nth, when))).rejects.toThrow("the worker died");
      expect((await standingCase(table, state)).state).toMatchObject({
        stage: when === "after" && nth === 3 ? "closed" : "settling",
        version: state.version + (when === "after" ? nth : nth - 1),
      });
      expect(await settle(state)).toMatchObject({ stage: "closed" });
      await requireSettled(state, 5);
    },
  );

  it("that dies at every stage in turn ends like one that never died", async () => {
    const state = await caseInTable(table, "settling");
    for (let stage = 1; stage <= 3; stage += 1) {
      await settle(state, dyingAt(table, 2, "before")).catch(() => undefined);
    }
    await settle(state);
    await requireSettled(state, 5);
  });

  it("by a verdict that changed after the reserve voids what the first one had promised", async () => {
    const again = judged({ liability: whollyOn("carrier"), carrier: "kuaidi100", route: "automatic" });
    const state = await caseInTable(table, [...wayTo.lost, again]);
    await settle(state);
    const { ledger } = await standingCase(table, state);
    expect(balances(ledger, "CNY").get("carrier:kuaidi100:claims")).toBe(-128_000n);
    expect(ledger.filter(({ phase }) => phase === "voided").map(({ amountMinor }) => amountMinor)).toEqual([
      128_000n,
    ]);
    await requireSettled(state, 5);
  });

  it("answers for a case that has ended, and touches nothing of it", async () => {
    for (const stage of ["closed", "cancelled"] as const) {
      const state = await caseInTable(table, stage);
      expect(await settle(state)).toMatchObject({ stage, wait: state.waitSince ?? 0 });
      expect((await standingCase(table, state)).state.version).toBe(state.version);
    }
  });

  it.each([
    ["awaits its merchant", wayTo.awaiting_merchant],
    ["an operator looks at", [...wayTo.settling, settles(), machineFails("SettleCase: Lambda.Unknown")]],
  ])(
    "of a case that %s fails and touches nothing: the machine must not end there",
    async (_stands, history) => {
      const state = await caseInTable(table, history);
      const before = await standingCase(table, state);
      await expect(settle(state)).rejects.toThrow(InvariantViolation);
      expect(await standingCase(table, state)).toEqual(before);
    },
  );

  it("of a case that does not exist fails", async () => {
    const nowhere = { tenantId: "tenant-1", caseId: "nowhere" };
    await expect(settleCase(table, nowhere, 0)).rejects.toThrow(RangeError);
  });
});
