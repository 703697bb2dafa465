import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Actor,
  type CaseEvent,
  type CaseOutcome,
  type CaseSnapshot,
  caseOutcomes,
  replacementProblems,
} from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { disputeStages, isUndecided, otherSide } from "../../functions/domain/dispute.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { evolve } from "../../functions/domain/evolve-case.ts";
import { parties, type Verdict } from "../../functions/domain/judgment/verdict.ts";
import { type Action, isEnd, lifecycle, stages } from "../../functions/domain/lifecycle.ts";
import { openActions } from "../../functions/domain/open-actions.ts";
import { isWithTheBuyer, maximumCalls } from "../../functions/domain/operator-silence.ts";
import { lossIsDue } from "../../functions/domain/outbound-parcel.ts";
import { type CaseType, caseTypes } from "../../functions/domain/request.ts";
import { fittingRemedies } from "../../functions/domain/ruled-remedy.ts";
import { balances, openPending } from "../../functions/domain/settlement/transfer.ts";
import { parcelStatuses } from "../../functions/domain/tracking.ts";
import {
  aDetail,
  aRefundOnly,
  aResend,
  aReturn,
  arbiter,
  buyer,
  carrier,
  day,
  everybody,
  hour,
  merchant,
  operator,
  secondArbiter,
  system,
  warehouse,
  whollyOn,
} from "../support/builders.ts";
import {
  acceptsRuling,
  afterEvents,
  agrees,
  answers,
  appeals,
  approves,
  arrives,
  at,
  cancels,
  confirms,
  delivered,
  escalates,
  filedFor,
  filedSnapshot,
  givesUp,
  goesMissing,
  inspected,
  judged,
  judgedOpen,
  learnsOfOutbound,
  looksAtParcel,
  type Move,
  machineFails,
  offers,
  played,
  proposes,
  refuses,
  repaired,
  reports,
  reships,
  rests,
  resumes,
  rules,
  rulesNothing,
  scannedAt,
  settles,
  ships,
  silence,
  states,
  wayTo,
  withdraws,
} from "../support/cases.ts";
import { silentForEver } from "../support/silence-named.ts";

const runs = { seed: 20_261_122, numRuns: 2_000 };

const verdictOf: fc.Arbitrary<Partial<Verdict>> = fc.record(
  {
    facts: fc.constantFrom<Verdict["facts"]>({}, { outboundParcelLost: true }),
    route: fc.constantFrom("automatic", "merchant", "arbitration", "ineligible"),
    remedies: fc.constantFrom<readonly CaseType[]>(caseTypes, ["refund_only", "return_and_refund"]),
    liability: fc.constantFrom(...parties).map(whollyOn),
    refundCapBps: fc.constantFrom(0, 3_333, 10_000),
    clocks: fc.record({
      merchantAnswerHours: fc.integer({ min: 1, max: 72 }),
      silence: fc.constantFrom("approve", "refuse"),
    }),
    shipFirst: fc.constantFrom({ pays: "price" } as const),
  },
  { requiredKeys: ["facts", "route", "remedies", "liability", "refundCapBps", "clocks"] },
);

/** The merchant is to send before anything has come back. */
const shippedFirst = [
  judged({ remedies: caseTypes, shipFirst: { pays: "price_less_commission" } }),
  approves(),
] as const;

/** Whoever may plausibly try it, or, now and then, anybody else. */
const by = (expected: Actor): fc.Arbitrary<Actor> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(expected) },
    { weight: 1, arbitrary: fc.constantFrom(...everybody) },
  );

const pauses =
  (ms: number): Move =>
  (standing) => ({
    command: { type: "PauseClock", until: standing.state.updatedAt + ms, reason: "other" },
    by: operator,
    at: standing.state.updatedAt,
  });
const goesOn = (): Move => (standing) => ({
  command: { type: "ResumeClock" },
  by: operator,
  at: standing.state.updatedAt,
});
const extendsBy =
  (byMs: number): Move =>
  (standing) => ({
    command: { type: "ExtendDeadline", extension: { byMs }, reason: "festival" },
    by: operator,
    at: standing.state.updatedAt,
  });

/** A move that a counterexample can be read from. */
type NamedMove = readonly [name: string, move: Move];

