import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changePayout, instruct, type PayoutCommand } from "../../functions/domain/settlement/payout.ts";
import type { Finding } from "../../functions/domain/settlement/reconciliation.ts";
import { shardOf } from "../../functions/store/keys.ts";
import { commandPayout, payoutItem } from "../../functions/store/payouts.ts";
import { closeFurther } from "../../functions/store/reconciliation-closing.ts";
import {
  countsOf,
  findingsPage,
  findReconciliation,
  matchPart,
  openReconciliation,
  type Reconciliation,
  type Reference,
} from "../../functions/store/reconciliations.ts";
import { Conflict, putIfAbsent, type Table } from "../../functions/store/table.ts";
import { fresh, openTestTable } from "../support/cases-in-table.ts";

/** What closing reads, counted on the real engine, and what comes of it whoever else is at work. */

type Stored = { readonly payoutIds?: readonly string[]; readonly named?: readonly string[] } & {
  readonly held?: readonly string[];
};

let table: Table;
let cleanup: () => Promise<void>;
/** Payout ids that the table has answered with. */
let idsRead = 0;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
  table.client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { Items = [], Responses = {} } = result.output as {
        readonly Items?: readonly Stored[];
        readonly Responses?: Readonly<Record<string, readonly Stored[]>>;
      };
      for (const item of [...Items, ...Object.values(Responses).flat()]) {
        idsRead += (item.payoutIds ?? item.named ?? item.held ?? [item]).length;
      }
      return result;
    },
    { step: "initialize" },
  );
});
afterAll(() => cleanup());

const now = Date.UTC(2026, 10, 22, 12);
const hourMs = 3_600_000;
const by = { role: "operator", id: "op-1" } as const;
const paid: PayoutCommand = { type: "Confirm", attempt: 1, result: "succeeded" };
const refused: PayoutCommand = { type: "Confirm", attempt: 1, result: "failed", reason: "closed" };

/** Steps of so few that a small file takes many calls. */
const small = { partsAStep: 2, payoutsAStep: 20, missingAStep: 4, idsACall: 20 };

/** A payout of 100 to a buyer, which no gate guards. */
const storePayout = async (
  tenantId: string,
  index: number,
  ...commands: readonly PayoutCommand[]
): Promise<string> => {
  const payoutId = fresh("po");
  const order = { tenantId, payoutId, kind: "refund", buyerId: "buyer-1", caseId: fresh("case") } as const;
  const { after } = instruct({ ...order, currency: "CNY", amountMinor: 100n }, now + index);
  await putIfAbsent(
    table,
    payoutItem(commands.reduce((payout, command) => changePayout(payout, command, now).after, after)),
  );
  return payoutId;
};

const lineOf = (payoutId: string) => ({
  payoutId,
  amountMinor: 100n,
  currency: "CNY",
  status: "paid" as const,
});

/** A file of so many parts of ten lines each, in no order, and some payouts that it does not name. */
const opened = async (parts: number, unnamed: number) => {
  const tenantId = fresh("tenant");
  const count = parts * 10;
  const ids = await Promise.all(
    Array.from({ length: count + unnamed }, (_, index) => storePayout(tenantId, index, paid)),
  );
  const spread = ids.map((_, index) => ids[(index * 13) % ids.length] ?? "");
  const reference: Reference = { tenantId, reconciliationId: "day" };
  await openReconciliation(table, { ...reference, from: now, to: now + hourMs });
  for (let part = 0; part < parts; part += 1) {
    await matchPart(table, reference, part + 1, spread.slice(part * 10, part * 10 + 10).map(lineOf), now);
  }
  return { reference, missing: spread.slice(count).sort() };
};

const standing = async (reference: Reference): Promise<Reconciliation> => {
  const found = await findReconciliation(table, reference);
  if (!found) throw new Error("there is no such reconciliation");
  return found;
};

/** @returns what each call read */
const close = async (reference: Reference): Promise<readonly number[]> => {
  const calls: number[] = [];
  for (let at = await standing(reference); at.status !== "closed"; ) {
    idsRead = 0;
    at = await closeFurther(table, at, now, small);
    calls.push(idsRead);
  }
  return calls;
};

const findings = async (reference: Reference): Promise<readonly Finding[]> => {
  const all: Finding[] = [];
  let lastKey: Record<string, unknown> | undefined;
  do {
    const page = await findingsPage(table, reference, lastKey);
    all.push(...page.items);
    lastKey = page.lastKey;
  } while (lastKey);
  return all;
};

const missingThere = async (reference: Reference) =>
  (await findings(reference))
    .filter(({ kind }) => kind === "missing_there")
    .map(({ payoutId }) => payoutId)
    .sort();

