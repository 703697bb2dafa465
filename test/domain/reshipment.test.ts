import { describe, expect, it } from "vitest";
import type { FiledCase } from "../../functions/domain/case.ts";
import { settlementBasis, standingVerdict } from "../../functions/domain/case.ts";
import type { CaseType } from "../../functions/domain/request.ts";
import { planSettlement, type SettlementBasis } from "../../functions/domain/settlement/plan.ts";
import { flowsOf, reserveTransfers } from "../../functions/domain/settlement/stages.ts";
import { openPending } from "../../functions/domain/settlement/transfer.ts";
import {
  aResend,
  aReturn,
  day,
  hour,
  merchant,
  monday,
  operator,
  warehouse,
  whollyOn,
} from "../support/builders.ts";
import {
  approves,
  arrives,
  at,
  confirms,
  delivered,
  filedFor,
  given,
  givesUp,
  goesMissing,
  inspected,
  judged,
  type Move,
  machineFails,
  neverSeen,
  played,
  refuses,
  repaired,
  reports,
  reships,
  resumes,
  scannedAt,
  settledMoney,
  settles,
  ships,
  silence,
  untilClosed,
  wayTo,
} from "../support/cases.ts";

const anExchange = aReturn({ type: "exchange" });
const aRepair = filedFor("repairing");
const everyRemedy: readonly CaseType[] = ["refund_only", "return_and_refund", "exchange", "repair", "resend"];
const allowing = { remedies: everyRemedy };
const comesBack = [judged(allowing), approves(), ships(), delivered(), inspected()] as const;
const againGood = judged({ ...allowing, route: "automatic" });

const outcomeOf = (filed: FiledCase, ...moves: readonly Move[]) => {
  const standing = untilClosed(played(filed, ...moves));
  settledMoney(standing);
  return standing;
};
const refundIn = (standing: { readonly ledger: readonly { purpose: string; amountMinor: bigint }[] }) =>
  standing.ledger
    .filter(({ purpose }) => purpose === "refund-to-buyer")
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

describe("goods instead of money", () => {
  it.each<readonly [string, FiledCase, readonly Move[], string]>([
    ["an exchange", anExchange, [...comesBack, reships(), arrives(), confirms()], "exchanged"],
    ["a repair", aRepair, [...comesBack, repaired(), reships(), arrives(), confirms()], "repaired"],
    [
      "what never arrived",
      aResend(),
      [judged(allowing), approves(), reships(), arrives(), confirms()],
      "resent",
    ],
  ])(
    "%s: the reserve stands until the buyer has them, then is let go, and nothing is refunded",
    (_, filed, moves, outcome) => {
      const before = played(filed, ...moves);
      expect(before.state.stage).toBe("settling");
      expect([...openPending(before.ledger).values()]).toEqual([128_000n]);
      const { state, ledger } = outcomeOf(filed, ...moves);
      expect(state.outcome).toBe(outcome);
      expect(refundIn({ ledger })).toBe(0n);
    },
  );

  it("gives back to the line what it held, once, though freight was posted", () => {
    const closed = given(anExchange, ...comesBack, reships(), arrives(), confirms())
      .when(settles())
      .thenHappens("FreightSettled", "PayoutInstructed", "ReserveReleased", {
        type: "CaseClosed",
        outcome: "exchanged",
        released: [{ lineId: "line-1", quantity: 1, amountMinor: 128_000n }],
      });
    expect(closed.state.stage).toBe("closed");
    given(anExchange, ...comesBack, givesUp("awaiting_reshipment"), settles(), settles())
      .when(settles())
      .thenHappens("CommissionReversed", { type: "CaseClosed", outcome: "refunded", released: [] });
  });

  it("is confirmed by silence seven days after the delivery, however weakly that was signed", () => {
    const waiting = given(anExchange, ...comesBack, reships(), arrives(false));
    expect(waiting.before.state.deadlineAt).toBe(waiting.before.state.updatedAt + 7 * day);
    waiting.when(at(({ deadlineAt = 0 }) => deadlineAt - 1, silence())).thenHappens("DeadlineApproaching");
    waiting.when(silence()).thenHappens({ type: "ReplacementConfirmed", basis: "silence" });
  });

  it("is confirmed by the buyer before the carrier says anything", () => {
    given(anExchange, ...comesBack, reships())
      .when(confirms())
      .thenHappens({ type: "ReplacementConfirmed", basis: "buyer" });
  });

  it("is confirmed by nobody who sent it", () => {
    given(anExchange, ...comesBack, reships(), arrives())
      .when(confirms(merchant))
      .thenIsRefused("stage_forbids");
  });

  it("does not believe a delivery before the case, nor one for another stage", () => {
    const travelling = given(anExchange, ...comesBack, reships());
    const early: Move = () => ({
      command: { type: "RecordReplacementDelivery", deliveredAt: monday - hour, trusted: true },
      by: merchant,
      at: monday + 30 * day,
    });
    travelling.when(early).thenNothingHappens();
    given(anExchange, ...comesBack)
      .when(arrives())
      .thenIsRefused("stage_forbids");
  });

  it("cannot be cancelled by the buyer once it was sent", () => {
    const back = given(anExchange, ...comesBack, reships(), arrives(), reports("faulty"), approves(operator));
    expect(back.before.state.stage).toBe("awaiting_shipment");
    back
      .when((standing) => ({ ...confirms()(standing), command: { type: "CancelCase" } }))
      .thenIsRefused("stage_forbids");
  });
});