const doneBy = (who: fc.Arbitrary<Actor>, name: string, made: Move): fc.Arbitrary<NamedMove> =>
  who.map((actor) => [`${actor.role} ${name}`, (standing) => ({ ...made(standing), by: actor })]);

/** The clock: at the deadline, before it, or long after it, with or without a scan of whatever kind meanwhile. */
const timePasses: fc.Arbitrary<NamedMove> = fc
  .tuple(
    fc.integer({ min: -hour, max: 40 * day }),
    fc.option(fc.integer({ min: -20 * day, max: 2 * day })),
    fc.constantFrom(...parcelStatuses),
  )
  .map(([offset, scan, status]) => [
    `silence ${offset} ms after the deadline, ${status} scanned ${scan}`,
    (standing) => {
      const time = Math.max(standing.state.updatedAt, (standing.state.deadlineAt ?? 0) + offset);
      return at(time, silence(scan === null ? undefined : scannedAt(time + scan, status)))(standing);
    },
  ]);

/**
 * Whoever is heard rests, an arbiter rules one or the other of what fits, or that is proposed and accepted, and nobody
 * appeals.
 */
const asUsualInDispute =
  (turn: number): Move =>
  (standing) => {
    const { state, dispute } = standing;
    const sides = { buyer, merchant };
    if (dispute?.proposal) return agrees(sides[otherSide(dispute.proposal.side)])(standing);
    if (state.stage === "ruled") return silence()(standing);
    if (state.stage === "disputed") {
      const unheard = dispute?.heard.find((side) => !dispute.rested.includes(side));
      return rests(sides[unheard ?? "buyer"])(standing);
    }
    const fitting = fittingRemedies(state);
    const remedy = fitting[turn % fitting.length] ?? "refund_only";
    if (turn < caseTypes.length) return proposes(merchant, 30_000n, remedy)(standing);
    const who = dispute?.round === 2 ? secondArbiter : arbiter;
    return rules({ remedy, compensationMinor: 5_001n }, who)(standing);
  };

/** What usually comes next: without it, few walks would get past the middle of a long road. */
const asUsual =
  (turn: number): Move =>
  (standing) => {
    switch (standing.state.stage) {
      case "awaiting_merchant":
        return approves()(standing);
      case "awaiting_shipment":
        return ships()(standing);
      case "in_transit":
        return delivered()(standing);
      case "awaiting_inspection":
        return inspected()(standing);
      case "repairing":
        return repaired()(standing);
      case "awaiting_reshipment":
        return reships()(standing);
      case "reshipping":
        return arrives()(standing);
      case "awaiting_confirmation":
        return confirms()(standing);
      case "settling":
        return settles()(standing);
      case "disputed":
      case "awaiting_ruling":
      case "ruled":
        return asUsualInDispute(turn)(standing);
      default:
        return judged({ remedies: caseTypes })(standing);
    }
  };
const disputing: fc.Arbitrary<NamedMove> = fc.oneof(
  doneBy(fc.oneof(by(buyer), by(merchant)), "escalates", escalates()),
  doneBy(fc.oneof(by(buyer), by(merchant)), "rests", rests()),
  doneBy(fc.oneof(by(buyer), by(merchant)), "hands in a file", states(buyer, { evidenceIds: ["ev-1"] })),
  fc
    .tuple(fc.constantFrom(...parties), fc.bigInt(1n, 128_000n), fc.constantFrom(...caseTypes))
    .chain(([party, refundMinor, remedy]) =>
      doneBy(
        fc.constantFrom(arbiter, secondArbiter, merchant),
        `rules ${remedy} ${refundMinor} on ${party}`,
        rules({
          liability: whollyOn(party),
          refundMinor,
          remedy,
          carrier: "kuaidi100",
          ...(party === "buyer" ? {} : { compensationMinor: refundMinor / 3n }),
        }),
      ),
    ),
  doneBy(fc.constantFrom(arbiter, secondArbiter), "rules nothing", rulesNothing()),
  doneBy(fc.oneof(by(buyer), by(merchant)), "appeals", appeals()),
  doneBy(fc.oneof(by(buyer), by(merchant)), "accepts the ruling", acceptsRuling()),
  fc
    .constantFrom(...caseTypes)
    .chain((remedy) =>
      doneBy(fc.oneof(by(buyer), by(merchant)), `proposes ${remedy}`, proposes(merchant, 30_000n, remedy)),
    ),
  doneBy(fc.oneof(by(buyer), by(merchant)), "agrees", agrees()),
  doneBy(fc.oneof(by(buyer), by(merchant)), "withdraws", withdraws()),
);

