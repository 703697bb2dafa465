import type { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileCaseEndpoint } from "../../functions/api/cases/file-case.ts";
import { fileCase } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import {
  buyerCaseIds,
  type CaseRecord,
  caseRecords,
  changeCase,
  commitFiledCase,
  findCaseStates,
  latestReturnInspection,
  loadCase,
} from "../../functions/store/cases.ts";
import { casePartition } from "../../functions/store/keys.ts";
import { readQueue } from "../../functions/store/merchant-queue.ts";
import { Conflict, type Table } from "../../functions/store/table.ts";
import {
  aDetail,
  aLine,
  aReturn,
  aVerdict,
  buyer,
  day,
  hour,
  merchant,
  monday,
  partner,
  referenceOf,
  warehouse,
} from "../support/builders.ts";
import {
  approves,
  cancels,
  inspected,
  scannedAt,
  settles,
  silence,
  waybillOf,
  wayTo,
} from "../support/cases.ts";
import {
  caseInTable,
  fileInTable,
  fresh,
  itemsOf,
  linesOf,
  make,
  openTestTable,
  standingCase,
  syncOrder,
} from "../support/cases-in-table.ts";
import { putToken } from "../support/cases-on-stream.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const records = async (reference: { tenantId: string; caseId: string }): Promise<readonly CaseRecord[]> =>
  await caseRecords(table, reference, 1, 100);
const happened = async (reference: { tenantId: string; caseId: string }): Promise<readonly string[]> =>
  (await records(reference)).flatMap(({ announcements }) => announcements.map(({ type }) => type));
const remaining = async (orderId: string) =>
  (await linesOf(table, orderId)).map(({ remainingMinor, remainingQuantity, caseIds }) => ({
    remainingMinor,
    remainingQuantity,
    cases: caseIds.length,
  }));

describe("what is committed is what is loaded", () => {
  it("from the filing to the last transfer, amounts exact beyond what a float can hold", async () => {
    const amountMinor = 2n ** 53n + 1n;
    const orderId = await syncOrder(table, [{ paidMinor: amountMinor }]);
    const detail = aDetail({
      claimedFlaw: { code: "scratch", place: "front" },
      lines: [aLine({ amountMinor, knownFlaws: [{ code: "scratch", place: "front", severity: "minor" }] })],
    });
    const filed = aReturn({ caseId: fresh("case"), orderId, detail });
    const state = await commitFiledCase(
      table,
      fileCase(filed, monday, buyer),
      await linesOf(table, orderId),
      () => [],
    );
    for (const move of wayTo.settling) await make(table, state, move);
    await settleCase(table, referenceOf(state), monday + day);

    const { state: stored, detail: storedDetail, verdict, ledger } = await standingCase(table, state);
    expect(stored).toMatchObject({ stage: "closed", outcome: "refunded", claimMinor: amountMinor });
    expect(storedDetail).toMatchObject(detail);
    expect(verdict).toMatchObject(aVerdict());
    const moved = ledger.map(({ stage, purpose, amountMinor: minor }) => [`${stage}.${purpose}`, minor]);
    expect(Object.fromEntries(moved)).toEqual({
      "reserve.refund-from-merchant": amountMinor,
      "freight.return-freight": 1_500n,
      "refund.refund-from-merchant": amountMinor,
      "refund.refund-to-buyer": amountMinor,
      "commission.commission-reversal": (amountMinor * 3_000n) / 10_000n,
    });
    expect(await latestReturnInspection(table, state)).toMatchObject({ inspectedBy: "warehouse" });
  });

  it("keeps a small amount bigint, and counts, times and basis points numbers", async () => {
    const state = await caseInTable(table, "awaiting_shipment");
    const { state: stored, detail, verdict } = await standingCase(table, state);
    expect([stored.claimMinor, stored.returnFreightMinor, verdict?.freight.capMinor]).toEqual([
      128_000n,
      0n,
      2_000n,
    ]);
    expect([stored.version, stored.filedAt, detail.lines[0]?.quantity, verdict?.refundCapBps]).toEqual([
      3,
      monday,
      1,
      10_000,
    ]);
  });

  it("one record a transaction: the timeline, and what the relay needs", async () => {
    const state = await caseInTable(table, "in_transit");
    const written = await records(state);
    expect(
      written.map(({ version, stage, endedWait, waitSince }) => ({ version, stage, endedWait, waitSince })),
    ).toEqual([
      { version: 1, stage: "submitted", endedWait: undefined, waitSince: undefined },
      { version: 2, stage: "awaiting_merchant", endedWait: undefined, waitSince: 2 },
      { version: 3, stage: "awaiting_shipment", endedWait: 2, waitSince: 3 },
      { version: 4, stage: "in_transit", endedWait: 3, waitSince: 4 },
    ]);
    expect(written[2]?.announcements.map(({ eventId, type }) => [eventId, type])).toEqual([
      [`${state.caseId}.3.0`, "CaseApproved"],
      [`${state.caseId}.3.1`, "FundsReserved"],
    ]);
    const page = await caseRecords(table, state, 2, 2);
    expect(page.map(({ version }) => version)).toEqual([2, 3]);
  });

  it("nothing is written for a command the domain refuses, and nothing for one that changes nothing", async () => {
    const state = await caseInTable(table, "awaiting_shipment");
    const before = await itemsOf(table, casePartition(state.tenantId, state.caseId));
    await expect(make(table, state, approves())).rejects.toThrow(CaseError);
    const changed = await changeCase(table, state, {
      by: buyer,
      now: state.updatedAt,
      decide,
      command: { type: "ExpireWait" },
    });
    expect(changed?.after.version).toBe(state.version);
    expect(await itemsOf(table, casePartition(state.tenantId, state.caseId))).toEqual(before);
  });
});