describe("goods that cannot be had turn into a refund", () => {
  it.each<readonly [string, FiledCase, readonly Move[], string]>([
    [
      "the merchant cannot supply",
      anExchange,
      [...comesBack, givesUp("awaiting_reshipment")],
      "cannot_supply",
    ],
    [
      "the warehouse cannot repair",
      aRepair,
      [...comesBack, givesUp("repairing", warehouse)],
      "not_repairable",
    ],
    ["nobody sends it", anExchange, [...comesBack, silence()], "silence"],
    ["nobody repairs it", aRepair, [...comesBack, silence()], "silence"],
    ["it is repaired and never sent", aRepair, [...comesBack, repaired(), silence()], "silence"],
    ["nobody sends what is missing", aResend(), [judged(allowing), approves(), silence()], "silence"],
    ["no carrier ever had it", anExchange, [...comesBack, reships(), neverSeen()], "never_sent"],
    [
      "what came back is worse, by the buyer's doing",
      anExchange,
      [
        judged(allowing),
        approves(),
        ships(),
        delivered(),
        inspected({ sameItem: false }),
        judged({ route: "automatic", remedies: ["return_and_refund"] }),
        // Whoever wanted goods may object to getting none.
        silence(),
      ],
      "verdict",
    ],
    [
      "the return is lost, and nothing is left to repair",
      aRepair,
      [judged(allowing), approves(), ships(), goesMissing(), againGood],
      "verdict",
    ],
  ])("%s", (_, filed, moves, refundInstead) => {
    const { state, ledger } = outcomeOf(filed, ...moves);
    expect(state).toMatchObject({ refundInstead, outcome: "refunded" });
    expect(refundIn({ ledger })).toBe(128_000n);
  });

  it("refunds no more than the standing verdict says", () => {
    const worse = judged({
      route: "automatic",
      remedies: ["return_and_refund"],
      refundCapBps: 7_000,
      liability: whollyOn("buyer"),
    });
    const { state, ledger } = outcomeOf(
      anExchange,
      judged(allowing),
      approves(),
      ships(),
      delivered(),
      inspected({ sameItem: false }),
      worse,
      // Nobody objects to it.
      silence(),
    );
    expect(state.outcome).toBe("partially_refunded");
    expect(refundIn({ ledger })).toBe(89_600n);
  });

  it("pays the repair that was made in vain all the same", () => {
    const liability = whollyOn("platform");
    const { ledger } = outcomeOf(
      aRepair,
      judged({ ...allowing, liability }),
      ...comesBack.slice(1),
      repaired(merchant, 9_000n),
      silence(),
    );
    expect(ledger.find(({ purpose }) => purpose === "repair-from-platform-to-merchant")).toMatchObject({
      amountMinor: 9_000n,
      from: "platform:expense",
      to: "merchant:merchant-1:payable",
    });
  });

  it("gives up a repair only while it is being repaired", () => {
    given(aRepair, ...comesBack, repaired())
      .when(givesUp("repairing"))
      .thenIsRefused("stage_forbids");
    given(aRepair, ...comesBack)
      .when(givesUp("awaiting_reshipment"))
      .thenIsRefused("stage_forbids");
  });

  it("says what can be said instead where there is nothing to give up yet", () => {
    const early = given(aRepair, judged(allowing));
    for (const of of ["repairing", "awaiting_reshipment"] as const) {
      const { message } = early.when(givesUp(of)).thenIsRefused("stage_forbids");
      expect(message).toContain("A case in stage awaiting_merchant cannot be answered with");
      expect(message).toContain("allowed now: approve, refuse, counter_offer");
    }
  });
});

