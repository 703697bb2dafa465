/**
 * Money is counted in minor units as bigint. No float ever holds an amount; every split adds up to
 * exactly what was split.
 */

import { InvariantViolation } from "./errors.ts";

/** One whole in basis points. */
export const wholeBps = 10_000;

/** ISO 4217 minor-unit digits of every currency that has other than two. */
const digitsByCurrency: ReadonlyMap<string, number> = new Map([
  ..."BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    .split(" ")
    .map((code) => [code, 0] as const),
  ..."BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3] as const),
  ..."CLF UYW".split(" ").map((code) => [code, 4] as const),
]);

/** Decimal digits of a currency's minor unit (ISO 4217). */
export const minorUnitDigits = (currency: string): number => digitsByCurrency.get(currency) ?? 2;

/** An amount for people: `formatMinor(123456n, "CNY")` is `1234.56 CNY`. */
export const formatMinor = (amountMinor: bigint, currency: string): string => {
  const digits = minorUnitDigits(currency);
  const sign = amountMinor < 0n ? "-" : "";
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${sign}${whole}${digits === 0 ? "" : `.${text.slice(-digits)}`} ${currency}`;
};

/** The part of an amount that `bps` basis points name, rounded down to a whole minor unit. */
export const shareOf = (amountMinor: bigint, bps: number): bigint => {
  if (amountMinor < 0n) throw new RangeError("a share is taken of a non-negative amount");
  if (!Number.isInteger(bps) || bps < 0 || bps > wholeBps)
    throw new RangeError(`${bps} is not a share in bps`);
  return (amountMinor * BigInt(bps)) / BigInt(wholeBps);
};

/**
 * Splits an amount by weights with the largest-remainder method: each part differs from its exact share
 * by less than one minor unit, and the parts sum to the amount. Equal remainders go to the earlier part.
 *
 * @param weights non-negative integers, at least one of them positive
 */
export const split = (amountMinor: bigint, weights: readonly number[]): readonly bigint[] => {
  if (amountMinor < 0n) throw new RangeError("only a non-negative amount can be split");
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError("weights are non-negative integers");
  }
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new RangeError("at least one weight is positive");
  const parts = weights.map((weight) => (amountMinor * BigInt(weight)) / total);
  const remainders = weights.map((weight) => (amountMinor * BigInt(weight)) % total);
  const left = amountMinor - parts.reduce((sum, part) => sum + part, 0n);
  const order = remainders
    .map((remainder, index) => ({ remainder, index }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of order.slice(0, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n;
  if (parts.reduce((sum, part) => sum + part, 0n) !== amountMinor) {
    throw new InvariantViolation(`the parts of ${amountMinor} do not add up to it`);
  }
  return parts;
};

/**
 * What a claim for some of the remaining units is worth. The last units take what is left, so claims for
 * parts add up to the whole in any order.
 */
export const claimFor = (remainingMinor: bigint, remainingQuantity: number, quantity: number): bigint => {
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > remainingQuantity) {
    throw new RangeError(`${quantity} of ${remainingQuantity} units cannot be claimed`);
  }
  if (remainingMinor < 0n) throw new RangeError("a claim is made on a non-negative amount");
  return quantity === remainingQuantity
    ? remainingMinor
    : (remainingMinor * BigInt(quantity)) / BigInt(remainingQuantity);
};
