import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { timeLeft } from "../../functions/domain/clock.ts";
import { clocks } from "../../functions/domain/lifecycle.ts";
import { allowedDecisions, maximumOffers } from "../../functions/domain/merchant-decision.ts";
import { balances } from "../../functions/domain/settlement/transfer.ts";
import {
  aDetail,
  aLine,
  aRefundOnly,
  aReturn,
  buyer,
  day,
  hour,
  merchant,
  operator,
  partner,
  whollyOn,
} from "../support/builders.ts";
import { anOffice } from "../support/calendars.ts";
import {
  answers,
  approves,
  at,
  cancels,
  filedSnapshot,
  given,
  inspected,
  judged,
  type Move,
  machineFails,
  offers,
  played,
  playedOn,
  refuses,
  resumes,
  silence,
  untilClosed,
  wayTo,
} from "../support/cases.ts";

const later = (ms: number, move: Move): Move => at(({ updatedAt }) => updatedAt + ms, move);

const asked = [judged()] as const;
const offered = [...asked, offers()] as const;
const declined = [...offered, answers("decline")] as const;
const twice = [...declined, offers({ amountMinor: 64_000n }), answers("decline")] as const;

describe("a merchant offers something else", () => {
  it("gives the buyer 72 hours, and its own clock stands still with what is left of it", () => {
    const after = given(aReturn(), ...asked)
      .when(offers())
      .thenHappens({ type: "OfferMade", offer: { remedy: "refund_only", amountMinor: 38_400n } });
    expect(after.state).toMatchObject({
      stage: "offered",
      offersMade: 1,
      interrupted: { leftMs: 47 * hour, clockMs: 48 * hour },
    });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + clocks.offerMs);
    expect(clocks.offerMs).toBe(72 * hour);
  });

  it("is refused beyond what the verdict lets be refunded, and without an amount", () => {
    const capped = [judged({ refundCapBps: 7_000 })] as const;
    for (const amountMinor of [0n, 89_601n, 128_000n]) {
      const { message, fields } = given(aReturn(), ...capped)
        .when(offers({ amountMinor }))
        .thenIsRefused("decision_forbidden");
      expect(message).toContain("quality-problem");
      expect(fields).toEqual([{ pointer: "/amountMinor", detail: "must be from 1 to 89600" }]);
    }
    given(aReturn(), ...capped)
      .when(offers({ amountMinor: 89_600n }))
      .thenHappens("OfferMade");
    const bare: Move = (standing) => ({
      ...offers()(standing),
      command: { type: "MakeOffer", offer: { remedy: "refund_only" } },
    });
    given(aReturn(), ...capped)
      .when(bare)
      .thenIsRefused("decision_forbidden");
  });

  it("leaves the goods whatever the verdict says, and asks for them back only if the verdict allows it", () => {
    given(aReturn(), judged({ remedies: ["return_and_refund"] }))
      .when(offers())
      .thenHappens("OfferMade");
    const { fields } = given(aRefundOnly(), judged({ remedies: ["refund_only"] }))
      .when(offers({ remedy: "return_and_refund" }))
      .thenIsRefused("decision_forbidden");
    expect(fields).toEqual([{ pointer: "/remedy", detail: "must be one of: refund_only" }]);
  });

  it("is refused where it is all the buyer asked for: that is an approval", () => {
    const { fields } = given(aReturn(), ...asked)
      .when(offers({ remedy: "return_and_refund", amountMinor: 128_000n }))
      .thenIsRefused("decision_forbidden");
    expect(fields).toEqual([{ pointer: "/decision", detail: "must be approve" }]);
  });

  it("twice a case and no third time", () => {
    const { message } = given(aReturn(), ...twice)
      .when(offers())
      .thenIsRefused("decision_forbidden");
    expect(message).toContain("2 times");
    given(aReturn(), ...twice)
      .when(refuses())
      .thenHappens("CaseRefused");
  });

  it("is refused once its time is over, even before the clock has said so", () => {
    given(aReturn(), ...asked)
      .when(at(({ deadlineAt }) => deadlineAt ?? 0, offers()))
      .thenIsRefused("stage_forbids");
  });

  it("stands: neither taken back, nor replaced, nor approved beside", () => {
    for (const move of [offers({ amountMinor: 1n }), approves(), refuses(), answers("decline", merchant)]) {
      given(aReturn(), ...offered)
        .when(move)
        .thenIsRefused("stage_forbids");
    }
  });
});