describe("a parcel to the buyer that comes back to its sender", () => {
  it.each([
    ["exchange", anExchange, [...comesBack, reships()]],
    ["repair, which is not repaired twice", aRepair, [...comesBack, repaired(), reships()]],
  ] as const)("is sent once more if the operator approves: %s", (_, filed, moves) => {
    const back = silence(scannedAt(monday + 3 * day, "returned"));
    const { state } = played(filed, ...moves, back, approves(operator));
    expect(state).toMatchObject({ stage: "awaiting_reshipment", reception: "received" });
  });
});

it("what has been repaired is sent, and not repaired twice, if an operator approves it", () => {
  const { state } = played(aRepair, ...comesBack, repaired(), machineFails(), approves(operator));
  expect(state.stage).toBe("awaiting_reshipment");
});

describe("a parcel to the buyer that is lost", () => {
  const travelling = [...comesBack, reships()] as const;

  it("is judged again and sent again", () => {
    const lost = given(anExchange, ...travelling)
      .when(goesMissing())
      .thenHappens("ReplacementLost");
    expect(lost.state.stage).toBe("lost");
    const again = given(anExchange, ...travelling, goesMissing())
      .when(againGood)
      .thenHappens("CaseJudged");
    expect(again.state.stage).toBe("awaiting_reshipment");
    const { state } = outcomeOf(
      anExchange,
      ...travelling,
      goesMissing(),
      againGood,
      reships(),
      arrives(),
      confirms(),
    );
    expect(state.outcome).toBe("exchanged");
    expect(state.outlays).toHaveLength(2);
  });

  it("is refunded where it was the buyer's own, repaired", () => {
    const { state } = outcomeOf(aRepair, ...comesBack, repaired(), reships(), goesMissing(), againGood);
    expect(state).toMatchObject({ refundInstead: "verdict", outcome: "refunded" });
  });

  it("is told to be stuck by the clocks of its lane, and moves on where it is scanned", () => {
    const standing = given(anExchange, ...travelling);
    const { deadlineAt = 0, updatedAt } = standing.before.state;
    expect(deadlineAt).toBe(updatedAt + 5 * day);
    const stuck = standing
      .when(silence())
      .thenHappens({ type: "ReplacementStuck", step: "nudge", cause: "no_first_scan" });
    expect(stuck.state).toMatchObject({ stage: "reshipping", replacementParcel: { standing: "nudged" } });
    standing
      .when(silence(scannedAt(deadlineAt - day)))
      .thenHappens({ type: "DeadlineExtended", deadlineAt: deadlineAt + 4 * day });
  });

  it("goes to an operator if it travels back, or nobody can know", () => {
    const standing = given(anExchange, ...travelling);
    const { deadlineAt = 0 } = standing.before.state;
    standing
      .when(silence(scannedAt(deadlineAt - day, "returned")))
      .thenHappens({ type: "ManualReviewOpened", cause: "replacement_returned" });
    standing
      .when(silence(scannedAt(deadlineAt + 3 * day)))
      .thenHappens({ type: "ManualReviewOpened", cause: "scan_in_the_future" });
    standing
      .when(silence({ ...scannedAt(deadlineAt - day, "delivered"), deliveredAt: deadlineAt - day }))
      .thenHappens({ type: "ReplacementDelivered", trusted: false });
  });
});