describe("closing", () => {
  it.each([4, 12, 24])("reads every line and every payout twice, be it of %i parts", async (parts) => {
    const { reference, missing } = await opened(parts, 9);
    const [first = 0, ...others] = await close(reference);
    const lines = parts * 10;
    const named = 2 * lines;
    const held = 2 * (lines + missing.length);
    // The tallies are read once, at the beginning.
    const all = parts + named + held + missing.length;
    expect(first + others.reduce((sum, each) => sum + each, 0)).toBe(all);
    // A call of 20 ids ends in a step of 20 or in buckets of about as many, however much was done before.
    expect(Math.max(first - parts, ...others)).toBeLessThanOrEqual(80);
    expect(await missingThere(reference)).toEqual(missing);
    expect(await standing(reference)).toMatchObject({
      status: "closed",
      checked: lines + missing.length,
      counts: { parts, lines, matched: lines },
    });
  });

  it("reads of the parts only their sums to say how far it is", async () => {
    const { reference } = await opened(4, 0);
    idsRead = 0;
    expect(await countsOf(table, await standing(reference))).toEqual({ parts: 4, lines: 40, matched: 40 });
    expect(idsRead).toBe(4);
    await close(reference);
    idsRead = 0;
    expect(await countsOf(table, await standing(reference))).toEqual({ parts: 4, lines: 40, matched: 40 });
    expect(idsRead).toBe(0);
  });

  it("comes to the same once, whoever closes beside it", async () => {
    const { reference, missing } = await opened(6, 17);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let closed = false; !closed; ) {
          const after = await standing(reference)
            .then((at) => closeFurther(table, at, now, small))
            .catch((error: unknown) => {
              // Somebody else has gone on: there is progress, however often one loses.
              if (!(error instanceof Conflict)) throw error;
              return standing(reference);
            });
          closed = after.status === "closed";
        }
      }),
    );
    expect(await missingThere(reference)).toEqual(missing);
    expect(await standing(reference)).toMatchObject({ checked: 60 + 17, counts: { lines: 60 } });
  });

  it("loses no part that comes while it begins: it is closed with it, or the part is refused", async () => {
    const { reference, missing } = await opened(3, 8);
    const late = missing.map((payoutId, index) =>
      matchPart(table, reference, 10 + index, [lineOf(payoutId)], now).then(
        () => undefined,
        () => payoutId,
      ),
    );
    const [refusedParts] = await Promise.all([Promise.all(late), close(reference)]);
    expect(await missingThere(reference)).toEqual(refusedParts.filter((id) => id !== undefined));
    expect(await countsOf(table, await standing(reference))).toMatchObject({
      lines: 30 + refusedParts.filter((id) => id === undefined).length,
    });
  });

  it("tells a payout once that was decided meanwhile, and leaves what was tried again to its own time", async () => {
    const tenantId = fresh("tenant");
    const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => storePayout(tenantId, index)));
    const reference: Reference = { tenantId, reconciliationId: "day" };
    let at = await openReconciliation(table, { ...reference, from: now, to: now + hourMs });
    const command = (payoutId: string, what: PayoutCommand, when: number) =>
      commandPayout(table, { tenantId, payoutId }, what, { now: when, by, extra: () => [] });
    // Half of the undecided ones have been gone through.
    at = await closeFurther(table, at, now, small);
    expect(at).toMatchObject({ status: "closing", checked: 20 });
    const [early = "", late = "", failing = "", again = ""] = [ids[0], ids[29], ids[1], ids[2]];
    for (const payoutId of [early, late]) await command(payoutId, paid, now + hourMs);
    for (const payoutId of [failing, again]) await command(payoutId, refused, now + hourMs);
    await command(again, { type: "Retry" }, now + 2 * hourMs);
    await close(reference);
    const told = await findings(reference);
    expect(told.map(({ payoutId }) => payoutId).sort()).toEqual(
      ids.filter((id) => id !== failing && id !== again).sort(),
    );
    expect(told.filter(({ action }) => action === "claim_payment").map(({ payoutId }) => payoutId)).toEqual(
      expect.arrayContaining([early, late]),
    );
  });

  it("takes a file whose ids all fall into one bucket", async () => {
    const reference: Reference = { tenantId: fresh("tenant"), reconciliationId: "day" };
    await openReconciliation(table, { ...reference, from: now, to: now + hourMs });
    const ids: string[] = [];
    for (let number = 0; ids.length < 7_000; number += 1) {
      const id = String(number).padStart(64, "po-");
      if (shardOf(id, 32) === 0) ids.push(id);
    }
    for (let part = 0; part < 7; part += 1) {
      await matchPart(
        table,
        reference,
        part + 1,
        ids.slice(part * 1_000, part * 1_000 + 1_000).map(lineOf),
        now,
      );
    }
    const closed = await closeFurther(table, await standing(reference), now);
    expect(closed).toMatchObject({ status: "closed", counts: { lines: 7_000, matched: 0 } });
  });
});