describe("a case holds what it claims of a line", () => {
  it("from the filing on, and gives it back when it ends unpaid", async () => {
    const state = await fileInTable(table);
    expect(await remaining(state.orderId)).toEqual([{ remainingMinor: 0n, remainingQuantity: 0, cases: 1 }]);
    await make(table, state, cancels());
    expect(await remaining(state.orderId)).toEqual([
      { remainingMinor: 128_000n, remainingQuantity: 1, cases: 1 },
    ]);
  });

  it("for good once it is paid", async () => {
    const state = await caseInTable(table, "settling");
    await settleCase(table, referenceOf(state), monday + day);
    expect(await remaining(state.orderId)).toEqual([{ remainingMinor: 0n, remainingQuantity: 0, cases: 1 }]);
  });

  it("money only, when the buyer keeps the goods", async () => {
    const state = await fileInTable(table, { type: "refund_only" });
    expect(await remaining(state.orderId)).toEqual([{ remainingMinor: 0n, remainingQuantity: 1, cases: 1 }]);
  });

  it("all lines or none", async () => {
    const orderId = await syncOrder(table, [{}, {}]);
    const [first, second] = await linesOf(table, orderId);
    if (!first || !second) throw new Error("two lines were synced");
    const detail = aDetail({ lines: [aLine(), aLine({ lineId: "line-2" })] });
    const filed = fileCase(aReturn({ caseId: fresh("case"), orderId, detail }), monday, buyer);
    const stale = [first, { ...second, version: second.version + 1 }];
    const refused = commitFiledCase(table, filed, stale, () => []);
    await expect(refused).rejects.toMatchObject({ conflicts: ["line:line-2"] });
    expect(await remaining(orderId)).toEqual([
      { remainingMinor: 128_000n, remainingQuantity: 1, cases: 0 },
      { remainingMinor: 128_000n, remainingQuantity: 1, cases: 0 },
    ]);
    expect(await loadCase(table, filed.state)).toBeUndefined();
  });

  it("never a line it was not computed from", async () => {
    const orderId = await syncOrder(table);
    const filed = fileCase(aReturn({ caseId: fresh("case"), orderId }), monday, buyer);
    await expect(commitFiledCase(table, filed, [], () => [])).rejects.toThrow(/line-1/);
    expect(await loadCase(table, filed.state)).toBeUndefined();
  });

  it("never more than the line has left, even if its version were mishandled", async () => {
    const orderId = await syncOrder(table);
    const detail = aDetail({ lines: [aLine({ amountMinor: 128_001n })] });
    const filed = fileCase(aReturn({ caseId: fresh("case"), orderId, detail }), monday, buyer);
    await expect(commitFiledCase(table, filed, await linesOf(table, orderId), () => [])).rejects.toThrow(
      Conflict,
    );
    expect(await remaining(orderId)).toEqual([{ remainingMinor: 128_000n, remainingQuantity: 1, cases: 0 }]);
  });

  it("at most five times a line, whatever was given back", async () => {
    const state = await fileInTable(table);
    await make(table, state, cancels());
    for (let request = 2; request <= 5; request += 1) {
      const again = aReturn({ caseId: fresh("case"), orderId: state.orderId });
      const lines = await linesOf(table, state.orderId);
      const filed = await commitFiledCase(table, fileCase(again, monday, buyer), lines, () => []);
      await make(table, filed, cancels());
    }
    const sixth = fileCase(aReturn({ caseId: fresh("case"), orderId: state.orderId }), monday, buyer);
    await expect(
      commitFiledCase(table, sixth, await linesOf(table, state.orderId), () => []),
    ).rejects.toMatchObject({ conflicts: ["line:line-1"] });
  });
});