describe("a problem with what was sent", () => {
  const arrived = [...comesBack, reships(), arrives()] as const;

  it("is looked into by a person, and meanwhile nothing counts as confirmed", () => {
    const reported = given(anExchange, ...arrived)
      .when(reports("wrong_item"))
      .thenHappens(
        { type: "ProblemReported", problem: "wrong_item" },
        { type: "ManualReviewOpened", cause: "replacement_problem" },
      );
    expect(reported.state).toMatchObject({ stage: "manual_review", problem: "wrong_item" });
  });

  it.each([
    ["not_received", "awaiting_reshipment"],
    ["incomplete", "awaiting_reshipment"],
    ["wrong_item", "awaiting_shipment"],
    ["faulty", "awaiting_shipment"],
  ] as const)("if the operator finds the buyer right: %s leads to %s", (problem, stage) => {
    const { state } = played(anExchange, ...arrived, reports(problem), approves(operator));
    expect(state.stage).toBe(stage);
    expect(state).not.toHaveProperty("problem");
  });

  it.each([
    [false, true],
    [true, false],
  ])("has the second return believed by itself: first %s, then %s", (first, second) => {
    const { state } = played(
      anExchange,
      judged(allowing),
      approves(),
      ships(),
      delivered(first),
      inspected(),
      reships(),
      arrives(),
      reports("faulty"),
      approves(operator),
      ships(),
      delivered(second),
    );
    expect(state).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: second });
  });

  it("leads to nothing that comes back where nothing ever arrived", () => {
    const { state } = played(
      aResend(),
      judged(allowing),
      approves(),
      reships(),
      arrives(),
      reports("faulty"),
      approves(operator),
    );
    expect(state.stage).toBe("awaiting_reshipment");
  });

  it("is mended once more, and the freight of both returns counts", () => {
    const again = [
      reports("faulty"),
      approves(operator),
      ships(),
      delivered(),
      inspected(),
      repaired(),
      reships(),
      arrives(),
      confirms(),
    ];
    const { state } = outcomeOf(aRepair, ...comesBack, repaired(), reships(), arrives(), ...again);
    expect(state).toMatchObject({ outcome: "repaired", returnFreightMinor: 3_000n });
  });

  it("that comes back to nobody counts as confirmed: the buyer keeps it", () => {
    given(anExchange, ...arrived, reports("faulty"), approves(operator))
      .when(silence())
      .thenHappens({ type: "ReplacementConfirmed", basis: "silence" });
  });

  it("is confirmed if the operator finds the buyer wrong, and waits for the buyer again if resumed", () => {
    given(anExchange, ...arrived, reports("faulty"))
      .when(refuses(operator))
      .thenHappens("ManualReviewResolved", { type: "ReplacementConfirmed", basis: "operator" });
    expect(played(anExchange, ...arrived, reports("faulty"), resumes()).state.stage).toBe(
      "awaiting_confirmation",
    );
  });
});

