import type { CaseState } from "./case.ts";
import type { FieldError } from "./errors.ts";
import type { Ruling } from "./judgment/verdict.ts";
import {
  type CaseType,
  caseTypes,
  goodsComeBack,
  inMoney,
  isRefund,
  type RefundType,
  suits,
} from "./request.ts";

/**
 * Which remedy may be ruled or agreed on as a case stands, and how the case goes on under it. Goods that are owed are
 * given by the road of remedies that ship; the amount beside them is what is refunded if they cannot be had.
 */

type Remedy = Ruling["remedy"];

/** The goods are where they were before the case: nothing was sent, received or lost. */
export const buyerHasGoods = ({ reception }: Pick<CaseState, "reception">): boolean =>
  reception === "none" || reception === "awaiting";

/** A buyer may let its whole claim go as long as it has the goods and nothing was sent for them. */
export const mayLetGo = (state: Pick<CaseState, "reception" | "replacementParcel">): boolean =>
  buyerHasGoods(state) && state.replacementParcel === undefined;

/** Whether goods are owed and not money. */
export const isInKind = (remedy: Remedy): remedy is Exclude<CaseType, RefundType> =>
  remedy !== "none" && !isRefund(remedy);

type Goods = Pick<CaseState, "reason" | "reception" | "replacementParcel" | "setAside">;

/** Nobody mends what is lost or did not come back. */
const isGone = ({ reception, replacementParcel, setAside = [] }: Goods): boolean =>
  reception === "lost" ||
  replacementParcel !== undefined ||
  setAside.some(({ disposition }) => disposition === "MISSING");

const fits = (state: Goods, remedy: CaseType): boolean => {
  if (isRefund(remedy)) return true;
  if (!suits(remedy, state.reason)) return false;
  switch (remedy) {
    case "repair":
      return !isGone(state);
    case "resend":
      return buyerHasGoods(state);
    case "exchange":
      return true;
    default:
      return remedy satisfies never;
  }
};

/** What may be ruled or agreed on, beside nothing at all. */
export const fittingRemedies = (state: Goods): readonly CaseType[] =>
  caseTypes.filter((remedy) => fits(state, remedy));

export const unfitting = (state: Goods, remedy: Remedy): readonly FieldError[] =>
  remedy === "none" || fits(state, remedy)
    ? []
    : [
        {
          pointer: "/remedy",
          detail: `must not be ${remedy} as the case stands; allowed: ${fittingRemedies(state).join(", ")}`,
        },
      ];

/**
 * What is refunded, or would be where the goods cannot be had: the claim unless it was said otherwise. Nothing where it
 * has to be said: money that is owed, and a missing part, which is worth less than all that was claimed with it.
 */
export const amountUnder = (
  { claimMinor, reason, type }: Pick<CaseState, "claimMinor" | "reason" | "type">,
  remedy: Remedy,
  saidMinor: bigint | undefined,
): bigint | undefined => {
  if (saidMinor !== undefined) return saidMinor;
  if (remedy === "none") return 0n;
  const isPart = remedy === "resend" && reason === "MISSING_PART" && goodsComeBack(type);
  return isRefund(remedy) || isPart ? undefined : claimMinor;
};

/**
 * Without what held until somebody decided: an offer that was accepted before, which of two parcels goes first, and
 * money for goods that are owed anew.
 */
const undecided = ({ agreed: _1, sentFirst: _2, ...state }: CaseState, remedy: Remedy): CaseState => {
  const { refundInstead: _turned, ...owed } = state;
  return isInKind(remedy) ? owed : state;
};

/** The case as it goes on under a decision. Goods that are on their way or back are not asked for twice. */
export const withRemedy = (before: CaseState, remedy: Remedy): CaseState => {
  const state = undecided(before, remedy);
  if (!buyerHasGoods(state)) return { ...state, type: isInKind(remedy) ? remedy : inMoney(state.type) };
  const comesBack = goodsComeBack(remedy);
  // What was sent and lost is nothing the buyer could keep instead of sending its goods back.
  const { replacementParcel, ...rest } = state;
  return {
    ...rest,
    ...(replacementParcel && !comesBack ? { replacementParcel } : {}),
    // Nothing is sent where nothing was ruled: what is still owed on top is money.
    type: remedy === "none" ? inMoney(state.type) : remedy,
    reception: comesBack ? "awaiting" : "none",
    acceptance: comesBack ? "pending" : "not_needed",
  };
};
