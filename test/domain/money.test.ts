import { describe, expect, it } from "vitest";
import {
  claimFor,
  formatMinor,
  isCurrency,
  minorUnitDigits,
  shareOf,
  split,
} from "../../functions/domain/money.ts";

describe("amounts for people", () => {
  it("places the point by the currency's minor unit", () => {
    expect(formatMinor(123_456n, "CNY")).toBe("1234.56 CNY");
    expect(formatMinor(123_456n, "JPY")).toBe("123456 JPY");
    expect(formatMinor(123_456n, "KWD")).toBe("123.456 KWD");
    expect(formatMinor(123_456n, "CLF")).toBe("12.3456 CLF");
  });

  it("pads small and negative amounts", () => {
    expect(formatMinor(0n, "CNY")).toBe("0.00 CNY");
    expect(formatMinor(7n, "CNY")).toBe("0.07 CNY");
    expect(formatMinor(-7n, "CNY")).toBe("-0.07 CNY");
    expect(formatMinor(-1_234n, "JPY")).toBe("-1234 JPY");
    expect(formatMinor(5n, "KWD")).toBe("0.005 KWD");
  });

  it("knows the digits of each currency in use, and guesses none", () => {
    expect(["CNY", "JPY", "KWD", "CLF"].map(minorUnitDigits)).toEqual([2, 0, 3, 4]);
    for (const code of ["XXX", "cny", "", "constructor", "__proto__"]) {
      expect(isCurrency(code)).toBe(false);
      expect(() => minorUnitDigits(code)).toThrow(RangeError);
    }
  });
});

describe("a share in basis points", () => {
  it("is rounded down", () => {
    expect(shareOf(9_999n, 5_000)).toBe(4_999n);
    expect(shareOf(1n, 9_999)).toBe(0n);
    expect(shareOf(1n, 10_000)).toBe(1n);
  });

  it("is refused outside of the whole, for a negative amount or a fraction of a point", () => {
    for (const bps of [-1, 10_001, 0.5, Number.NaN]) expect(() => shareOf(1n, bps)).toThrow(RangeError);
    expect(() => shareOf(-1n, 1)).toThrow(RangeError);
  });
});

describe("a split", () => {
  it("gives what is left over to the largest remainders, the earlier part first", () => {
    expect(split(100n, [1, 1, 1])).toEqual([34n, 33n, 33n]);
    expect(split(10n, [1, 2, 3])).toEqual([2n, 3n, 5n]);
    expect(split(1n, [0, 1, 1])).toEqual([0n, 1n, 0n]);
    expect(split(101n, [3_333, 6_667])).toEqual([34n, 67n]);
  });

  it("stays exact beyond what a number holds", () => {
    expect(split(9_007_199_254_740_993n, [1, 1])).toEqual([4_503_599_627_370_497n, 4_503_599_627_370_496n]);
  });

  it("is refused without a positive weight, with a fraction, or for a negative amount", () => {
    for (const weights of [[], [0, 0], [-1, 2], [0.5, 0.5], [Number.NaN]]) {
      expect(() => split(1n, weights)).toThrow(RangeError);
    }
    expect(() => split(-1n, [1])).toThrow(RangeError);
  });
});

describe("a claim for some of the units", () => {
  it("is worth its part rounded down, and the last units take what is left", () => {
    expect(claimFor(100n, 3, 1)).toBe(33n);
    expect(claimFor(67n, 2, 1)).toBe(33n);
    expect(claimFor(34n, 1, 1)).toBe(34n);
  });

  it("is refused for more units than remain, for none, or on a negative amount", () => {
    for (const quantity of [0, -1, 4, 1.5]) expect(() => claimFor(100n, 3, quantity)).toThrow(RangeError);
    expect(() => claimFor(-1n, 1, 1)).toThrow(RangeError);
  });
});
