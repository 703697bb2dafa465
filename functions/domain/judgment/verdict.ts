import type { LossTerm } from "../catalog.ts";
import type { EvidenceLimits } from "../evidence.ts";
import type { AllowedRefusal } from "../refusal.ts";
import type { CaseType } from "../request.ts";

/** The four parties a liability can fall on. */
export const parties = ["merchant", "platform", "carrier", "buyer"] as const;
export type Party = (typeof parties)[number];

/** Shares in basis points; they always sum to 10,000. */
export type Liability = { readonly [party in Party]: number };

export type Route = "automatic" | "merchant" | "arbitration" | "ineligible";

/** Whether what was asked for can be approved as judged, by the rule itself or by the merchant. */
export const isApprovable = (route: Route): boolean => route === "automatic" || route === "merchant";

/** The values facts can take. `null` stands for "not known": no condition on it is ever true. */
export type FactValue = string | number | boolean | null;

export type BilingualText = { readonly "zh-CN": string; readonly en: string };

/** Where goods were lost or damaged for which the contract names a payment. */
export const lossBases = ["custody", "transit"] as const;
export type LossBasis = (typeof lossBases)[number];

/** What the merchant is owed for goods that were lost or damaged while others had them. */
export type Loss = { readonly pays: LossTerm; readonly payer: Party; readonly basis: LossBasis };

/** The replacement goes to the buyer before the goods come back; what the merchant is owed if they never do. */
export type ShipFirst = { readonly pays: LossTerm };

/**
 * What a buyer gets on top of the price: a multiple of it, and at least so much (China, Consumer Rights Law
 * art. 55: three times the price for fraud, no less than 500 yuan).
 */
export type Compensation = {
  /** Of the price claimed, in basis points; 30,000 is three times the price. */
  readonly bps: number;
  /** Minor units of the case's currency. */
  readonly minimumMinor?: bigint;
  /** Who pays it, where that was ruled before the goods met with something else. */
  readonly by?: Liability;
};

/** How a disputed case was decided, where the verdict is not the rules'. */
export type Ruling = {
  /** Who decided: an arbiter, both sides together, or nobody in time. */
  readonly basis: "arbiter" | "silence" | "agreement";
  readonly round: 1 | 2;
  /** `none` where nothing is refunded. */
  readonly remedy: CaseType | "none";
  /** Exactly what is refunded of the price, or would be if goods that are owed cannot be had; in minor units. */
  readonly refundMinor: bigint;
  readonly arbiterId?: string;
};

/** One rule tried while judging: whether it matched and, if not, on which fact it failed. */
export type TraceEntry = {
  readonly rule: string;
  readonly matched: boolean;
  readonly failedOn?: string;
  /** Readers for whom some fact the rule asks is not meant; absent if there is none. */
  readonly hiddenFrom?: readonly ("buyer" | "merchant")[];
};

/**
 * How well a verdict is founded. `bps` is the part of records among everything that was looked at to find
 * the rule: the known facts the rule rests on, on record or claimed, and the unknown ones of the near misses,
 * each of which alone kept an earlier rule from deciding. 0 says that nothing but claims and presumption speaks for it.
 */
export type Confidence = {
  readonly bps: number;
  readonly records: number;
  readonly claims: number;
  readonly unknown: number;
};

/** The fact that, had it been otherwise, would have led to another rule. */
export type NearMiss = {
  readonly rule: string;
  readonly fact: string;
  readonly actual: FactValue;
  readonly needed: string;
};

export type Verdict = {
  /** 1 for the first judgment of a case, 2 after it was judged again, … */
  readonly number: number;
  readonly rule: string;
  readonly rulesVersion: string;
  readonly liability: Liability;
  readonly route: Route;
  /** Remedies the rule allows; a request for another one is ineligible as filed. */
  readonly remedies: readonly CaseType[];
  /** How much of the claim may be refunded, in basis points of the claimed amount. */
  readonly refundCapBps: number;
  readonly freight: {
    readonly payer: Party;
    /** Upper bound of the return freight that is reimbursed, minor units of the case's currency. */
    readonly capMinor: bigint;
  };
  readonly clocks: { readonly merchantAnswerHours: number; readonly silence: "approve" | "refuse" };
  /** What a merchant may refuse for, where the rules say so; else what is refused for by default. */
  readonly refusals?: readonly AllowedRefusal[];
  /** How many files the case takes, where its rules say so. */
  readonly evidenceLimits?: EvidenceLimits;
  /** The carrier that answers when the carrier's share is not zero. */
  readonly carrier?: string;
  /** Present where the goods were lost or damaged on somebody other than the merchant or the buyer. */
  readonly loss?: Loss;
  /** Present where nobody is at fault and the platform pays none the less: then it asks no fee for it. */
  readonly platformBears?: true;
  /** Present where the rule grants more than the price. */
  readonly compensation?: Compensation;
  /** Present where an exchange was asked for and the rule trusts the buyer with both pieces. */
  readonly shipFirst?: ShipFirst;
  readonly confidence: Confidence;
  /** The arbiter's register: every fact by name. */
  readonly explanation: BilingualText;
  /** The same, said to a party, with nothing that is not its business. */
  readonly told: { readonly buyer: BilingualText; readonly merchant: BilingualText };
  /** The facts the matched rule rests on, by name. */
  readonly facts: { readonly [fact: string]: FactValue };
  readonly trace: readonly TraceEntry[];
  readonly nearMisses: readonly NearMiss[];
  readonly judgedAt: number;
  /** Present where the case was disputed and decided: this verdict is that decision. */
  readonly ruling?: Ruling;
};
