import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseState, FiledCase } from "../../functions/domain/case.ts";
import { recommendationOf } from "../../functions/domain/desk-advice.ts";
import { cnStandard } from "../../functions/domain/judgment/cn-standard.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { readAs } from "../../functions/domain/judgment/readers.ts";
import { casePartition } from "../../functions/store/keys.ts";
import {
  countQueue,
  type Queue,
  type QueuedCase,
  type QueuePlace,
  readQueue,
} from "../../functions/store/merchant-queue.ts";
import type { Table } from "../../functions/store/table.ts";
import { day, hour, monday } from "../support/builders.ts";
import {
  answers,
  approves,
  at,
  cancels,
  inspected,
  judged,
  type Move,
  offers,
  wayTo,
} from "../support/cases.ts";
import { caseInTable, fresh, itemsOf, make, openTestTable } from "../support/cases-in-table.ts";
import { caseOf, dent } from "../support/judged-cases.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const late = monday + 30 * day;
const aQueue = (shards = 1): Queue => ({ tenantId: "tenant-1", merchantId: fresh("merchant"), shards });

const within = (hours: number): Move =>
  judged({ clocks: { merchantAnswerHours: hours, silence: "approve" } });
const fileIn = ({ merchantId }: Queue, hours: number, but: Partial<FiledCase> = {}) =>
  caseInTable(table, [within(hours)], { merchantId, ...but });

const walk = async (
  queue: Queue,
  limit: number,
  between: () => Promise<unknown> = () => Promise.resolve(),
  matches?: (row: QueuedCase) => boolean,
  since = late,
): Promise<readonly string[]> => {
  const seen: string[] = [];
  let place: QueuePlace | undefined = { since };
  while (place) {
    const page: Awaited<ReturnType<typeof readQueue>> = await readQueue(table, queue, place, limit, matches);
    seen.push(...page.rows.map(({ state }) => state.caseId));
    place = page.next;
    if (place) await between();
  }
  return seen;
};