describe("fifty requests for the last refundable cent", () => {
  it("one wins, the line ends at zero, and the others learn why", async () => {
    const orderId = await syncOrder(table, [{ paidMinor: 1n }]);
    const fileOne = (index: number) =>
      fileCaseEndpoint.handle(
        {
          caller: { tenantId: "tenant-1", role: "partner", id: partner.id },
          body: {
            orderId,
            type: "refund_only",
            reason: "CHANGED_MIND",
            lines: [{ lineId: "line-1", quantity: 1 }],
          },
          now: monday + index,
        } as never,
        { table } as never,
      );
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => fileOne(index)));
    const won = answers.filter(({ status }) => status === "fulfilled");
    const lost = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(won).toHaveLength(1);
    expect(new Set(lost.map((error) => (error instanceof CaseError ? error.code : error)))).toEqual(
      new Set(["refundable_exceeded"]),
    );
    expect(await remaining(orderId)).toEqual([{ remainingMinor: 0n, remainingQuantity: 1, cases: 1 }]);
  });

  it("of a line that has twelve: twelve cents are claimed at most, to the cent", async () => {
    const orderId = await syncOrder(table, [{ paidMinor: 12n, quantity: 4 }]);
    const claim = async (): Promise<bigint> => {
      for (let attempt = 0; attempt < 12; attempt += 1) {
        const lines = await linesOf(table, orderId);
        const [line] = lines;
        if (!line || line.remainingMinor < 3n || line.caseIds.length >= 5) return 0n;
        const detail = aDetail({ lines: [aLine({ amountMinor: 3n })] });
        const filed = fileCase(aReturn({ caseId: fresh("case"), orderId, detail }), monday, buyer);
        try {
          await commitFiledCase(table, filed, lines, () => []);
          return 3n;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
        }
      }
      return 0n;
    };
    const claimed = await Promise.all(Array.from({ length: 10 }, claim));
    expect(claimed.reduce((sum, each) => sum + each, 0n)).toBe(12n);
    expect(await remaining(orderId)).toEqual([{ remainingMinor: 0n, remainingQuantity: 0, cases: 4 }]);
  });
});