const anyMove: fc.Arbitrary<NamedMove> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .nat(2 * caseTypes.length - 1)
      .map((turn): NamedMove => [`does what comes next, ${turn}`, asUsual(turn)]),
  },
  verdictOf.map((verdict): NamedMove => [`judged ${JSON.stringify(verdict)}`, judged(verdict)]),
  doneBy(fc.oneof(by(merchant), by(operator)), "approves", approves()),
  doneBy(fc.oneof(by(merchant), by(operator)), "refuses", refuses()),
  fc
    .record({
      remedy: fc.constantFrom(...caseTypes),
      amountMinor: fc.constantFrom(0n, 1n, 38_400n, 127_999n, 128_000n, 128_001n),
    })
    .chain((offer) => doneBy(by(merchant), `offers ${offer.remedy} ${offer.amountMinor}`, offers(offer))),
  fc
    .constantFrom("accept" as const, "decline" as const)
    .chain((answer) => doneBy(by(buyer), `${answer}s`, answers(answer))),
  doneBy(by(operator), "resumes", resumes()),
  { weight: 4, arbitrary: disputing },
  doneBy(by(buyer), "cancels", cancels()),
  fc.bigInt(0n, 3_000n).chain((freight) => doneBy(by(buyer), `ships for ${freight}`, ships(buyer, freight))),
  fc.boolean().chain((trusted) => doneBy(by(carrier), `delivers, trusted ${trusted}`, delivered(trusted))),
  fc
    .boolean()
    .chain((same) => doneBy(by(warehouse), `inspects, same ${same}`, inspected({ sameItem: same }))),
  doneBy(by(merchant), "repaired", repaired()),
  doneBy(by(merchant), "reships", reships()),
  doneBy(by(merchant), "cannot repair", givesUp("repairing")),
  doneBy(by(merchant), "cannot supply", givesUp("awaiting_reshipment")),
  fc.boolean().chain((trusted) => doneBy(by(carrier), `arrives, trusted ${trusted}`, arrives(trusted))),
  doneBy(by(buyer), "confirms", confirms()),
  fc
    .constantFrom(...replacementProblems)
    .chain((problem) => doneBy(by(buyer), `reports ${problem}`, reports(problem))),
  doneBy(by(system), "settles", settles()),
  doneBy(by(system), "fails", machineFails()),
  doneBy(by(system), "gives the parcel up", goesMissing()),
  fc
    .integer({ min: -hour, max: 31 * day })
    .chain((ms) => doneBy(by(operator), `pauses for ${ms} ms`, pauses(ms))),
  doneBy(by(operator), "lets the clock go on", goesOn()),
  fc
    .integer({ min: 1, max: 60 * day })
    .chain((ms) => doneBy(by(operator), `extends by ${ms} ms`, extendsBy(ms))),
  timePasses,
  fc
    .integer({ min: 1, max: 15 * day })
    .map((ms): NamedMove => [`judged, lost in ${ms} ms if silent`, judgedOpen(ms)]),
  fc
    .option(fc.integer({ min: -day, max: 15 * day }), { nil: undefined })
    .map(
      (ms): NamedMove => [
        `looks at the parcel to the buyer, lost in ${ms} ms`,
        looksAtParcel(ms === undefined ? undefined : (dueAt) => dueAt + ms),
      ],
    ),
  fc
    .constantFrom(...parcelStatuses)
    .map(
      (status): NamedMove => [
        `hears that the parcel to the buyer is ${status}`,
        learnsOfOutbound(status, status === "delivered" ? { deliveredAt: 0 } : {}),
      ],
    ),
);

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, each) => total + each, 0n);

/** Every step of a transaction is one the table has. */
const requireSteps = (before: CaseSnapshot, events: readonly CaseEvent[]): void => {
  let state = before.state;
  for (const event of events) {
    const next = evolve(state, event, before.calendars);
    if (next.stage !== state.stage) expect(lifecycle[state.stage].leadsTo).toContain(next.stage);
    state = next;
  }
};

