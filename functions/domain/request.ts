/** What a buyer can ask for and why. */

export const caseTypes = ["refund_only", "return_and_refund", "exchange", "repair", "resend"] as const;
export type CaseType = (typeof caseTypes)[number];

/** Whether the buyer is to send something back. */
export const goodsComeBack = (type: CaseType | "none"): boolean =>
  type !== "refund_only" && type !== "resend" && type !== "none";

/** Remedies in money; by any other, goods go to the buyer. */
export const refundTypes = ["refund_only", "return_and_refund"] as const;
export type RefundType = (typeof refundTypes)[number];

export const isRefund = (type: CaseType): type is RefundType =>
  (refundTypes as readonly CaseType[]).includes(type);

/** What is left of a remedy that comes to money after all. */
export const inMoney = (type: CaseType): RefundType =>
  goodsComeBack(type) ? "return_and_refund" : "refund_only";

/** Shopify, eBay, WeChat Store and Google Content lists merged; change of mind and fault never mix. */
const changeOfMindReasons = [
  "CHANGED_MIND",
  "BETTER_PRICE_FOUND",
  "SIZE_TOO_SMALL",
  "SIZE_TOO_LARGE",
  "COLOR",
  "STYLE",
  "ORDERED_WRONG_ITEM",
] as const;

const faultReasons = [
  "DEFECTIVE",
  "NOT_AS_DESCRIBED",
  "WRONG_ITEM",
  "COUNTERFEIT",
  "EXPIRED",
  "DAMAGED_ON_ARRIVAL",
  "MISSING_PART",
  "EMPTY_PACKAGE",
  "NOT_DELIVERED",
  "DELIVERED_LATE",
] as const;

export const reasons = [...changeOfMindReasons, ...faultReasons] as const;
export type Reason = (typeof reasons)[number];

export const isChangeOfMind = (reason: Reason): boolean =>
  (changeOfMindReasons as readonly string[]).includes(reason);

/** Reasons that are about one flaw of the goods, so that the buyer has to say which and where. */
export const namesFlaw = (reason: Reason): boolean =>
  reason === "DEFECTIVE" || reason === "NOT_AS_DESCRIBED" || reason === "DAMAGED_ON_ARRIVAL";

const neverArrived: readonly Reason[] = ["MISSING_PART", "EMPTY_PACKAGE", "NOT_DELIVERED"];

/**
 * Whether a remedy makes sense for a reason at all, before any rule is asked: only what never arrived is sent again,
 * since nothing comes back for it; only a flaw is mended; and nothing takes the place of what is merely late.
 */
export const suits = (type: CaseType, reason: Reason): boolean => {
  switch (type) {
    case "resend":
      return neverArrived.includes(reason);
    case "repair":
      return namesFlaw(reason);
    case "exchange":
      return reason !== "NOT_DELIVERED" && reason !== "EMPTY_PACKAGE" && reason !== "DELIVERED_LATE";
    default:
      return true;
  }
};
