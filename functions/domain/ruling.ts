import type { Actor, CaseEvent, CaseSnapshot, Hold } from "./case.ts";
import { settlementBasis, standingVerdict } from "./case.ts";
import { calendarOf, deadlineAfter } from "./clock.ts";
import { approve, closeUnpaid, type Decision } from "./consequences.ts";
import { goodsUnder } from "./disposition.ts";
import {
  type Dispute,
  type DisputeSide,
  otherSide,
  requireFree,
  requireInTime,
  requireUnbarred,
  type Statement,
  sideOf,
  standingDispute,
} from "./dispute.ts";
import { CaseError, type FieldError, InvariantViolation } from "./errors.ts";
import {
  type BilingualText,
  type Compensation,
  type Liability,
  type Party,
  parties,
  type Ruling,
  type Verdict,
} from "./judgment/verdict.ts";
import { clocks } from "./lifecycle.ts";
import { wholeBps } from "./money.ts";
import { unitsToHold } from "./negotiation.ts";
import { requireAction } from "./permissions.ts";
import { type CaseType, goodsComeBack, inMoney } from "./request.ts";
import {
  amountUnder,
  buyerHasGoods,
  fittingRemedies,
  isInKind,
  unfitting,
  withRemedy,
} from "./ruled-remedy.ts";
import { sayAgreement, sayRuling, sayUnruled } from "./ruling-words.ts";
import { planSettlement } from "./settlement/plan.ts";

/**
 * How a dispute is decided. A ruling is the case's next verdict: it says who answers, what is refunded and why,
 * and settlement follows it as it follows any verdict; goods that are owed go the road of remedies that ship. It becomes
 * final when nobody appeals, when both sides say that they will not, or when it was given on an appeal; then it is
 * carried out.
 */

type Happened<Type extends string, Payload = unknown> = {
  readonly type: Type;
  readonly at: number;
  readonly by: Actor;
} & Payload;

/** Why a ruling cannot be appealed any more. */
export type FinalBecause =
  | "no_appeal"
  | "appeal_waived"
  | "appeal_withdrawn"
  | "second_ruling"
  | "appeal_unheard"
  /** Who took the case over after it failed approves it. */
  | "operator";

export type RulingEvent =
  | Happened<
      "CaseRuled",
      {
        readonly basis: "arbiter" | "silence";
        readonly round: 1 | 2;
        readonly final: boolean;
        readonly arbiterId?: string;
      }
    >
  | Happened<"RulingAppealed", { readonly side: DisputeSide; readonly statement: Statement }>
  | Happened<"AppealWaived", { readonly side: DisputeSide }>
  | Happened<
      "RulingFinalized",
      {
        readonly because: FinalBecause;
        readonly remedy: Ruling["remedy"];
        /** Units that come back although the buyer had asked to keep them. */
        readonly held: readonly Hold[];
      }
    >
  | Happened<
      "SettlementAgreed",
      { readonly side: DisputeSide; readonly remedy: CaseType; readonly held: readonly Hold[] }
    >
  | Happened<"VerdictUncontested", { readonly basis?: "silence" }>;

export type RulingCommand =
  | ({ readonly type: "RuleCase" } & RulingTerms)
  | { readonly type: "AppealRuling"; readonly text: string; readonly evidenceIds: readonly string[] }
  | { readonly type: "WaiveAppeal" }
  | { readonly type: "AcceptProposal"; readonly number: number }
  | { readonly type: "WithdrawDispute" };

/** What an arbiter decides. Amounts in minor units of the case's currency. */
export type RulingTerms = {
  readonly liability: Liability;
  readonly remedy: Ruling["remedy"];
  /** Of the price; where goods are owed, what is refunded if they cannot be had, and the claim if absent. */
  readonly refundMinor?: bigint;
  readonly compensationMinor?: bigint;
  readonly freightPayer: Party;
  /** Upper bound of the return freight that is reimbursed; the standing verdict's if absent. */
  readonly freightCapMinor?: bigint;
  /** The carrier that answers; the standing verdict's if absent. */
  readonly carrier?: string;
  readonly reason: BilingualText;
  /** The reason in a party's own words; the one reason for both where absent. */
  readonly told: { readonly [side in DisputeSide]?: BilingualText };
};

/** The highest compensation anybody may rule: three times the price (Consumer Rights Law art. 55). */
const compensationFactor = 3n;

const bpsOf = (refundMinor: bigint, claimMinor: bigint): number =>
  claimMinor === 0n ? 0 : Number((refundMinor * BigInt(wholeBps) + claimMinor - 1n) / claimMinor);

