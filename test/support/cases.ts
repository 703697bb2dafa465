import { expect } from "vitest";
import {
  type Actor,
  type CaseCommand,
  type CaseEvent,
  type CaseEventType,
  type CaseSnapshot,
  type CaseState,
  type FiledCase,
  fileCase,
  type ReplacementProblem,
  transfersOf,
} from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError, type CaseErrorCode } from "../../functions/domain/errors.ts";
import { applyEvents } from "../../functions/domain/evolve-case.ts";
import { disputeAfter } from "../../functions/domain/evolve-dispute.ts";
import { inspectedGoods } from "../../functions/domain/inspected-goods.ts";
import type { ReturnInspection } from "../../functions/domain/judgment/input.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import type { Stage } from "../../functions/domain/lifecycle.ts";
import type { Offer } from "../../functions/domain/negotiation.ts";
import { type CaseType, inMoney } from "../../functions/domain/request.ts";
import type { RulingTerms } from "../../functions/domain/ruling.ts";
import { balances, openPending } from "../../functions/domain/settlement/transfer.ts";
import type { KnownParcel } from "../../functions/domain/stuck-parcel.ts";
import type { ParcelProjection, ParcelStatus } from "../../functions/domain/tracking.ts";
import { transitClocksFor } from "../../functions/domain/transit-clocks.ts";
import {
  anInspection,
  aReturn,
  arbiter,
  aVerdict,
  buyer,
  carrier,
  hour,
  merchant,
  monday,
  operator,
  system,
  warehouse,
  whollyOn,
} from "./builders.ts";

/**
 * A case's story without a table: `given` what happened, `when` somebody does something, then this
 * happens, or it is refused.
 */

/** Somebody does something at some time, in view of where the case stands. */
export type Move = (standing: CaseSnapshot) => {
  readonly command: CaseCommand;
  readonly by: Actor;
  readonly at: number;
};

const later = ({ state }: CaseSnapshot): number => state.updatedAt + hour;

const move =
  (by: Actor, command: (standing: CaseSnapshot) => CaseCommand): Move =>
  (standing) => ({ command: command(standing), by, at: later(standing) });

/** The same move at another time. */
export const at =
  (time: number | ((state: CaseState) => number), made: Move): Move =>
  (standing) => ({ ...made(standing), at: typeof time === "number" ? time : time(standing.state) });

export const judged = (but: Partial<Verdict> = {}): Move =>
  move(system, ({ state }) => ({
    type: "RecordVerdict",
    verdict: aVerdict({ number: state.verdictNumber + 1, ...but }),
  }));
/** Handed to an arbiter because nobody knows what became of the parcel to the buyer, which silence decides so much later. */
export const judgedOpen = (lossDueInMs: number, but: Partial<Verdict> = {}): Move =>
  move(system, (standing) => ({
    type: "RecordVerdict",
    verdict: aVerdict({
      number: standing.state.verdictNumber + 1,
      route: "arbitration",
      remedies: ["refund_only"],
      facts: { outboundParcelStatus: "in_transit" },
      ...but,
    }),
    lossDueAt: later(standing) + lossDueInMs,
  }));
export const approves = (by: Actor = merchant): Move => move(by, () => ({ type: "ApproveCase" }));
export const refuses = (by: Actor = merchant): Move =>
  move(by, () => ({ type: "RefuseCase", reason: "evidence_insufficient" }));
export const offers = (but: Partial<Offer> = {}, by: Actor = merchant): Move =>
  move(by, () => ({ type: "MakeOffer", offer: { remedy: "refund_only", amountMinor: 38_400n, ...but } }));
export const answers = (answer: "accept" | "decline", by: Actor = buyer): Move =>
  move(by, () => ({ type: "AnswerOffer", answer }));
export const resumes = (by: Actor = operator): Move => move(by, () => ({ type: "ResumeCase" }));
export const learnsOfOutbound = (
  status: ParcelStatus,
  but: Partial<Pick<ParcelProjection, "statusTrusted" | "deliveredAt">> = {},
): Move =>
  move(carrier, () => ({
    type: "ReconsiderCase",
    trackingNumber: "SF0001",
    status,
    statusTrusted: true,
    ...but,
  }));
export const cancels = (by: Actor = buyer): Move => move(by, () => ({ type: "CancelCase" }));
export const ships = (by: Actor = buyer, freightMinor = 1_500n): Move =>
  move(by, () => ({
    type: "ShipReturn",
    carrier: "kuaidi100",
    trackingNumber: "SF1000000001",
    freightMinor,
  }));
