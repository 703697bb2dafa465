import { expect } from "vitest";
import type { CaseOutcome, CaseSnapshot, CaseState } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { clocks, isEnd, lifecycle, type Silence, type Stage } from "../../functions/domain/lifecycle.ts";
import { goodsComeBack, isRefund } from "../../functions/domain/request.ts";
import {
  afterEvents,
  at,
  domestic,
  judged,
  type Move,
  type ParcelSeen,
  scannedAt,
  settles,
  silence,
} from "./cases.ts";

/**
 * What the lifecycle's words for silence come to, said once more: from the table, the verdict and where the goods are,
 * and not by asking the code that decides.
 */

type Named = Partial<Pick<CaseState, "stage" | "outcome" | "refundInstead" | "operatorCalls">> & {
  /** What silence rules. */
  readonly ruledMinor?: bigint;
};

/** Nobody in the world does anything; a parcel was scanned once when it set out, or never. */
export type SilentWorld = { readonly parcelsSeen: boolean; readonly rules: Partial<Verdict> };

const verdictOf = ({ verdict, state }: CaseSnapshot): Verdict => {
  if (!verdict) throw new RangeError(`case ${state.caseId} was never judged`);
  return verdict;
};

const isWithBuyer = ({ reception }: CaseState): boolean => reception === "none" || reception === "awaiting";
const isForGoods = ({ type, refundInstead }: CaseState): boolean =>
  !isRefund(type) && refundInstead === undefined;
/** The replacement was sent first, and the buyer has it. */
const hasReplacement = ({ sentFirst }: CaseState): boolean =>
  sentFirst !== undefined && sentFirst.goods !== "not_due";
/** The replacement goes first, and what was bought is with the buyer as long as it is not due. */
const goesFirst = (state: CaseState): boolean =>
  isForGoods(state) && state.sentFirst?.goods === "not_due" && state.reception === "awaiting";
/** What was to follow the replacement comes back now; else there is nothing to wait for. */
const nothingButReturn = (state: CaseState): Stage => (goesFirst(state) ? "awaiting_shipment" : "settling");
const onceBack = (state: CaseState): Stage => {
  if (!isForGoods(state) || hasReplacement(state)) return "settling";
  return state.type === "repair" ? "repairing" : "awaiting_reshipment";
};

/** What the buyer has to get: what was ruled, or what the verdict lets be and of that no more than was agreed on. */
const refundOf = (standing: CaseSnapshot): bigint => {
  const { ruling, refundCapBps } = verdictOf(standing);
  const { claimMinor, agreed } = standing.state;
  if (ruling) return ruling.refundMinor;
  const most = (claimMinor * BigInt(refundCapBps)) / 10_000n;
  const { amountMinor = most } = agreed ?? {};
  return amountMinor < most ? amountMinor : most;
};

/** Whether the standing verdict grants the request by itself, as it has to where no arbiter comes. */
const grants = (before: CaseSnapshot): boolean => {
  const { route, clocks: ruled, remedies } = verdictOf(before);
  if (route === "ineligible") return false;
  if (route !== "automatic" && ruled.silence === "refuse") return false;
  return !isWithBuyer(before.state) || remedies.includes(before.state.type);
};

/** A ruling that stands, carried out. */
const carriedOut = (before: CaseSnapshot): Named => {
  const { remedy } = verdictOf(before).ruling ?? { remedy: "none" };
  if (remedy === "none") {
    if (!isWithBuyer(before.state)) return { stage: "settling" };
    return { stage: "closed", outcome: before.dispute?.ground === "ineligible" ? "ineligible" : "refused" };
  }
  if (isWithBuyer(before.state) && goodsComeBack(remedy)) return { stage: "awaiting_shipment" };
  if (isRefund(remedy)) return { stage: "settling" };
  return { stage: remedy === "repair" ? "repairing" : "awaiting_reshipment" };
};

const closesAs: { readonly [stage in Stage]?: CaseOutcome } = {
  ineligible: "ineligible",
  refused: "refused",
  awaiting_shipment: "never_shipped",
};

