import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CaseEvent, type CaseSnapshot, settlementBasis } from "../../functions/domain/case.ts";
import type { Item, OrderLine } from "../../functions/domain/catalog.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { claimLine } from "../../functions/domain/filing.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { isEnd } from "../../functions/domain/lifecycle.ts";
import { spreadDiscount, wholeBps } from "../../functions/domain/money.ts";
import { type CaseType, goodsComeBack } from "../../functions/domain/request.ts";
import { append } from "../../functions/domain/settlement/ledger.ts";
import { planSettlement } from "../../functions/domain/settlement/plan.ts";
import { assertSettled } from "../../functions/domain/settlement/stages.ts";
import {
  accounts,
  balances,
  openPending,
  type Transfer,
} from "../../functions/domain/settlement/transfer.ts";
import {
  aDetail,
  aReturn,
  aVerdict,
  buyer,
  merchant,
  monday,
  operator,
  secondArbiter,
  warehouse,
  whollyOn,
} from "../support/builders.ts";
import {
  afterEvents,
  appeals,
  approves,
  arrives,
  cancels,
  confirms,
  delivered,
  escalates,
  filedSnapshot,
  givesUp,
  goesMissing,
  inspected,
  judged,
  type Move,
  neverSeen,
  refuses,
  repaired,
  reports,
  reships,
  rests,
  resumes,
  rules,
  rulesNothing,
  settles,
  ships,
  silence,
} from "../support/cases.ts";

/**
 * Orders, discounts, cases over parts of their lines, verdicts, re-judgments in the middle of a settlement,
 * crashes and repetitions, in any order; afterwards every case is brought to its end. Whatever happened, the
 * money is right.
 */

/** Printed with a failure, and enough to repeat it. */
const runs = { seed: 20_261_122, numRuns: 10_000 };

const bps = fc.oneof(
  fc.constantFrom(0, 1, 3_333, 5_000, 9_999, wholeBps),
  fc.integer({ min: 0, max: wholeBps }),
);
const amount = fc.oneof(fc.bigInt(1n, 10n), fc.bigInt(1n, 10_000_000n), fc.constant(10n ** 14n));

const liability = fc
  .tuple(bps, bps, bps)
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), wholeBps])
  .map((edges) => edges.slice(1).map((edge, index) => edge - (edges[index] ?? 0)))
  .map(([merchantBps = 0, platform = 0, carrier = 0, buyer = 0]) => ({
    merchant: merchantBps,
    platform,
    carrier,
    buyer,
  }));

const verdict: fc.Arbitrary<Partial<Verdict>> = fc.record(
  {
    liability,
    refundCapBps: bps,
    route: fc.constantFrom("automatic", "merchant"),
    freight: fc.record({
      payer: fc.constantFrom("merchant", "platform", "carrier", "buyer"),
      capMinor: fc.bigInt(0n, 5_000n),
    }),
    carrier: fc.constantFrom("sf", "yto"),
    compensation: fc.record(
      { bps: fc.integer({ min: 0, max: 30_000 }), minimumMinor: fc.bigInt(0n, 50_000n) },
      { requiredKeys: ["bps"] },
    ),
    loss: fc.record({
      pays: fc.constantFrom("price", "price_less_commission", "market_value", "nothing"),
      payer: fc.constantFrom("platform", "carrier"),
      basis: fc.constantFrom("custody", "transit"),
    }),
  },
  { requiredKeys: ["liability", "refundCapBps", "route", "freight", "carrier"] },
);

const feeTerms = fc.record({
  caseFeeMinor: fc.bigInt(0n, 1_000n),
  refundFeeBps: bps,
  rebateBps: bps,
  firstAnswerWithinHours: fc.constantFrom(1, 12),
  inspectionWithinHours: fc.constantFrom(1, 48),
});