const requireWhole = (before: CaseSnapshot, after: CaseSnapshot): void => {
  const { state, ledger } = after;
  expect(state.version).toBe(before.state.version + 1);
  const turnedUp =
    (before.state.reception === "lost" && state.reception === "found") ||
    (before.state.foundAt === undefined && state.foundAt !== undefined);
  expect(isEnd(before.state.stage) && !turnedUp, "nothing happens after the end").toBe(false);
  expect(state.deadlineAt !== undefined).toBe(lifecycle[state.stage].wait !== undefined);
  expect(state.waitSince !== undefined).toBe(state.deadlineAt !== undefined);
  expect(state.outcome !== undefined).toBe(isEnd(state.stage));
  expect(state.resumeStage !== undefined).toBe(state.stage === "manual_review");
  if (lossIsDue(state, state.lossDueAt ?? 0))
    expect(isUndecided(after), "silence overtakes no ruling").toBe(true);

  expect(new Set(ledger.map(({ transferId }) => transferId)).size).toBe(ledger.length);
  const balanceOf = balances(ledger, "CNY");
  expect(sum(balanceOf.values())).toBe(0n);
  // Between two transactions escrow holds nothing: what comes in goes out in the same one.
  expect(balanceOf.get(`case:${state.caseId}:escrow`) ?? 0n).toBe(0n);
  const open = [...openPending(ledger).values()];
  expect(open.every((left) => left >= 0n)).toBe(true);
  if (isEnd(state.stage)) expect(sum(open), "nothing is promised after the end").toBe(0n);
  const refunded = sum(
    ledger.filter(({ purpose }) => purpose === "refund-to-buyer").map(({ amountMinor }) => amountMinor),
  );
  expect(refunded <= state.claimMinor).toBe(true);
  requireDispute(after);
  requireSentFirst(after);
};

/** Who got the replacement first is refunded nothing and lets nothing be undone; who keeps both is known by the outcome. */
const requireSentFirst = ({ state, ledger }: CaseSnapshot): void => {
  const { sentFirst, outcome } = state;
  expect(outcome === "return_owed", "kept").toBe(sentFirst?.goods === "kept" && isEnd(state.stage));
  if (sentFirst === undefined || sentFirst.goods === "not_due") return;
  expect(ledger.some(({ purpose }) => purpose === "refund-to-buyer")).toBe(false);
  if (isEnd(state.stage)) expect(["exchanged", "return_owed"]).toContain(outcome);
};

/** A dispute is open exactly while its case is in it; what was decided adds up, and the first arbiter hears no appeal. */
const requireDispute = ({ state, dispute, verdict }: CaseSnapshot): void => {
  const open = dispute !== undefined && dispute.end === undefined;
  if (disputeStages.includes(state.stage)) expect(open).toBe(true);
  else if (state.stage !== "manual_review") expect(open).toBe(false);
  if (!verdict?.ruling) return;
  expect(parties.reduce((sum, party) => sum + verdict.liability[party], 0)).toBe(10_000);
  expect(verdict.ruling.refundMinor <= state.claimMinor).toBe(true);
  if (verdict.ruling.round === 2 && verdict.ruling.arbiterId !== undefined) {
    expect(verdict.ruling.arbiterId).not.toBe(dispute?.firstArbiterId);
  }
};

const inKindOutcomes: readonly CaseOutcome[] = ["exchanged", "repaired", "resent", "return_owed"];

/** A line is paid for or given back, whole and once, and never both. */
const requireHoldEnds = (before: CaseSnapshot, events: readonly CaseEvent[]): void => {
  const released = events.flatMap((event) => ("released" in event ? event.released : []));
  const ended = events.find((event) => event.type === "CaseClosed");
  const inKind = ended !== undefined && inKindOutcomes.includes(ended.outcome);
  if (inKind) {
    const refunded = before.ledger.some(({ purpose }) => purpose === "refund-to-buyer");
    expect(refunded, "goods and money").toBe(false);
    expect(released, "the line is what it was").not.toEqual([]);
  }
  if (released.length === 0) return;
  const posted = before.ledger.some(({ phase }) => phase === "posted");
  expect(posted && !inKind).toBe(false);
  expect(sum(released.map(({ amountMinor }) => amountMinor))).toBe(before.state.claimMinor);
};

