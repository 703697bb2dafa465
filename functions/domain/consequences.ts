import {
  type Actor,
  type ApprovalBasis,
  anythingPosted,
  type CaseEvent,
  type CaseOutcome,
  type CaseSnapshot,
  getsGoods,
  holdsOf,
  settlementBasis,
} from "./case.ts";
import type { Verdict } from "./judgment/verdict.ts";
import { releaseTransfers, reserveTransfers } from "./settlement/stages.ts";

/** What several decisions have in common: who decides, when, on what. */
export type Decision = { readonly snapshot: CaseSnapshot; readonly at: number; readonly by: Actor };

/** What whoever decides says beside it. */
export const noted = (note: string | undefined): { readonly note?: string } =>
  note === undefined ? {} : { note };

/** With the first approval it is settled which of the two parcels goes first. */
const shipFirstOf = (
  { state }: CaseSnapshot,
  { shipFirst, ruling }: Verdict,
): Pick<Extract<CaseEvent, { type: "CaseApproved" }>, "shipFirst"> =>
  shipFirst && !ruling && !state.reserved && state.type === "exchange" && getsGoods(state)
    ? { shipFirst }
    : {};

/** The case is approved, and what it claims is reserved if it is not yet. */
export const approve = (
  { snapshot, at, by }: Decision,
  basis: ApprovalBasis,
  verdict: Verdict,
  note?: string,
): readonly CaseEvent[] => [
  {
    type: "CaseApproved",
    at,
    by,
    basis,
    ...noted(note),
    ...shipFirstOf(snapshot, verdict),
  },
  ...(snapshot.state.reserved
    ? []
    : [
        {
          type: "FundsReserved" as const,
          at,
          by,
          transfers: reserveTransfers(settlementBasis(snapshot, verdict), at),
        },
      ]),
];

/** What is still reserved is given back. */
const releaseReserve = (
  { snapshot, at, by }: Decision,
  phase: "voided" | "expired",
): readonly CaseEvent[] => {
  const transfers = releaseTransfers(snapshot.state, snapshot.ledger, at, phase);
  return transfers.length === 0 ? [] : [{ type: "ReserveReleased", at, by, transfers }];
};

/** The case ends and nothing is paid any more. */
export const closeUnpaid = (
  decision: Decision,
  outcome: CaseOutcome,
  phase: "voided" | "expired",
): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const released = anythingPosted(snapshot.ledger) ? [] : holdsOf(snapshot);
  return [...releaseReserve(decision, phase), { type: "CaseClosed", at, by, outcome, released }];
};
