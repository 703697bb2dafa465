import { dayMs } from "../calendar.ts";
import { CaseError } from "../errors.ts";
import { type Account, accounts, type Transfer, type TransferPhase, transferIdOf } from "./transfer.ts";

/**
 * Money that leaves: an instruction with an id that never changes, and the payment side's word about each
 * attempt. What nobody has spoken about is unknown, and is asked about; it is never sent again under another
 * id, and under its own only after it is known to have failed.
 */

/** `advanced`: the platform has paid the buyer itself and is to get it back from the payment side. */
export const payoutStatuses = ["instructed", "unknown", "failed", "advanced", "succeeded"] as const;
export type PayoutStatus = (typeof payoutStatuses)[number];

export const payoutKinds = ["merchant", "refund"] as const;
export type PayoutKind = (typeof payoutKinds)[number];

export type Payout = {
  readonly tenantId: string;
  readonly payoutId: string;
  readonly kind: PayoutKind;
  readonly merchantId?: string;
  readonly buyerId?: string;
  readonly caseId?: string;
  readonly runId?: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly status: PayoutStatus;
  /** From 1; every confirmation names the attempt it speaks of. */
  readonly attempt: number;
  readonly instructedAt: number;
  /** The payment side's clock; silence beyond it means that the outcome is unknown. */
  readonly confirmBy: number;
  readonly failureReason?: string;
  /** What an operator gave as proof that it was paid otherwise. */
  readonly proof?: string;
  /** By what the platform paid itself. */
  readonly advance?: string;
  /** By what it got that back. */
  readonly recovery?: string;
  readonly version: number;
};

/** A day: payment sides batch over night. */
export const confirmationClockMs = dayMs;

/**
 * After so many failures nobody tries again to pay a merchant: an operator pays otherwise and gives proof. A
 * buyer's refund is tried for as long as somebody asks for it.
 */
export const maximumAttempts = 3;

export type PayoutCommand =
  | { readonly type: "Confirm"; readonly attempt: number; readonly result: "succeeded" | "unknown" }
  | {
      readonly type: "Confirm";
      readonly attempt: number;
      readonly result: "failed";
      readonly reason: string;
    }
  | { readonly type: "Retry" }
  | { readonly type: "ProveOffline" | "Advance" | "Recover"; readonly reference: string };

export type PayoutEventName =
  | "PayoutInstructed"
  | "PayoutSucceeded"
  | "PayoutFailed"
  | "PayoutUnknown"
  | "PayoutAdvanced"
  | "PayoutRecovered";

/** What a command comes to; nothing happened if there is no event. */
export type PayoutChange = {
  readonly after: Payout;
  readonly transfers: readonly Transfer[];
  readonly event?: PayoutEventName;
};

/** Silence counts: an instruction nobody confirmed in time has an unknown outcome. */
export const standingStatus = (
  { status, confirmBy }: Pick<Payout, "status" | "confirmBy">,
  now: number,
): PayoutStatus => (status === "instructed" && now >= confirmBy ? "unknown" : status);

const sourceOf = ({ kind, merchantId = "", buyerId = "" }: Payout): Account =>
  kind === "merchant" ? accounts.merchantPayable(merchantId) : accounts.buyer(buyerId);

type TransferPart = Partial<Pick<Transfer, "from" | "to" | "pendingId" | "reference">>;

const transferOf = (
  payout: Payout,
  purpose: string,
  phase: TransferPhase,
  at: number,
  { from = sourceOf(payout), to = accounts.payoutClearing(), ...rest }: TransferPart = {},
): Transfer => ({
  transferId: transferIdOf(payout.payoutId, "payout", purpose),
  stage: "payout",
  purpose,
  from,
  to,
  amountMinor: payout.amountMinor,
  currency: payout.currency,
  phase,
  ...rest,
  at,
});

const attemptPurpose = ({ attempt }: Payout): string => `attempt-${attempt}`;

const pendingIdOf = (payout: Payout): string =>
  transferIdOf(payout.payoutId, "payout", attemptPurpose(payout));

/** Instructs the payment side for the first time: the money is promised to it. */
export const instruct = (
  order: Omit<Payout, "status" | "attempt" | "instructedAt" | "confirmBy" | "version">,
  at: number,
): PayoutChange => {
  const after: Payout = {
    ...order,
    status: "instructed",
    attempt: 1,
    instructedAt: at,
    confirmBy: at + confirmationClockMs,
    version: 1,
  };
  return {
    after,
    transfers: [transferOf(after, attemptPurpose(after), "pending", at)],
    event: "PayoutInstructed",
  };
};

const unchanged = (payout: Payout): PayoutChange => ({ after: payout, transfers: [] });

const moved = (payout: Payout, but: Partial<Payout>): Payout => ({
  ...payout,
  ...but,
  version: payout.version + 1,
});

/**
 * One result for each attempt. The same word again changes nothing; another word about an attempt that has
 * been decided is refused by name: what is true then is found by reconciliation, not by who spoke last.
 */