/** The waybill of a case's first return parcel. */
export const waybillOf = ({ returnParcels }: CaseState): string => returnParcels?.[0]?.trackingNumber ?? "";
export const delivered = (trusted = true): Move =>
  move(carrier, (standing) => ({
    type: "RecordDelivery",
    trackingNumber: waybillOf(standing.state),
    deliveredAt: later(standing),
    trusted,
  }));
export const inspected = (
  but: Partial<ReturnInspection["lines"][number]> = {},
  by: Actor = warehouse,
): Move =>
  move(by, (standing) => {
    const inspection = anInspection(standing.detail, but);
    return { type: "RecordInspection", inspection, goods: inspectedGoods(inspection, [], standing) };
  });
export const escalates = (by: Actor = buyer, evidenceIds: readonly string[] = []): Move =>
  move(by, () => ({ type: "OpenDispute", text: "I do not agree.", evidenceIds }));
export const states = (
  by: Actor = buyer,
  but: { readonly evidenceIds?: readonly string[]; readonly rests?: boolean } = {},
): Move =>
  move(by, () => ({
    type: "SubmitStatement",
    text: "Look at the pictures.",
    evidenceIds: [],
    rests: false,
    ...but,
  }));
export const rests = (by: Actor = buyer): Move =>
  move(by, () => ({ type: "SubmitStatement", evidenceIds: [], rests: true }));
export const takes = (by: Actor = arbiter, arbiterId?: string): Move =>
  move(by, () => ({ type: "AssignDispute", ...(arbiterId === undefined ? {} : { arbiterId }) }));
/** Half of the claim, after a return, on the merchant, unless a test says otherwise. */
export const rules = (but: Partial<RulingTerms> = {}, by: Actor = arbiter): Move =>
  move(by, ({ state }) => ({
    type: "RuleCase",
    liability: whollyOn("merchant"),
    remedy: inMoney(state.type),
    refundMinor: state.claimMinor / 2n,
    freightPayer: "merchant",
    reason: { "zh-CN": "证据表明如此。", en: "The evidence says so." },
    told: {},
    ...but,
  }));
export const rulesNothing = (by: Actor = arbiter): Move =>
  rules({ remedy: "none", refundMinor: 0n, liability: whollyOn("buyer"), freightPayer: "buyer" }, by);
export const appeals = (by: Actor = buyer): Move =>
  move(by, () => ({ type: "AppealRuling", text: "That is wrong.", evidenceIds: [] }));
export const acceptsRuling = (by: Actor = buyer): Move => move(by, () => ({ type: "WaiveAppeal" }));
export const proposes = (
  by: Actor = merchant,
  amountMinor = 30_000n,
  remedy: CaseType = "refund_only",
): Move => move(by, () => ({ type: "ProposeSettlement", remedy, amountMinor }));
/** Goods instead of money, after which the claim is what is refunded if they cannot be had. */
export const rulesGoods =
  (remedy: "exchange" | "repair" | "resend", but: Partial<RulingTerms> = {}, by: Actor = arbiter): Move =>
  (standing) => {
    const made = rules({ remedy }, by)(standing);
    const { refundMinor: _, ...terms } = made.command as Extract<CaseCommand, { type: "RuleCase" }>;
    return { ...made, command: { ...terms, ...but } };
  };
export const proposesGoods = (remedy: "exchange" | "repair" | "resend", by: Actor = merchant): Move =>
  move(by, () => ({ type: "ProposeSettlement", remedy }));
export const agrees = (by: Actor = buyer, number?: number): Move =>
  move(by, ({ dispute }) => ({ type: "AcceptProposal", number: number ?? dispute?.proposal?.number ?? 0 }));
export const withdraws = (by: Actor = buyer): Move => move(by, () => ({ type: "WithdrawDispute" }));
export const settles = (): Move => move(system, () => ({ type: "SettleNextStage" }));
export const machineFails = (cause = "JudgeResponsibility: Lambda.Unknown", failedStage?: Stage): Move =>
  move(system, () => ({
    type: "OpenManualReview",
    cause,
    ...(failedStage === undefined ? {} : { failedStage }),
  }));