/** The most an arbiter may grant on top of the price. */
export const compensationCapMinor = ({ state }: CaseSnapshot, { compensation }: Verdict): bigint => {
  const threefold = state.claimMinor * compensationFactor;
  const granted = compensation ? (state.claimMinor * BigInt(compensation.bps)) / BigInt(wholeBps) : 0n;
  const minimum = compensation?.minimumMinor ?? 0n;
  return [threefold, granted, minimum].reduce((most, each) => (each > most ? each : most));
};

/** Whether freight may be owed: of what comes back or came back, or of what is sent. */
const costsFreight = ({ state }: CaseSnapshot, remedy: Ruling["remedy"]): boolean =>
  isInKind(remedy) || goodsComeBack(remedy) || !buyerHasGoods(state);

/**
 * @returns what is refunded of the price, in minor units
 * @throws CaseError naming every field that cannot be ruled so
 */
const requireSoundTerms = (snapshot: CaseSnapshot, standing: Verdict, terms: RulingTerms): bigint => {
  const { state } = snapshot;
  const { liability, remedy, freightPayer, compensationMinor = 0n } = terms;
  const fields: FieldError[] = [...unfitting(state, remedy)];
  const shares = parties.reduce((sum, party) => sum + liability[party], 0);
  if (shares !== wholeBps)
    fields.push({ pointer: "/liability", detail: `must sum to 10000, sums to ${shares}` });
  const refundMinor = amountUnder(state, remedy, terms.refundMinor);
  if (refundMinor === undefined) {
    fields.push({ pointer: "/refundMinor", detail: "is required: say what is refunded" });
  } else if (refundMinor > state.claimMinor) {
    fields.push({ pointer: "/refundMinor", detail: `must be at most the claim, ${state.claimMinor}` });
  } else if ((remedy === "none") !== (refundMinor === 0n)) {
    fields.push({ pointer: "/remedy", detail: "must be none where nothing is refunded, and only there" });
  }
  const capMinor = compensationCapMinor(snapshot, standing);
  if (compensationMinor > capMinor) {
    fields.push({ pointer: "/compensationMinor", detail: `must be at most ${capMinor}` });
  }
  if (compensationMinor > 0n && liability.buyer === wholeBps) {
    fields.push({ pointer: "/compensationMinor", detail: "must be 0 where the buyer alone answers" });
  }
  if (freightPayer === "carrier" && liability.carrier === 0) {
    fields.push({ pointer: "/freightPayer", detail: "must not be a carrier that does not answer" });
  }
  const uncapped = terms.freightCapMinor === undefined && standing.freight.payer === "buyer";
  if (uncapped && freightPayer !== "buyer" && costsFreight(snapshot, remedy)) {
    fields.push({
      pointer: "/freightCapMinor",
      detail: "is required: by the standing verdict none is repaid",
    });
  }
  if (liability.carrier > 0 && carrierOf(snapshot, standing, terms) === undefined) {
    fields.push({ pointer: "/carrier", detail: "is required: no carrier is known that could answer" });
  }
  if (refundMinor === undefined || fields.length > 0) {
    throw new CaseError("ruling_unsound", "The case cannot be ruled so.", fields);
  }
  return refundMinor;
};

const carrierOf = ({ state }: CaseSnapshot, standing: Verdict, terms: RulingTerms): string | undefined =>
  terms.carrier ?? standing.carrier ?? state.returnParcels?.[0]?.carrier;

const compensationOf = (amountMinor = 0n): { readonly compensation?: Compensation } =>
  amountMinor === 0n ? {} : { compensation: { bps: 0, minimumMinor: amountMinor } };

/** The contract still says what is owed for a loss, if others than merchant and buyer answer for it. */
const lossOf = (standing: Verdict, { platform, carrier }: Liability): Pick<Verdict, "loss"> =>
  standing.loss && platform + carrier > 0
    ? { loss: { ...standing.loss, payer: carrier > platform ? "carrier" : "platform" } }
    : {};

/** The verdict a decision makes of the one that stands. */
const decided = (
  { state }: CaseSnapshot,
  standing: Verdict,
  at: number,
  ruling: Ruling,
  but: Pick<Verdict, "liability" | "freight" | "explanation" | "told"> &
    Pick<Verdict, "carrier" | "compensation" | "loss">,
): Verdict => {
  const { loss: _loss, carrier: _carrier, compensation: _compensation, ...rest } = standing;
  return {
    ...rest,
    ...but,
    number: state.verdictNumber + 1,
    route: "automatic",
    remedies: ruling.remedy === "none" ? [] : [ruling.remedy],
    refundCapBps: bpsOf(ruling.refundMinor, state.claimMinor),
    ruling,
    trace: [],
    nearMisses: [],
    judgedAt: at,
  };
};

/**
 * Whether the buyer is to send something before anything is given. Goods that are on their way or back are not asked
 * for.
 */
