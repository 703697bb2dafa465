import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { evidenceWindowMs } from "../../functions/domain/dispute.ts";
import { clocks } from "../../functions/domain/lifecycle.ts";
import {
  aDetail,
  aLine,
  aRefundOnly,
  aReturn,
  arbiter,
  buyer,
  day,
  hour,
  merchant,
  operator,
  partner,
  secondArbiter,
  whollyOn,
} from "../support/builders.ts";
import { anOffice } from "../support/calendars.ts";
import {
  acceptsRuling,
  afterEvents,
  agrees,
  appeals,
  approves,
  at,
  delivered,
  escalates,
  filedSnapshot,
  given,
  inspected,
  judged,
  type Move,
  machineFails,
  played,
  playedOn,
  proposes,
  refuses,
  rests,
  resumes,
  rules,
  rulesNothing,
  ships,
  silence,
  states,
  takes,
  untilClosed,
  wayTo,
  withdraws,
} from "../support/cases.ts";

const refunded = ({ ledger }: CaseSnapshot): bigint =>
  ledger
    .filter(({ purpose, phase }) => purpose.startsWith("refund-to-buyer") && phase === "posted")
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/** The buyer's objection is heard, and nobody is heard any more. */
const heard = [rests(buyer), rests(merchant)] as const;
const asked = [judged(), refuses(), escalates(), ...heard] as const;
const ruled = [...asked, rules()] as const;
const appealed = [...ruled, appeals(merchant), rests(buyer)] as const;
const cameBackWorse = [...wayTo.awaiting_inspection, inspected({ sameItem: false })] as const;

describe("a dispute opens", () => {
  it("by the buyer, or the platform for it, after a refusal and after an ineligible verdict", () => {
    for (const [history, ground] of [
      [[judged(), refuses()], "refusal"],
      [[judged({ route: "ineligible" })], "ineligible"],
    ] as const) {
      for (const who of [buyer, partner]) {
        const after = given(aReturn(), ...history)
          .when(escalates(who))
          .thenHappens({ type: "DisputeOpened", ground, side: "buyer" });
        expect(after.state.stage).toBe("disputed");
        expect(after.state.deadlineAt).toBe(after.state.updatedAt + 48 * hour);
        expect(after.dispute).toMatchObject({
          number: 1,
          round: 1,
          heard: ["buyer", "merchant"],
          statements: 1,
        });
      }
      given(aReturn(), ...history)
        .when(escalates(merchant))
        .thenIsRefused("stage_forbids");
    }
  });

  it("within seven days and not a moment later, when silence has closed the case", () => {
    const refused = given(aReturn(), judged(), refuses());
    const off = (ms: number) => at(({ deadlineAt }) => (deadlineAt ?? 0) + ms, escalates());
    refused.when(off(-1)).thenHappens("DisputeOpened");
    refused.when(off(0)).thenIsRefused("stage_forbids");
    refused.when(silence()).thenHappens("CaseClosed");
  });

  it("by either side against the verdict on what came back worse; else it is settled by that verdict", () => {
    for (const who of [buyer, merchant]) {
      const waiting = given(aReturn(), ...cameBackWorse, judged({ route: "automatic", refundCapBps: 5_000 }));
      expect(waiting.before.state).toMatchObject({ stage: "awaiting_objection" });
      const after = waiting
        .when(escalates(who))
        .thenHappens({ type: "DisputeOpened", ground: "return_inspected", side: who.role });
      expect(after.state.stage).toBe("disputed");
      const settled = waiting.when(silence()).thenHappens("VerdictUncontested");
      expect(refunded(untilClosed(settled))).toBe(64_000n);
    }
  });

  it("not where the verdict is the one under which the goods were sent back: that is settled at once", () => {
    const after = given(aReturn(), ...cameBackWorse)
      .when(judged({ route: "automatic" }))
      .thenHappens("CaseJudged", "VerdictUncontested");
    expect(after.state.stage).toBe("settling");
  });

  it("for 72 hours a side of a case filed before 25 March 2024 in Shanghai, and for 48 since", () => {
    const change = Date.parse("2024-03-25T00:00:00+08:00");
    expect([change - 1, change].map(evidenceWindowMs)).toEqual([72 * hour, 48 * hour]);
    const refused = played(aReturn(), judged(), refuses());
    const old = { ...refused, state: { ...refused.state, filedAt: change - day } };
    const { command, by, at: time } = escalates()(old);
    const open = afterEvents(old, decide(command, old, time, by));
    expect(open.state.deadlineAt).toBe(time + 72 * hour);
  });

  it("a second time, when what a ruling had returned comes back worse", () => {
    const again = played(
      aReturn(),
      ...ruled,
      acceptsRuling(buyer),
      acceptsRuling(merchant),
      ships(),
      delivered(),
      inspected({ sameItem: false }),
      judged({ route: "arbitration" }),
    );
    expect(again.dispute).toMatchObject({ number: 2, ground: "arbitration", round: 1 });
    expect(again.state.stage).toBe("disputed");
  });
});

