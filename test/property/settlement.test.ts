import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { lossTerms } from "../../functions/domain/catalog.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { positionsUnder, ruledBy } from "../../functions/domain/judgment/backtest.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { wholeBps } from "../../functions/domain/money.ts";
import { planSettlement, type SettlementBasis, suppliers } from "../../functions/domain/settlement/plan.ts";
import { assertSettled, flowsOf } from "../../functions/domain/settlement/stages.ts";
import { balances, openPending, type Transfer } from "../../functions/domain/settlement/transfer.ts";
import { aDetail, aLine, aReturn, aVerdict } from "../support/builders.ts";
import {
  afterEvents,
  approves,
  delivered,
  goesMissing,
  inspected,
  judged,
  type Move,
  played,
  settles,
  ships,
  silence,
  untilClosed,
} from "../support/cases.ts";

/** Printed with a failure, and enough to repeat it. */
const runs = { seed: 20_261_122, numRuns: 2_000 };

const amount = fc.oneof(
  fc.bigInt(0n, 10n),
  fc.bigInt(1n, 10_000_000n),
  fc.constant(BigInt(Number.MAX_SAFE_INTEGER)),
);
const bps = fc.oneof(
  fc.constantFrom(0, 1, 3_333, 5_000, 9_999, wholeBps),
  fc.integer({ min: 0, max: wholeBps }),
);

const liability = fc
  .tuple(bps, bps, bps)
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), wholeBps])
  .map((edges) => edges.slice(1).map((edge, index) => edge - (edges[index] ?? 0)))
  .map(([merchant = 0, platform = 0, carrier = 0, buyer = 0]) => ({ merchant, platform, carrier, buyer }));

const verdict: fc.Arbitrary<Partial<Verdict>> = fc.record({
  liability,
  refundCapBps: bps,
  freight: fc.record({
    payer: fc.constantFrom("merchant", "platform", "carrier", "buyer"),
    capMinor: fc.bigInt(0n, 5_000n),
  }),
  carrier: fc.constantFrom("sf", "yto"),
});

const lines = fc.array(
  fc.record(
    { amountMinor: amount, commissionBps: bps, strayPiece: fc.constant(true as const) },
    { requiredKeys: ["amountMinor", "commissionBps"] },
  ),
  { minLength: 1, maxLength: 5 },
);
const detailOf = (of: readonly { amountMinor: bigint; commissionBps: number }[]) =>
  aDetail({ lines: of.map((line, index) => aLine({ ...line, lineId: `line-${index}` })) });

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, each) => sum + each, 0n);

describe("a settlement plan, whatever the lines and the verdict", () => {
  it("shares what replacement and repair cost so that nobody gets more than they laid out", () => {
    const outlay = fc.record({
      for: fc.constantFrom("replacement_freight" as const, "repair" as const),
      by: fc.constantFrom(...suppliers),
      amountMinor: fc.bigInt(1n, 20_000n),
    });
    fc.assert(
      fc.property(
        lines,
        verdict,
        fc.array(outlay, { maxLength: 4 }),
        fc.constantFrom("replacement" as const, "repair" as const, undefined),
        fc.option(fc.record({ pays: fc.constantFrom(...lossTerms), goodsBack: fc.boolean() })),
        (of, but, outlays, inKind, onTrust) => {
          const basis: SettlementBasis = {
            caseId: "case-1",
            merchantId: "merchant-1",
            buyerId: "buyer-1",
            currency: "CNY",
            lines: of,
            verdict: aVerdict(but),
            returnFreightMinor: 0n,
            times: {},
            outlays,
            ...(inKind ? { inKind } : {}),
            ...(onTrust ? { onTrust } : {}),
          };
          const plan = planSettlement(basis);
          for (const supplier of suppliers) {
            const laidOut = total(
              outlays.filter(({ by }) => by === supplier).map(({ amountMinor }) => amountMinor),
            );
            const borne = [plan.replacementFreight[supplier], plan.repair[supplier]];
            expect(total(borne.flatMap(Object.values)) <= laidOut).toBe(true);
            expect(borne.flatMap(Object.values).every((part) => part >= 0n)).toBe(true);
          }
          if (!inKind) expect(total(Object.values(plan.replacement))).toBe(0n);
          else expect(plan.refundMinor + plan.commissionReversalMinor + plan.outboundFreightMinor).toBe(0n);
          const paid = total(of.map(({ amountMinor }) => amountMinor));
          // Two pieces are never owed more than once, by whomever.
          expect(total(Object.values(plan.replacement)) + plan.onTrustMinor <= paid).toBe(true);
          // Whatever party a flow is for, the buyer never pays one.
          expect(flowsOf(basis).some(({ from }) => from === "buyer:buyer-1")).toBe(
            plan.loss?.from === "buyer" || (plan.freightPayer === "buyer" && plan.freightMinor > 0n),
          );
          expect(() => positionsUnder(ruledBy(aVerdict(but)), basis)).not.toThrow();
        },
      ),
      runs,
    );
  });

  it("refunds at most the claim, in parts that add up, and reverses no more commission than was charged", () => {
    fc.assert(
      fc.property(lines, verdict, fc.bigInt(0n, 9_000n), (of, but, returnFreightMinor) => {
        const standing = aVerdict(but);
        const basis: SettlementBasis = {
          caseId: "case-1",
          merchantId: "merchant-1",
          buyerId: "buyer-1",
          currency: "CNY",
          lines: of,
          verdict: standing,
          returnFreightMinor,
          times: {},
        };
        const plan = planSettlement(basis);
        const { merchant, platform, carrier } = plan.funding;
        expect(merchant + platform + carrier).toBe(plan.refundMinor);
        expect(plan.refundMinor <= total(of.map(({ amountMinor }) => amountMinor))).toBe(true);
        for (const part of [merchant, platform, carrier, plan.freightMinor]) expect(part >= 0n).toBe(true);
        expect(plan.freightMinor <= standing.freight.capMinor).toBe(true);
        expect(plan.freightMinor <= returnFreightMinor).toBe(true);
        expect(plan.commissionReversalMinor <= merchant).toBe(true);
        const charged = total(of.map((line) => (line.amountMinor * BigInt(line.commissionBps)) / 10_000n));
        expect(plan.commissionReversalMinor <= charged).toBe(true);
      }),
      runs,
    );
  });
});

