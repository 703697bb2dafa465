import type { Actor, CaseEvent, CaseSnapshot, CaseState, Hold } from "./case.ts";
import { settlementBasis, standingVerdict } from "./case.ts";
import { calendarOf, deadlineAfter } from "./clock.ts";
import { approve, closeUnpaid, type Decision } from "./consequences.ts";
import {
  buyerHasGoods,
  type Dispute,
  type DisputeSide,
  disputeSides,
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
import { goodsComeBack, inMoney, type RefundType } from "./request.ts";
import { turnedByVerdict } from "./reshipment.ts";
import { sayAgreement, sayRuling, sayUnruled } from "./ruling-words.ts";
import { planSettlement } from "./settlement/plan.ts";

/**
 * How a dispute is decided. A ruling is the case's next verdict: it says who answers, what is refunded and why,
 * and settlement follows it as it follows any verdict. It decides in money: goods that were to be exchanged, repaired
 * or sent again are what the two sides could not settle. It becomes final when nobody appeals, when both sides say
 * that they will not, or when it was given on an appeal; then it is carried out.
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
  | "appeal_unheard";

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
      { readonly side: DisputeSide; readonly remedy: RefundType; readonly held: readonly Hold[] }
    >
  | Happened<"VerdictUncontested">;

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
  readonly refundMinor: bigint;
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

/** @throws CaseError naming every field that cannot be ruled so */
const requireSoundTerms = (snapshot: CaseSnapshot, standing: Verdict, terms: RulingTerms): void => {
  const { state } = snapshot;
  const { liability, remedy, refundMinor, compensationMinor = 0n } = terms;
  const fields: FieldError[] = [];
  const shares = parties.reduce((sum, party) => sum + liability[party], 0);
  if (shares !== wholeBps)
    fields.push({ pointer: "/liability", detail: `must sum to 10000, sums to ${shares}` });
  if (refundMinor > state.claimMinor) {
    fields.push({ pointer: "/refundMinor", detail: `must be at most the claim, ${state.claimMinor}` });
  }
  if ((remedy === "none") !== (refundMinor === 0n)) {
    fields.push({ pointer: "/remedy", detail: "must be none where nothing is refunded, and only there" });
  }
  const capMinor = compensationCapMinor(snapshot, standing);
  if (compensationMinor > capMinor) {
    fields.push({ pointer: "/compensationMinor", detail: `must be at most ${capMinor}` });
  }
  if (compensationMinor > 0n && liability.buyer === wholeBps) {
    fields.push({ pointer: "/compensationMinor", detail: "must be 0 where the buyer alone answers" });
  }
  if (terms.freightPayer === "carrier" && liability.carrier === 0) {
    fields.push({ pointer: "/freightPayer", detail: "must not be a carrier that does not answer" });
  }
  if (liability.carrier > 0 && carrierOf(snapshot, standing, terms) === undefined) {
    fields.push({ pointer: "/carrier", detail: "is required: no carrier is known that could answer" });
  }
  if (fields.length > 0) throw new CaseError("ruling_unsound", "The case cannot be ruled so.", fields);
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

/** An arbiter's terms as the case's next verdict. */
export const ruledVerdict = (
  snapshot: CaseSnapshot,
  terms: RulingTerms,
  ruling: Ruling,
  at: number,
): Verdict => {
  const standing = standingVerdict(snapshot);
  requireSoundTerms(snapshot, standing, terms);
  const { liability, freightPayer, reason, told } = terms;
  const { currency } = snapshot.state;
  const carrier = liability.carrier > 0 ? carrierOf(snapshot, standing, terms) : undefined;
  const what = { ...terms, goodsOwed: buyerHasGoods(snapshot.state) && goodsComeBack(ruling.remedy) };
  const say = (side: DisputeSide) => sayRuling(side, told[side] ?? reason, what, currency);
  return decided(snapshot, standing, at, ruling, {
    liability,
    freight: {
      payer: freightPayer,
      capMinor: freightPayer === "buyer" ? 0n : (terms.freightCapMinor ?? standing.freight.capMinor),
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
export const unruledVerdict = (snapshot: CaseSnapshot, at: number): Verdict => {
  const standing = standingVerdict(snapshot);
  const { state } = snapshot;
  const granted = grantedBySilence(snapshot, standing);
  const asRefund = { ...snapshot, state: { ...state, type: inMoney(state.type) } };
  const refundMinor = granted ? planSettlement(settlementBasis(asRefund, standing)).refundMinor : 0n;
  const remedy = refundMinor > 0n ? asRefund.state.type : "none";
  const { explanation, told } = sayUnruled(standing, granted);
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
  const explanation = sayAgreement(remedy, amountMinor, snapshot.state.currency);
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

/** The case as it goes on under a decision. Goods that are on their way or back are not asked for twice. */
export const withRemedy = (state: CaseState, remedy: Ruling["remedy"]): CaseState => {
  if (!buyerHasGoods(state)) return { ...state, type: inMoney(state.type) };
  const comesBack = goodsComeBack(remedy);
  return {
    ...state,
    type: remedy === "none" ? state.type : remedy,
    reception: comesBack ? "awaiting" : "none",
    acceptance: comesBack ? "pending" : "not_needed",
  };
};

/** Whether a plan moves anything to anybody. */
const owesAnything = (snapshot: CaseSnapshot, verdict: Verdict): boolean => {
  const plan = planSettlement(settlementBasis(snapshot, verdict));
  return plan.refundMinor + plan.compensationMinor + plan.freightMinor > 0n;
};

/** The ruling that stands is carried out. */
const finalized = (
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
  if (!buyerHasGoods(state) || owesAnything(decision.snapshot, verdict)) {
    return [final, ...approve(decision, "ruling", verdict)];
  }
  const outcome = standingDispute(snapshot).ground === "ineligible" ? "ineligible" : "refused";
  return [final, ...closeUnpaid({ snapshot, at, by }, outcome, "voided")];
};

/** What is refunded, and how. Goods that are on their way or back are not asked for: there, one refund is like another. */
const remedyIn = (
  { state }: CaseSnapshot,
  { remedy, refundMinor }: RulingTerms,
): Pick<Ruling, "remedy" | "refundMinor"> => ({
  remedy: remedy === "none" || buyerHasGoods(state) ? remedy : inMoney(state.type),
  refundMinor,
});

/** @throws CaseError if this arbiter may not rule, or not so */
export const ruleCase = (terms: RulingTerms, { snapshot, at, by }: Decision): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "rule");
  const dispute = standingDispute(snapshot);
  const { round } = dispute;
  requireUnbarred(dispute, by.id);
  requireFree(dispute, by.id);
  const ruling: Ruling = { basis: "arbiter", round, ...remedyIn(snapshot, terms), arbiterId: by.id };
  const verdict = ruledVerdict(snapshot, terms, ruling, at);
  const decision = { snapshot, at, by };
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

/** Whether a verdict pays the same, for the same reason, as the one before. */
const paysTheSame = (one: Verdict, other: Verdict): boolean =>
  one.rule === other.rule &&
  one.refundCapBps === other.refundCapBps &&
  one.freight.payer === other.freight.payer &&
  parties.every((party) => one.liability[party] === other.liability[party]);

/**
 * What came back was judged, and either side may object to that; not where the verdict is the one under which the
 * goods were sent back.
 */
export const judgedReturn = ({ snapshot, at, by }: Decision, verdict: Verdict): readonly CaseEvent[] =>
  paysTheSame(standingVerdict(snapshot), verdict) ? uncontested({ snapshot, at, by }, verdict) : [];

/** Nobody objects to what came back being judged so: the case goes on, with goods only if the verdict still allows them. */
export const uncontested = (
  { snapshot: { state }, at, by }: Decision,
  verdict: Verdict,
): readonly CaseEvent[] => [
  { type: "VerdictUncontested", at, by },
  ...turnedByVerdict(state, verdict, at, by),
];

/** Whether two verdicts of the rules come to the same on the same facts. */
const isSameVerdict = (one: Verdict, other: Verdict): boolean =>
  paysTheSame(one, other) &&
  one.route === other.route &&
  Object.keys({ ...one.facts, ...other.facts }).every((fact) => one.facts[fact] === other.facts[fact]);

/** The case was judged on what the evidence adds; what comes to the same is not recorded a second time. */
export const evidenceWeighed = (
  { snapshot, at, by }: Decision,
  judgedNow: CaseEvent,
  verdict: Verdict,
): readonly CaseEvent[] => {
  const changed = !isSameVerdict(standingVerdict(snapshot), verdict);
  return [...(changed ? [judgedNow] : []), { type: "EvidenceWeighed", at, by, changed }];
};

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

/** @throws CaseError if the side may not appeal, or has said that it will not */
export const appealRuling = (
  { text, evidenceIds }: Extract<RulingCommand, { type: "AppealRuling" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "appeal");
  requireInTime(snapshot.state, at);
  const dispute = standingDispute(snapshot);
  const side = sideOf(by);
  requireNotWaived(dispute, side);
  const statement = { number: dispute.statements + 1, side, text, evidenceIds };
  return [{ type: "RulingAppealed", at, by, side, statement }];
};

const requireNotWaived = ({ waived }: Dispute, side: DisputeSide): void => {
  if (!waived.includes(side)) return;
  throw new CaseError("stage_forbids", `The ${side} has accepted the ruling.`);
};

/** A side accepts the ruling; once both have, nobody has to wait for the window to end. */
export const waiveAppeal = (decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  requireAction(snapshot.state, by, "waive_appeal");
  requireInTime(snapshot.state, at);
  const dispute = standingDispute(snapshot);
  const side = sideOf(by);
  requireNotWaived(dispute, side);
  const waived: CaseEvent = { type: "AppealWaived", at, by, side };
  return disputeSides.every((each) => each === side || dispute.waived.includes(each))
    ? [waived, ...finalized(decision, standingVerdict(snapshot), "appeal_waived")]
    : [waived];
};

/** Nobody has appealed in time. */
export const unappealed = (decision: Decision): readonly CaseEvent[] =>
  finalized(decision, standingVerdict(decision.snapshot), "no_appeal");

/** @throws CaseError `proposal_gone` if this is not what the other side proposes now */
export const acceptProposal = (
  { number }: Extract<RulingCommand, { type: "AcceptProposal" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "accept_proposal");
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
    ...approve(after, "settlement", verdict),
  ];
};

/**
 * Whoever opened the dispute, or the appeal, lets it go: what stood before stands. A buyer who still has the goods
 * may let the claim itself go.
 *
 * @throws CaseError where there is nothing this side could go back to
 */
export const withdrawDispute = (decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state } = snapshot;
  requireAction(state, by, "withdraw");
  const dispute = standingDispute(snapshot);
  const side = sideOf(by);
  const withdrawn = (leaves: "closes" | "settles" | "ruling_stands"): CaseEvent => ({
    type: "DisputeWithdrawn",
    at,
    by,
    side,
    leaves,
  });
  if (dispute.round === 2) {
    if (dispute.appealedBy !== side) throw notWithdrawable("Only the side that appealed lets the appeal go.");
    return [
      withdrawn("ruling_stands"),
      ...finalized(decision, standingVerdict(snapshot), "appeal_withdrawn"),
    ];
  }
  if (side === "buyer" && buyerHasGoods(state)) {
    const { ground } = dispute;
    const outcome = ground === "refusal" ? "refused" : ground === "ineligible" ? "ineligible" : "cancelled";
    return [withdrawn("closes"), ...closeUnpaid(decision, outcome, "voided")];
  }
  const { route } = standingVerdict(snapshot);
  const settles = route === "automatic" || route === "merchant";
  if (dispute.openedBy !== side || !settles) {
    throw notWithdrawable("No verdict stands that both would be left with; propose a settlement instead.");
  }
  return [withdrawn("settles")];
};

const notWithdrawable = (why: string): CaseError => new CaseError("stage_forbids", why);