describe("both sides are heard", () => {
  it("as often as they like until they rest, each by itself; then the arbiter is asked", () => {
    const open = given(aReturn(), judged(), refuses(), escalates(), states(merchant), rests(buyer));
    expect(open.before.dispute).toMatchObject({ statements: 2, rested: ["buyer"] });
    open.when(states(buyer)).thenIsRefused("stage_forbids");
    open.when(states(merchant)).thenHappens("StatementSubmitted");
    const closed = open
      .when(rests(merchant))
      .thenHappens("StatementSubmitted", { type: "EvidenceClosed", basis: "rested", judgedAgain: false });
    expect(closed.state.stage).toBe("awaiting_ruling");
    expect(closed.state.deadlineAt).toBe(closed.state.updatedAt + clocks.rulingTargetMs);
  });

  it("not once their time is over; their silence is decided on file", () => {
    const open = given(aReturn(), judged(), refuses(), escalates());
    const late = at(({ deadlineAt }) => deadlineAt ?? 0, states(merchant));
    open.when(late).thenIsRefused("stage_forbids");
    const closed = open.when(silence()).thenHappens({ type: "EvidenceClosed", basis: "silence" });
    expect(closed.state.stage).toBe("awaiting_ruling");
  });

  it("and not without end: whoever has said enough may rest, and leaves the other what it has to say", () => {
    const many = Array.from({ length: 10 }, () => at(({ updatedAt }) => updatedAt, states(merchant)));
    const talked = given(aReturn(), judged({ route: "arbitration" }), ...many);
    talked.when(states(merchant)).thenIsRefused("statements_exceeded");
    talked.when(rests(merchant)).thenHappens("StatementSubmitted");
    talked.when(states(buyer)).thenHappens("StatementSubmitted");
  });
});

describe("evidence handed in", () => {
  const withFile = given(aReturn(), judged(), refuses(), escalates(buyer, ["ev-1"]), rests(buyer));

  it("has the case judged again, once, when the round ends", () => {
    const closed = withFile
      .when(rests(merchant))
      .thenHappens("StatementSubmitted", { type: "EvidenceClosed", judgedAgain: true });
    expect(closed.state.stage).toBe("evidence_closed");
    given(aReturn(), judged(), refuses(), escalates(buyer, ["ev-1"]))
      .when(silence())
      .thenHappens({ type: "EvidenceClosed", basis: "silence", judgedAgain: true });
  });

  it("is recorded as a verdict of its own where it changes one, and told either way", () => {
    const weighed = given(aReturn(), judged(), refuses(), escalates(buyer, ["ev-1"]), ...heard);
    const changed = weighed
      .when(judged({ rule: "transit-damage", liability: whollyOn("carrier"), carrier: "kuaidi100" }))
      .thenHappens("CaseJudged", { type: "EvidenceWeighed", changed: true });
    expect(changed.state).toMatchObject({ stage: "awaiting_ruling", verdictNumber: 2 });
    const same = weighed.when(judged()).thenHappens({ type: "EvidenceWeighed", changed: false });
    expect(same.state).toMatchObject({ stage: "awaiting_ruling", verdictNumber: 1 });
  });

  it("is weighed by the arbiter on an appeal: no rule overrules a ruling", () => {
    given(aReturn(), ...ruled, appeals(merchant), states(buyer, { evidenceIds: ["ev-2"] }))
      .when(rests(buyer))
      .thenHappens("StatementSubmitted", { type: "EvidenceClosed", round: 2, judgedAgain: false });
  });
});