/** What is known of a returned parcel when its wait is over. */
export type ParcelSeen = KnownParcel["projection"];
/** The clocks of a parcel within a country. */
export const domestic = transitClocksFor("kuaidi100", {});
/** The same in the words of the case; its waybill was given when the case last changed, unless a test says when. */
export const asKnown = (
  state: CaseState,
  projection: ParcelSeen = { status: "registered" },
  but: Partial<KnownParcel> = {},
): KnownParcel => ({
  trackingNumber:
    (state.stage === "reshipping" && state.replacementParcel?.trackingNumber) || waybillOf(state),
  namedAt: state.updatedAt,
  clocks: domestic,
  projection,
  ...but,
});
export const scannedAt = (lastScanAt: number, status: ParcelSeen["status"] = "in_transit"): ParcelSeen => ({
  status,
  lastScanAt,
});
/** Nobody did anything until the deadline. */
export const silence = (parcel?: ParcelSeen, but: Partial<KnownParcel> = {}): Move =>
  at(
    ({ deadlineAt, updatedAt }) => deadlineAt ?? updatedAt,
    move(system, ({ state }) => ({
      type: "ExpireWait",
      ...(state.returnParcels || state.replacementParcel ? { parcels: [asKnown(state, parcel, but)] } : {}),
    })),
  );
/** The machine looks at the parcel to the buyer when it is to: that counts as lost at some moment, or not any more. */
export const looksAtParcel = (outboundLostAt?: (dueAt: number) => number): Move =>
  at(
    ({ lossDueAt, updatedAt }) => lossDueAt ?? updatedAt,
    move(system, ({ state: { lossDueAt = 0 } }) => ({
      type: "ExpireWait",
      ...(outboundLostAt ? { outboundLostAt: outboundLostAt(lossDueAt) } : {}),
    })),
  );
/** The carrier took the parcel when the buyer named its waybill, never scanned it again, and the clock came late. */
export const goesMissing = (): Move => (standing) => {
  const { updatedAt } = standing.state;
  return at(updatedAt + domestic.lostMs, silence(scannedAt(updatedAt, "picked_up")))(standing);
};
/** Nobody ever scanned the parcel, and the clock came late. */
export const neverSeen = (parcel?: ParcelSeen): Move =>
  at(({ updatedAt }) => updatedAt + domestic.lostMs, silence(parcel));

/** Where a case stands after a transaction of events. */
export const afterEvents = (before: CaseSnapshot, events: readonly CaseEvent[]): CaseSnapshot => {
  const verdict = events.findLast((event) => event.type === "CaseJudged")?.verdict ?? before.verdict;
  const dispute = disputeAfter(before, events);
  return {
    state: applyEvents(before.state, events, before.calendars),
    detail: before.detail,
    ...(before.calendars ? { calendars: before.calendars } : {}),
    ledger: [...before.ledger, ...events.flatMap(transfersOf)],
    ...(verdict ? { verdict } : {}),
    ...(dispute ? { dispute } : {}),
  };
};

export const filedSnapshot = (filed: FiledCase, time = monday): CaseSnapshot => {
  const event = fileCase(filed, time, buyer);
  return { state: applyEvents(undefined, [event]), detail: event.detail, ledger: [] };
};

/** Where a case stands after each further move was made and accepted. */
export const playedOn = (from: CaseSnapshot, ...moves: readonly Move[]): CaseSnapshot =>
  moves.reduce((standing, next) => {
    const { command, by, at: time } = next(standing);
    const events = decide(command, standing, time, by);
    return events.length === 0 ? standing : afterEvents(standing, events);
  }, from);

/** Where a case stands after each move was made and accepted. */
export const played = (filed: FiledCase, ...moves: readonly Move[]): CaseSnapshot =>
  playedOn(filedSnapshot(filed), ...moves);

/** Where a settling case stands after its last stage. */
export const untilClosed = (standing: CaseSnapshot): CaseSnapshot => {
  if (standing.state.stage !== "settling") return standing;
  const { command, by, at: time } = settles()(standing);
  return untilClosed(afterEvents(standing, decide(command, standing, time, by)));
};

/**
 * What was posted, purpose by purpose, of a case whose money is settled: nothing is promised any more, nothing is lost
 * on the way, and no escrow holds a cent.
 */
export const settledMoney = ({
  state,
  ledger,
}: Pick<CaseSnapshot, "state" | "ledger">): Readonly<Record<string, bigint>> => {
  expect([...openPending(ledger).values()].filter((left) => left !== 0n)).toEqual([]);
  const balance = balances(ledger, "CNY");
  expect([...balance.values()].reduce((sum, each) => sum + each, 0n)).toBe(0n);
  expect(balance.get(`case:${state.caseId}:escrow`) ?? 0n).toBe(0n);
  const posted = ledger.filter(({ phase }) => phase === "posted");
  return Object.fromEntries(posted.map(({ purpose, amountMinor }) => [purpose, amountMinor]));
};

type ExpectedEvent = CaseEventType | { readonly type: CaseEventType; readonly [field: string]: unknown };