describe("the merchant's answer and silence at the same instant", () => {
  const answer = (reference: { tenantId: string; caseId: string }, now: number, approve: boolean) =>
    changeCase(table, referenceOf(reference), {
      decide,
      by: merchant,
      now,
      command: approve ? { type: "ApproveCase" } : { type: "RefuseCase", reason: "evidence_insufficient" },
    });

  it.each([
    ["the merchant's first", true],
    ["silence's first", false],
  ])(
    "%s to be sent: one decision stands in every round, and the loser reports it",
    async (_who, merchantFirst) => {
      const rounds = Array.from({ length: 25 }, async (_, round) => {
        const state = await caseInTable(table, "awaiting_merchant");
        const now = state.deadlineAt ?? 0;
        const human = () => answer(state, now, round % 2 === 0);
        const clock = () => applyTimeout(table, referenceOf(state), now);
        const both: readonly (() => Promise<unknown>)[] = merchantFirst ? [human, clock] : [clock, human];
        const results = await Promise.allSettled(both.map((send) => send()));
        const [humanResult, clockResult] = merchantFirst ? results : results.toReversed();

        const standing = await standingCase(table, state);
        const decisions = (await happened(state)).filter(
          (type) => type === "CaseApproved" || type === "CaseRefused",
        );
        expect(decisions).toHaveLength(1);
        expect(standing.state.version).toBe(state.version + 1);
        // The clock always answers with what stands, whoever won.
        expect(clockResult).toMatchObject({
          status: "fulfilled",
          value: { stage: standing.state.stage, wait: standing.state.waitSince },
        });
        if (humanResult?.status === "rejected") {
          expect(humanResult.reason).toMatchObject({ code: "stage_forbids" });
          expect(humanResult.reason.message).toContain(standing.state.stage);
        }
        return humanResult?.status;
      });
      expect(await Promise.all(rounds)).toHaveLength(25);
    },
  );
});

describe("a settlement that runs twice at the same time", () => {
  it("posts each transfer once, and both runs end with the closed case", async () => {
    const rounds = Array.from({ length: 10 }, async () => {
      const state = await caseInTable(table, "settling");
      const now = state.updatedAt + hour;
      const runs = await Promise.all([1, 2, 3].map(() => settleCase(table, referenceOf(state), now)));
      for (const { stage } of runs) expect(stage).toBe("closed");
      const { ledger } = await standingCase(table, state);
      expect(ledger.map(({ transferId }) => transferId.slice(state.caseId.length + 1)).sort()).toEqual([
        "commission.commission-reversal",
        "freight.return-freight",
        "refund.refund-from-merchant",
        "refund.refund-to-buyer",
        "reserve.refund-from-merchant",
      ]);
      expect((await happened(state)).filter((type) => type === "CaseClosed")).toHaveLength(1);
    });
    await Promise.all(rounds);
  });
});

describe("a case with many spent tokens", () => {
  it("is read whole, over as many pages as they fill", async () => {
    const state = await caseInTable(table, "settling");
    const before = await loadCase(table, referenceOf(state));
    // A task token has up to a kilobyte and these have more, so that they fill more than one page of a query.
    for (let wait = 1; wait <= 12; wait += 1) {
      await putToken(table, state, 1000 + wait, "t".repeat(100_000));
    }
    expect(await loadCase(table, referenceOf(state))).toEqual(before);
  });
});