describe("an arbiter", () => {
  it("takes a case, so that no second one works on it, and hands it over by name", () => {
    const taken = given(aReturn(), ...asked, takes(arbiter));
    taken.when(takes(arbiter)).thenNothingHappens();
    taken.when(takes(secondArbiter)).thenIsRefused("dispute_taken");
    taken.when(takes(secondArbiter, secondArbiter.id)).thenIsRefused("dispute_taken");
    taken.when(rules({}, secondArbiter)).thenIsRefused("dispute_taken");
    const handed = taken
      .when(takes(operator, "arbiter-2"))
      .thenHappens({ type: "DisputeAssigned", arbiterId: "arbiter-2" });
    expect(handed.dispute?.arbiterId).toBe("arbiter-2");
  });

  it("rules: the ruling is the next verdict, and both sides may appeal for seven days", () => {
    const after = given(aReturn(), ...asked)
      .when(rules({ refundMinor: 50_001n }))
      .thenHappens("CaseJudged", { type: "CaseRuled", basis: "arbiter", round: 1, final: false });
    expect(after.state).toMatchObject({ stage: "ruled", verdictNumber: 2 });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + 7 * day);
    expect(after.verdict).toMatchObject({
      number: 2,
      route: "automatic",
      remedies: ["return_and_refund"],
      ruling: { basis: "arbiter", round: 1, refundMinor: 50_001n, arbiterId: "arbiter-1" },
    });
    expect(after.verdict?.told.buyer.en).toContain("500.01 CNY is refunded once the goods are back");
    expect(after.verdict?.told.merchant.en).toContain("Your share of the liability is 100 %");
    expect(after.ledger).toEqual([]);
  });

  it.each<readonly [string, Parameters<typeof rules>[0], string]>([
    ["shares that do not sum", { liability: { ...whollyOn("merchant"), buyer: 1 } }, "/liability"],
    ["more than was claimed", { refundMinor: 128_001n }, "/refundMinor"],
    ["a remedy without money", { refundMinor: 0n }, "/remedy"],
    ["money without a remedy", { remedy: "none" }, "/remedy"],
    ["more than threefold compensation", { compensationMinor: 384_001n }, "/compensationMinor"],
    [
      "compensation where only the buyer answers",
      { liability: whollyOn("buyer"), compensationMinor: 1n },
      "/compensationMinor",
    ],
    ["a carrier nobody knows", { liability: whollyOn("carrier") }, "/carrier"],
    ["freight on a carrier that does not answer", { freightPayer: "carrier" }, "/freightPayer"],
  ])("cannot rule %s", (_what, terms, pointer) => {
    const error = given(aReturn(), ...asked)
      .when(rules(terms))
      .thenIsRefused("ruling_unsound");
    expect(error.fields.map((field) => field.pointer)).toContain(pointer);
  });

  it("says how much of the freight is given back where the standing verdict gave nothing", () => {
    const verdict = judged({ freight: { payer: "buyer", capMinor: 0n } });
    const freightOnBuyer = given(aReturn(), verdict, refuses(), escalates(), ...heard);
    const { fields } = freightOnBuyer.when(rules()).thenIsRefused("ruling_unsound");
    expect(fields.map(({ pointer }) => pointer)).toEqual(["/freightCapMinor"]);
    freightOnBuyer.when(rules({ remedy: "refund_only" })).thenHappens("CaseJudged", "CaseRuled");
    freightOnBuyer.when(rules({ freightPayer: "buyer" })).thenHappens("CaseJudged", "CaseRuled");
    const capped = freightOnBuyer
      .when(rules({ freightCapMinor: 1_800n }))
      .thenHappens("CaseJudged", "CaseRuled");
    expect(capped.verdict?.freight).toEqual({ payer: "merchant", capMinor: 1_800n });
  });

  it("who is silent is called again at the target; at the hard end the verdict that stands rules", () => {
    const waiting = given(aReturn(), ...asked);
    const overdue = waiting
      .when(silence())
      .thenHappens({ type: "DeadlineExtended", reason: "arbiter_overdue" });
    expect(overdue.state.deadlineAt).toBe((waiting.before.dispute?.askedAt ?? 0) + 14 * day);
    const after = given(aReturn(), ...asked, silence())
      .when(silence())
      .thenHappens("CaseJudged", { type: "CaseRuled", basis: "silence", final: false });
    expect(after.state.stage).toBe("ruled");
    expect(after.verdict).toMatchObject({
      rule: "quality-problem",
      ruling: { basis: "silence", remedy: "return_and_refund", refundMinor: 128_000n },
    });
  });
});