const posted = ({ ledger }: CaseSnapshot, purpose: string): bigint =>
  sum(
    ledger
      .filter((transfer) => transfer.phase === "posted" && transfer.purpose === purpose)
      .map(({ amountMinor }) => amountMinor),
  );

/** What an arbiter ruled is what the buyer gets: goods or the amount beside them, and in any case what came on top. */
const requireRuled = ({ state, verdict }: CaseSnapshot, after: CaseSnapshot): void => {
  const ruling = verdict?.ruling;
  if (state.stage !== "settling" || after.state.stage !== "closed" || ruling?.basis !== "arbiter") return;
  if (verdict?.rule === "operator_silent") return;
  expect(posted(after, "compensation-to-buyer")).toBe(verdict?.compensation?.minimumMinor ?? 0n);
  const given = inKindOutcomes.includes(after.state.outcome ?? "unresolved");
  expect(posted(after, "refund-to-buyer")).toBe(given ? 0n : ruling.refundMinor);
};

/** Silence never takes from somebody what has moved, and never pays for a parcel nobody saw. */
const requireHarmlessSilence = (before: CaseSnapshot, move: Move, events: readonly CaseEvent[]): void => {
  const { command } = move(before);
  if (command.type !== "ExpireWait" || events.some(({ type }) => type === "DeadlineApproaching")) return;
  const { type, reserved, reception, replacementParcel, refundInstead } = before.state;
  const promised = type === "resend" && reserved && refundInstead === undefined;
  const moved =
    !["none", "awaiting"].includes(reception) ||
    promised ||
    replacementParcel !== undefined ||
    before.ledger.some(({ phase }) => phase === "posted");
  const closed = events.some(({ type }) => type === "CaseClosed");
  if (before.state.stage === "manual_review") {
    const lastCall = (before.state.operatorCalls ?? 1) === maximumCalls;
    if (!lastCall) expect(closed, "closed by silence").toBe(!moved);
    else if (closed && moved) {
      expect(isWithTheBuyer(command.parcels ?? [], before.state)).toBe(true);
    }
  }
  if (events.some(({ type }) => type === "ParcelLost")) {
    const seen = command.parcels?.[0]?.projection;
    expect(seen?.lastScanAt).toBeGreaterThanOrEqual(before.state.filedAt);
    expect(["refused", "returning", "returned"]).not.toContain(seen?.status);
  }
};

/** What the domain says to a move; a refusal is an answer, anything else that is thrown is a bug. */
const eventsOf = (move: Move, standing: CaseSnapshot): readonly CaseEvent[] => {
  const { command, by: who, at: time } = move(standing);
  try {
    return decide(command, standing, time, who);
  } catch (error) {
    if (error instanceof CaseError) return [];
    throw error;
  }
};

/** How somebody does what it may, in time. */
const doing: readonly (readonly [Action, (by: Actor) => Move])[] = [
  ["cancel", cancels],
  ["approve", approves],
  ["resume", resumes],
  ["submit_statement", rests],
  ["accept_proposal", agrees],
  ["appeal", appeals],
  ["waive_appeal", acceptsRuling],
  ["withdraw", withdraws],
];

/** What a case says that somebody may do is not refused, and what it does not say is. */
const requireOpenActions = (standing: CaseSnapshot): void => {
  for (const who of [buyer, merchant, operator]) {
    for (const [action, by] of doing) {
      const { command } = by(who)(standing);
      let refusal: string | undefined;
      try {
        decide(command, standing, standing.state.updatedAt, who);
      } catch (error) {
        if (!(error instanceof CaseError)) throw error;
        refusal = error.message;
      }
      const open = openActions(standing, who.role, standing.state.updatedAt).includes(action);
      expect([who.role, action, refusal === undefined], refusal ?? "not refused").toEqual([
        who.role,
        action,
        open,
      ]);
    }
  }
};

