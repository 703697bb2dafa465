/**
 * Money is counted in minor units as bigint. No float ever holds an amount; every split adds up to
 * exactly what was split.
 */

import { InvariantViolation } from "./errors.ts";

/** One whole in basis points. */
export const wholeBps = 10_000;

/**
 * Minor-unit digits of the currencies in use (ISO 4217, list one, 2026). A table and not `Intl`, whose digits
 * are those people write (Unicode CLDR has none for IQD), not those a bank counts. XTS is the code for tests.
 */
const codesByDigits: readonly (readonly [digits: number, codes: string])[] = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [
    2,
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF " +
      "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD " +
      "HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT " +
      "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB " +
      "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD " +
      "USN UYU UZS VED VES WST XCD XCG XTS YER ZAR ZMW ZWG",
  ],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
];

const digitsByCurrency: ReadonlyMap<string, number> = new Map(
  codesByDigits.flatMap(([digits, codes]) => codes.split(" ").map((code) => [code, digits] as const)),
);

/** Whether money is counted in it: an ISO 4217 code in use. */
export const isCurrency = (code: string): boolean => digitsByCurrency.has(code);

/**
 * Decimal digits of a currency's minor unit (ISO 4217).
 *
 * @throws RangeError for a code nobody counts money in: a guess would be wrong by a factor of ten or more
 */
export const minorUnitDigits = (currency: string): number => {
  const digits = digitsByCurrency.get(currency);
  if (digits === undefined) throw new RangeError(`${currency} is no currency in use`);
  return digits;
};

/** An amount as a plain decimal number: `decimalOf(123456n, "CNY")` is `1234.56`. */
export const decimalOf = (amountMinor: bigint, currency: string): string => {
  const digits = minorUnitDigits(currency);
  const sign = amountMinor < 0n ? "-" : "";
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${sign}${whole}${digits === 0 ? "" : `.${text.slice(-digits)}`}`;
};

/** An amount for people: `formatMinor(123456n, "CNY")` is `1234.56 CNY`. */
export const formatMinor = (amountMinor: bigint, currency: string): string =>
  `${decimalOf(amountMinor, currency)} ${currency}`;

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
 * Each line's part of an order's discount, by what the lines cost before it. The parts add up to the discount and
 * none exceeds its line, so what is paid for the lines adds up to what was paid for the order.
 *
 * @param listMinor what each line costs before the discount
 */
export const spreadDiscount = (discountMinor: bigint, listMinor: readonly bigint[]): readonly bigint[] => {
  const wholeMinor = listMinor.reduce((sum, each) => sum + each, 0n);
  if (discountMinor > wholeMinor) throw new RangeError("a discount is at most what the lines cost");
  if (discountMinor === 0n) return listMinor.map(() => 0n);
  const parts = split(discountMinor, listMinor.map(Number));
  if (parts.some((part, index) => part > (listMinor[index] ?? 0n))) {
    throw new InvariantViolation(`a line has a discount of more than it costs`);
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