const confirm = (
  payout: Payout,
  command: Extract<PayoutCommand, { type: "Confirm" }>,
  at: number,
): PayoutChange => {
  const { attempt, result } = command;
  if (attempt > payout.attempt) {
    throw new CaseError("payout_attempt_unknown", `There were ${payout.attempt} attempts.`);
  }
  // An attempt that was followed by another had failed, and so had what the platform has advanced.
  const followed = attempt < payout.attempt || payout.advance !== undefined;
  const decided = followed ? "failed" : payout.status;
  if (result === "unknown") {
    if (decided !== "instructed") return unchanged(payout);
    return { after: moved(payout, { status: "unknown" }), transfers: [], event: "PayoutUnknown" };
  }
  if (decided === result) return unchanged(payout);
  if (decided === "failed" || decided === "succeeded") {
    throw new CaseError(
      "payout_contradicts",
      `Attempt ${attempt} is known to have ${decided}. Reconcile it with the payment side's file.`,
    );
  }
  const decision = (phase: TransferPhase) =>
    transferOf(payout, `${attemptPurpose(payout)}.${result}`, phase, at, { pendingId: pendingIdOf(payout) });
  return command.result !== "failed"
    ? {
        after: moved(payout, { status: "succeeded" }),
        transfers: [decision("posted")],
        event: "PayoutSucceeded",
      }
    : {
        after: moved(payout, { status: "failed", failureReason: command.reason }),
        transfers: [decision("voided")],
        event: "PayoutFailed",
      };
};

const retry = (payout: Payout, at: number): PayoutChange => {
  if (payout.status !== "failed") {
    throw new CaseError("payout_not_failed", "Only what is known to have failed is tried again.");
  }
  if (payout.kind === "merchant" && payout.attempt >= maximumAttempts) {
    throw new CaseError(
      "payout_attempts_exhausted",
      `It has failed ${payout.attempt} times. Pay it otherwise and give the proof.`,
    );
  }
  const { failureReason: _, ...rest } = payout;
  const after: Payout = {
    ...rest,
    status: "instructed",
    attempt: payout.attempt + 1,
    instructedAt: at,
    confirmBy: at + confirmationClockMs,
    version: payout.version + 1,
  };
  return {
    after,
    transfers: [transferOf(after, attemptPurpose(after), "pending", at)],
    event: "PayoutInstructed",
  };
};

/**
 * An operator's word that it was paid: otherwise than by us after it failed, or where nobody knows. Also while
 * attempts are left: what the payment side's file shows as paid must not be tried again.
 */
const proveOffline = (payout: Payout, reference: string, at: number): PayoutChange => {
  const status = standingStatus(payout, at);
  if (status === "succeeded" && payout.proof === reference) return unchanged(payout);
  if (status === "succeeded" || status === "advanced") {
    throw new CaseError("payout_contradicts", "It is known to have been paid.");
  }
  if (status === "instructed") {
    throw new CaseError("payout_not_answered", "The payment side has been told and has time to answer.");
  }
  return {
    after: moved(payout, { status: "succeeded", proof: reference }),
    transfers: [
      transferOf(
        payout,
        "offline-proof",
        "posted",
        at,
        status === "unknown" ? { pendingId: pendingIdOf(payout) } : {},
      ),
    ],
    event: "PayoutSucceeded",
  };
};

/**
 * The platform pays a buyer from its own pocket what its payment side has failed to pay, and is owed it by the
 * payment side from then on. Only what is known to have failed: what is unknown may have been paid.
 */
const advance = (payout: Payout, reference: string, at: number): PayoutChange => {
  if (payout.advance === reference) return unchanged(payout);
  if (payout.kind !== "refund") {
    throw new CaseError(
      "payout_not_refund",
      "The platform advances a buyer's refund, not a merchant's payout.",
    );
  }
  if (payout.status !== "failed") {
    throw new CaseError("payout_not_failed", "Only what is known to have failed is advanced.");
  }
  return {
    after: moved(payout, { status: "advanced", advance: reference }),
    transfers: [transferOf(payout, "advance", "posted", at, { to: accounts.platformAdvances(), reference })],
    event: "PayoutAdvanced",
  };
};

/** What the platform had advanced has come back to it. */
const recover = (payout: Payout, reference: string, at: number): PayoutChange => {
  if (payout.recovery === reference) return unchanged(payout);
  if (payout.status !== "advanced") {
    throw new CaseError("payout_not_advanced", "Only what the platform has advanced comes back to it.");
  }
  const from = accounts.platformAdvances();
  return {
    after: moved(payout, { status: "succeeded", recovery: reference }),
    transfers: [transferOf(payout, "recovery", "posted", at, { from, reference })],
    event: "PayoutRecovered",
  };
};

/**
 * What a command comes to.
 *
 * @throws CaseError `payout_…` naming why it is refused
 */
export const changePayout = (payout: Payout, command: PayoutCommand, at: number): PayoutChange => {
  switch (command.type) {
    case "Confirm":
      return confirm(payout, command, at);
    case "Retry":
      return retry(payout, at);
    case "ProveOffline":
      return proveOffline(payout, command.reference, at);
    case "Advance":
      return advance(payout, command.reference, at);
    case "Recover":
      return recover(payout, command.reference, at);
    default:
      return command satisfies never;
  }
};
