import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaseDetail } from "../../functions/domain/case.ts";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import {
  type Condition,
  compileCondition,
  conditionBounds,
  examine,
  failedComparison,
  holds,
  isNear,
  RuleError,
} from "../../functions/domain/judgment/conditions.ts";
import { factsOf } from "../../functions/domain/judgment/fact-values.ts";
import { type Facts, factAt, factCatalogue, factIn, slotOf } from "../../functions/domain/judgment/facts.ts";
import { flawsOnRecord } from "../../functions/domain/judgment/inspections.ts";
import { decide, judge } from "../../functions/domain/judgment/judge.ts";
import { alwaysKnown } from "../../functions/domain/judgment/reachability.ts";
import { type FactValue, parties } from "../../functions/domain/judgment/verdict.ts";
import { isChangeOfMind, isRefund } from "../../functions/domain/request.ts";
import { isAsSent } from "../../functions/domain/return-inspection.ts";
import { judgmentInput } from "../support/judgment-inputs.ts";

const runs = { seed: 20_261_122, numRuns: 2_000 };

describe("the case and its judgment", () => {
  it("agree on whether the goods came back as they were sent", () => {
    let contradicted = 0;
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const { reason, claimedFlaw, lines, returnInspection: found } = input;
        if (!found || found.inspectedBy === "silence") return;
        const detail: CaseDetail = {
          reason,
          description: "",
          ...(claimedFlaw ? { claimedFlaw } : {}),
          lines: lines.map(({ line, item, quantity }) => ({
            lineId: line.lineId,
            itemId: item.itemId,
            title: item.title,
            quantity,
            amountMinor: 1n,
            heldQuantity: quantity,
            commissionBps: 0,
            knownFlaws: flawsOnRecord(item, line),
          })),
        };
        const delivered = {
          ...found,
          lines: lines.map(({ line, quantity }, index) => {
            const { receivedQuantity = 0, sameItem = true, flaws: seen = [] } = found.lines[index] ?? {};
            const received = Math.min(receivedQuantity, quantity);
            return { lineId: line.lineId, receivedQuantity: received, sameItem, flaws: seen };
          }),
        };
        const asSent = lines.every((_, line) => {
          const facts = factsOf({ ...input, returnInspection: delivered }, cnStandard, line);
          return (
            factIn(facts, "returnSameItem") === true &&
            factIn(facts, "returnShort") === false &&
            factIn(facts, "returnNewFlaws") === "none"
          );
        });
        expect(isAsSent(detail, delivered)).toBe(asSent);
        if (!asSent) contradicted += 1;
      }),
      runs,
    );
    expect(contradicted).toBeGreaterThan(100);
  });
});

describe("every case gets a verdict", () => {
  it("that may rest on the facts every case has", () => {
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const facts = factsOf(input, cnStandard);
        for (const fact of alwaysKnown) expect(facts[slotOf(fact) ?? -1], fact).not.toBeNull();
      }),
      runs,
    );
  });

  it("that is the same for the same facts, and leaves them untouched", () => {
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const copy = structuredClone(input);
        const verdict = judge(cnStandard, input, 1);
        expect(input).toEqual(copy);
        expect(judge(cnStandard, copy, 1)).toEqual(verdict);
      }),
      runs,
    );
  });

  it("whose shares sum, whose explanation is complete, and whose trace ends with its rule", () => {
    const order = [...cnStandardRules.rules, cnStandardRules.otherwise].map(({ id }) => id);
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const verdict = judge(cnStandard, input, 1);
        expect(parties.reduce((sum, party) => sum + verdict.liability[party], 0)).toBe(10_000);
        const tried = verdict.trace.map(({ rule }) => rule);
        if (verdict.rule.startsWith("lines-differ")) {
          const alone = input.lines.map((_, line) => decide(cnStandard, factsOf(input, cnStandard, line)));
          expect(tried).toEqual([...alone.map(({ rule }) => rule.id), verdict.rule]);
        } else {
          expect(tried).toEqual(order.slice(0, order.indexOf(verdict.rule) + 1));
          expect(verdict.trace.findIndex(({ matched }) => matched)).toBe(verdict.trace.length - 1);
          expect(verdict.trace.slice(0, -1).every(({ failedOn }) => failedOn !== undefined)).toBe(true);
        }
        for (const text of Object.values(verdict.explanation))
          expect(text).not.toMatch(/[{}]|undefined|null/);
        // Once goods for goods were sent back, what the verdict no longer gives in kind is refunded.
        const paidInstead = !isRefund(input.type) && input.returnParcel !== undefined;
        const given = verdict.remedies.includes(input.type) || paidInstead;
        expect(given || verdict.route === "ineligible").toBe(true);
        if (verdict.carrier !== undefined) expect(verdict.liability.carrier).toBeGreaterThan(0);
        if (verdict.freight.payer === "buyer") expect(verdict.freight.capMinor).toBe(0n);
      }),
      runs,
    );
  });

  it("by a rule for its kind of reason, unless the return decided it", () => {
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const { rule } = judge(cnStandard, input, 1);
        const sentBack = input.returnParcel !== undefined || input.returnInspection !== undefined;
        if (rule.startsWith("return-")) {
          expect(sentBack).toBe(true);
        } else if (rule.startsWith("lines-differ")) {
          expect(rule === "lines-differ").toBe(!sentBack);
        } else {
          expect(rule.startsWith("no-reason-")).toBe(isChangeOfMind(input.reason));
        }
      }),
      runs,
    );
  });

  it("by a rule all of whose facts are known, but for those of an alternative", () => {
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const facts = factsOf(input, cnStandard);
        const { rule } = decide(cnStandard, facts);
        const matched = cnStandard.rules.find(({ id }) => id === rule.id);
        if (!matched) return;
        expect(matched.condition.comparisons.map(({ slot }) => facts[slot])).not.toContain(null);
      }),
      runs,
    );
  });
});