const named: {
  readonly [silence in Silence]: (before: CaseSnapshot, world: SilentWorld, at: number) => Named;
} = {
  outcome_of_the_rule: (before) => {
    const { type, reserved } = before.state;
    const { clocks: ruled, shipFirst } = verdictOf(before);
    if (ruled.silence === "refuse") return { stage: "refused" };
    if (type === "exchange" && shipFirst && !reserved) return { stage: "awaiting_reshipment" };
    if (goodsComeBack(type)) return { stage: "awaiting_shipment" };
    return { stage: type === "resend" ? "awaiting_reshipment" : "settling" };
  },
  offer_lapses: () => ({ stage: "awaiting_merchant" }),
  case_closes: ({ state }) =>
    state.replacementParcel && isForGoods(state)
      ? { stage: "settling" }
      : { stage: "closed", outcome: closesAs[state.stage] },
  parcel_is_stuck_then_lost: (_, { parcelsSeen }) => ({ stage: parcelsSeen ? "lost" : "manual_review" }),
  accepted_as_sent_if_trusted: ({ state }) => {
    if (!state.deliveryTrusted) return { stage: "manual_review" };
    return { stage: state.foundAt === undefined ? onceBack(state) : "inspected" };
  },
  turns_into_refund: ({ state }) => ({ stage: nothingButReturn(state), refundInstead: "silence" }),
  replacement_is_stuck_then_lost: ({ state }, { parcelsSeen }) =>
    parcelsSeen ? { stage: "lost" } : { stage: nothingButReturn(state), refundInstead: "never_sent" },
  counts_as_confirmed: ({ state }) => ({ stage: nothingButReturn(state) }),
  settled_as_judged: (before) => {
    const { state } = before;
    const granted = verdictOf(before).remedies.includes(state.type);
    return isForGoods(state) && !hasReplacement(state) && !granted
      ? { stage: "settling", refundInstead: "verdict" }
      : { stage: onceBack(state) };
  },
  decided_on_file: ({ dispute }) => ({
    stage: dispute?.round === 1 && dispute.evidenceInRound > 0 ? "evidence_closed" : "awaiting_ruling",
  }),
  standing_verdict_rules: (before, _, time) => {
    const { round, askedAt = 0 } = before.dispute ?? {};
    if (time < askedAt + clocks.rulingEndMs) return { stage: "awaiting_ruling" };
    if (round === 2) return carriedOut(before);
    return { stage: "ruled", ruledMinor: grants(before) ? refundOf(before) : 0n };
  },
  ruling_is_final: carriedOut,
  closes_unresolved_or_calls_again: ({ state, ledger }, { parcelsSeen }) => {
    const { operatorCalls = 1, resumeStage, reception, replacementParcel, problem, sentFirst } = state;
    const paid = ledger.some(({ phase }) => phase === "posted");
    const promised =
      isForGoods(state) && (replacementParcel !== undefined || (state.reserved && reception === "none"));
    const unresolved = { stage: "closed", outcome: "unresolved" } as const;
    if (isWithBuyer(state) && !paid && !promised) return unresolved;
    if (operatorCalls < 3) return { stage: "manual_review", operatorCalls: operatorCalls + 1 };
    const unseen = !parcelsSeen && (reception === "in_transit" || reception === "stuck");
    const isBack = unseen || reception === "returned_to_sender";
    const complained = sentFirst?.goods === "not_due" && resumeStage === "awaiting_shipment";
    const keepsBoth = hasReplacement(state)
      ? isBack || reception === "awaiting"
      : isForGoods(state) && complained && replacementParcel && reception === "returned_to_sender";
    if (keepsBoth) return { stage: "settling" };
    if (!paid && isBack) return unresolved;
    const content =
      replacementParcel !== undefined &&
      problem === undefined &&
      (resumeStage === "awaiting_confirmation" || (reception === "awaiting" && !goesFirst(state)));
    if (content) return { stage: nothingButReturn(state) };
    if (!isForGoods(state) || hasReplacement(state)) return { stage: "settling" };
    return { stage: nothingButReturn(state), refundInstead: "silence" };
  },
};

const inKind = { exchange: "exchanged", repair: "repaired", resend: "resent" } as const;

const requireNamedSettlement = (ended: CaseSnapshot): void => {
  const { state, ledger } = ended;
  const { type, outcome, claimMinor } = state;
  const forGoods = isForGoods(state) && !isRefund(type);
  const due = forGoods ? 0n : refundOf(ended);
  const refunded = ledger
    .filter(({ purpose }) => purpose === "refund-to-buyer")
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  expect(refunded, "what the buyer has got").toBe(due);
  const inMoney = due === 0n ? "not_refunded" : due < claimMinor ? "partially_refunded" : "refunded";
  const inGoods = state.sentFirst?.goods === "kept" ? "return_owed" : inKind[type as keyof typeof inKind];
  expect(outcome).toBe(forGoods ? inGoods : inMoney);
};

/** What happens next where nobody does anything, and what has to come of it. */
const nextInSilence = (standing: CaseSnapshot, world: SilentWorld): { move: Move; says?: Named } => {
  const {
    stage,
    updatedAt,
    deadlineAt = updatedAt,
    paused,
    lossDueAt = Number.POSITIVE_INFINITY,
  } = standing.state;
  const { wait, task, nextActor } = lifecycle[stage];
  if (!wait) return { move: task === "SettleCase" ? settles() : judged(world.rules) };
  const parcel: ParcelSeen | undefined = world.parcelsSeen ? scannedAt(updatedAt, "picked_up") : undefined;
  const time = nextActor === "carrier" ? Math.max(deadlineAt, updatedAt + domestic.lostMs) : deadlineAt;
  if (paused) return { move: at(paused.until, silence(parcel)), says: { stage } };
  // A dispute about a parcel to the buyer that has been silent for so long is judged as one about a lost one.
  if ((stage === "disputed" || stage === "awaiting_ruling") && lossDueAt <= time) {
    return { move: at(time, silence(parcel)), says: { stage: "submitted" } };
  }
  return { move: at(time, silence(parcel)), says: named[wait.silence](standing, world, time) };
};

/** Lets everybody be silent for ever, and holds each step against its name. Answers where the case has ended. */
export const silentForEver = (beginning: CaseSnapshot, world: SilentWorld): CaseSnapshot => {
  let standing = beginning;
  for (let step = 0; step < 40 && !isEnd(standing.state.stage); step += 1) {
    const { move, says } = nextInSilence(standing, world);
    const { command, by, at: time } = move(standing);
    const before = standing;
    const { stage } = before.state;
    standing = afterEvents(before, decide(command, before, time, by));
    if (says) {
      const { ruledMinor, ...state } = says;
      expect(standing.state, `silence in ${stage}`).toMatchObject(state);
      if (ruledMinor !== undefined) expect(standing.verdict?.ruling?.refundMinor).toBe(ruledMinor);
    }
    if (stage === "settling" && isEnd(standing.state.stage)) {
      requireNamedSettlement(standing);
    }
  }
  expect(isEnd(standing.state.stage), `${standing.state.stage} is an end`).toBe(true);
  return standing;
};
