import { type Actor, type CaseEvent, settlementBasis, standingVerdict } from "./case.ts";
import type { Decision } from "./consequences.ts";
import { planSettlement } from "./settlement/plan.ts";
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

/**
 * The next stage of the settlement in which the ledger does not show yet what the standing verdict asks for:
 * freight, refund, commission, and last the release that closes the case. Each is a transaction of its own; a
 * stage that moves nothing is skipped.
 */
export const settleNextStage = ({ snapshot, at, by }: Decision): readonly CaseEvent[] => {
  const { state, ledger } = snapshot;
  const basis = settlementBasis(snapshot, standingVerdict(snapshot));
  for (const stage of postingStages) {
    const transfers = stageTransfers(basis, stage, ledger, at);
    if (transfers.length > 0) return [stageSettled(stage, at, by, transfers)];
  }
  const transfers = releaseTransfers(state, ledger, at);
  assertSettled(state, [...ledger, ...transfers]);
  const { refundMinor } = planSettlement(basis);
  const outcome =
    refundMinor === 0n ? "not_refunded" : refundMinor < state.claimMinor ? "partially_refunded" : "refunded";
  return [
    ...(transfers.length === 0 ? [] : [{ type: "ReserveReleased" as const, at, by, transfers }]),
    { type: "CaseClosed", at, by, outcome, released: [] },
  ];
};