/** Few walks would get so far by themselves. */
const beginnings = fc.constantFrom(
  filedSnapshot(aReturn()),
  filedSnapshot(aRefundOnly()),
  filedSnapshot(aReturn({ type: "exchange" })),
  filedSnapshot(aReturn({ type: "repair" })),
  filedSnapshot(aResend()),
  played(aRefundOnly(), judgedOpen(day)),
  played(aReturn({ type: "exchange" }), ...shippedFirst),
  played(aReturn({ type: "exchange" }), ...shippedFirst, reships(), arrives(), confirms()),
  played(aReturn(), ...wayTo.in_transit),
  played(aReturn(), ...wayTo.inspected),
  played(aReturn(), ...wayTo.evidence_closed),
  played(aReturn({ detail: aDetail({ reason: "DEFECTIVE" }) }), ...wayTo.awaiting_ruling),
  played(aResend(), ...wayTo.awaiting_ruling),
);

/** The same, and each stage by a way of its own. */
const anywhere = fc.oneof(
  beginnings,
  fc.constantFrom(
    ...stages.map((stage) => played(filedFor(stage), ...wayTo[stage])),
    played(aReturn({ type: "exchange" }), ...wayTo.settling, reships(), arrives()),
    played(aReturn(), judged({ clocks: { merchantAnswerHours: 24, silence: "refuse" } }), offers()),
    played(aReturn(), ...wayTo.ruled, acceptsRuling(merchant)),
  ),
);

describe("a case, whoever does whatever in whatever order", () => {
  it("keeps its version, its table, its end and its money", () => {
    const seen = new Set<string>();
    const sent = new Set<string>();
    const decided = new Set<string>();
    fc.assert(
      fc.property(beginnings, fc.array(anyMove, { minLength: 5, maxLength: 70 }), (beginning, moves) => {
        let standing = beginning;
        for (const [, move] of moves) {
          const { stage, sentFirst } = standing.state;
          seen.add(stage);
          if (sentFirst) sent.add(`${stage} ${sentFirst.goods}`);
          const events = eventsOf(move, standing);
          if (events.length === 0) continue;
          requireSteps(standing, events);
          requireHoldEnds(standing, events);
          requireHarmlessSilence(standing, move, events);
          const after = afterEvents(standing, events);
          requireWhole(standing, after);
          requireRuled(standing, after);
          for (const event of events) {
            if (event.type === "RulingFinalized") decided.add(`ruled ${event.remedy}`);
            if (event.type === "SettlementAgreed") decided.add(`agreed ${event.remedy}`);
          }
          standing = after;
        }
      }),
      runs,
    );
    expect([...seen].sort(), "the walks get everywhere").toEqual([...stages].sort());
    expect([...decided].sort(), "and to every decision of a dispute").toEqual(
      ["ruled none", ...caseTypes.flatMap((type) => [`ruled ${type}`, `agreed ${type}`])].sort(),
    );
    expect([...sent], "and so do those of what is shipped first").toEqual(
      expect.arrayContaining([
        "awaiting_reshipment not_due",
        "reshipping not_due",
        "awaiting_confirmation not_due",
        "awaiting_shipment owed",
        "in_transit owed",
        "lost owed",
        "inspected owed",
        "settling owed",
        "settling kept",
        "closed kept",
      ]),
    );
  });

  it("says what may be done, and no more", () => {
    fc.assert(
      fc.property(anywhere, fc.array(anyMove, { maxLength: 40 }), (beginning, moves) => {
        let standing = beginning;
        for (const [, move] of moves) {
          requireOpenActions(standing);
          const events = eventsOf(move, standing);
          if (events.length > 0) standing = afterEvents(standing, events);
        }
      }),
      { ...runs, numRuns: 150 },
    );
  });

  it("ends as the rules name it once everybody is silent for ever, from wherever it has come to", () => {
    const left = new Set<string>();
    const ended = new Set<string | undefined>();
    fc.assert(
      fc.property(
        anywhere,
        fc.array(anyMove, { maxLength: 25 }),
        verdictOf,
        fc.boolean(),
        (beginning, moves, rules, parcelsSeen) => {
          const standing = moves.reduce((before, [, move]) => {
            const events = eventsOf(move, before);
            return events.length === 0 ? before : afterEvents(before, events);
          }, beginning);
          left.add(standing.state.stage);
          ended.add(silentForEver(standing, { rules, parcelsSeen }).state.outcome);
        },
      ),
      { ...runs, numRuns: 1_000 },
    );
    expect([...left].sort(), "silence begins everywhere").toEqual([...stages].sort());
    expect([...ended].sort(), "and ends in every way there is").toEqual([...caseOutcomes].sort());
  });
});
