/**
 * What a partner platform syncs: merchants with their contracts, consigned items with the intake
 * inspection, and orders whose lines freeze at sale what a later case is judged and settled by.
 */

/** Product groups that the statutory exclusions and the "goods intact" standards speak of. */
export const categories = [
  "clothing",
  "shoes",
  "bags",
  "jewellery",
  "watches",
  "accessories",
  "electronics",
  "cosmetics",
  "audio_video",
  "custom_made",
  "perishable",
  "periodicals",
  "other",
] as const;
export type Category = (typeof categories)[number];

export const severities = ["minor", "moderate", "severe"] as const;
export type Severity = (typeof severities)[number];

/** A flaw is the same flaw in two inspections when code and place agree. */
export type Flaw = { readonly code: string; readonly place: string; readonly severity: Severity };

export type Inspection = {
  readonly inspectedAt: number;
  readonly grade: string;
  readonly flaws: readonly Flaw[];
  /** SHA-256 of each photo, hexadecimal. */
  readonly photoHashes: readonly string[];
};

/** Terms differ by contract (facts.md, "Custody terms"), so liability inside them is data. */
export type Contract = {
  readonly effectiveFrom: number;
  readonly commissionBps: number;
  /** Who answers to the buyer for damage or loss on the road. */
  readonly transitRisk: "carrier" | "platform";
  /** Who answers for a flaw that arose in the platform's custody. */
  readonly custodyRisk: "platform" | "merchant";
};

export type Merchant = {
  readonly tenantId: string;
  readonly merchantId: string;
  readonly name: string;
  /** Ordered by `effectiveFrom`; the one in force at the sale applies. */
  readonly contracts: readonly Contract[];
};

export type Item = {
  readonly tenantId: string;
  readonly itemId: string;
  readonly merchantId: string;
  readonly title: string;
  readonly category: Category;
  readonly intakeInspection: Inspection;
  /** What the listing told the buyer: a subset of what intake found, if the listing was honest. */
  readonly disclosedFlaws: readonly Flaw[];
};

export type ParcelReference = { readonly carrier: string; readonly trackingNumber: string };

export type OrderLine = {
  readonly lineId: string;
  readonly itemId: string;
  readonly merchantId: string;
  readonly quantity: number;
  /** Price paid for the whole line after discounts. */
  readonly paidMinor: bigint;
  /** Commission rate frozen at the sale; the reversal uses this one, never today's. */
  readonly commissionBps: number;
  /** Whether the buyer confirmed, for this purchase, that it cannot be returned without reason. */
  readonly exclusionConfirmed: boolean;
  readonly packedBy: "platform" | "merchant";
  readonly outboundInspection?: Inspection;
  readonly outboundParcel?: ParcelReference;
  readonly signedOffAt?: number;
  /** What is still refundable over all cases of the line. */
  readonly remainingMinor: bigint;
  readonly remainingQuantity: number;
  readonly caseIds: readonly string[];
  readonly version: number;
};

export type Order = {
  readonly tenantId: string;
  readonly orderId: string;
  readonly buyerId: string;
  readonly currency: string;
  readonly placedAt: number;
};

/** WeChat Store after-sale guide: at most five requests for one order line. */
export const maximumRequestsPerLine = 5;

/** The contract in force at `at`, or the earliest one if the sale is older than all of them. */
export const contractAt = (merchant: Merchant, at: number): Contract => {
  const inForce = merchant.contracts.filter((contract) => contract.effectiveFrom <= at);
  const contract = inForce.at(-1) ?? merchant.contracts[0];
  if (!contract) throw new RangeError(`merchant ${merchant.merchantId} has no contract`);
  return contract;
};
