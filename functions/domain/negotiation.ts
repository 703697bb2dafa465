import type { Actor, CaseEvent, CaseSnapshot, CaseState, Hold } from "./case.ts";
import { holdsOf, standingVerdict } from "./case.ts";
import { approve, type Decision, noted } from "./consequences.ts";
import { CaseError, InvariantViolation } from "./errors.ts";
import { allowedDecisions, requireAllowedOffer } from "./merchant-decision.ts";
import { requireAction } from "./permissions.ts";
import { type CaseType, goodsComeBack } from "./request.ts";

/**
 * A merchant answers with something else than what was asked. The buyer has its time to say yes or no, and the
 * merchant's own clock stands still meanwhile: what was left of it is left of it afterwards.
 *
 * Nobody takes an offer back: one that names a time for its answer stands for that time (Civil Code of China,
 * art. 476; CISG art. 16). Nor does the merchant approve beside it; the buyer may prefer what was offered.
 */

/** What a merchant offers, and what both have agreed on once it is accepted. */
export type Offer = {
  /** `refund_only`: the buyer keeps the goods. */
  readonly remedy: CaseType;
  /** What is refunded of the price, in minor units; absent where the remedy is no refund. */
  readonly amountMinor?: bigint;
};

/** @throws CaseError if the merchant may not offer this, or not any more */
export const makeOffer = (
  { snapshot, at, by }: Decision,
  offer: Offer,
  note?: string,
): readonly CaseEvent[] => {
  const { state } = snapshot;
  requireAction(state, by, "counter_offer");
  if (state.deadlineAt !== undefined && at >= state.deadlineAt) {
    throw new CaseError("stage_forbids", "The time for an answer is over: no offer may put it off any more.");
  }
  const allowed = allowedDecisions(snapshot);
  if (allowed) requireAllowedOffer(allowed, state, offer);
  return [{ type: "OfferMade", at, by, offer, ...noted(note) }];
};

/** The case as both want it from now on. */
export const agreedState = (state: CaseState, agreed: Offer): CaseState => {
  const { offer: _, merchantLeftMs: _left, ...rest } = state;
  const comesBack = goodsComeBack(agreed.remedy);
  return {
    ...rest,
    agreed,
    type: agreed.remedy,
    reception: comesBack ? "awaiting" : "none",
    acceptance: comesBack ? "pending" : "not_needed",
  };
};

/** Units that are to come back by agreement and were not held, since the buyer had asked to keep them. */
export const unitsToHold = ({ state, detail }: CaseSnapshot, after: CaseState): readonly Hold[] => {
  const before = holdsOf({ state, detail });
  return holdsOf({ state: after, detail }).flatMap(({ lineId, quantity }, index) => {
    const more = quantity - (before[index]?.quantity ?? 0);
    return more > 0 ? [{ lineId, amountMinor: 0n, quantity: more }] : [];
  });
};

/** What the buyer says to an offer; a yes is binding, and the case goes on as if it had asked for this. */
export const answerOffer = (
  { snapshot, at, by }: Decision,
  answer: "accept" | "decline",
): readonly CaseEvent[] => {
  const { state } = snapshot;
  requireAction(state, by, answer === "accept" ? "accept_offer" : "decline_offer");
  return answer === "accept" ? acceptedBy({ snapshot, at, by }) : [declined(at, by, "buyer")];
};

const acceptedBy = ({ snapshot, at, by }: Decision): readonly CaseEvent[] => {
  const { state } = snapshot;
  const agreed = standingOffer(state);
  const after = agreedState(state, agreed);
  const held = unitsToHold(snapshot, after);
  return [
    { type: "OfferAccepted", at, by, agreed, held },
    ...approve({ snapshot: { ...snapshot, state: after }, at, by }, "agreement", standingVerdict(snapshot)),
  ];
};

export const declined = (at: number, by: Actor, basis: "buyer" | "silence"): CaseEvent => ({
  type: "OfferDeclined",
  at,
  by,
  basis,
});

/** The offer a case in `offered` waits with. */
export const standingOffer = ({ caseId, offer }: CaseState): Offer => {
  if (!offer) throw new InvariantViolation(`case ${caseId} has no offer`);
  return offer;
};

/** What the merchant says to the buyer, and with it its answer so far. */
export const offeredState = (state: CaseState, offer: Offer, at: number): CaseState => ({
  ...state,
  offer,
  offersMade: (state.offersMade ?? 0) + 1,
  merchantAnsweredAt: at,
});

/** The merchant is asked again, and has not answered. */
export const askedAgainState = ({ merchantAnsweredAt: _, ...state }: CaseState): CaseState => state;
