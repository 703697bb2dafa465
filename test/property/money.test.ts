import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimFor, shareOf, split, spreadDiscount } from "../../functions/domain/money.ts";

const runs = { seed: 20_261_122, numRuns: 2_000 };
const amount = fc.bigInt({ min: 0n, max: 10n ** 18n });
const weights = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.maxSafeNat()), { minLength: 1, maxLength: 6 })
  .filter((list) => list.some((weight) => weight > 0));

const sumOf = (parts: readonly bigint[]): bigint => parts.reduce((sum, part) => sum + part, 0n);

describe("a split, whatever the amount and the weights", () => {
  it("adds up to the amount, each part less than one minor unit off, nothing for no weight", () => {
    fc.assert(
      fc.property(amount, weights, (amountMinor, list) => {
        const parts = split(amountMinor, list);
        const total = list.reduce((sum, weight) => sum + BigInt(weight), 0n);
        expect(sumOf(parts)).toBe(amountMinor);
        for (const [index, part] of parts.entries()) {
          const error = part * total - amountMinor * BigInt(list[index] ?? 0);
          expect(error < total && error > -total).toBe(true);
          if (list[index] === 0) expect(part).toBe(0n);
        }
      }),
      runs,
    );
  });

  it("gives a larger weight no smaller part", () => {
    fc.assert(
      fc.property(amount, weights, (amountMinor, list) => {
        const parts = split(amountMinor, list);
        const byWeight = list
          .map((weight, index) => ({ weight, part: parts[index] ?? 0n }))
          .sort((a, b) => a.weight - b.weight || (a.part < b.part ? -1 : 1));
        for (const [index, { part }] of byWeight.entries()) {
          expect(part >= (byWeight[index - 1]?.part ?? 0n)).toBe(true);
        }
      }),
      runs,
    );
  });
});

describe("a share in basis points", () => {
  it("and its counterpart never exceed the amount and miss it by at most one unit", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 10_000 }), (amountMinor, bps) => {
        const both = shareOf(amountMinor, bps) + shareOf(amountMinor, 10_000 - bps);
        expect(amountMinor - both === 0n || amountMinor - both === 1n).toBe(true);
      }),
      runs,
    );
  });
});

describe("claims for parts of a line", () => {
  it("add up to what was paid, in any order, each less than one unit below its part of the rest", () => {
    const claims = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(amount, claims, (paidMinor, quantities) => {
        let remainingMinor = paidMinor;
        let remainingQuantity = quantities.reduce((sum, quantity) => sum + quantity, 0);
        for (const quantity of quantities) {
          const claimMinor = claimFor(remainingMinor, remainingQuantity, quantity);
          const below = remainingMinor * BigInt(quantity) - claimMinor * BigInt(remainingQuantity);
          expect(below >= 0n && below < BigInt(remainingQuantity)).toBe(true);
          remainingMinor -= claimMinor;
          remainingQuantity -= quantity;
        }
        expect(remainingMinor).toBe(0n);
      }),
      runs,
    );
  });
});

describe("a discount on an order", () => {
  it("is spread to the last unit, by less than one off, over no line more than it costs", () => {
    const price = fc.bigInt({ min: 0n, max: 10n ** 14n });
    const cases = fc
      .array(price, { minLength: 1, maxLength: 20 })
      .chain((list) => fc.tuple(fc.constant(list), fc.bigInt({ min: 0n, max: sumOf(list) })));
    fc.assert(
      fc.property(cases, ([list, discountMinor]) => {
        const parts = spreadDiscount(discountMinor, list);
        const whole = sumOf(list);
        expect(sumOf(parts)).toBe(discountMinor);
        for (const [index, part] of parts.entries()) {
          const costs = list[index] ?? 0n;
          expect(part >= 0n && part <= costs).toBe(true);
          const error = part * whole - discountMinor * costs;
          expect(whole === 0n || (error < whole && error > -whole)).toBe(true);
        }
      }),
      runs,
    );
  });
});
