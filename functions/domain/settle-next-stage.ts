import { type Actor, type CaseEvent, holdsOf, settlementBasis, standingVerdict } from "./case.ts";
import type { Decision } from "./consequences.ts";
import { outcomeInKind } from "./reshipment.ts";
import { planSettlement } from "./settlement/plan.ts";
import { refundInstruction } from "./settlement/refund.ts";
import {
  assertSettled,
  type PostingStage,
  postingStages,
  releaseTransfers,
  stageTransfers,
} from "./settlement/stages.ts";
import type { Transfer } from "./settlement/transfer.ts";

const stageSettled = (
  stage: PostingStage,
  at: number,
  by: Actor,
  transfers: readonly Transfer[],
): CaseEvent => {
  switch (stage) {
    case "freight":
      return { type: "FreightSettled", at, by, transfers };
    case "refund":
      return { type: "RefundSettled", at, by, transfers };
    case "commission":
      return { type: "CommissionReversed", at, by, transfers };
    default:
      return stage satisfies never;
  }
};

/** The buyer's money is complete in the ledger, so it can leave; nothing if all of it was told to. */
const instructRefund = (
  { snapshot, at, by }: Decision,
  ledger: readonly Transfer[],
): readonly CaseEvent[] => {
  const change = refundInstruction(snapshot.state, ledger, at);
  return change ? [{ type: "PayoutInstructed", at, by, change }] : [];
};

/** What is still promised is let go, and the case is closed: its money has come through its escrow. */
const close = ({ snapshot, at, by }: Decision, ledger: readonly Transfer[]): readonly CaseEvent[] => {
  const { state } = snapshot;
  const transfers = releaseTransfers(state, ledger, at);
  assertSettled(state, [...ledger, ...transfers]);
  return [
    ...(transfers.length === 0 ? [] : [{ type: "ReserveReleased" as const, at, by, transfers }]),
    { type: "CaseClosed", at, by, ...endOf(snapshot) },
  ];
};

/** A buyer who got goods has paid for what they have: the line is again what it was before the case. */
const endOf = (
  snapshot: Decision["snapshot"],
): Pick<Extract<CaseEvent, { type: "CaseClosed" }>, "outcome" | "released"> => {
  const { state } = snapshot;
  const basis = settlementBasis(snapshot, standingVerdict(snapshot));
  if (basis.inKind) return { outcome: outcomeInKind(state), released: holdsOf(snapshot) };
  const { refundMinor } = planSettlement(basis);
  const outcome =
    refundMinor === 0n ? "not_refunded" : refundMinor < state.claimMinor ? "partially_refunded" : "refunded";
  return { outcome, released: [] };
};

/** The stages that pay the buyer. */
const buyerStages: readonly PostingStage[] = ["freight", "refund"];

/**
 * The next stage of the settlement in which the ledger does not show yet what the standing verdict asks for:
 * freight, refund, commission. Each is a transaction of its own; a stage that moves nothing is skipped. The
 * payment side is told of the buyer's money together with the last posting of it, and release, which closes the
 * case, goes along with the last stage that posts: it never needs to be waited for.
 */
export const settleNextStage = (decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const basis = settlementBasis(snapshot, standingVerdict(snapshot));
  const missing = (stage: PostingStage, ledger: readonly Transfer[]): readonly Transfer[] =>
    stageTransfers(basis, stage, ledger, at);
  const index = postingStages.findIndex((stage) => missing(stage, snapshot.ledger).length > 0);
  const next = postingStages[index];
  const transfers = next ? missing(next, snapshot.ledger) : [];
  const ledger = [...snapshot.ledger, ...transfers];
  const left = next
    ? postingStages.slice(index + 1).filter((stage) => missing(stage, ledger).length > 0)
    : [];
  return [
    ...(next ? [stageSettled(next, at, by, transfers)] : []),
    ...(left.some((stage) => buyerStages.includes(stage)) ? [] : instructRefund(decision, ledger)),
    ...(left.length > 0 ? [] : close(decision, ledger)),
  ];
};