const order = fc.record({
  currency: fc.constantFrom("CNY", "JPY", "KWD"),
  lines: fc.array(
    fc.record({
      listMinor: amount,
      quantity: fc.integer({ min: 1, max: 4 }),
      commissionBps: bps,
      outboundFreightMinor: fc.bigInt(0n, 2_000n),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  discountBps: fc.constantFrom(0, 1, 500, 3_333, 9_999, wholeBps),
  feeTerms: fc.option(feeTerms, { nil: undefined }),
  marketValueMinor: fc.option(amount, { nil: undefined }),
});

type Op =
  | {
      readonly op: "file";
      readonly line: number;
      readonly quantity: number;
      readonly type: CaseType;
      /** Of what the units are worth; a partial refund that leaves the goods. */
      readonly partBps: number;
    }
  | { readonly op: "move"; readonly of: number; readonly how: number; readonly verdict: Partial<Verdict> }
  | { readonly op: "rejudge"; readonly of: number; readonly verdict: Partial<Verdict> }
  | { readonly op: "crash" | "repeat" | "cancel"; readonly of: number };

const pick = fc.nat(7);
const operation: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant("file" as const),
      line: pick,
      quantity: fc.integer({ min: 1, max: 4 }),
      type: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom<CaseType>("refund_only", "return_and_refund") },
        { weight: 1, arbitrary: fc.constantFrom<CaseType>("exchange", "repair", "resend") },
      ),
      partBps: bps,
    }),
  },
  { weight: 6, arbitrary: fc.record({ op: fc.constant("move" as const), of: pick, how: pick, verdict }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("rejudge" as const), of: pick, verdict }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom("crash" as const, "repeat" as const), of: pick }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("cancel" as const), of: pick }) },
);

const isPosted = ({ phase }: Transfer): boolean => phase === "posted";

type World = { lines: OrderLine[]; cases: CaseSnapshot[] };

const anItem = (marketValueMinor: bigint | undefined): Item => ({
  tenantId: "tenant-1",
  itemId: "item-1",
  merchantId: merchant.id,
  title: "Handbag, second hand",
  category: "bags",
  intakeInspection: { inspectedAt: monday, grade: "A", flaws: [], photoHashes: [] },
  disclosedFlaws: [],
  ...(marketValueMinor === undefined ? {} : { marketValueMinor }),
});

type Ordered = typeof order extends fc.Arbitrary<infer Value> ? Value : never;

const worldOf = ({ lines, discountBps }: Ordered): World => {
  const lists = lines.map(({ listMinor }) => listMinor);
  const whole = lists.reduce((sum, each) => sum + each, 0n);
  const parts = spreadDiscount((whole * BigInt(discountBps)) / BigInt(wholeBps), lists);
  return {
    cases: [],
    lines: lines.map(({ listMinor, quantity, commissionBps, outboundFreightMinor }, index) => ({
      lineId: `line-${index}`,
      itemId: "item-1",
      merchantId: merchant.id,
      quantity,
      paidMinor: listMinor - (parts[index] ?? 0n),
      commissionBps,
      outboundFreightMinor,
      exclusionConfirmed: false,
      packedBy: "platform",
      remainingMinor: listMinor - (parts[index] ?? 0n),
      remainingQuantity: quantity,
      caseIds: [],
      version: 1,
    })),
  };
};

/** What the domain refuses changes nothing; anything else is a failure of the test. */
const unlessRefused = <Result>(attempt: () => Result): Result | undefined => {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof CaseError) return undefined;
    throw error;
  }
};