describe("with no ruling in time, the standing verdict grants what its rule does", () => {
  const unruled = (verdict: Parameters<typeof judged>[0], filed = aReturn()) =>
    played(filed, judged({ route: "arbitration", ...verdict }), silence(), silence(), silence()).verdict
      ?.ruling;

  it.each([
    ["silence approves, and the remedy is open", {}, "return_and_refund"],
    ["silence refuses", { clocks: { merchantAnswerHours: 48, silence: "refuse" } }, "none"],
    ["the remedy is not open", { remedies: ["refund_only"] }, "none"],
    ["nothing may be refunded", { refundCapBps: 0 }, "none"],
  ] as const)("%s", (_what, verdict, remedy) => {
    expect(unruled(verdict)).toMatchObject({ basis: "silence", remedy });
  });

  it("an ineligible request stays ineligible, and closes", () => {
    const ruledSo = played(
      aReturn(),
      judged({ route: "ineligible" }),
      escalates(),
      silence(),
      silence(),
      silence(),
      silence(),
    );
    expect(ruledSo.state).toMatchObject({ stage: "closed", outcome: "ineligible" });
  });

  it("goods that are back are paid for as the verdict says, whichever remedies it names", () => {
    const back = played(
      aReturn(),
      ...cameBackWorse,
      judged({ route: "arbitration", remedies: [], refundCapBps: 5_000 }),
      silence(),
      silence(),
      silence(),
      silence(),
    );
    expect(back.state.stage).toBe("settling");
    expect(refunded(untilClosed(back))).toBe(64_000n);
  });
});

describe("an appeal", () => {
  it("hears the other side once more, then somebody else rules, and that is final", () => {
    const open = given(aReturn(), ...ruled, appeals(merchant));
    expect(open.before.dispute).toMatchObject({ round: 2, heard: ["buyer"], appealedBy: ["merchant"] });
    expect(open.before.state.deadlineAt).toBe(open.before.state.updatedAt + 48 * hour);
    open.when(states(merchant)).thenIsRefused("stage_forbids");

    const hearing = given(aReturn(), ...appealed);
    hearing.when(rules({}, arbiter)).thenIsRefused("arbiter_barred");
    hearing.when(takes(arbiter)).thenIsRefused("arbiter_barred");
    hearing.when(takes(operator, "arbiter-1")).thenIsRefused("arbiter_barred");
    const after = hearing
      .when(rules({ refundMinor: 128_000n }, secondArbiter))
      .thenHappens(
        "CaseJudged",
        { type: "CaseRuled", round: 2, final: true },
        { type: "RulingFinalized", because: "second_ruling" },
        { type: "CaseApproved", basis: "ruling" },
        "FundsReserved",
      );
    expect(after.state).toMatchObject({ stage: "awaiting_shipment", verdictNumber: 3 });
    expect(after.dispute).toMatchObject({ end: "ruled" });
  });

  it("is for whoever has not accepted the ruling, within its window, and once", () => {
    const accepted = given(aReturn(), ...ruled, acceptsRuling(buyer));
    accepted.when(appeals(buyer)).thenIsRefused("stage_forbids");
    accepted.when(acceptsRuling(buyer)).thenIsRefused("stage_forbids");
    accepted.when(appeals(merchant)).thenHappens("RulingAppealed");
    given(aReturn(), ...ruled)
      .when(at(({ deadlineAt }) => deadlineAt ?? 0, appeals(buyer)))
      .thenIsRefused("stage_forbids");
    given(aReturn(), ...appealed)
      .when(appeals(merchant))
      .thenIsRefused("stage_forbids");
    for (const early of [[judged(), refuses(), escalates()], asked]) {
      given(aReturn(), ...early)
        .when(appeals(buyer))
        .thenIsRefused("stage_forbids");
    }
  });

  it("that nobody rules on leaves the first ruling final", () => {
    const after = given(aReturn(), ...appealed, silence())
      .when(silence())
      .thenHappens({ type: "RulingFinalized", because: "appeal_unheard" }, "CaseApproved", "FundsReserved");
    expect(after.verdict?.ruling).toMatchObject({ arbiterId: "arbiter-1", refundMinor: 64_000n });
  });

  it("that is let go leaves the other side what is left of its own window, and no other", () => {
    const open = given(aReturn(), ...appealed);
    open.when(withdraws(buyer)).thenIsRefused("stage_forbids");
    const window = played(aReturn(), ...ruled).state.deadlineAt;
    const letGo = { type: "DisputeWithdrawn", leaves: "appeal_open", deadlineAt: window } as const;
    for (const history of [[...ruled, appeals(merchant)], appealed]) {
      const after = given(aReturn(), ...history)
        .when(withdraws(merchant))
        .thenHappens(letGo);
      expect(after.state).toMatchObject({ stage: "ruled", deadlineAt: window });
      expect(after.dispute).toMatchObject({ round: 1, waived: ["merchant"], firstArbiterId: "arbiter-1" });
    }
    const waiting = given(aReturn(), ...appealed, withdraws(merchant));
    waiting.when(appeals(merchant)).thenIsRefused("stage_forbids");
    waiting.when(appeals(buyer)).thenHappens({ type: "RulingAppealed", side: "buyer" });
    waiting
      .when(silence())
      .thenHappens({ type: "RulingFinalized", because: "no_appeal" }, "CaseApproved", "FundsReserved");
    waiting
      .when(acceptsRuling(buyer))
      .thenHappens("AppealWaived", { type: "RulingFinalized" }, "CaseApproved", "FundsReserved");
  });

  it("that is let go leaves the window as it was: how long it was made, what it was given and what was told of it", () => {
    const longer: Move = (standing) => ({
      command: {
        type: "ExtendDeadline",
        extension: { byMs: 3 * day },
        reason: "festival",
        extensionId: "ext-1",
      },
      by: operator,
      at: standing.state.updatedAt + hour,
    });
    const halfway = at(({ wakeAt = 0 }) => wakeAt, silence());
    const before = played(aReturn(), ...ruled, longer, halfway);
    const window = { stage: "ruled", clockMs: 10 * day, warned: 50, extensions: ["ext-1"] } as const;
    const wakes = { deadlineAt: before.state.deadlineAt, wakeAt: before.state.wakeAt };
    expect(before.state).toMatchObject(window);
    const open = given(aReturn(), ...ruled, longer, halfway, appeals(merchant), withdraws(merchant));
    expect(open.before.state).toMatchObject({ ...window, ...wakes });
    open.when(longer).thenNothingHappens();
  });

  it("that is let go leaves what was left of the window, of which an operator's review and an ended pause take nothing", () => {
    const before = played(aReturn(), ...ruled).state;
    const reviewed = played(
      aReturn(),
      ...appealed,
      machineFails(),
      at(({ updatedAt }) => updatedAt + 20 * day, resumes()),
      withdraws(merchant),
    ).state;
    expect(reviewed).toMatchObject({ stage: "ruled", deadlineAt: (before.deadlineAt ?? 0) + 20 * day });
    const pauses: Move = ({ state }) => ({
      command: { type: "PauseClock", until: state.updatedAt + 10 * day, reason: "other" },
      by: operator,
      at: state.updatedAt,
    });
    const paused = played(aReturn(), ...ruled, pauses, appeals(merchant), withdraws(merchant)).state;
    // The clock stood still for an hour, and was over with the appeal.
    expect(paused).toMatchObject({
      stage: "ruled",
      pausedMs: hour,
      deadlineAt: (before.deadlineAt ?? 0) + hour,
    });
  });

  it("that is let go leaves the first ruling final where the other side has accepted it, or its window is over", () => {
    const final = [
      { type: "DisputeWithdrawn", leaves: "ruling_stands" },
      { type: "RulingFinalized", because: "appeal_withdrawn" },
      "CaseApproved",
      "FundsReserved",
    ] as const;
    given(aReturn(), ...ruled, acceptsRuling(buyer), appeals(merchant))
      .when(withdraws(merchant))
      .thenHappens(...final);
    const late = at(({ updatedAt }) => updatedAt + 7 * day, withdraws(merchant));
    given(aReturn(), ...appealed)
      .when(late)
      .thenHappens(...final);
  });
});