describe("the buyer declines or says nothing", () => {
  it.each([
    ["declines", answers("decline"), "buyer"],
    ["declines through the platform", answers("decline", partner), "buyer"],
    ["says nothing", silence(), "silence"],
  ] as const)("%s: the merchant has exactly what was left of its time", (_who, move, basis) => {
    const after = given(aReturn(), ...offered)
      .when(move)
      .thenHappens({ type: "OfferDeclined", basis });
    expect(after.state).toMatchObject({ stage: "awaiting_merchant", offersMade: 1 });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + 47 * hour);
    for (const gone of ["offer", "interrupted", "agreed", "merchantAnsweredAt"]) {
      expect(after.state).not.toHaveProperty(gone);
    }
  });

  it("warns the merchant of all the time it was promised, and of no part of it twice", () => {
    const half = at(({ wakeAt = 0 }) => wakeAt, silence());
    const again = [later(hour, offers()), later(day, answers("decline"))] as const;
    const { state } = played(aReturn(), judged(), half, ...again, ...again);
    expect(state).toMatchObject({ warned: 50, clockMs: 48 * hour });
    // 22 hours are left, and 80 % of 48 have run when 9.6 are.
    expect(state.wakeAt).toBe(state.updatedAt + 12.4 * hour);
  });

  it("gives the time that was left at an offer that was made before more was kept of it", () => {
    const { interrupted, ...rest } = played(aReturn(), ...offered).state;
    const before: CaseSnapshot = {
      ...played(aReturn(), ...offered),
      state: { ...rest, merchantLeftMs: interrupted?.leftMs ?? 0 },
    };
    for (const history of [[], [machineFails(), resumes()]]) {
      const { state } = playedOn(before, ...history, answers("decline"));
      expect(state).toMatchObject({ stage: "awaiting_merchant", clockMs: 47 * hour });
      expect(state.deadlineAt).toBe(state.updatedAt + 47 * hour);
      expect(state.merchantAskedAt).toBe(state.updatedAt - hour);
      expect(state).not.toHaveProperty("merchantLeftMs");
    }
  });

  it("does not count the buyer's time as the merchant's where its fee hangs on it", () => {
    const { state } = played(aReturn(), ...offered, silence(), approves());
    expect((state.merchantAnsweredAt ?? 0) - (state.merchantAskedAt ?? 0)).toBe(2 * hour);
  });

  it("conserves the merchant's time, whoever takes how long", () => {
    const wholeMs = 48 * hour;
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            thinks: fc.integer({ min: 1, max: wholeMs / 2 - 1 }),
            waits: fc.option(fc.integer({ min: 1, max: clocks.offerMs })),
          }),
          { minLength: 1, maxLength: maximumOffers },
        ),
        fc.integer({ min: 0, max: hour }),
        (rounds, lastThinks) => {
          const history = rounds.flatMap(({ thinks, waits }) => [
            later(thinks, offers()),
            waits === null ? silence() : later(waits, answers("decline")),
          ]);
          const { state } = played(aReturn(), judged(), ...history);
          const thoughtMs = rounds.reduce((sum, { thinks }) => sum + thinks, 0);
          const leftMs = (state.deadlineAt ?? 0) - state.updatedAt;
          expect(leftMs).toBe(wholeMs - thoughtMs);
          if (lastThinks >= leftMs) return;
          const answered = played(aReturn(), judged(), ...history, later(lastThinks, approves())).state;
          const { merchantAskedAt = 0, merchantAnsweredAt = 0 } = answered;
          expect(merchantAnsweredAt - merchantAskedAt).toBe(thoughtMs + lastThinks);
        },
      ),
      { seed: 20_261_122, numRuns: 500 },
    );
  });
});

describe("a merchant with office hours", () => {
  it("has what was left of them, whenever the buyer declines", () => {
    const inOffice: CaseSnapshot = {
      ...filedSnapshot(aReturn()),
      calendars: { merchant: compileCalendar(anOffice()) },
    };
    const play = (...moves: readonly Move[]): CaseSnapshot => playedOn(inOffice, ...moves);
    const { state } = play(judged(), offers());
    const leftMs = state.interrupted?.leftMs;
    expect(leftMs).toBeLessThan(48 * hour);
    const waits = [hour, 8 * hour, 30 * hour, 72 * hour];
    for (const move of waits.map((ms) => later(ms, answers("decline")))) {
      const declinedNow = play(judged(), offers(), move).state;
      const merchantOffice = inOffice.calendars?.merchant;
      expect(timeLeft(declinedNow.updatedAt, declinedNow.deadlineAt ?? 0, merchantOffice)).toBe(leftMs);
    }
  });
});