const file = (world: World, ordered: Ordered, op: Extract<Op, { op: "file" }>): void => {
  const index = op.line % world.lines.length;
  const line = world.lines[index];
  if (!line) return;
  const quantity = 1 + (op.quantity % Math.max(1, line.remainingQuantity));
  const request = { type: op.type, reason: "CHANGED_MIND" } as const;
  const whole = unlessRefused(() =>
    claimLine(request, { quantity }, 0, line, anItem(ordered.marketValueMinor)),
  );
  if (!whole) return;
  const part = (whole.amountMinor * BigInt(op.partBps)) / BigInt(wholeBps);
  const claimed =
    !goodsComeBack(op.type) && part > 0n
      ? claimLine(request, { quantity, amountMinor: part }, 0, line, anItem(ordered.marketValueMinor))
      : whole;
  const caseId = `case-${world.cases.length}`;
  const { feeTerms: terms, currency } = ordered;
  const detail = aDetail({ lines: [claimed], ...(terms ? { feeTerms: terms } : {}) });
  world.cases.push(filedSnapshot(aReturn({ caseId, currency, type: op.type, detail })));
  world.lines[index] = {
    ...line,
    remainingMinor: line.remainingMinor - claimed.amountMinor,
    remainingQuantity: line.remainingQuantity - claimed.heldQuantity,
    caseIds: [...line.caseIds, caseId],
  };
};

/** What somebody can do in a stage; `how` chooses among them. */
const movesOf = ({ state }: CaseSnapshot, by: Partial<Verdict>): readonly Move[] => {
  switch (state.stage) {
    case "submitted":
      return [judged(by), judged({ ...by, route: "arbitration" }), judged({ ...by, route: "ineligible" })];
    case "awaiting_merchant":
      return [approves(), approves(), silence(), refuses()];
    case "awaiting_shipment":
      return [ships(), ships(), silence()];
    case "in_transit":
      return [delivered(), delivered(), goesMissing()];
    case "awaiting_inspection":
      return [inspected(), silence(), inspected({ sameItem: false })];
    case "lost":
    case "inspected":
      return [judged(by)];
    case "repairing":
      return [repaired(), repaired(merchant, 90_000n), givesUp("repairing"), silence()];
    case "awaiting_reshipment":
      return [reships(), reships(warehouse), givesUp("awaiting_reshipment"), silence()];
    case "reshipping":
      return [arrives(), arrives(false), goesMissing(), neverSeen()];
    case "awaiting_confirmation":
      return [confirms(), silence(), reports("faulty"), reports("not_received")];
    case "awaiting_objection":
      return [silence(), escalates(merchant), escalates(buyer)];
    case "disputed":
      return [silence(), rests(buyer), rests(merchant)];
    case "evidence_closed":
      return [judged(by)];
    case "awaiting_ruling":
      return [
        silence(),
        rules({ liability: by.liability ?? whollyOn("merchant"), carrier: "kuaidi100" }),
        rules({ liability: whollyOn("platform"), compensationMinor: 3n }, secondArbiter),
        rulesNothing(),
      ];
    case "ruled":
      return [silence(), appeals(buyer), appeals(merchant)];
    case "settling":
      return [settles()];
    case "manual_review":
      return [approves(operator), resumes(), refuses(operator)];
    case "ineligible":
    case "refused":
      return [silence(), escalates()];
    default:
      return [];
  }
};

/** What leaves to the buyer is, with all that was instructed before, exactly what the ledger owes at that moment. */
const requireOwed = (before: CaseSnapshot, events: readonly CaseEvent[]): void => {
  for (const { change } of events.filter((event) => event.type === "PayoutInstructed")) {
    const { ledger, state } = afterEvents(before, events);
    expect(change.after.amountMinor > 0n).toBe(true);
    expect(state.instructedRefundMinor).toBe(
      balances(ledger, state.currency).get(accounts.buyer(state.buyerId)),
    );
    expect(change.after.payoutId).toBe(`rf-${state.caseId}.v${state.verdictNumber}`);
  }
};

const make = (world: World, index: number, move: Move): void => {
  const before = world.cases[index];
  if (!before) return;
  const events = unlessRefused(() => {
    const { command, by, at } = move(before);
    return decide(command, before, at, by);
  });
  if (!events || events.length === 0) return;
  requireOwed(before, events);
  world.cases[index] = afterEvents(before, events);
  const released = events.flatMap((event) => ("released" in event ? event.released : []));
  for (const hold of released) {
    world.lines = world.lines.map((line) =>
      line.lineId === hold.lineId
        ? {
            ...line,
            remainingMinor: line.remainingMinor + hold.amountMinor,
            remainingQuantity: line.remainingQuantity + hold.quantity,
          }
        : line,
    );
  }
};