const isOwedBack = ({ state }: CaseSnapshot, remedy: Ruling["remedy"]): boolean =>
  buyerHasGoods(state) && goodsComeBack(remedy);

/** Of goods that are on their way or back, one refund is like another. */
const remedyIn = ({ state }: CaseSnapshot, remedy: Ruling["remedy"]): Ruling["remedy"] =>
  remedy === "none" || isInKind(remedy) || buyerHasGoods(state) ? remedy : inMoney(state.type);

/** An arbiter's terms as the case's next verdict. */
const ruledVerdict = (snapshot: CaseSnapshot, terms: RulingTerms, { at, by }: Decision): Verdict => {
  const standing = standingVerdict(snapshot);
  const refundMinor = requireSoundTerms(snapshot, standing, terms);
  const remedy = remedyIn(snapshot, terms.remedy);
  const { liability, freightPayer, reason, told } = terms;
  const { currency } = snapshot.state;
  const carrier = liability.carrier > 0 ? carrierOf(snapshot, standing, terms) : undefined;
  const what = { ...terms, remedy, refundMinor, goodsOwed: isOwedBack(snapshot, remedy) };
  const say = (side: DisputeSide) => sayRuling(side, told[side] ?? reason, what, currency);
  const { round } = standingDispute(snapshot);
  const ruling: Ruling = { basis: "arbiter", round, remedy, refundMinor, arbiterId: by.id };
  return decided(snapshot, standing, at, ruling, {
    liability,
    freight: {
      payer: freightPayer,
      capMinor: terms.freightCapMinor ?? (freightPayer === "buyer" ? 0n : standing.freight.capMinor),
    },
    explanation: reason,
    told: { buyer: say("buyer"), merchant: say("merchant") },
    ...(carrier === undefined ? {} : { carrier }),
    ...lossOf(standing, liability),
    ...compensationOf(terms.compensationMinor),
  });
};

/**
 * Whether the standing verdict grants the claim where no arbiter says anything: as its rule says. One that is
 * automatic is granted; one that needed an answer says itself what silence means; one that found the request
 * ineligible, or allows no remedy the buyer could still have, grants nothing.
 */
const grantedBySilence = (
  { state }: CaseSnapshot,
  { route, clocks: { silence }, remedies }: Verdict,
): boolean => {
  if (route === "ineligible") return false;
  if (route !== "automatic" && silence === "refuse") return false;
  return !buyerHasGoods(state) || remedies.includes(state.type);
};

/** What the standing verdict comes to as a ruling, when nobody ruled in time. */
const unruledVerdict = (snapshot: CaseSnapshot, at: number): Verdict => {
  const standing = standingVerdict(snapshot);
  const { state } = snapshot;
  const granted = grantedBySilence(snapshot, standing);
  const asRefund = { ...snapshot, state: { ...state, type: inMoney(state.type) } };
  const refundMinor = granted ? planSettlement(settlementBasis(asRefund, standing)).refundMinor : 0n;
  // What could not be had once is not promised again by nobody.
  const asAsked =
    state.refundInstead === undefined &&
    standing.remedies.includes(state.type) &&
    fittingRemedies(state).includes(state.type);
  const remedy = refundMinor === 0n ? "none" : asAsked ? state.type : asRefund.state.type;
  const follows = isInKind(remedy) ? "goods" : granted ? "refund" : "nothing";
  const { explanation, told } = sayUnruled(standing, follows);
  const { liability, freight, carrier, loss, compensation } = standing;
  return decided(
    snapshot,
    standing,
    at,
    { basis: "silence", round: 1, remedy, refundMinor },
    {
      liability,
      freight,
      explanation,
      told,
      ...(carrier === undefined ? {} : { carrier }),
      ...(loss && granted ? { loss } : {}),
      ...(compensation && granted ? { compensation } : {}),
    },
  );
};

/** What both sides want, paid by the merchant: nobody agrees at the expense of somebody who was not asked. */
const agreedVerdict = (
  snapshot: CaseSnapshot,
  { remedy, amountMinor }: NonNullable<Dispute["proposal"]>,
  at: number,
): Verdict => {
  const standing = standingVerdict(snapshot);
  const { freight } = standing;
  const terms = { remedy, refundMinor: amountMinor, goodsOwed: isOwedBack(snapshot, remedy) };
  const explanation = sayAgreement(terms, snapshot.state.currency);
  return decided(
    snapshot,
    standing,
    at,
    { basis: "agreement", round: standingDispute(snapshot).round, remedy, refundMinor: amountMinor },
    {
      liability: { merchant: wholeBps, platform: 0, carrier: 0, buyer: 0 },
      freight: freight.payer === "buyer" ? freight : { ...freight, payer: "merchant" },
      explanation,
      told: { buyer: explanation, merchant: explanation },
    },
  );
};