describe("an appeal across the other's", () => {
  const crossed = [...ruled, appeals(merchant), appeals(buyer)] as const;

  it("is taken while the first is heard, and has its own answer: both are heard, one more ruling decides", () => {
    const open = given(aReturn(), ...ruled, appeals(merchant));
    const after = open.when(appeals(buyer)).thenHappens({ type: "RulingAppealed", side: "buyer" });
    expect(after.dispute).toMatchObject({
      round: 2,
      appealedBy: ["merchant", "buyer"],
      heard: ["buyer", "merchant"],
      statements: 3,
    });
    expect(after.state).toMatchObject({ stage: "disputed", deadlineAt: after.state.updatedAt + 48 * hour });
    const both = given(aReturn(), ...crossed);
    both.when(appeals(buyer)).thenIsRefused("stage_forbids");
    both.when(appeals(merchant)).thenIsRefused("stage_forbids");
    both.when(states(merchant)).thenHappens("StatementSubmitted");
    both.when(rests(merchant)).thenHappens("StatementSubmitted");
    const decided = given(aReturn(), ...crossed, ...heard);
    decided.when(rules({}, arbiter)).thenIsRefused("arbiter_barred");
    decided
      .when(rules({}, secondArbiter))
      .thenHappens(
        "CaseJudged",
        { type: "CaseRuled", round: 2, final: true },
        { type: "RulingFinalized", because: "second_ruling" },
        "CaseApproved",
        "FundsReserved",
      );
  });

  it("is taken until the second ruling; then whoever appealed first answers it, and nobody else again", () => {
    const askedAgain = given(aReturn(), ...appealed, takes(secondArbiter));
    const after = askedAgain.when(appeals(buyer)).thenHappens("RulingAppealed");
    expect(after.state.stage).toBe("disputed");
    expect(after.dispute).toMatchObject({ rested: ["buyer"], arbiterId: "arbiter-2" });
    expect(after.dispute).not.toHaveProperty("askedAt");
    const answered = given(aReturn(), ...appealed, appeals(buyer));
    answered.when(states(buyer)).thenIsRefused("stage_forbids");
    answered.when(rests(merchant)).thenHappens("StatementSubmitted", { type: "EvidenceClosed", round: 2 });
  });

  it("is not for a side that has accepted the ruling", () => {
    given(aReturn(), ...ruled, acceptsRuling(buyer), appeals(merchant))
      .when(appeals(buyer))
      .thenIsRefused("stage_forbids");
  });

  it("goes on when the other is let go; only with both gone the ruling stands", () => {
    for (const [first, second] of [
      [merchant, buyer],
      [buyer, merchant],
    ] as const) {
      const one = given(aReturn(), ...crossed)
        .when(withdraws(first))
        .thenHappens({ type: "DisputeWithdrawn", leaves: "other_appeal" });
      expect(one.state.stage).toBe("disputed");
      expect(one.dispute).toMatchObject({ round: 2, appealedBy: [second.role], heard: [first.role] });
      const left = given(aReturn(), ...crossed, withdraws(first));
      left.when(appeals(first)).thenIsRefused("stage_forbids");
      left.when(withdraws(first)).thenIsRefused("stage_forbids");
      left
        .when(withdraws(second))
        .thenHappens(
          { type: "DisputeWithdrawn", leaves: "ruling_stands" },
          { type: "RulingFinalized", because: "appeal_withdrawn" },
          "CaseApproved",
          "FundsReserved",
        );
    }
  });

  it("is asked of the arbiter at once when only those are left who have rested", () => {
    given(aReturn(), ...ruled, appeals(merchant), appeals(buyer), rests(merchant))
      .when(withdraws(merchant))
      .thenHappens("DisputeWithdrawn", { type: "EvidenceClosed", round: 2 });
    const waiting = given(aReturn(), ...crossed, ...heard)
      .when(withdraws(merchant))
      .thenHappens({ type: "DisputeWithdrawn", leaves: "other_appeal" });
    expect(waiting.state.stage).toBe("awaiting_ruling");
  });
});