describe("a merchant's queue", () => {
  it("shows a case while it waits for the merchant, the nearest deadline first", async () => {
    const queue = aQueue();
    const slow = await fileIn(queue, 72);
    const urgent = await fileIn(queue, 2);
    expect(await walk(queue, 10)).toEqual([urgent.caseId, slow.caseId]);
    await make(table, urgent, approves());
    expect(await walk(queue, 10)).toEqual([slow.caseId]);
    await make(table, slow, offers());
    expect(await walk(queue, 10)).toEqual([]);
    await make(table, slow, answers("decline"));
    expect(await walk(queue, 10)).toEqual([slow.caseId]);
    await make(table, slow, cancels());
    expect(await walk(queue, 10)).toEqual([]);
    for (const move of wayTo.awaiting_inspection.slice(2)) await make(table, urgent, move);
    expect(await walk(queue, 10)).toEqual([urgent.caseId]);
    await make(table, urgent, inspected());
    expect(await walk(queue, 10)).toEqual([]);
    const [stored] = await itemsOf(table, casePartition("tenant-1", urgent.caseId), "STATE");
    for (const gone of ["GSI1PK", "GSI1SK", "queue"]) expect(stored).not.toHaveProperty(gone);
  });

  it("carries what is needed to decide, and the state stays below a write unit", async () => {
    const queue = aQueue();
    const liability = { merchant: 4_000, platform: 6_000, carrier: 0, buyer: 0 };
    // What the shipped rule says of a fault that no record speaks against, a refund in full and 48 hours.
    const given = caseOf({ claims: dent });
    const presumed = judge(cnStandard, { ...given, filedAt: given.filedAt + 20 * day }, 1);
    expect(presumed).toMatchObject({ route: "merchant", rule: "fault-presumed-merchant" });
    const said = readAs("merchant", presumed).explanation;
    const state = await caseInTable(
      table,
      [judged({ liability, rule: "fault-presumed-merchant", told: { buyer: said, merchant: said } })],
      { merchantId: queue.merchantId },
    );
    const { rows } = await readQueue(table, queue, { since: late }, 10);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      state: { caseId: state.caseId },
      itemIds: ["item-1"],
      advice: {
        told: said,
        liability,
        refundMinor: 128_000n,
        merchantMinor: 51_200n,
        platformMinor: 76_800n,
        silence: "approve",
      },
    });
    const [stored] = await itemsOf(table, casePartition("tenant-1", state.caseId), "STATE");
    const bytes = JSON.stringify(stored, (_name, value) =>
      typeof value === "bigint"
        ? Number(value)
        : value instanceof Uint8Array
          ? "x".repeat(value.length)
          : value,
    ).length;
    expect(bytes).toBeLessThanOrEqual(1_024);
  });

  it("keeps every row through a walk that somebody changes under, once and in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 4, maxLength: 9 }),
        fc.constantFrom(1, 3),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.tuple(fc.nat(), fc.constantFrom("leaves", "moves", "comes"))),
        async (hours, shards, limit, changes) => {
          const queue = aQueue(shards);
          const filed: CaseState[] = [];
          for (const each of hours)
            filed.push(await fileIn(queue, each, shards > 1 ? { queueShards: shards } : {}));
          const since = Math.max(...filed.map(({ updatedAt }) => updatedAt));
          const touched = new Set<string>();
          const later = (move: Move): Move => at(since + hour / 2, move);
          const seen = await walk(
            queue,
            limit,
            async () => {
              const [[which, change]] = [...changes.take(1)] as [[number, string]];
              if (change === "comes") {
                const added = await caseInTable(table, [at(since + 1, within(1 + (which % 700)))], {
                  merchantId: queue.merchantId,
                });
                touched.add(added.caseId);
                return;
              }
              const left = filed.filter(({ caseId }) => !touched.has(caseId));
              const state = left[which % Math.max(1, left.length)];
              if (!state) return;
              touched.add(state.caseId);
              if ((state.deadlineAt ?? 0) <= since + hour)
                return void (await make(table, state, later(cancels())));
              await make(table, state, later(offers()));
              // It comes back with what was left of its time, at another place.
              if (change === "moves") await make(table, state, at(since + 2 * hour, answers("decline")));
            },
            undefined,
            since,
          );
          expect(new Set(seen).size).toBe(seen.length);
          const untouched = filed.filter(({ caseId }) => !touched.has(caseId));
          const expected = untouched
            .toSorted((a, b) => (a.deadlineAt ?? 0) - (b.deadlineAt ?? 0) || (a.caseId < b.caseId ? -1 : 1))
            .map(({ caseId }) => caseId);
          expect(seen.filter((caseId) => expected.includes(caseId))).toEqual(expected);
        },
      ),
      { seed: 20_261_122, numRuns: 6 },
    );
  });

  it("searches page by page, and counts by stage", async () => {
    const queue = aQueue();
    const filed = [];
    for (let hours = 1; hours <= 6; hours += 1) filed.push(await fileIn(queue, hours));
    const wanted = filed.filter((_, index) => index % 3 === 2).map(({ caseId }) => caseId);
    expect(await walk(queue, 1, undefined, ({ state }) => wanted.includes(state.caseId))).toEqual(wanted);
    const now = filed[2]?.deadlineAt ?? 0;
    expect(await countQueue(table, queue, now)).toEqual({
      all: 6,
      overdue: 3,
      byStage: { awaiting_merchant: 6 },
      complete: true,
    });
  });

  it("loses no row when it is split into more parts", async () => {
    const queue = aQueue();
    const filed = [];
    for (const shards of [1, 1, 4, 4, 4, 16, 16, 16]) {
      filed.push(await fileIn(queue, 10 + filed.length, shards > 1 ? { queueShards: shards } : {}));
    }
    const ids = filed.map(({ caseId }) => caseId);
    expect(await walk({ ...queue, shards: 16 }, 3)).toEqual(ids);
    expect((await countQueue(table, { ...queue, shards: 16 }, monday)).all).toBe(8);
    const parts = await Promise.all(
      ids.map(
        async (caseId) => (await itemsOf(table, casePartition("tenant-1", caseId), "STATE"))[0]?.GSI1PK,
      ),
    );
    expect(new Set(parts).size).toBeGreaterThan(1);
    for (const state of filed) await make(table, state, approves());
    expect(await walk({ ...queue, shards: 16 }, 3)).toEqual([]);
  });
});

describe("what is recommended", () => {
  const proven = [{ reason: "evidence_insufficient", proof: "none", proven: true }] as const;

  it.each([
    ["the merchant bears nothing", { merchantMinor: 0n, silence: "refuse" }, "approve"],
    ["the rule sides with the merchant", { merchantMinor: 1n, silence: "refuse" }, "refuse"],
    ["the rule sides with the buyer", { merchantMinor: 1n, silence: "approve" }, "approve"],
  ] as const)("where %s", (_where, advice, decision) => {
    expect(recommendationOf({ ...advice, refusals: proven })).toMatchObject({
      decision,
      ...(decision === "refuse" ? { refusalReason: "evidence_insufficient" } : {}),
    });
  });

  it("is no refusal that would have to be shown first", () => {
    const refusals = [{ reason: "used_or_worn", proof: "evidence", proven: false }] as const;
    expect(recommendationOf({ merchantMinor: 1n, silence: "refuse", refusals }).decision).toBe("approve");
  });
});