describe("what goods instead of money cost whom", () => {
  const basisOf = (filed: FiledCase, ...moves: readonly Move[]): SettlementBasis => {
    const standing = played(filed, ...moves);
    return settlementBasis(standing, standingVerdict(standing));
  };
  const shared = { merchant: 5_000, platform: 2_500, carrier: 0, buyer: 2_500 };
  const flowsFor = (basis: SettlementBasis) =>
    Object.fromEntries(flowsOf(basis).map(({ purpose, amountMinor }) => [purpose, amountMinor]));

  it("shares the freight of the way out as the verdict shares the liability, within its cap", () => {
    const basis = basisOf(
      anExchange,
      judged({ ...allowing, liability: shared }),
      ...comesBack.slice(1),
      reships(merchant, 3_000n),
    );
    // The cap is 2,000; a quarter of it is the platform's, and the buyer's own quarter is the merchant's.
    expect(planSettlement(basis)).toMatchObject({
      refundMinor: 0n,
      commissionReversalMinor: 0n,
      replacementFreightMinor: 2_000n,
      replacementFreight: { merchant: { merchant: 1_500n, platform: 500n, carrier: 0n } },
    });
    expect(flowsFor(basis)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-platform-to-merchant": 500n,
      // A quarter of the price, less the commission of 30 % that the merchant would have kept paying.
      "replacement-from-platform": 22_400n,
    });
  });

  it("has the merchant pay the warehouse that sent or repaired for it", () => {
    const basis = basisOf(aRepair, ...comesBack, repaired(warehouse, 8_000n), reships(warehouse, 1_000n));
    expect(flowsFor(basis)).toEqual({
      "return-freight": 1_500n,
      "replacement-freight-from-merchant-to-platform": 1_000n,
      "repair-from-merchant-to-platform": 8_000n,
    });
  });

  it("counts a repair up to what a refund would have cost", () => {
    const basis = basisOf(
      aRepair,
      judged({ ...allowing, refundCapBps: 5_000 }),
      ...comesBack.slice(1),
      repaired(warehouse, 99_000n),
    );
    expect(planSettlement(basis)).toMatchObject({ repairMinor: 64_000n, refundMinor: 0n });
  });

  it("owes the merchant for the goods it gave what a refund in the others' name would have left it", () => {
    const carrier = { ...allowing, liability: whollyOn("carrier"), carrier: "kuaidi100" };
    const basis = basisOf(anExchange, judged(carrier), ...comesBack.slice(1));
    expect(flowsFor(basis)).toMatchObject({ "replacement-from-carrier": 89_600n });
    expect(flowsFor({ ...basis, inKind: "repair" })).not.toHaveProperty("replacement-from-carrier");
    const paysPrice = {
      ...basis.verdict,
      loss: { pays: "price", payer: "carrier", basis: "transit" },
    } as const;
    expect(flowsFor({ ...basis, verdict: paysPrice })).toMatchObject({
      "replacement-from-carrier": 89_600n,
      loss: 38_400n,
    });
  });

  it("charges the fee of a case that was made good, and none by what was not refunded", () => {
    const basis = basisOf(anExchange, ...comesBack);
    const feeTerms = {
      caseFeeMinor: 500n,
      refundFeeBps: 100,
      rebateBps: 0,
      firstAnswerWithinHours: 12,
      inspectionWithinHours: 48,
    };
    expect(planSettlement({ ...basis, feeTerms })).toMatchObject({ feeMinor: 500n });
  });

  it("reserves the refund although goods are to be given", () => {
    const basis = basisOf(anExchange, judged(allowing), approves());
    expect(basis.inKind).toBe("replacement");
    expect(reserveTransfers(basis, monday)).toMatchObject([
      { purpose: "refund-from-merchant", amountMinor: 128_000n },
    ]);
  });
});

it("every way into the stages of goods instead of money is by a repair", () => {
  expect(played(aRepair, ...wayTo.awaiting_confirmation).state.stage).toBe("awaiting_confirmation");
});