/** As if an appeal had been heard while money was moving: what was posted stands, what follows differs. */
const rejudge = (world: World, index: number, by: Partial<Verdict>): void => {
  const standing = world.cases[index];
  if (standing?.state.stage !== "settling" || !standing.verdict) return;
  const number = standing.state.verdictNumber + 1;
  world.cases[index] = {
    ...standing,
    state: { ...standing.state, verdictNumber: number },
    verdict: aVerdict({ ...by, number }),
  };
};

const run = (world: World, ordered: Ordered, op: Op): void => {
  if (op.op === "file") {
    file(world, ordered, op);
    return;
  }
  const index = op.of % Math.max(1, world.cases.length);
  const standing = world.cases[index];
  if (!standing) return;
  switch (op.op) {
    case "move": {
      const moves = movesOf(standing, op.verdict);
      const chosen = moves[op.how % Math.max(1, moves.length)];
      if (chosen) make(world, index, chosen);
      return;
    }
    case "rejudge":
      rejudge(world, index, op.verdict);
      return;
    case "crash":
    case "repeat": {
      if (standing.state.stage !== "settling") return;
      const { command, by, at } = settles()(standing);
      const first = decide(command, standing, at, by);
      // Decided and lost before the commit: decided again, it is the same.
      expect(decide(command, standing, at, by)).toEqual(first);
      if (op.op === "crash") return;
      // Committed and sent again: every transfer stands already.
      const after = afterEvents(standing, first);
      const moved = first.flatMap((event) => ("transfers" in event ? event.transfers : []));
      expect(append(after.ledger, moved)).toEqual(after.ledger);
      world.cases[index] = after;
      return;
    }
    case "cancel":
      make(world, index, cancels());
      return;
    default:
      op satisfies never;
  }
};

/** @param appeals verdicts that come in between the stages of each settlement, as many as there are */
const toTheEnd = (world: World, by: Partial<Verdict>, appeals: readonly Partial<Verdict>[]): void => {
  for (const [index] of world.cases.entries()) {
    const left = [...appeals];
    for (let steps = 0; steps < 60; steps += 1) {
      const standing = world.cases[index];
      if (!standing || isEnd(standing.state.stage)) break;
      const appeal = standing.ledger.some(isPosted) ? left.shift() : undefined;
      if (appeal) rejudge(world, index, appeal);
      const [first] = movesOf(standing, by);
      if (first) make(world, index, first);
    }
  }
};

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, each) => sum + each, 0n);
const requireSoundCase = (snapshot: CaseSnapshot): bigint => {
  const { state, detail, ledger, verdict: standing } = snapshot;
  expect(isEnd(state.stage)).toBe(true);
  expect(append([], ledger)).toEqual(ledger);
  expect(() => assertSettled(state, ledger)).not.toThrow();
  expect([...openPending(ledger).values()].every((left) => left === 0n)).toBe(true);
  const balanceOf = balances(ledger, state.currency);
  expect(total(balanceOf.values())).toBe(0n);
  expect(balanceOf.get(accounts.escrow(state.caseId)) ?? 0n).toBe(0n);
  const names = ledger.filter(isPosted).map(({ stage, purpose }) => `${stage}#${purpose}`);
  expect(new Set(names).size).toBe(names.length);

  const reached = (to: string, from: string): bigint =>
    total(
      ledger
        .filter(isPosted)
        .filter((transfer) => transfer.to === to && transfer.from === from)
        .filter(({ purpose }) => purpose.includes("refund-to-buyer"))
        .map(({ amountMinor }) => amountMinor),
    );
  const [escrow, buyerAccount] = [accounts.escrow(state.caseId), accounts.buyer(state.buyerId)];
  const refunded = reached(buyerAccount, escrow) - reached(escrow, buyerAccount);
  const inKind = ["exchanged", "repaired", "resent", "return_owed"].includes(state.outcome ?? "");
  const settled = inKind || (state.outcome?.endsWith("refunded") ?? false);
  // What was instructed is what was owed then; only a later verdict can owe less.
  const owedMinor = balanceOf.get(buyerAccount) ?? 0n;
  const instructedMinor = state.instructedRefundMinor ?? 0n;
  expect(instructedMinor >= owedMinor).toBe(true);
  if (state.verdictNumber === 1) expect(instructedMinor).toBe(owedMinor);
  if (!settled || !standing) {
    expect(ledger.some(isPosted)).toBe(false);
    return 0n;
  }
  const basis = settlementBasis(snapshot, standing);
  const plan = planSettlement(basis);
  expect(basis.inKind !== undefined, "goods or money, as it turned out").toBe(inKind);
  expect(refunded).toBe(plan.refundMinor);
  expect(balanceOf.get(accounts.buyer(state.buyerId)) ?? 0n).toBe(
    plan.refundMinor + plan.freightMinor + plan.outboundFreightMinor + plan.compensationMinor,
  );
  const { merchant: m, platform, carrier, buyer } = standing.liability;
  const exact = { merchant: m + buyer, platform, carrier };
  const [line] = detail.lines;
  for (const funder of inKind ? [] : (["merchant", "platform", "carrier"] as const)) {
    const refundOfLine = ((line?.amountMinor ?? 0n) * BigInt(standing.refundCapBps)) / BigInt(wholeBps);
    const error = plan.funding[funder] * BigInt(wholeBps) - refundOfLine * BigInt(exact[funder]);
    expect(error < BigInt(wholeBps) && error > -BigInt(wholeBps)).toBe(true);
  }
  return refunded;
};