describe("a race for the case's version", () => {
  it("is read again and decided on what stands then", async () => {
    const state = await caseInTable(table, "in_transit");
    let reads = 0;
    const changed = await changeCase(table, referenceOf(state), {
      decide,
      by: warehouse,
      now: state.updatedAt + hour,
      command: async ({ detail, state: standing }) => {
        reads += 1;
        // While the warehouse inspects, the carrier's push moves the case on.
        if (reads === 1) {
          await changeCase(table, referenceOf(state), {
            decide,
            by: { role: "carrier", id: "kuaidi100" },
            now: state.updatedAt + hour,
            command: {
              type: "RecordDelivery",
              trackingNumber: waybillOf(state),
              deliveredAt: state.updatedAt,
              trusted: true,
            },
          });
        }
        return inspected()({ state: standing, detail, ledger: [] }).command;
      },
    });
    expect(reads).toBe(2);
    expect(changed?.snapshot.state.stage).toBe("awaiting_inspection");
    expect(changed?.after).toMatchObject({ stage: "settling", version: state.version + 2 });
  });

  it("ends, and says so, when somebody else is always faster", async () => {
    const state = await caseInTable(table, "in_transit");
    let reads = 0;
    const starving = changeCase(table, referenceOf(state), {
      decide,
      by: warehouse,
      now: state.updatedAt,
      command: async (snapshot) => {
        reads += 1;
        const scanned = (snapshot.state.deadlineAt ?? 0) - hour;
        await make(table, state, silence(scannedAt(scanned)));
        return inspected()(snapshot).command;
      },
    });
    await expect(starving).rejects.toMatchObject({
      name: "Conflict",
      conflicts: expect.arrayContaining(["version"]),
    });
    expect(reads).toBe(8);
  });
});

describe("a transfer", () => {
  it("is put only if it is absent, even by a worker that does not see what was posted", async () => {
    const state = await caseInTable(table, "settling");
    await make(table, state, settles());
    const blind: Table = {
      name: table.name,
      client: {
        send: async (command: unknown) => {
          const answer = await table.client.send(command as QueryCommand);
          const visible = answer.Items?.filter(({ SK }) => !String(SK).startsWith("TRANSFER#freight"));
          return visible ? { ...answer, Items: visible } : answer;
        },
      } as unknown as Table["client"],
    };
    const again = changeCase(blind, referenceOf(state), {
      decide,
      by: buyer,
      now: monday + day,
      command: { type: "SettleNextStage" },
    });
    await expect(again).rejects.toMatchObject({
      conflicts: [`transfer:${state.caseId}.freight.return-freight`],
    });
    const { state: standing, ledger } = await standingCase(table, state);
    expect(standing.version).toBe(state.version + 1);
    expect(ledger.filter(({ stage }) => stage === "freight")).toHaveLength(1);
  });
});

describe("what can be found", () => {
  it("a buyer's cases, oldest first", async () => {
    const buyerId = fresh("buyer");
    const first = await fileInTable(table, { buyerId });
    const second = await fileInTable(table, { buyerId });
    const { caseIds } = await buyerCaseIds(table, "tenant-1", buyerId, 10);
    expect(caseIds).toEqual([first.caseId, second.caseId].sort());
    const states = await findCaseStates(table, "tenant-1", [first.caseId, second.caseId, "nowhere"]);
    expect(states.map(({ caseId }) => caseId).sort()).toEqual([first.caseId, second.caseId].sort());
    expect(await findCaseStates(table, "tenant-1", [])).toEqual([]);
  });

  it("nothing by another tenant, and nothing can be changed by it", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const foreign = { tenantId: "tenant-2", caseId: state.caseId };
    expect(await loadCase(table, foreign)).toBeUndefined();
    expect(await findCaseStates(table, "tenant-2", [state.caseId])).toEqual([]);
    expect(await caseRecords(table, foreign, 1, 10)).toEqual([]);
    const queue = { tenantId: "tenant-2", merchantId: merchant.id, shards: 1 };
    expect((await readQueue(table, queue, { since: monday + day }, 10)).rows).toEqual([]);
    expect((await buyerCaseIds(table, "tenant-2", buyer.id, 10)).caseIds).toEqual([]);
    expect(
      await changeCase(table, foreign, {
        decide,
        by: merchant,
        now: monday,
        command: { type: "ApproveCase" },
      }),
    ).toBeUndefined();
    expect((await standingCase(table, state)).state.version).toBe(state.version);
  });
});
