import { CaseError, InvariantViolation } from "../errors.ts";
import { accounts, type Transfer, transferIdOf } from "./transfer.ts";

/**
 * What a carrier owes for a case. The buyer is paid at once and the carrier's account is debited: the platform
 * has advanced it, and gets it back when the carrier pays. What the carrier does not pay in the end is the
 * platform's expense.
 */
export type CarrierClaim = {
  readonly tenantId: string;
  /** `<caseId>.<carrier>`. */
  readonly claimId: string;
  readonly caseId: string;
  readonly carrier: string;
  readonly currency: string;
  /** All that was ever charged to the carrier, after corrections. */
  readonly amountMinor: bigint;
  /** Neither paid, reduced nor written off yet; below zero where a correction came after the payment. */
  readonly openMinor: bigint;
  readonly paidMinor: bigint;
  readonly reducedMinor: bigint;
  readonly writtenOffMinor: bigint;
  /** Where the evidence lies: the verdict that charged the carrier first, and what it was about. */
  readonly evidence: {
    readonly verdictNumber: number;
    readonly orderId: string;
    readonly lineIds: readonly string[];
    /** The return's waybill; that of the way out is on the order's lines. */
    readonly trackingNumber?: string;
  };
  readonly openedAt: number;
  /** When the parcel turned up for whose loss the carrier was charged. */
  readonly foundAt?: number;
  readonly version: number;
};

export const claimIdOf = (caseId: string, carrier: string): string => `${caseId}.${carrier}`;

/** @param claimId as `claimIdOf` makes it; a case's id has no point in it, a carrier's may */
export const partsOfClaimId = (claimId: string): { readonly caseId: string; readonly carrier: string } => {
  const point = claimId.indexOf(".");
  return { caseId: claimId.slice(0, point), carrier: claimId.slice(point + 1) };
};

const carrierOf = (account: string): string | undefined => /^carrier:(.+):claims$/.exec(account)?.[1];

/** What posted transfers charge each carrier; below zero where they take back more than they charge. */
export const chargedToCarriers = (transfers: readonly Transfer[]): ReadonlyMap<string, bigint> => {
  const charged = new Map<string, bigint>();
  const add = (carrier: string | undefined, amountMinor: bigint): void => {
    if (carrier !== undefined) charged.set(carrier, (charged.get(carrier) ?? 0n) + amountMinor);
  };
  for (const { phase, from, to, amountMinor } of transfers) {
    if (phase !== "posted") continue;
    add(carrierOf(from), amountMinor);
    add(carrierOf(to), -amountMinor);
  }
  return charged;
};

/** The carriers that still answer for something by these transfers. */
export const carriersCharged = (transfers: readonly Transfer[]): readonly string[] =>
  [...chargedToCarriers(transfers)].flatMap(([carrier, amountMinor]) => (amountMinor > 0n ? [carrier] : []));

/** How a claim ends, or a part of it: the carrier pays, the platform agrees to less, or gives the rest up. */
export type ClaimSettlement = (
  | { readonly outcome: "paid" | "reduced"; readonly amountMinor: bigint }
  | { readonly outcome: "written_off" }
) & {
  /** The carrier's own. */
  readonly reference?: string | undefined;
};

/**
 * The claim after a settlement, and the transfer that says so.
 *
 * @throws CaseError `claim_exceeded` if so much is not open
 */
export const settleClaim = (
  claim: CarrierClaim,
  settlement: ClaimSettlement,
  at: number,
): { readonly after: CarrierClaim; readonly transfer: Transfer } => {
  const { outcome } = settlement;
  const amountMinor = outcome === "written_off" ? claim.openMinor : settlement.amountMinor;
  if (amountMinor <= 0n || amountMinor > claim.openMinor) {
    const open = claim.openMinor > 0n ? claim.openMinor : 0n;
    throw new CaseError("claim_exceeded", `Of this claim ${open} is open.`);
  }
  const after: CarrierClaim = {
    ...claim,
    openMinor: claim.openMinor - amountMinor,
    paidMinor: claim.paidMinor + (outcome === "paid" ? amountMinor : 0n),
    reducedMinor: claim.reducedMinor + (outcome === "reduced" ? amountMinor : 0n),
    writtenOffMinor: claim.writtenOffMinor + (outcome === "written_off" ? amountMinor : 0n),
    version: claim.version + 1,
  };
  const told = after.openMinor + after.paidMinor + after.reducedMinor + after.writtenOffMinor;
  if (told !== after.amountMinor) throw new InvariantViolation(`claim ${claim.claimId} does not add up`);
  const purpose = `${claim.carrier}.${outcome}.${claim.version}`;
  return {
    after,
    transfer: {
      transferId: transferIdOf(claim.caseId, "claim", purpose),
      stage: "claim",
      purpose,
      from: outcome === "paid" ? accounts.payoutClearing() : accounts.platformExpense(),
      to: accounts.carrierClaims(claim.carrier),
      amountMinor,
      currency: claim.currency,
      phase: "posted",
      at,
      ...(settlement.reference === undefined ? {} : { reference: settlement.reference }),
    },
  };
};
