import { readFileSync } from "node:fs";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseOutcome, CaseSnapshot, FiledCase } from "../../functions/domain/case.ts";
import { type CaseCalendars, deadlineAfter } from "../../functions/domain/clock.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { clockOwners } from "../../functions/domain/frozen-calendars.ts";
import { clocks, isEnd, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { balances, openPending } from "../../functions/domain/settlement/transfer.ts";
import { owedBy } from "../../functions/domain/warnings.ts";
import { aResend, aReturn, day, monday } from "../support/builders.ts";
import { anOffice, weekly } from "../support/calendars.ts";
import {
  afterEvents,
  approves,
  delivered,
  filedFor,
  filedSnapshot,
  goesMissing,
  judged,
  type Move,
  machineFails,
  neverSeen,
  played,
  playedOn,
  reports,
  reships,
  scannedAt,
  settles,
  silence,
  untilClosed,
  wayTo,
} from "../support/cases.ts";

type MachineState = {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: unknown;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
};
const { States: machine } = JSON.parse(
  readFileSync(new URL("../../statemachines/case.asl.json", import.meta.url), "utf8"),
) as { States: Record<string, MachineState> };
const branches = machine.FollowCase?.Choices ?? [];

/** The branches of FollowCase a stage takes, by really evaluating their conditions. */
const branchesOf = async (stage: string): Promise<readonly string[]> => {
  const taken = await Promise.all(
    branches.map(async ({ Condition, Next }) => {
      const expression = jsonata(Condition.replace(/^\{%|%\}$/g, ""));
      return (await expression.evaluate({}, { states: { input: { stage } } })) === true ? [Next] : [];
    }),
  );
  return taken.flat();
};

const waiting = stages.filter((stage) => lifecycle[stage].wait);
const ends = stages.filter(isEnd);

describe("the lifecycle's table", () => {
  it("reaches every stage from submitted", () => {
    const reached = new Set<Stage>(["submitted"]);
    for (const stage of reached) for (const next of lifecycle[stage].leadsTo) reached.add(next);
    expect([...reached].sort()).toEqual([...stages].sort());
  });

  it.each(stages)("has a case that really gets to %s", (stage) => {
    expect(played(filedFor(stage), ...wayTo[stage]).state.stage).toBe(stage);
  });

  it("moves every stage that is not an end, by a wait or by a task and never by both", () => {
    for (const stage of stages) {
      const { wait, task } = lifecycle[stage];
      expect([wait, task].filter(Boolean), stage).toHaveLength(isEnd(stage) ? 0 : 1);
    }
  });

  it("leads nowhere from its ends and lets nobody act there", () => {
    expect(ends).toEqual(["closed", "cancelled"]);
    for (const stage of ends) {
      expect(lifecycle[stage]).toMatchObject({ nextActor: "nobody", leadsTo: [], actions: {} });
    }
  });

  it("calls an operator from every stage that is not an end", () => {
    for (const stage of stages.filter((each) => !isEnd(each) && each !== "manual_review")) {
      expect(lifecycle[stage].leadsTo, stage).toContain("manual_review");
    }
  });

  it.each(waiting)("gives %s a clock and a meaning for silence", (stage) => {
    const { wait } = lifecycle[stage];
    expect(wait?.durationMs).toBeGreaterThan(0);
    expect(wait?.silence).toBeTruthy();
    const { state } = played(filedFor(stage), ...wayTo[stage]);
    expect(state.deadlineAt).toBeGreaterThan(state.updatedAt);
    expect(state.waitSince).toBe(state.version);
  });

  it.each(waiting)(
    "counts the wait of %s by its owner's calendar, and somebody's silence has a consequence",
    (stage) => {
      const calendars: CaseCalendars = Object.fromEntries(
        clockOwners.map((owner, index) => [
          owner,
          compileCalendar(anOffice({ weekly: weekly(`0${index + 1}:00`, "20:00") })),
        ]),
      );
      const owner = lifecycle[stage].nextActor;
      // A parcel travels around the clock, and two sides that are asked at once have no calendar in common.
      expect([...clockOwners, "carrier", "parties"]).toContain(owner);
      const standing = playedOn({ ...filedSnapshot(filedFor(stage)), calendars }, ...wayTo[stage]);
      const { updatedAt, clockMs = 0, deadlineAt = 0 } = standing.state;
      expect(deadlineAt).toBe(deadlineAfter(updatedAt, clockMs, calendars[owner]));
      const { command, by, at } = silence()(standing);
      const happened = decide(command, standing, at, by);
      const passed = happened.filter(({ type }) => type === "DeadlinePassed");
      expect(passed).toMatchObject(owedBy(stage).length === 0 ? [] : [{ owedBy: owedBy(stage) }]);
      expect(happened.length, "a consequence").toBeGreaterThan(passed.length);
    },
  );

  it("has nobody wait without a clock", () => {
    for (const stage of stages.filter((each) => !lifecycle[each].wait)) {
      const { state } = played(filedFor(stage), ...wayTo[stage]);
      expect(state.deadlineAt, stage).toBeUndefined();
      expect(state.waitSince, stage).toBeUndefined();
    }
  });
});

describe("the lifecycle and the machine", () => {
  it.each(waiting)(
    "%s waits in a state that keeps a token, has a clock and asks what silence means",
    (stage) => {
      const state = machine[lifecycle[stage].wait?.state ?? ""];
      expect(state?.Resource).toMatch(/\.waitForTaskToken$/);
      expect(state?.TimeoutSeconds).toBe("{% $states.input.timeoutSeconds %}");
      expect(state?.Catch?.[0]).toMatchObject({ ErrorEquals: ["States.Timeout"], Next: "ApplyTimeout" });
    },
  );

  it.each(stages)("%s has one branch, to the state of the table", async (stage) => {
    const { wait, task } = lifecycle[stage];
    const [taken, ...more] = await branchesOf(stage);
    expect(more).toEqual([]);
    if (isEnd(stage)) expect(machine[taken ?? ""]?.Type).toBe("Succeed");
    else expect(taken).toBe(wait?.state ?? task);
  });

  it("has no branch without a stage, and asks an operator about a stage it does not know", async () => {
    const named = branches.flatMap(({ Condition }) =>
      [...Condition.matchAll(/'([^']+)'/g)].map(([, word]) => word),
    );
    expect([...named].sort()).toEqual([...stages].sort());
    expect(await branchesOf("unheard_of")).toEqual([]);
    expect(machine.FollowCase?.Default).toBe("OpenManualReview");
  });

  it("has no waiting state that no stage waits in", () => {
    const waits = Object.keys(machine).filter((name) =>
      machine[name]?.Resource?.endsWith(".waitForTaskToken"),
    );
    expect(waits.sort()).toEqual([...new Set(waiting.map((stage) => lifecycle[stage].wait?.state))].sort());
  });
});

/** What happens next when no human ever does anything, and a parcel that was handed in is never scanned again. */
const machineMove = ({ state }: CaseSnapshot): Move => {
  const { wait, task } = lifecycle[state.stage];
  if (state.stage === "in_transit" || state.stage === "reshipping") return goesMissing();
  if (wait) return silence();
  return task === "SettleCase" ? settles() : judged();
};

/** The case after the next thing that nobody had to do; something always happens. */
const onward = (standing: CaseSnapshot): CaseSnapshot => {
  const { command, by, at } = machineMove(standing)(standing);
  const events = decide(command, standing, at, by);
  expect(events, standing.state.stage).not.toEqual([]);
  return afterEvents(standing, events);
};

type Beginning = readonly [string, readonly Move[], FiledCase];
const nothingMoved: readonly Stage[] = [
  "submitted",
  "awaiting_merchant",
  "offered",
  "ineligible",
  "refused",
  "awaiting_shipment",
  "disputed",
  "evidence_closed",
  "awaiting_ruling",
  "ruled",
];
const reviewFrom = (stage: Stage): Beginning => [
  `a manual review from ${stage}`,
  [...wayTo[stage], machineFails()],
  filedFor(stage),
];

describe("with everybody silent for ever, except in a manual review in which goods or money have moved", () => {
  /** By a verdict for the merchant to answer, whose silence grants a return; in kind, of a repair. */
  const outcomes: { readonly [stage in Stage]: CaseOutcome } = {
    submitted: "never_shipped",
    awaiting_merchant: "never_shipped",
    offered: "never_shipped",
    ineligible: "ineligible",
    refused: "refused",
    awaiting_shipment: "never_shipped",
    in_transit: "refunded",
    lost: "refunded",
    awaiting_inspection: "refunded",
    inspected: "refunded",
    repairing: "refunded",
    awaiting_reshipment: "refunded",
    reshipping: "refunded",
    awaiting_confirmation: "repaired",
    awaiting_objection: "refunded",
    disputed: "never_shipped",
    evidence_closed: "never_shipped",
    awaiting_ruling: "never_shipped",
    ruled: "never_shipped",
    settling: "refunded",
    manual_review: "unresolved",
    closed: "ineligible",
    cancelled: "cancelled",
  };

  it.each<readonly [CaseOutcome, ...Beginning]>([
    ...stages.map((stage) => [outcomes[stage], stage, wayTo[stage], filedFor(stage)] as const),
    ["refunded", "an exchange", wayTo.settling, aReturn({ type: "exchange" })],
    ["refunded", "what is sent again", [judged(), approves()], aResend()],
    ...nothingMoved.map((stage) => ["unresolved", ...reviewFrom(stage)] as const),
    [
      "refused",
      "a merchant's silence that refuses",
      [judged({ clocks: { merchantAnswerHours: 24, silence: "refuse" } })],
      aReturn(),
    ],
    ["never_shipped", "an automatic approval", [judged({ route: "automatic" })], aReturn()],
  ])("ends %s: %s", (outcome, _name, moves, filed) => {
    let standing = played(filed, ...moves);
    for (let step = 0; step < 20 && !isEnd(standing.state.stage); step += 1) standing = onward(standing);
    expect(standing.state.outcome).toBe(outcome);
  });
});

describe("with everybody silent for ever in a manual review in which goods or money have moved", () => {
  const sentBack = [judged(), approves(), reships(), silence(scannedAt(monday + day, "returned"))];
  const moved = stages.filter(
    (stage) => !nothingMoved.includes(stage) && stage !== "manual_review" && !isEnd(stage),
  );
  /** The operator is called three times; what then happens, and to what end the machine takes it. */
  const afterThreeCalls = (moves: readonly Move[], filed: FiledCase): CaseSnapshot => {
    const opened = played(filed, ...moves);
    let standing = opened;
    for (const call of [2, 3]) {
      standing = onward(standing);
      expect(standing.state).toMatchObject({
        stage: "manual_review",
        resumeStage: opened.state.resumeStage,
        operatorCalls: call,
        deadlineAt: (opened.state.deadlineAt ?? 0) + (call - 1) * clocks.manualReviewMs,
      });
    }
    expect(standing.ledger, "nothing is paid while the operator is called").toEqual(opened.ledger);
    standing = onward(standing);
    expect(standing.state.operatorCalls).toBeUndefined();
    return untilClosed(standing);
  };

  it.each<Beginning>([
    ...moved
      .filter((stage) => stage !== "in_transit" && stage !== "awaiting_confirmation")
      .map(
        (stage): Beginning => [
          `a manual review from ${stage}`,
          [...wayTo[stage], machineFails()],
          filedFor(stage),
        ],
      ),
    ["a delivery nobody confirmed", [...wayTo.in_transit, delivered(false), silence()], aReturn()],
    ["a settlement that failed midway", [...wayTo.settling, settles(), machineFails()], aReturn()],
    ["a settlement that failed late", [...wayTo.settling, settles(), settles(), machineFails()], aReturn()],
    ["a replacement sent back to the merchant", sentBack, aResend()],
    ["a promise to send again that a failure stopped", [judged(), approves(), machineFails()], aResend()],
    [
      "a replacement with a problem",
      [...wayTo.awaiting_confirmation, reports("faulty")],
      filedFor("awaiting_confirmation"),
    ],
  ])("%s is refunded as judged, and the platform bears it", (_name, moves, filed) => {
    const { state, ledger, verdict } = afterThreeCalls(moves, filed);
    expect(state).toMatchObject({ stage: "closed", outcome: "refunded" });
    expect(verdict).toMatchObject({ rule: "operator_silent", liability: { platform: 10_000, merchant: 0 } });
    const balanceOf = balances(ledger, "CNY");
    expect(balanceOf.get("buyer:buyer-1")).toBeGreaterThanOrEqual(state.claimMinor);
    const merchantMinor = balanceOf.get("merchant:merchant-1:payable") ?? 0n;
    expect(merchantMinor >= 0n, "no merchant pays for it").toBe(true);
    expect([...openPending(ledger).values()].every((left) => left === 0n)).toBe(true);
  });

  it.each<Beginning>([
    ["a waybill nobody ever scanned", [...wayTo.in_transit, neverSeen()], aReturn()],
    [
      "a failure while a parcel travels that nobody scanned",
      [...wayTo.in_transit, machineFails()],
      aReturn(),
    ],
  ])("%s closes and pays nothing", (_name, moves, filed) => {
    const { state, ledger } = afterThreeCalls(moves, filed);
    expect(state).toMatchObject({ stage: "closed", outcome: "unresolved" });
    expect(balances(ledger, "CNY").get("buyer:buyer-1") ?? 0n).toBe(0n);
    expect([...openPending(ledger).values()].every((left) => left === 0n)).toBe(true);
  });

  it("a failure while the buyer looks at what was sent counts as confirmed", () => {
    const moves = [...wayTo.awaiting_confirmation, machineFails()];
    expect(afterThreeCalls(moves, filedFor("awaiting_confirmation")).state.outcome).toBe("repaired");
  });

  it.each([
    ["went back to the buyer", scannedAt(monday + day, "returned"), "unresolved"],
    ["was seen and is nowhere", scannedAt(monday + day, "in_transit"), "refunded"],
    [
      "was delivered meanwhile",
      { ...scannedAt(monday + day, "delivered"), deliveredAt: monday + day },
      "refunded",
    ],
  ] as const)("a parcel that %s: %s", (_name, parcel, outcome) => {
    let standing = played(aReturn(), ...wayTo.in_transit, machineFails());
    for (let call = 1; call <= 3; call += 1) {
      const { command, by, at } = silence(parcel)(standing);
      standing = afterEvents(standing, decide(command, standing, at, by));
    }
    expect(untilClosed(standing).state.outcome).toBe(outcome);
  });
});