/** Reads like the story: `given(aReturn(), judged()).when(approves()).thenHappens("CaseApproved", …)`. */
export const given = (filed: FiledCase, ...history: readonly Move[]) => {
  const before = played(filed, ...history);
  return {
    before,
    when: (next: Move) => {
      const { command, by, at: time } = next(before);
      const decideNow = () => decide(command, before, time, by);
      return {
        thenHappens: (...expected: readonly ExpectedEvent[]): CaseSnapshot => {
          const events = decideNow();
          // That somebody did not act is told beside every consequence of it; warnings.test.ts looks at that.
          const consequences = events.filter(({ type }) => type !== "DeadlinePassed");
          expect(consequences.map(({ type }) => type)).toEqual(
            expected.map((event) => (typeof event === "string" ? event : event.type)),
          );
          expect(consequences).toMatchObject(
            expected.map((event) => (typeof event === "string" ? { type: event } : event)),
          );
          return afterEvents(before, events);
        },
        thenNothingHappens: (): void => expect(decideNow()).toEqual([]),
        thenIsRefused: (code: CaseErrorCode): CaseError => {
          const error = errorOf(decideNow);
          expect(error.code).toBe(code);
          return error;
        },
      };
    },
  };
};

const errorOf = (action: () => unknown): CaseError => {
  try {
    action();
  } catch (error) {
    if (error instanceof CaseError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

const returned = [judged(), approves(), ships(), delivered()] as const;

export const repaired = (by: Actor = warehouse, costMinor = 8_000n): Move =>
  move(by, () => ({ type: "FinishRepair", costMinor }));
export const reships = (by: Actor = merchant, freightMinor = 1_200n): Move =>
  move(by, () => ({
    type: "ShipReplacement",
    carrier: "kuaidi100",
    trackingNumber: "SF2000000001",
    freightMinor,
    clockMs: domestic.firstScanMs,
  }));
export const givesUp = (of: "repairing" | "awaiting_reshipment", by: Actor = merchant): Move =>
  move(by, () => ({ type: "GiveUpRemedy", of }));
export const arrives = (trusted = true): Move =>
  move(carrier, (standing) => ({
    type: "RecordReplacementDelivery",
    deliveredAt: later(standing),
    trusted,
  }));
export const confirms = (by: Actor = buyer): Move => move(by, () => ({ type: "ConfirmReplacement" }));
export const reports = (problem: ReplacementProblem, by: Actor = buyer): Move =>
  move(by, () => ({ type: "ReportProblem", problem }));

const toBeRepaired = [...returned, inspected()] as const;
const onTheWayBack = [...toBeRepaired, repaired(), reships()] as const;

/** Stages that only a case passes in which goods go to the buyer. */
const inKindStages: readonly Stage[] = [
  "repairing",
  "awaiting_reshipment",
  "reshipping",
  "awaiting_confirmation",
];

/** What is filed to get into a stage by `wayTo`. */
export const typeFor = (stage: Stage): CaseType =>
  inKindStages.includes(stage) ? "repair" : "return_and_refund";
export const filedFor = (stage: Stage): FiledCase => aReturn({ type: typeFor(stage) });

/** The shortest way into each stage, for a case as `filedFor` files it. */
export const wayTo: { readonly [stage in Stage]: readonly Move[] } = {
  submitted: [],
  awaiting_merchant: [judged()],
  offered: [judged(), offers()],
  ineligible: [judged({ route: "ineligible" })],
  refused: [judged(), refuses()],
  awaiting_shipment: [judged(), approves()],
  in_transit: [judged(), approves(), ships()],
  lost: [judged(), approves(), ships(), goesMissing()],
  awaiting_inspection: returned,
  inspected: [...returned, inspected({ sameItem: false })],
  repairing: toBeRepaired,
  awaiting_reshipment: [...toBeRepaired, repaired()],
  reshipping: onTheWayBack,
  awaiting_confirmation: [...onTheWayBack, arrives()],
  awaiting_objection: [
    ...returned,
    inspected({ sameItem: false }),
    judged({ freight: { payer: "platform", capMinor: 2_000n } }),
  ],
  disputed: [judged({ route: "arbitration" })],
  evidence_closed: [
    judged({ route: "arbitration" }),
    states(buyer, { evidenceIds: ["ev-1"], rests: true }),
    rests(merchant),
  ],
  awaiting_ruling: [judged({ route: "arbitration" }), rests(buyer), rests(merchant)],
  ruled: [judged({ route: "arbitration" }), rests(buyer), rests(merchant), rules()],
  settling: [...returned, inspected()],
  manual_review: [judged(), machineFails()],
  closed: [judged({ route: "ineligible" }), silence()],
  cancelled: [cancels()],
};