describe("a final ruling is carried out", () => {
  const final = (terms: Parameters<typeof rules>[0], filed = aReturn(), history: readonly Move[] = asked) =>
    played(filed, ...history, rules(terms), silence());

  it("because nobody appealed, or both sides accepted it", () => {
    given(aReturn(), ...ruled)
      .when(silence())
      .thenHappens({ type: "RulingFinalized", because: "no_appeal" }, "CaseApproved", "FundsReserved");
    given(aReturn(), ...ruled, acceptsRuling(buyer))
      .when(acceptsRuling(merchant))
      .thenHappens(
        "AppealWaived",
        { type: "RulingFinalized", because: "appeal_waived" },
        "CaseApproved",
        "FundsReserved",
      );
  });

  it("the goods come back first where the buyer has them", () => {
    expect(final({}).state).toMatchObject({ stage: "awaiting_shipment", reception: "awaiting" });
  });

  it("the buyer keeps the goods and is paid a part, to the minor unit, and no freight for goods that stay", () => {
    const lines = [
      aLine({ amountMinor: 100n, outboundFreightMinor: 900n }),
      aLine({ lineId: "line-2", amountMinor: 200n }),
    ];
    const after = untilClosed(
      final({ remedy: "refund_only", refundMinor: 101n }, aReturn({ detail: aDetail({ lines }) })),
    );
    expect(after.state).toMatchObject({
      type: "refund_only",
      reception: "none",
      outcome: "partially_refunded",
    });
    expect(refunded(after)).toBe(101n);
    expect(after.ledger.some(({ purpose }) => purpose.startsWith("outbound-freight"))).toBe(false);
  });

  it("goods the buyer had asked to keep come back, and their units are held", () => {
    const events = given(
      aRefundOnly(),
      judged(),
      refuses(),
      escalates(),
      ...heard,
      rules({ remedy: "return_and_refund" }),
    )
      .when(silence())
      .thenHappens(
        { type: "RulingFinalized", held: [{ lineId: "line-1", amountMinor: 0n, quantity: 1 }] },
        "CaseApproved",
        "FundsReserved",
      );
    expect(events.state).toMatchObject({ type: "return_and_refund", stage: "awaiting_shipment" });
  });

  it("nothing is owed: the case closes and its lines are free again", () => {
    const after = given(aReturn(), ...asked, rulesNothing())
      .when(silence())
      .thenHappens("RulingFinalized", { type: "CaseClosed", outcome: "refused" });
    expect(after.ledger).toEqual([]);
  });

  it("compensation alone is paid, and the goods stay where they are", () => {
    const after = untilClosed(
      final({
        remedy: "none",
        refundMinor: 0n,
        compensationMinor: 5_000n,
        liability: whollyOn("platform"),
        freightPayer: "buyer",
      }),
    );
    expect(after.state).toMatchObject({ stage: "closed", outcome: "not_refunded" });
    expect(after.ledger.find(({ purpose }) => purpose === "compensation-to-buyer")?.amountMinor).toBe(5_000n);
  });

  it("goods that are back are settled, by whatever shares were ruled", () => {
    const back = [...cameBackWorse, judged({ route: "arbitration" }), ...heard];
    const after = untilClosed(
      final(
        {
          refundMinor: 100_000n,
          liability: { merchant: 3_333, platform: 3_333, carrier: 3_333, buyer: 1 },
          freightPayer: "platform",
          freightCapMinor: 1_000n,
        },
        aReturn(),
        back,
      ),
    );
    expect(after.state).toMatchObject({ stage: "closed", outcome: "partially_refunded" });
    expect(refunded(after)).toBe(100_000n);
    expect(after.ledger.find(({ purpose }) => purpose === "return-freight")?.amountMinor).toBe(1_000n);
    const nothing = untilClosed(played(aReturn(), ...back, rulesNothing(), silence()));
    expect(nothing.state).toMatchObject({ stage: "closed", outcome: "not_refunded" });
  });
});