describe("the buyer accepts", () => {
  it("keeps the goods: the case is settled by what was offered and by nothing else", () => {
    const compensated = judged({ compensation: { bps: 30_000 } });
    const lines = [aLine({ outboundFreightMinor: 1_000n })];
    const after = given(aReturn({ detail: aDetail({ lines }) }), compensated, offers())
      .when(answers("accept"))
      .thenHappens("OfferAccepted", { type: "CaseApproved", basis: "agreement" }, "FundsReserved");
    expect(after.state).toMatchObject({
      stage: "settling",
      type: "refund_only",
      reception: "none",
      acceptance: "not_needed",
      agreed: { remedy: "refund_only", amountMinor: 38_400n },
    });
    expect(after.state).not.toHaveProperty("offer");
    const closed = untilClosed(after);
    expect(closed.state).toMatchObject({ stage: "closed", outcome: "partially_refunded" });
    expect(Object.fromEntries(balances(closed.ledger, "CNY"))).toEqual({
      "buyer:buyer-1": 38_400n,
      "merchant:merchant-1:payable": -26_880n,
      "platform:revenue": -11_520n,
      "case:case-1:escrow": 0n,
    });
  });

  it("sends the goods back: units it had meant to keep are held from now on, and given back with the claim", () => {
    const after = given(
      aRefundOnly(),
      judged(),
      offers({ remedy: "return_and_refund", amountMinor: 128_000n }),
    )
      .when(answers("accept"))
      .thenHappens(
        { type: "OfferAccepted", held: [{ lineId: "line-1", amountMinor: 0n, quantity: 1 }] },
        "CaseApproved",
        "FundsReserved",
      );
    expect(after.state).toMatchObject({
      stage: "awaiting_shipment",
      type: "return_and_refund",
      reception: "awaiting",
      acceptance: "pending",
    });
    const accepted = [
      judged(),
      offers({ remedy: "return_and_refund", amountMinor: 128_000n }),
      answers("accept"),
    ] as const;
    const released = [{ lineId: "line-1", amountMinor: 128_000n, quantity: 1 }];
    given(aRefundOnly(), ...accepted)
      .when(cancels())
      .thenHappens({ type: "CaseCancelled", released });
    given(aRefundOnly(), ...accepted)
      .when(silence())
      .thenHappens("ReserveReleased", { type: "CaseClosed", outcome: "never_shipped", released });
  });

  it("splits what was agreed on over lines and funders to the last minor unit, within each line's claim", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 200_000n), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000)),
        fc.bigInt(1n, 1_000_000n),
        (amounts, refundCapBps, [a, b, c], wanted) => {
          const [low = 0, middle = 0, high = 0] = [a, b, c].sort((x, y) => x - y);
          const liability = {
            merchant: low,
            platform: middle - low,
            carrier: high - middle,
            buyer: 10_000 - high,
          };
          const lines = amounts.map((amountMinor, index) => aLine({ lineId: `line-${index}`, amountMinor }));
          const verdict = judged({ refundCapBps, liability, carrier: "kuaidi100" });
          const asFiled = played(aReturn({ detail: aDetail({ lines }) }), verdict);
          const capMinor = allowedDecisions(asFiled)?.offers.maximumMinor ?? 0n;
          fc.pre(capMinor > 0n);
          const amountMinor = (wanted % capMinor) + 1n;
          const closed = untilClosed(
            played(
              aReturn({ detail: aDetail({ lines }) }),
              verdict,
              offers({ amountMinor }),
              answers("accept"),
            ),
          );
          expect(closed.state.stage).toBe("closed");
          expect(balances(closed.ledger, "CNY").get("buyer:buyer-1")).toBe(amountMinor);
        },
      ),
      { seed: 20_261_122, numRuns: 300 },
    );
  });

  it("pays no more than a later verdict lets be refunded of what came back", () => {
    const closed = untilClosed(
      played(
        aReturn(),
        judged(),
        offers({ remedy: "return_and_refund", amountMinor: 100_000n }),
        answers("accept"),
        ...wayTo.awaiting_inspection.slice(2),
        inspected({ sameItem: false }),
        judged({ route: "automatic", refundCapBps: 5_000, liability: whollyOn("buyer") }),
        silence(),
      ),
    );
    expect(balances(closed.ledger, "CNY").get("buyer:buyer-1")).toBe(64_000n + 1_500n);
  });

  it("is the last word: nobody answers twice", () => {
    for (const move of [answers("accept"), answers("decline"), approves(), refuses(), offers()]) {
      given(aReturn(), ...offered, answers("accept"))
        .when(move)
        .thenIsRefused("stage_forbids");
    }
  });
});

describe("an offer whose machine failed", () => {
  it("waits again when the operator resumes the case, and is gone when the operator decides it", () => {
    const inReview = [...offered, machineFails()] as const;
    const resumed = played(
      aReturn(),
      ...inReview,
      at(({ updatedAt }) => updatedAt + 9 * day, resumes()),
    ).state;
    expect(resumed).toMatchObject({ stage: "offered", offer: { amountMinor: 38_400n } });
    expect(resumed.deadlineAt).toBe(resumed.updatedAt + clocks.offerMs - hour);
    const { state: askedAgain } = played(aReturn(), ...inReview, resumes(), answers("decline"));
    expect(askedAgain.deadlineAt).toBe(askedAgain.updatedAt + 47 * hour);
    for (const end of [approves(operator), refuses(operator)]) {
      const { state } = played(aReturn(), ...inReview, end);
      for (const gone of ["offer", "interrupted", "agreed"]) expect(state).not.toHaveProperty(gone);
    }
  });

  it("lets the buyer withdraw its whole request meanwhile", () => {
    given(aReturn(), ...offered)
      .when(cancels(buyer))
      .thenHappens({
        type: "CaseCancelled",
        released: [{ lineId: "line-1", amountMinor: 128_000n, quantity: 1 }],
      });
  });
});
