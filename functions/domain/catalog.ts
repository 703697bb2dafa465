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
  "food",
  "medical",
  "toys",
  "audio_video",
  "custom_made",
  "perishable",
  "periodicals",
  "other",
] as const;
export type Category = (typeof categories)[number];

/**
 * What "intact" asks of goods that come back without a reason, by product group, as codes of flaws that a
 * return inspection finds. Source: interim measures on seven-day no-reason returns (2017), art. 9; sealed
 * recordings: Directive 2011/83/EU, art. 16 (i).
 */
export const intactStandards = {
  hygiene: { categories: ["cosmetics", "food", "medical"], codes: ["hygiene_seal_broken"] },
  electronics: {
    categories: ["electronics"],
    codes: ["serial_altered", "unauthorised_repair", "activation_data", "worn"],
  },
  apparel: {
    categories: ["clothing", "shoes", "bags", "accessories", "toys"],
    codes: ["stained", "worn", "tag_removed"],
  },
  media: { categories: ["audio_video"], codes: ["media_seal_broken"] },
} as const satisfies {
  readonly [standard: string]: {
    readonly categories: readonly Category[];
    readonly codes: readonly string[];
  };
};
export type IntactStandard = keyof typeof intactStandards;
export type IntactnessCode = (typeof intactStandards)[IntactStandard]["codes"][number];

/** The standard a category is held to; jewellery, say, to none but that of its flaws. */
export const intactStandardOf = (category: Category): IntactStandard | undefined =>
  (Object.keys(intactStandards) as IntactStandard[]).find((standard) =>
    (intactStandards[standard].categories as readonly Category[]).includes(category),
  );

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

/**
 * What the platform's or carrier's side owes the merchant for goods that were lost or damaged in custody or on
 * the road. With `nothing` the platform disclaims the loss, and the merchant bears it.
 */
export const lossTerms = ["price", "price_less_commission", "market_value", "nothing"] as const;
export type LossTerm = (typeof lossTerms)[number];

/** Terms differ by contract (facts.md, "Custody terms"), so liability inside them is data. */
export type Contract = {
  readonly effectiveFrom: number;
  readonly commissionBps: number;
  /** Who answers to the buyer for damage or loss on the road. */
  readonly transitRisk: "carrier" | "platform";
  /** Who answers for a flaw that arose in the platform's custody. */
  readonly custodyRisk: "platform" | "merchant";
  /** Absent: `price_less_commission`, since the sale stands. */
  readonly lossPays?: LossTerm;
  /** Days after sign-off for which a sale's proceeds are not paid out; `defaultHoldDays` if absent. */
  readonly holdDays?: number;
  /** What is kept back of a merchant's payable beside that; nothing if absent. */
  readonly reserve?: Reserve;
};

/** The greater of the two is kept back. */
export type Reserve = {
  /** Of the sales of the last `reserveWindowDays`, so that it shrinks as sales grow old and not by paying out. */
  readonly salesBps?: number;
  readonly amountMinor?: { readonly [currency: string]: bigint };
};

/** Luxe Collective holds 18 days, Venla 21: the longer one, since money that was paid out comes back hard. */
export const defaultHoldDays = 21;

export const reserveWindowDays = 30;

/** How the platform stands to a merchant: whom it watches, and whose word it no longer takes. */
export const standings = ["good", "watched", "restricted"] as const;
export type Standing = (typeof standings)[number];

export type Merchant = {
  readonly tenantId: string;
  readonly merchantId: string;
  readonly name: string;
  /** Absent: `good`. */
  readonly standing?: Standing;
  /** Into how many parts its queue is split; one if absent. Never less than it was: rows lie in each. */
  readonly queueShards?: number;
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
  /** What one unit is worth to the merchant's market, in the currency it is sold in. */
  readonly marketValueMinor?: bigint;
  /** What one unit is sold for now; without it nothing can be exchanged for the item. */
  readonly price?: Price;
};

export type Price = { readonly amountMinor: bigint; readonly currency: string };

/**
 * Why goods cannot be returned without a reason if, and only if, the buyer confirmed it for this purchase.
 * Source: interim measures on seven-day no-reason returns (2017), art. 7.
 */
export const exclusions = ["unsealing", "activation", "near_expiry", "disclosed_flaw"] as const;
export type Exclusion = (typeof exclusions)[number];

type Place = { readonly country: string; readonly city?: string };
/** A parcel to the buyer, with its lane where the platform says; see transit-clocks.ts. */
export type ParcelReference = {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly from?: Place;
  readonly to?: Place;
};

export type OrderLine = {
  readonly lineId: string;
  readonly itemId: string;
  readonly merchantId: string;
  readonly quantity: number;
  /** Price paid for the whole line after discounts. */
  readonly paidMinor: bigint;
  /** What the line cost before its part of the order's discount, where the order had one. */
  readonly listMinor?: bigint;
  /** What the buyer paid to have the line sent, on top of its price. */
  readonly outboundFreightMinor?: bigint;
  /** The line's part of the order's discount. */
  readonly discountMinor?: bigint;
  /** Commission rate frozen at the sale; the reversal uses this one, never today's. */
  readonly commissionBps: number;
  /** Whether the buyer confirmed, for this purchase, that it cannot be returned without reason. */
  readonly exclusionConfirmed: boolean;
  /** Which exclusion was confirmed, where the platform says. */
  readonly exclusion?: Exclusion;
  /** Whether the buyer was told of the right of withdrawal (Directive 2011/83/EU, art. 10); absent: yes. */
  readonly informedOfWithdrawal?: boolean;
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
  /** The platform vouches for the buyer of this order; absent: it does not. */
  readonly buyerTrusted?: boolean;
  /** Where it was sent to, as the platform names it; extensions for a region find its cases by it. */
  readonly region?: string;
  /** A discount on the order as a whole; how it was spread stands on the lines. */
  readonly discountMinor?: bigint;
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
