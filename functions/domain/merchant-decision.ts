import { type CaseSnapshot, type CaseState, settlementBasis, standingVerdict } from "./case.ts";
import { DecisionForbidden, type FieldError } from "./errors.ts";
import { readAs } from "./judgment/readers.ts";
import type { Verdict } from "./judgment/verdict.ts";
import type { Offer } from "./negotiation.ts";
import { actionsOf } from "./permissions.ts";
import { type AllowedRefusal, defaultRefusals, type RefusalReason } from "./refusal.ts";
import { type CaseType, isRefund, suits } from "./request.ts";
import { planSettlement } from "./settlement/plan.ts";

/** What a merchant may answer now, by the standing verdict; said beforehand, and again where it tried something else. */
export type AllowedDecisions = {
  /** As the merchant may read it. */
  readonly rule?: string;
  readonly decisions: readonly ("approve" | "refuse" | "counter_offer")[];
  /** Each with what it has to be shown by, and whether the records already show it. */
  readonly refusals: readonly (AllowedRefusal & { readonly proven: boolean })[];
  readonly offers: {
    readonly left: number;
    readonly remedies: readonly CaseType[];
    /** Most that may be refunded of the price. */
    readonly maximumMinor: bigint;
  };
};

const refusalsOf = ({ refusals = defaultRefusals }: Verdict): readonly AllowedRefusal[] => refusals;

/** Every line's outbound inspection is on record. A case whose facts were not kept shows nothing. */
const inspectionsOnRecord = ({ known = [] }: CaseSnapshot): boolean =>
  known.length > 0 && known.every(({ facts }) => facts.outboundInspected === true);

export const maximumOffers = 2;

/** Most that may be offered: what the standing verdict lets be refunded of the claim. */
const offerCapMinor = (snapshot: CaseSnapshot): bigint => {
  const { inKind: _, ...basis } = settlementBasis(snapshot, standingVerdict(snapshot));
  return planSettlement(basis).refundMinor;
};

/** Remedies a merchant may offer: those the verdict allows, and always a refund that leaves the goods. */
const offerableRemedies = ({ remedies }: Verdict, { reason }: CaseState): readonly CaseType[] =>
  [...new Set<CaseType>(["refund_only", ...remedies])].filter((remedy) => suits(remedy, reason));

/** What is shown for a refusal before anything is sent along. */
const isProven = (snapshot: CaseSnapshot, { proof }: AllowedRefusal): boolean =>
  proof === "none" || (proof === "inspection" && inspectionsOnRecord(snapshot));

/** Nothing while the case does not wait for its merchant. */
export const allowedDecisions = (snapshot: CaseSnapshot): AllowedDecisions | undefined => {
  const { state } = snapshot;
  const actions = actionsOf(state.stage, "merchant");
  if (!actions.includes("refuse") || !snapshot.verdict) return undefined;
  const verdict = standingVerdict(snapshot);
  const refusals = refusalsOf(verdict).map((each) => ({ ...each, proven: isProven(snapshot, each) }));
  const left = maximumOffers - (state.offersMade ?? 0);
  const { rule } = readAs("merchant", verdict);
  return {
    ...(rule === undefined ? {} : { rule }),
    decisions: [
      "approve",
      ...(refusals.length > 0 ? ["refuse" as const] : []),
      ...(left > 0 ? ["counter_offer" as const] : []),
    ],
    refusals,
    offers: { left, remedies: offerableRemedies(verdict, state), maximumMinor: offerCapMinor(snapshot) },
  };
};

/** What a merchant sends along with a refusal; its files have been looked up. */
export type ShownForRefusal = {
  readonly reason: RefusalReason;
  readonly note?: string | undefined;
  readonly evidenceIds?: readonly string[] | undefined;
};

const saidBy = ({ rule }: AllowedDecisions): string => (rule === undefined ? "The rule" : `Rule ${rule}`);

/** @throws DecisionForbidden if the verdict knows no such reason, or what it asks for is not shown */
export const requireAllowedRefusal = (
  allowed: AllowedDecisions,
  { reason, note, evidenceIds = [] }: ShownForRefusal,
): void => {
  const found = allowed.refusals.find((each) => each.reason === reason);
  if (!found) {
    const reasons = allowed.refusals.map((each) => each.reason).join(", ");
    throw new DecisionForbidden(
      allowed,
      allowed.refusals.length === 0
        ? `${saidBy(allowed)} allows no refusal.`
        : `${saidBy(allowed)} does not allow a refusal for ${reason}.`,
      allowed.refusals.length === 0
        ? { pointer: "/decision", detail: `must be one of: ${allowed.decisions.join(", ")}` }
        : { pointer: "/reason", detail: `must be one of: ${reasons}` },
    );
  }
  if (found.proven) return;
  const missing = missingProof(found, note, evidenceIds);
  if (missing)
    throw new DecisionForbidden(allowed, `${saidBy(allowed)} asks for proof of ${reason}.`, missing);
};

const missingProof = (
  { proof }: AllowedRefusal,
  note: string | undefined,
  evidenceIds: readonly string[],
): FieldError | undefined => {
  switch (proof) {
    case "none":
      return undefined;
    case "note":
      return note === undefined ? { pointer: "/note", detail: "is required for this reason" } : undefined;
    case "inspection":
      return evidenceIds.length === 0
        ? {
            pointer: "/evidenceIds",
            detail: "must name a file of yours: not every line's outbound inspection is on record",
          }
        : undefined;
    case "evidence":
      return evidenceIds.length === 0
        ? { pointer: "/evidenceIds", detail: "must name a file of yours that has arrived" }
        : undefined;
    default:
      return proof satisfies never;
  }
};

/** @throws DecisionForbidden, naming what would be allowed */
export const requireAllowedOffer = (
  allowed: AllowedDecisions,
  state: Pick<CaseState, "type">,
  { remedy, amountMinor }: Offer,
): void => {
  const { left, remedies, maximumMinor } = allowed.offers;
  const forbidden = (message: string, pointer: string, detail: string): DecisionForbidden =>
    new DecisionForbidden(allowed, message, { pointer, detail });
  if (left <= 0) {
    throw forbidden(
      `The buyer has been offered something else ${maximumOffers} times; approve or refuse the case.`,
      "/decision",
      `must be one of: ${allowed.decisions.join(", ")}`,
    );
  }
  if (!remedies.includes(remedy)) {
    throw forbidden(
      `${saidBy(allowed)} does not allow ${remedy}.`,
      "/remedy",
      `must be one of: ${remedies.join(", ")}`,
    );
  }
  if (isRefund(remedy) !== (amountMinor !== undefined)) {
    throw forbidden(
      "An offer of money names an amount, and no other offer does.",
      "/amountMinor",
      isRefund(remedy) ? "is required" : `is not known to ${remedy}`,
    );
  }
  if (amountMinor !== undefined && (amountMinor < 1n || amountMinor > maximumMinor)) {
    throw forbidden(
      `${saidBy(allowed)} lets ${maximumMinor} of the claim be refunded.`,
      "/amountMinor",
      `must be from 1 to ${maximumMinor}`,
    );
  }
  if (remedy === state.type && (amountMinor === undefined || amountMinor === maximumMinor)) {
    throw forbidden(
      "This is what the buyer asked for; approve the case instead.",
      "/decision",
      "must be approve",
    );
  }
};
