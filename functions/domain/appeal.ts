import { type CaseEvent, standingVerdict } from "./case.ts";
import { closeUnpaid, type Decision } from "./consequences.ts";
import {
  closedIfRested,
  type Dispute,
  type DisputeSide,
  disputeSides,
  otherSide,
  requireInTime,
  sideOf,
  standingDispute,
} from "./dispute.ts";
import { CaseError } from "./errors.ts";
import { disputeAfter } from "./evolve-dispute.ts";
import { isApprovable } from "./judgment/verdict.ts";
import { requireAction } from "./permissions.ts";
import { turnedByVerdict } from "./reshipment.ts";
import { mayLetGo } from "./ruled-remedy.ts";
import { finalized, type RulingCommand } from "./ruling.ts";

/** How a side takes a ruling, or its part in a dispute: it appeals, accepts, stays silent, or lets go what it began. */

/**
 * Each side has one appeal against the first ruling: within its window, or across the other's while that is not ruled
 * on. Both are decided by one second ruling.
 *
 * @throws CaseError if the side may not appeal, or has said that it will not
 */
export const appealRuling = (
  { text, evidenceIds }: Extract<RulingCommand, { type: "AppealRuling" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  const { state } = snapshot;
  requireAction(state, by, "appeal");
  const dispute = standingDispute(snapshot);
  const { round, appealedBy = [] } = dispute;
  if (state.stage === "ruled") requireInTime(state, at);
  else if (round === 1)
    throw new CaseError("stage_forbids", "Nobody has ruled yet: there is nothing to appeal.");
  const side = sideOf(by);
  if (appealedBy.includes(side)) throw new CaseError("stage_forbids", `The ${side} has appealed already.`);
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
  if (dispute.round === 2) return withdrawAppeal(dispute, decision);
  const withdrawn = (leaves: "closes" | "settles"): CaseEvent => ({
    type: "DisputeWithdrawn",
    at,
    by,
    side,
    leaves,
  });
  if (side === "buyer" && mayLetGo(state)) {
    const { ground } = dispute;
    const outcome = ground === "refusal" ? "refused" : ground === "ineligible" ? "ineligible" : "cancelled";
    return [withdrawn("closes"), ...closeUnpaid(decision, outcome, "voided")];
  }
  const verdict = standingVerdict(snapshot);
  if (dispute.openedBy !== side || !isApprovable(verdict.route)) {
    throw notWithdrawable("No verdict stands that both would be left with; propose a settlement instead.");
  }
  return [withdrawn("settles"), ...turnedByVerdict(state, verdict, at, by)];
};

/**
 * Whoever lets its appeal go has accepted the ruling. The other's appeal goes on without it; one that has not appealed
 * yet has what is left of its window; else the ruling is final.
 */
const withdrawAppeal = (dispute: Dispute, decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { appealedBy = [], appealUntil = at, appealWait, waived } = dispute;
  const side = sideOf(by);
  if (!appealedBy.includes(side)) throw notWithdrawable("Only the side that appealed lets the appeal go.");
  const withdrawn = { type: "DisputeWithdrawn", at, by, side } as const;
  if (appealedBy.length > 1) {
    const events: readonly CaseEvent[] = [{ ...withdrawn, leaves: "other_appeal" }];
    const left = disputeAfter(snapshot, events) ?? dispute;
    return snapshot.state.stage === "disputed" ? [...events, ...closedIfRested(left, at, by)] : events;
  }
  if (at < appealUntil && !waived.includes(otherSide(side))) {
    const wait = appealWait ? { wait: appealWait } : {};
    return [{ ...withdrawn, leaves: "appeal_open", deadlineAt: appealUntil, ...wait }];
  }
  return [
    { ...withdrawn, leaves: "ruling_stands" },
    ...finalized(decision, standingVerdict(snapshot), "appeal_withdrawn"),
  ];
};

const notWithdrawable = (why: string): CaseError => new CaseError("stage_forbids", why);