/** Values of each type that a fact can be given, to find one that would have made the difference. */
const candidates = (slot: number): readonly FactValue[] => {
  const definition = factAt(slot);
  if (definition.words) return Object.keys(definition.words);
  return definition.type === "boolean" ? [true, false] : [0, 1, 2, 5, 20, 100];
};

describe("a near miss", () => {
  it("tells the truth: with that one fact otherwise, its rule or an earlier one would have decided", () => {
    const order = cnStandardRules.rules.map(({ id }) => id);
    let seen = 0;
    fc.assert(
      fc.property(judgmentInput, (input) => {
        const facts = factsOf(input, cnStandard);
        const { rule, nearMisses } = decide(cnStandard, facts);
        expect(nearMisses.length).toBeLessThanOrEqual(3);
        for (const nearMiss of nearMisses) {
          seen += 1;
          const slot = slotOf(nearMiss.fact) ?? -1;
          expect(nearMiss.actual).toBe(facts[slot]);
          expect(nearMiss.rule).not.toBe(rule.id);
          expect(factAt(slot).stated).toBeUndefined();
          const led = candidates(slot).map((value) => decide(cnStandard, facts.with(slot, value)).rule.id);
          expect(
            led.some((id) => order.indexOf(id) !== -1 && order.indexOf(id) <= order.indexOf(nearMiss.rule)),
          ).toBe(true);
        }
      }),
      runs,
    );
    expect(seen).toBeGreaterThan(1_000);
  });
});

/** Documents over a few facts of each type, with values that the facts below often have. */
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    fact: fc.constantFrom("outboundClean" as const, "transitDamageScan" as const),
    op: fc.constantFrom("eq" as const, "neq" as const),
    value: fc.boolean(),
  }),
  fc.record({
    fact: fc.constantFrom("daysSinceSignOff" as const, "lineCount" as const),
    op: fc.constantFrom("eq", "neq", "lt", "lte", "gt", "gte"),
    value: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    fact: fc.constantFrom("category" as const),
    op: fc.constant("in" as const),
    value: fc.uniqueArray(fc.constantFrom("bags", "shoes", "watches"), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    fact: fc.constantFrom("reason" as const),
    op: fc.constantFrom("eq" as const, "neq" as const),
    value: fc.constantFrom("COLOR", "EXPIRED"),
  }),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; group: readonly Condition[] }>(
  (tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: "condition" },
      comparison,
      fc.record({ all: tie("group") }),
      fc.record({ any: tie("group") }),
      fc.record({ not: tie("tree") }),
    ),
    group: fc.array(tie("tree"), { minLength: 1, maxLength: 2, depthIdentifier: "condition" }),
  }),
).tree;

