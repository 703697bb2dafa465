import { withdrawalBarredBy } from "./cancellation.ts";
import { type Actor, anythingPosted, type CaseSnapshot } from "./case.ts";
import { type Dispute, type DisputeSide, otherSide, sideOf } from "./dispute.ts";
import { isApprovable } from "./judgment/verdict.ts";
import type { Action } from "./lifecycle.ts";
import { allowedDecisions } from "./merchant-decision.ts";
import { actionsOf } from "./permissions.ts";
import { hasBoth } from "./reshipment.ts";
import { isLabelAwaited } from "./return-label.ts";
import { mayLetGo } from "./ruled-remedy.ts";

/** Whether a side of a dispute may do something beyond what the stage alone says; absent where the stage says it all. */
const openInDispute: {
  readonly [action in Action]?: (dispute: Dispute, side: DisputeSide, snapshot: CaseSnapshot) => boolean;
} = {
  submit_statement: ({ heard, rested }, side) => heard.includes(side) && !rested.includes(side),
  accept_proposal: ({ proposal }, side) => proposal?.side === otherSide(side),
  appeal: ({ round, appealedBy = [], waived }, side, { state }) =>
    (state.stage === "ruled" || round === 2) && !appealedBy.includes(side) && !waived.includes(side),
  waive_appeal: ({ waived }, side) => !waived.includes(side),
  withdraw: ({ round, openedBy, appealedBy = [] }, side, { state, verdict }) => {
    if (round === 2) return appealedBy.includes(side);
    if (side === "buyer" && mayLetGo(state)) return true;
    return openedBy === side && verdict !== undefined && isApprovable(verdict.route);
  },
};

/** The same of everything else. */
const openOtherwise: { readonly [action in Action]?: (snapshot: CaseSnapshot, at: number) => boolean } = {
  cancel: (snapshot) => withdrawalBarredBy(snapshot) === undefined,
  approve: ({ verdict }) => verdict !== undefined,
  refuse: (snapshot) =>
    allowedDecisions(snapshot)?.decisions.includes("refuse") ??
    (snapshot.state.resumeStage === "awaiting_confirmation" ||
      hasBoth(snapshot.state) ||
      !anythingPosted(snapshot.ledger)),
  counter_offer: (snapshot) => allowedDecisions(snapshot)?.decisions.includes("counter_offer") ?? true,
  order_label: ({ state }) => state.label === undefined || state.label.status === "ordered",
  ship_return: ({ state }, at) => !isLabelAwaited(state, at),
};

/**
 * What somebody may do next, as the case stands: what its stage allows, less what the case itself bars. A command may
 * still be refused for what it says, or because it comes too late.
 */
export const openActions = (snapshot: CaseSnapshot, role: Actor["role"], at: number): readonly Action[] => {
  const { state, dispute } = snapshot;
  const side = sideOf({ role });
  return actionsOf(state.stage, role).filter(
    (action) =>
      (openOtherwise[action]?.(snapshot, at) ?? true) &&
      (dispute === undefined || (openInDispute[action]?.(dispute, side, snapshot) ?? true)),
  );
};
