import { describe, expect, it } from "vitest";
import { cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { lossDueAt } from "../../functions/domain/judgment/loss-due.ts";
import { compileRuleSet } from "../../functions/domain/judgment/rule-set.ts";
import { allLostAt, lostIfSilentAt, mayFallSilent } from "../../functions/domain/outbound-parcel.ts";
import { type Checkpoint, parcelStatuses } from "../../functions/domain/tracking.ts";
import { aRefundOnly, aResend, aReturn, buyer, day, hour, merchant, monday } from "../support/builders.ts";
import {
  at,
  cancels,
  domestic,
  given,
  goesMissing,
  judged,
  judgedOpen,
  learnsOfOutbound,
  looksAtParcel,
  type Move,
  machineFails,
  refuses,
  reships,
  rests,
  resumes,
  rules,
  settles,
  silence,
  wayTo,
} from "../support/cases.ts";
import { caseOf, type Given, notDelivered } from "../support/judged-cases.ts";

const told = (but: Partial<Checkpoint>): Checkpoint => ({
  source: "kuaidi100",
  at: monday,
  status: "in_transit",
  code: "0",
  place: "上海",
  text: "",
  ...but,
});

describe("the silence of a parcel to the buyer", () => {
  it("says something while the carrier has it and it does not come back", () => {
    expect(parcelStatuses.filter((status) => mayFallSilent({ status }))).toEqual([
      "picked_up",
      "in_transit",
      "out_for_delivery",
      "exception",
      "damaged",
      "lost",
      "refused",
    ]);
  });

  it("begins with the last scan, and a carrier that has nothing to tell breaks no silence", () => {
    const scans = [
      told({ at: monday, trusted: true }),
      told({ at: monday + 2 * day, trusted: true, heardAt: monday + 3 * day }),
      told({ at: monday + 4 * day, status: "silence", trusted: true }),
    ];
    expect(lostIfSilentAt(scans, domestic)).toBe(monday + 2 * day + domestic.lostMs);
  });

  it("has to be lived through where the push was weakly signed: it may say that it is old", () => {
    const scan = told({ at: monday - 20 * day, heardAt: monday });
    expect(lostIfSilentAt([scan], domestic)).toBe(monday + domestic.lostMs);
    expect(lostIfSilentAt([{ ...scan, trusted: true }], domestic)).toBe(monday - 5 * day);
    expect(lostIfSilentAt([told({ trusted: true }), scan], domestic)).toBe(monday + domestic.lostMs);
  });

  it("is that of the parcel that is lost last, and of none while one is not awaited any more", () => {
    expect(allLostAt([{ lostAt: 1 }, { lostAt: 2 }])).toBe(2);
    expect(allLostAt([{ lostAt: 1 }, {}])).toBeUndefined();
    expect(allLostAt([undefined])).toBeUndefined();
    expect(allLostAt([])).toBeUndefined();
  });
});

describe("when a judgment is due again for silence", () => {
  const cn = compileRuleSet(cnStandardRules);
  const dueOf = (but: Given, ruleSet = cn): number | undefined => {
    const input = caseOf({ now: monday, ...notDelivered, ...but });
    return lossDueAt(ruleSet, input, judge(ruleSet, input, 1));
  };
  const open = (lostAt: number) => ({ way: { status: "in_transit", lostAt } }) as const;

  it("is the moment at which the parcel counts as lost, and never one that has come", () => {
    expect(dueOf(open(monday + 1))).toBe(monday + 1);
    expect(dueOf({ way: { status: "lost", weak: true, lostAt: monday + 1 } })).toBe(monday + 1);
    expect(dueOf(open(monday))).toBeUndefined();
    const unasked = compileRuleSet({ ...cnStandardRules, rules: cnStandardRules.rules.slice(-1) });
    expect(dueOf(open(monday + 1), unasked)).toBeUndefined();
  });

  it("is never where the verdict rests on something else, or asks nobody to find the parcel", () => {
    expect(dueOf({ way: { status: "in_transit" } })).toBeUndefined();
    expect(dueOf({ ...open(monday + 1), reason: "DEFECTIVE", claimMinor: 5_000_000n })).toBeUndefined();
    expect(dueOf({ way: { status: "returned", weak: true, lostAt: monday + 1 } })).toBeUndefined();
  });
});

describe("a dispute over goods that never arrived", () => {
  const tenDays = 10 * day;
  const closesEvidence: readonly Move[] = [rests(buyer), rests(merchant)];
  const waiting = given(aRefundOnly(), judgedOpen(day));
  const due = waiting.before.state.lossDueAt ?? 0;

  it("wakes for the parcel before its deadline, and among its warnings", () => {
    expect(waiting.before.state).toMatchObject({ stage: "disputed", lossDueAt: due });
    // The first warning is given after 24 hours, at the same moment.
    expect(waiting.before.state.wakeAt).toBe(due);
    const sooner = given(aRefundOnly(), judgedOpen(hour)).before.state;
    expect(sooner.wakeAt).toBe(sooner.lossDueAt);
    const later = given(aRefundOnly(), judgedOpen(tenDays)).before.state;
    expect(later.wakeAt).toBe(later.updatedAt + day);
  });

  it("is judged again when the parcel is still silent, and does not wait for it again", () => {
    const again = waiting
      .when(looksAtParcel((dueAt) => dueAt))
      .thenHappens({ type: "DisputeOvertaken", cause: "parcel_silent" });
    expect(again.state).toMatchObject({ stage: "submitted", verdictNumber: 1 });
    expect(again.state.lossDueAt).toBeUndefined();
    expect(again.dispute?.end).toBe("overtaken");
    const lost = given(
      aRefundOnly(),
      judgedOpen(day),
      looksAtParcel((dueAt) => dueAt),
      judged({ route: "automatic", facts: { outboundParcelLost: true } }),
    ).before;
    expect(lost.state).toMatchObject({ stage: "settling", verdictNumber: 2 });
    expect(lost.state.lossDueAt).toBeUndefined();
  });

  it("waits on when the parcel was scanned since, and judges what has ended unnoticed", () => {
    const { state } = waiting
      .when(looksAtParcel((dueAt) => dueAt + 3 * day))
      .thenHappens({ type: "LossClockMoved", lossDueAt: due + 3 * day });
    expect(state).toMatchObject({ stage: "disputed", lossDueAt: due + 3 * day, waitSince: 2 });
    waiting.when(looksAtParcel()).thenHappens({ type: "DisputeOvertaken", cause: "parcel_news" });
  });

  it("goes on waiting while an arbiter is asked, beyond the deadline of the evidence", () => {
    const asked = given(aRefundOnly(), judgedOpen(2 * day + hour), silence());
    expect(asked.before.state).toMatchObject({ stage: "awaiting_ruling" });
    expect(asked.before.state.wakeAt).toBe(asked.before.state.lossDueAt);
    asked.when(looksAtParcel((dueAt) => dueAt)).thenHappens("DisputeOvertaken");
    // Evidence that was weighed meanwhile leaves the clock as it is.
    const weighed = given(
      aRefundOnly(),
      judgedOpen(tenDays),
      (standing) => ({ ...silence()(standing), command: { type: "ExpireWait", filesArrived: 1 } }),
      judged({ route: "automatic", facts: { outboundParcelLost: true } }),
    ).before;
    expect(weighed.state).toMatchObject({ stage: "awaiting_ruling", verdictNumber: 2 });
    expect(weighed.state.lossDueAt).toBeDefined();
  });

  it("never looks again once a ruling was given, or an operator has the case", () => {
    const ruled = given(aRefundOnly(), judgedOpen(tenDays), ...closesEvidence, rules()).before.state;
    expect(ruled.stage).toBe("ruled");
    expect(ruled.lossDueAt).toBeUndefined();
    const failed = given(aRefundOnly(), judgedOpen(day), machineFails());
    expect(failed.before.state).toMatchObject({ stage: "manual_review", resumeStage: "disputed" });
    failed.when(looksAtParcel((dueAt) => dueAt)).thenNothingHappens();
    const resumed = failed.when(resumes()).thenHappens("ManualReviewResolved").state;
    expect(resumed).toMatchObject({ stage: "disputed", wakeAt: resumed.lossDueAt });
    const unjudged = given(
      aRefundOnly(),
      judgedOpen(day),
      looksAtParcel((dueAt) => dueAt),
      machineFails(),
    ).before.state;
    expect(unjudged).toMatchObject({ stage: "manual_review", resumeStage: "submitted" });
    expect(unjudged.lossDueAt).toBeUndefined();
  });

  it("does not wait for it where the goods came back and only that is disputed", () => {
    const back = given(aReturn(), ...wayTo.inspected, judgedOpen(day)).before.state;
    expect(back).toMatchObject({ stage: "disputed", reception: "received" });
    expect(back.lossDueAt).toBeUndefined();
  });

  it("is not about the goods any more once something was sent instead: what turns up takes no dispute over that away", () => {
    const facts = { outboundParcelStatus: "in_transit" } as const;
    const resent = [
      judged({ route: "automatic", remedies: ["resend"], facts }),
      reships(),
      goesMissing(),
    ] as const;
    const { state, dispute } = given(
      aResend(),
      ...resent,
      judged({ route: "arbitration", facts: { outboundParcelLost: true, ...facts } }),
    )
      .when(learnsOfOutbound("delivered", { deliveredAt: monday + 30 * day }))
      .thenHappens({ type: "ParcelFound", outbound: true });
    expect(state.stage).toBe("disputed");
    expect(dispute?.end).toBeUndefined();
  });

  it("does not look while its clock stands still, and at once when it goes on", () => {
    const paused: Move = ({ state }) => ({
      command: { type: "PauseClock", until: state.updatedAt + 5 * day, reason: "other" },
      by: { role: "operator", id: "operator" },
      at: state.updatedAt,
    });
    const still = given(aRefundOnly(), judgedOpen(day), paused);
    expect(still.before.state.wakeAt).toBe(still.before.state.paused?.until);
    still.when(looksAtParcel((dueAt) => dueAt)).thenNothingHappens();
    const { until = 0 } = still.before.state.paused ?? {};
    const { state } = still.when(at(until, silence())).thenHappens("ClockResumed");
    expect(state.wakeAt).toBe(due);
  });
});

describe("a parcel that its carrier reports lost", () => {
  it("gives the case back to the judge once somebody confirms what a weak push told", () => {
    const unconfirmed = { outboundParcelStatus: "lost", outboundStatusTrusted: false };
    const waiting = given(aRefundOnly(), judgedOpen(day, { facts: unconfirmed }));
    waiting.when(learnsOfOutbound("lost", { statusTrusted: false })).thenNothingHappens();
    waiting.when(learnsOfOutbound("lost")).thenHappens({ type: "DisputeOvertaken", cause: "parcel_news" });
    const confirmed = { outboundParcelStatus: "lost", outboundStatusTrusted: true };
    given(aRefundOnly(), judgedOpen(day, { facts: confirmed }))
      .when(learnsOfOutbound("lost"))
      .thenNothingHappens();
  });
});

describe("a parcel that was settled as lost and is delivered", () => {
  const lost = { outboundParcelLost: true } as const;
  const byCarrier = { carrier: "sf", liability: { merchant: 0, platform: 0, carrier: 10_000, buyer: 0 } };
  const arrives = (deliveredAt = monday + 30 * day): Move =>
    learnsOfOutbound("delivered", { statusTrusted: false, deliveredAt });

  it("is told once, with the carriers that were charged, and takes nothing back", () => {
    const settling = [judged({ route: "automatic", facts: lost, ...byCarrier }), settles()];
    const settled = given(aRefundOnly(), ...settling);
    expect(settled.before.state.stage).toBe("closed");
    const { state, ledger } = settled.when(arrives()).thenHappens({
      type: "ParcelFound",
      outbound: true,
      inTime: false,
      trackingNumber: "SF0001",
      claimedFrom: ["sf"],
    });
    expect(ledger).toEqual(settled.before.ledger);
    expect(state).toMatchObject({ stage: "closed", outcome: "refunded", reception: "none" });
    expect(state.foundAt).toBe(state.updatedAt);
    given(aRefundOnly(), ...settling, arrives())
      .when(arrives())
      .thenNothingHappens();
  });

  it("is told while it is settled, and while something else is to be sent", () => {
    given(aRefundOnly(), judged({ route: "automatic", facts: { outboundParcelStatus: "lost" } }))
      .when(arrives())
      .thenHappens({ type: "ParcelFound", claimedFrom: [] });
    const promised = given(aResend(), judged({ route: "automatic", facts: lost, remedies: ["resend"] }));
    expect(promised.before.state.stage).toBe("awaiting_reshipment");
    promised.when(arrives()).thenHappens("ParcelFound");
  });

  it("is no news to a case that was judged by something else, was cancelled, or promised nothing", () => {
    given(aRefundOnly(), judged({ route: "automatic" }))
      .when(arrives())
      .thenNothingHappens();
    given(aRefundOnly(), judged({ route: "automatic", facts: lost }))
      .when(learnsOfOutbound("returned"))
      .thenNothingHappens();
    given(aRefundOnly(), judged({ facts: lost }), refuses())
      .when(arrives())
      .thenNothingHappens();
    given(aReturn(), judged({ route: "automatic", facts: lost }), cancels())
      .when(arrives())
      .thenNothingHappens();
  });
});