const someFacts: fc.Arbitrary<Facts> = fc
  .record({
    outboundClean: fc.option(fc.boolean()),
    transitDamageScan: fc.option(fc.boolean()),
    daysSinceSignOff: fc.option(fc.integer({ min: 0, max: 3 })),
    lineCount: fc.option(fc.integer({ min: 0, max: 3 })),
    category: fc.option(fc.constantFrom("bags", "shoes", "watches")),
    reason: fc.option(fc.constantFrom("COLOR", "EXPIRED")),
  })
  .map((known: { readonly [fact: string]: FactValue }) =>
    factCatalogue.map(({ name }) => known[name] ?? null),
  );

type Truth = boolean | null;

/**
 * What the logic is said to be, written down directly: Kleene's three values over the document itself. One
 * comparison, by its place, may be taken to have turned out as its condition needs it.
 */
const kleene = (document: Condition, facts: Facts, turned = -1): Truth => {
  let place = -1;
  const truthOf = (part: Condition, wanted: boolean): Truth => {
    if ("not" in part) {
      const inner = truthOf(part.not, !wanted);
      return inner === null ? null : !inner;
    }
    if ("all" in part) {
      const parts = part.all.map((inner) => truthOf(inner, wanted));
      return parts.includes(false) ? false : parts.includes(null) ? null : true;
    }
    if ("any" in part) {
      const parts = part.any.map((inner) => truthOf(inner, wanted));
      return parts.includes(true) ? true : parts.includes(null) ? null : false;
    }
    place += 1;
    if (place === turned) return wanted;
    const fact = facts[slotOf(part.fact) ?? -1] ?? null;
    if (fact === null) return null;
    const { op, value } = part;
    switch (op) {
      case "eq":
        return fact === value;
      case "neq":
        return fact !== value;
      case "in":
        return (value as readonly FactValue[]).includes(fact);
      case "lt":
        return fact < value;
      case "lte":
        return fact <= value;
      case "gt":
        return fact > value;
      case "gte":
        return fact >= value;
      default:
        return op satisfies never;
    }
  };
  return truthOf(document, true);
};

describe("a compiled condition", () => {
  it("holds exactly where three-valued logic calls it true", () => {
    fc.assert(
      fc.property(condition, someFacts, (document, facts) => {
        const { root } = compileCondition(document, "when");
        expect(examine(root, facts) === holds).toBe(kleene(document, facts) === true);
      }),
      { ...runs, numRuns: 5_000 },
    );
  });

  it("is near exactly where one comparison with a fact on record stands in the way", () => {
    let near = 0;
    fc.assert(
      fc.property(condition, someFacts, (document, facts) => {
        const { root, comparisons } = compileCondition(document, "when");
        const examination = examine(root, facts);
        if (examination === holds) return;
        const sufficient = comparisons.flatMap(({ slot }, index) =>
          kleene(document, facts, index) === true && !factAt(slot).stated ? [index] : [],
        );
        if (isNear(examination)) {
          near += 1;
          expect(sufficient).toContain(failedComparison(examination));
        } else {
          expect(sufficient).toEqual([]);
        }
      }),
      { ...runs, numRuns: 5_000 },
    );
    expect(near).toBeGreaterThan(500);
  });
});

describe("a document that is no condition", () => {
  const accepted = (document: unknown): boolean => {
    try {
      const { comparisons } = compileCondition(document, "when");
      return comparisons.length >= 1 && comparisons.length <= conditionBounds.comparisons;
    } catch (error) {
      if (error instanceof RuleError) return false;
      throw error;
    }
  };

  it("is refused by name, whatever it is", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withMap: true, withBigInt: true }), (document) => {
        expect(accepted(document)).toBe(false);
      }),
      runs,
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  it("is refused by name, or compiles within bounds, when it is nearly one", () => {
    const spoil = fc.constantFrom<unknown>("__proto__", "eq", true, 1, null, [], {}, "1", -1e308, [[]]);
    /** A good document of which one value, wherever it stands, is another one. */
    const nearly = fc.tuple(condition, spoil, fc.nat(12)).map(([document, other, place]) => {
      let visited = -1;
      const text = JSON.stringify(document, (_, value) => {
        visited += 1;
        return visited === place ? other : value;
      });
      return JSON.parse(text);
    });
    let compiled = 0;
    let refused = 0;
    fc.assert(
      fc.property(nearly, (document) => {
        if (accepted(document)) compiled += 1;
        else refused += 1;
      }),
      { ...runs, numRuns: 5_000 },
    );
    expect(Math.min(compiled, refused)).toBeGreaterThan(500);
  });
});