const sequence = fc.record({
  ordered: order,
  operations: fc.array(operation, { minLength: 4, maxLength: 14, size: "max" }),
  last: verdict,
  appeals: fc.array(verdict, { maxLength: 2 }),
});

describe("any number of cases over an order, whatever is asked, judged, judged again, cut off or repeated", () => {
  it("conserves money, refunds no more than was paid, leaves nothing hanging and posts nothing twice", () => {
    const seen = { cases: 0, settled: 0, corrections: 0, shared: 0 };
    fc.assert(
      fc.property(sequence, ({ ordered, operations, last, appeals }) => {
        const world = worldOf(ordered);
        for (const op of operations) run(world, ordered, op);
        toTheEnd(world, last, appeals);

        for (const line of world.lines) {
          const ofLine = world.cases.filter(({ detail }) => detail.lines[0]?.lineId === line.lineId);
          const refunded = total(ofLine.map(requireSoundCase));
          expect(refunded <= line.paidMinor).toBe(true);
          expect(refunded + line.remainingMinor <= line.paidMinor).toBe(true);
          const sentFor = ofLine
            .filter(({ ledger }) => ledger.some(isPosted))
            .map(({ detail }) => detail.lines[0]?.outboundFreightMinor ?? 0n);
          expect(total(sentFor) <= (line.outboundFreightMinor ?? 0n)).toBe(true);
          expect(line.remainingMinor >= 0n && line.remainingQuantity >= 0).toBe(true);
        }
        const all = world.cases.flatMap(({ ledger }) => ledger);
        expect(new Set(all.map(({ transferId }) => transferId)).size).toBe(all.length);
        expect(total(balances(all, ordered.currency).values())).toBe(0n);
        seen.cases += world.cases.length;
        seen.settled += world.cases.filter(({ ledger }) => ledger.some(isPosted)).length;
        seen.corrections += all.filter(({ corrects }) => corrects !== undefined).length;
        seen.shared += world.lines.filter(({ caseIds }) => caseIds.length > 1).length;
      }),
      runs,
    );
    // What was generated did reach what this is about.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(runs.numRuns / 4);
  });
});