/** The roads by which a case gets to its settlement: as sent, contradicted, lost, or with no goods at all. */
const roads: readonly ((second: Partial<Verdict>) => readonly Move[])[] = [
  () => [ships(), delivered(), inspected()],
  (second) => [ships(), delivered(), inspected({ sameItem: false }), judged(second), silence()],
  (second) => [ships(), goesMissing(), judged(second)],
];

/**
 * What a table does to a settlement that is cut off: a stage is decided again from what was committed, and
 * a transfer that is there already is refused.
 */
const committed = (ledger: readonly Transfer[], { transferId }: Transfer): boolean =>
  ledger.some((transfer) => transfer.transferId === transferId);

describe("a settlement, whatever the lines, the verdicts, the judgment that changed and where it was cut off", () => {
  it("posts what sums to zero, empties escrow, leaves nothing pending and never moves money twice", () => {
    fc.assert(
      fc.property(
        lines,
        verdict,
        verdict,
        fc.constantFrom(...roads),
        fc.array(fc.boolean(), { maxLength: 6 }),
        (of, first, second, road, crashes) => {
          const filed = aReturn({ detail: detailOf(of) });
          const start = played(filed, judged(first), approves(), ...road(second));
          let standing: CaseSnapshot = start;
          for (const crashed of [...crashes, false, false, false, false]) {
            if (standing.state.stage !== "settling") break;
            const { command, by, at } = settles()(standing);
            const events = decide(command, standing, at, by);
            const moved = events.flatMap((event) => ("transfers" in event ? event.transfers : []));
            expect(moved.filter((transfer) => committed(standing.ledger, transfer))).toEqual([]);
            // A crash before the commit loses the decision and nothing else.
            if (!crashed) standing = afterEvents(standing, events);
          }
          standing = untilClosed(standing);

          const { ledger, state } = standing;
          expect(state.stage).toBe("closed");
          expect(new Set(ledger.map(({ transferId }) => transferId)).size).toBe(ledger.length);
          expect(new Set(ledger.map(({ stage, purpose }) => `${stage}#${purpose}`)).size).toBe(ledger.length);
          expect(ledger.every(({ amountMinor }) => amountMinor > 0n)).toBe(true);
          const balanceOf = balances(ledger, "CNY");
          expect(total(balanceOf.values())).toBe(0n);
          expect(balanceOf.get("case:case-1:escrow") ?? 0n).toBe(0n);
          expect([...openPending(ledger).values()].every((left) => left === 0n)).toBe(true);
          expect(() => assertSettled(state, ledger)).not.toThrow();
          const refunded = total(
            ledger
              .filter(({ purpose }) => purpose === "refund-to-buyer")
              .map(({ amountMinor }) => amountMinor),
          );
          expect(refunded <= state.claimMinor).toBe(true);
          expect(state.outcome).toBe(
            refunded === 0n
              ? "not_refunded"
              : refunded < state.claimMinor
                ? "partially_refunded"
                : "refunded",
          );
          // The ledger alone, in any order, is what a second run starts from: it comes to the same end.
          const again = untilClosed({ ...start, ledger: [...start.ledger].reverse() });
          expect(again.ledger.map(({ transferId }) => transferId).sort()).toEqual(
            ledger.map(({ transferId }) => transferId).sort(),
          );
        },
      ),
      runs,
    );
  });
});