describe("the sides agree", () => {
  it.each([
    ["while they are heard", [judged(), refuses(), escalates()]],
    ["while the arbiter is asked", asked],
    ["after the ruling", ruled],
    ["during an appeal", [...ruled, appeals(buyer)]],
  ] as const)(
    "%s: what one proposes and the other accepts is carried out, paid by the merchant",
    (_when, history) => {
      const offered = given(aReturn(), ...history, proposes(merchant, 30_000n, "refund_only"));
      offered.when(agrees(merchant)).thenIsRefused("proposal_gone");
      offered.when(agrees(buyer, 2)).thenIsRefused("proposal_gone");
      const after = offered
        .when(agrees(buyer))
        .thenHappens(
          "CaseJudged",
          "SettlementAgreed",
          { type: "CaseApproved", basis: "settlement" },
          "FundsReserved",
        );
      expect(after.dispute?.end).toBe("agreed");
      expect(after.verdict).toMatchObject({
        liability: whollyOn("merchant"),
        ruling: { basis: "agreement" },
      });
      expect(refunded(untilClosed(after))).toBe(30_000n);
    },
  );

  it("on nothing that was proposed before anybody knew the ruling, nor once the ruling is final", () => {
    const before = given(aReturn(), ...asked, proposes(merchant, 90_000n), rules());
    expect(before.before.dispute).not.toHaveProperty("proposal");
    before.when(agrees(buyer, 1)).thenIsRefused("proposal_gone");
    const since = given(
      aReturn(),
      ...asked,
      proposes(merchant, 90_000n),
      rules(),
      proposes(merchant, 10_000n),
    );
    since.when(agrees(buyer, 1)).thenIsRefused("proposal_gone");
    const late = at(({ deadlineAt }) => deadlineAt ?? 0, agrees(buyer, 2));
    since.when(late).thenIsRefused("stage_forbids");
    since
      .when(agrees(buyer, 2))
      .thenHappens("CaseJudged", "SettlementAgreed", "CaseApproved", "FundsReserved");
  });

  it("only on what was proposed last, and within the claim", () => {
    const open = given(aReturn(), ...asked, proposes(merchant, 10_000n), proposes(buyer, 90_000n));
    open.when(agrees(buyer, 1)).thenIsRefused("proposal_gone");
    open
      .when(agrees(merchant, 2))
      .thenHappens("CaseJudged", "SettlementAgreed", "CaseApproved", "FundsReserved");
    for (const amountMinor of [0n, 128_001n]) {
      open.when(proposes(buyer, amountMinor)).thenIsRefused("ruling_unsound");
    }
  });
});