/** Whether a plan moves anything to anybody. */
const owesAnything = (snapshot: CaseSnapshot, verdict: Verdict): boolean => {
  const plan = planSettlement(settlementBasis(snapshot, verdict));
  return plan.refundMinor + plan.compensationMinor + plan.freightMinor > 0n;
};

/** The ruling that stands is carried out. */
export const finalized = (
  { snapshot, at, by }: Decision,
  verdict: Verdict,
  because: FinalBecause,
): readonly CaseEvent[] => {
  if (!verdict.ruling) throw new InvariantViolation("only a ruling becomes final");
  const { remedy } = verdict.ruling;
  const state = withRemedy(snapshot.state, remedy);
  const decision: Decision = { snapshot: { ...snapshot, state, verdict }, at, by };
  const held = unitsToHold(snapshot, state);
  const final: CaseEvent = { type: "RulingFinalized", at, by, because, remedy, held };
  if (isInKind(remedy) || !buyerHasGoods(state) || owesAnything(decision.snapshot, verdict)) {
    return [final, ...goodsUnder(snapshot, remedy, at, by), ...approve(decision, "ruling", verdict)];
  }
  const outcome = standingDispute(snapshot).ground === "ineligible" ? "ineligible" : "refused";
  return [final, ...closeUnpaid({ snapshot, at, by }, outcome, "voided")];
};

/** What an operator approves who took the case over while a ruling stood; nothing where none does. */
export const approvedRuling = (decision: Decision, verdict: Verdict): readonly CaseEvent[] | undefined => {
  const { dispute } = decision.snapshot;
  const stands = verdict.ruling !== undefined && dispute !== undefined && dispute.end === undefined;
  return stands ? finalized(decision, verdict, "operator") : undefined;
};

/** @throws CaseError if this arbiter may not rule, or not so */
export const ruleCase = (terms: RulingTerms, { snapshot, at, by }: Decision): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "rule");
  const dispute = standingDispute(snapshot);
  const { round } = dispute;
  requireUnbarred(dispute, by.id);
  requireFree(dispute, by.id);
  const decision = { snapshot, at, by };
  const verdict = ruledVerdict(snapshot, terms, decision);
  return [
    judged(decision, verdict),
    { type: "CaseRuled", at, by, basis: "arbiter", round, final: round === 2, arbiterId: by.id },
    ...(round === 2 ? finalized(decision, verdict, "second_ruling") : []),
  ];
};

const judged = ({ snapshot: { known }, at, by }: Decision, verdict: Verdict): CaseEvent => ({
  type: "CaseJudged",
  at,
  by,
  verdict,
  ...(known ? { known } : {}),
});

/**
 * The arbiter's clock has run out: called once more at its target, and at the hard end decided by what stands, the
 * verdict in round one and the first ruling on an appeal.
 */
export const unruled = (decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const dispute = standingDispute(snapshot);
  const { round, askedAt } = dispute;
  if (askedAt === undefined) throw new InvariantViolation("no arbiter was asked");
  const calendar = calendarOf(snapshot.calendars, snapshot.state.stage);
  const endAt = deadlineAfter(askedAt, clocks.rulingEndMs, calendar);
  if (at < endAt) return [{ type: "DeadlineExtended", at, by, deadlineAt: endAt, reason: "arbiter_overdue" }];
  if (round === 2) return finalized(decision, standingVerdict(snapshot), "appeal_unheard");
  return [
    judged(decision, unruledVerdict(snapshot, at)),
    { type: "CaseRuled", at, by, basis: "silence", round, final: false },
  ];
};

/** @throws CaseError `proposal_gone` if this is not what the other side proposes now */
export const acceptProposal = (
  { number }: Extract<RulingCommand, { type: "AcceptProposal" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "accept_proposal");
  if (snapshot.state.stage === "ruled") requireInTime(snapshot.state, at);
  const { proposal } = standingDispute(snapshot);
  const side = sideOf(by);
  if (proposal?.number !== number || proposal.side !== otherSide(side)) {
    throw new CaseError("proposal_gone", "The other side does not propose this, or not any more.");
  }
  const { remedy } = proposal;
  const verdict = agreedVerdict(snapshot, proposal, at);
  const after: Decision = {
    snapshot: { ...snapshot, state: withRemedy(snapshot.state, remedy), verdict },
    at,
    by,
  };
  return [
    judged({ snapshot, at, by }, verdict),
    { type: "SettlementAgreed", at, by, side, remedy, held: unitsToHold(snapshot, after.snapshot.state) },
    ...goodsUnder(snapshot, remedy, at, by),
    ...approve(after, "settlement", verdict),
  ];
};
