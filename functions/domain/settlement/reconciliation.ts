import { type Payout, standingStatus } from "./payout.ts";

/**
 * What the payment side's own file says, held against what is known here. It decides nothing: money moves by
 * a confirmation, a retry or a proof, and each difference says which.
 */

/** One line of the payment side's file. */
export type PaymentLine = {
  readonly payoutId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: "paid" | "failed";
};

/** What of a payout a file is held against. */
export const reconciledNames = [
  "payoutId",
  "amountMinor",
  "currency",
  "status",
  "confirmBy",
  "instructedAt",
  "proof",
  "advance",
] as const satisfies readonly (keyof Payout)[];

export type ReconciledPayout = Pick<Payout, (typeof reconciledNames)[number]>;

export const findingKinds = ["missing_here", "missing_there", "different"] as const;

/** What is to be done about a difference, from a closed list. */
export const findingActions = [
  /** Send the confirmation that never came: it succeeded. */
  "confirm_succeeded",
  /** Send the confirmation that never came: it failed; then it can be tried again. */
  "confirm_failed",
  /** Somebody was paid although it is known as failed: do not retry it, give the file as proof. */
  "prove_offline",
  /** It counts as paid here and was not: the payment side has to pay it or say how it was paid. */
  "claim_payment",
  /** It was paid after all, beside what the platform advanced: get that back, and say so by a recovery. */
  "recover_advance",
  /** The payment side has to say what became of it. It is not sent again before that. */
  "ask_outcome",
  /** Another amount or currency was paid than instructed: to be corrected with the payment side. */
  "correct_amount",
  /** Nothing here instructed it. */
  "ask_origin",
] as const;

export type Finding = {
  readonly kind: (typeof findingKinds)[number];
  readonly payoutId: string;
  readonly action: (typeof findingActions)[number];
  readonly there?: Omit<PaymentLine, "payoutId">;
  readonly here?: Pick<Payout, "amountMinor" | "currency" | "status">;
};

/** By an operator's proof or by the platform: the payment side's file need not show it. */
const isPaidOtherwise = ({ proof, advance }: ReconciledPayout): boolean =>
  proof !== undefined || advance !== undefined;

const actionOn = (
  line: PaymentLine,
  payout: ReconciledPayout,
  now: number,
): Finding["action"] | undefined => {
  const status = standingStatus(payout, now);
  const sameAmount = line.amountMinor === payout.amountMinor && line.currency === payout.currency;
  if (line.status === "paid" && !sameAmount) return "correct_amount";
  switch (status) {
    case "instructed":
    case "unknown":
      return line.status === "paid" ? "confirm_succeeded" : "confirm_failed";
    case "failed":
      return line.status === "paid" ? "prove_offline" : undefined;
    case "advanced":
      return line.status === "paid" ? "recover_advance" : undefined;
    case "succeeded":
      return line.status === "paid" || isPaidOtherwise(payout) ? undefined : "claim_payment";
    default:
      return status satisfies never;
  }
};

const hereOf = (payout: ReconciledPayout, now: number): NonNullable<Finding["here"]> => ({
  amountMinor: payout.amountMinor,
  currency: payout.currency,
  status: standingStatus(payout, now),
});

/** What one line of the file comes to; nothing if both sides say the same. */
export const findingOn = (
  line: PaymentLine,
  payout: ReconciledPayout | undefined,
  now: number,
): Finding | undefined => {
  const { payoutId, ...there } = line;
  if (!payout) return { kind: "missing_here", payoutId, action: "ask_origin", there };
  const action = actionOn(line, payout, now);
  return action && { kind: "different", payoutId, action, there, here: hereOf(payout, now) };
};

/** What a payout comes to that the file does not name. What has failed need not stand in it. */
export const findingOnMissing = (payout: ReconciledPayout, now: number): Finding | undefined => {
  const status = standingStatus(payout, now);
  if (status === "failed" || isPaidOtherwise(payout)) return undefined;
  const action = status === "succeeded" ? "claim_payment" : "ask_outcome";
  return { kind: "missing_there", payoutId: payout.payoutId, action, here: hereOf(payout, now) };
};