describe("a dispute is let go", () => {
  it.each([
    [[judged(), refuses(), escalates()], "refused"],
    [[judged({ route: "ineligible" }), escalates()], "ineligible"],
    [[judged({ route: "arbitration" })], "cancelled"],
  ] as const)("by a buyer who still has the goods: the case closes", (history, outcome) => {
    const after = given(aReturn(), ...history)
      .when(withdraws(buyer))
      .thenHappens({ type: "DisputeWithdrawn", leaves: "closes" }, { type: "CaseClosed", outcome });
    expect(after.dispute?.end).toBe("withdrawn");
    given(aReturn(), ...history)
      .when(withdraws(merchant))
      .thenIsRefused("stage_forbids");
  });

  it("by whoever objected to the verdict on what came back: it is settled by that verdict", () => {
    const objected = given(aReturn(), ...cameBackWorse, judged({ refundCapBps: 5_000 }), escalates(merchant));
    objected.when(withdraws(buyer)).thenIsRefused("stage_forbids");
    const after = objected
      .when(withdraws(merchant))
      .thenHappens({ type: "DisputeWithdrawn", leaves: "settles" });
    expect(refunded(untilClosed(after))).toBe(64_000n);
  });

  it("by nobody where goods are back and no verdict stands that both would be left with", () => {
    for (const who of [buyer, merchant]) {
      given(aReturn(), ...cameBackWorse, judged({ route: "arbitration" }))
        .when(withdraws(who))
        .thenIsRefused("stage_forbids");
    }
  });
});

describe("an operator who takes over a failed case", () => {
  it("resumes the dispute where it was, with what was left of the arbiter's time", () => {
    const after = given(aReturn(), ...asked, takes(arbiter), machineFails("AwaitRuling: Broken"))
      .when(at(({ updatedAt }) => updatedAt + 9 * day, resumes()))
      .thenHappens("ManualReviewResolved");
    expect(after.state).toMatchObject({
      stage: "awaiting_ruling",
      deadlineAt: after.state.updatedAt + clocks.rulingTargetMs - 2 * hour,
    });
    expect(after.dispute).toMatchObject({
      arbiterId: "arbiter-1",
      askedAt: after.state.updatedAt - 2 * hour,
    });
  });

  it("resumes a ruling that is overdue so that it is over when its time is, by the arbiters' calendar as well", () => {
    for (const calendars of [{}, { operator: compileCalendar(anOffice()) }]) {
      const overdue = playedOn(
        { ...filedSnapshot(aReturn()), calendars },
        ...asked,
        silence(),
        machineFails(),
      );
      const resumed = playedOn(
        overdue,
        at(({ updatedAt }) => updatedAt + 9 * day + 5 * hour, resumes()),
      );
      const ruled = playedOn(resumed, silence());
      expect(ruled.state).toMatchObject({ stage: "ruled", updatedAt: resumed.state.deadlineAt });
    }
  });

  it("approves what was ruled, and not what was asked for", () => {
    const { state } = given(aReturn(), ...asked, rules({ remedy: "refund_only" }), machineFails())
      .when(approves(operator))
      .thenHappens(
        "ManualReviewResolved",
        { type: "RulingFinalized", because: "operator", remedy: "refund_only" },
        { type: "CaseApproved", basis: "ruling" },
        "FundsReserved",
      );
    expect(state).toMatchObject({ stage: "settling", type: "refund_only", reception: "none" });
    given(aReturn(), ...asked, rulesNothing(), machineFails())
      .when(approves(operator))
      .thenHappens("ManualReviewResolved", "RulingFinalized", { type: "CaseClosed", outcome: "refused" });
    const onAppeal = given(aReturn(), ...appealed, machineFails()).when(approves(operator));
    expect(
      onAppeal.thenHappens("ManualReviewResolved", "RulingFinalized", "CaseApproved", "FundsReserved").state,
    ).toMatchObject({ stage: "awaiting_shipment", type: "return_and_refund" });
  });

  it("gives an arbiter's time anew where nothing was left of it", () => {
    const late = at(({ deadlineAt = 0 }) => deadlineAt, machineFails());
    const { state, dispute } = played(aReturn(), ...asked, late, resumes());
    expect(state.deadlineAt).toBe(state.updatedAt + clocks.rulingTargetMs);
    expect(dispute?.askedAt).toBe(state.updatedAt);
  });
});
