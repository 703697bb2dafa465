import { describe, expect, it } from "vitest";
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
import { type FactName, type Facts, factCatalogue } from "../../functions/domain/judgment/facts.ts";
import type { FactValue } from "../../functions/domain/judgment/verdict.ts";

/** All facts unknown, but for the ones given. */
const facts = (known: { readonly [fact in FactName]?: FactValue }): Facts =>
  factCatalogue.map(({ name }) => known[name] ?? null);

const matches = (condition: Condition, known: Parameters<typeof facts>[0]): boolean =>
  examine(compileCondition(condition, "when").root, facts(known)) === holds;

const clean: Condition = { fact: "outboundClean", op: "eq", value: true };
const scanned: Condition = { fact: "transitDamageScan", op: "eq", value: true };
const lost: Condition = { fact: "returnParcelLost", op: "eq", value: true };

describe("comparing a fact with a value", () => {
  const days = (op: "lt" | "lte" | "gt" | "gte" | "eq" | "neq"): Condition => ({
    fact: "daysSinceSignOff",
    op,
    value: 7,
  });

  it.each([
    ["lt", [true, false, false]],
    ["lte", [true, true, false]],
    ["gt", [false, false, true]],
    ["gte", [false, true, true]],
    ["eq", [false, true, false]],
    ["neq", [true, false, true]],
  ] as const)("%s holds just below, at and just above the value as its name says", (op, expected) => {
    expect([6, 7, 8].map((daysSinceSignOff) => matches(days(op), { daysSinceSignOff }))).toEqual(expected);
    // And its negation the other way round.
    expect([6, 7, 8].map((daysSinceSignOff) => matches({ not: days(op) }, { daysSinceSignOff }))).toEqual(
      expected.map((held) => !held),
    );
  });

  it("knows membership", () => {
    const condition: Condition = { fact: "category", op: "in", value: ["bags", "shoes"] };
    expect(matches(condition, { category: "bags" })).toBe(true);
    expect(matches(condition, { category: "watches" })).toBe(false);
    expect(matches({ not: condition }, { category: "bags" })).toBe(false);
    expect(matches({ not: condition }, { category: "watches" })).toBe(true);
  });

  it("orders dates as days", () => {
    const condition: Condition = { fact: "signedOffOn", op: "lt", value: "2026-10-01" };
    expect(matches(condition, { signedOffOn: "2026-09-30" })).toBe(true);
    expect(matches(condition, { signedOffOn: "2026-10-01" })).toBe(false);
  });

  it.each(["eq", "neq", "lt", "lte", "gt", "gte", "in"] as const)(
    "%s is never true of an unknown fact, and neither is its negation",
    (op) => {
      for (const value of [0, -1, 7]) {
        const condition: Condition = {
          fact: "daysSinceSignOff",
          op,
          value: op === "in" ? [value] : value,
        };
        expect(matches(condition, {})).toBe(false);
        expect(matches({ not: condition }, {})).toBe(false);
        expect(matches({ not: { not: condition } }, {})).toBe(false);
      }
    },
  );
});

describe("all, any and not of three values", () => {
  const both: Condition = { all: [clean, scanned] };
  const either: Condition = { any: [clean, scanned] };
  const table: readonly [FactValue, FactValue, all: boolean, any: boolean, nor: boolean, nand: boolean][] = [
    // clean, scanned, all, any, not any, not all
    [true, true, true, true, false, false],
    [true, false, false, true, false, true],
    [true, null, false, true, false, false],
    [false, true, false, true, false, true],
    [false, false, false, false, true, true],
    [false, null, false, false, false, true],
    [null, true, false, true, false, false],
    [null, false, false, false, false, true],
    [null, null, false, false, false, false],
  ];

  it.each(table)("clean %s, scanned %s", (outboundClean, transitDamageScan, all, any, nor, nand) => {
    const known = { outboundClean, transitDamageScan };
    expect(matches(both, known)).toBe(all);
    expect(matches(either, known)).toBe(any);
    expect(matches({ not: either }, known)).toBe(nor);
    expect(matches({ not: both }, known)).toBe(nand);
  });
});

describe("what was in the way", () => {
  const examined = (condition: Condition, known: Parameters<typeof facts>[0]) => {
    const { root, comparisons } = compileCondition(condition, "when");
    const examination = examine(root, facts(known));
    return { ...comparisons[failedComparison(examination)], near: isNear(examination) };
  };

  it("is the first comparison that failed, near if it is the only one", () => {
    const all: Condition = { all: [clean, scanned, lost] };
    expect(
      examined(all, { outboundClean: true, transitDamageScan: false, returnParcelLost: true }),
    ).toMatchObject({ fact: "transitDamageScan", needed: "= true", near: true });
    expect(
      examined(all, { outboundClean: true, transitDamageScan: false, returnParcelLost: false }),
    ).toMatchObject({ fact: "transitDamageScan", near: false });
    expect(examined(all, { transitDamageScan: true, returnParcelLost: true })).toMatchObject({
      fact: "outboundClean",
      near: true,
    });
  });

  it("is, of alternatives, the one that needs a single fact", () => {
    const condition: Condition = { any: [{ all: [clean, scanned] }, lost] };
    expect(examined(condition, {})).toMatchObject({ fact: "returnParcelLost", near: true });
    expect(examined({ all: [condition, clean] }, {})).toMatchObject({
      fact: "returnParcelLost",
      near: false,
    });
  });

  it("is never near where the buyer only would have had to say something else", () => {
    const condition: Condition = { all: [{ fact: "reason", op: "eq", value: "COUNTERFEIT" }, clean] };
    expect(examined(condition, { reason: "COLOR", outboundClean: true })).toMatchObject({
      fact: "reason",
      near: false,
    });
    expect(examined({ any: [condition, lost] }, { reason: "COLOR" })).toMatchObject({
      fact: "returnParcelLost",
      near: true,
    });
  });

  it("says what was needed, turned round under a negation", () => {
    const needed = (condition: Condition) =>
      compileCondition(condition, "when").comparisons.map((comparison) => comparison.needed);
    expect(needed({ all: [{ fact: "amountMinor", op: "lte", value: 100 }, { not: scanned }] })).toEqual([
      "≤ 100",
      "≠ true",
    ]);
    expect(needed({ not: { fact: "category", op: "in", value: ["bags", "shoes"] } })).toEqual([
      "∉ {bags, shoes}",
    ]);
    expect(needed({ not: { fact: "amountMinor", op: "gt", value: 100 } })).toEqual(["≤ 100"]);
  });
});

describe("a condition document that nobody should have written", () => {
  const refused = (document: unknown): [problem: string, path: string] => {
    try {
      compileCondition(document, "when");
    } catch (error) {
      if (error instanceof RuleError) return [error.problem, error.path];
      throw error;
    }
    return ["accepted", ""];
  };

  const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown =>
    levels === 0 ? clean : wrap(nested(levels - 1, wrap));

  it.each([
    ["null", null],
    ["a text", "true"],
    ["a number", 1],
    ["a function", () => true],
    ["a list", [clean]],
    ["a date", new Date(0)],
    ["a map", new Map([["all", [clean]]])],
    ["an object that inherits its keys", Object.create({ all: [clean] })],
    ["an object whose prototype was set in the text", { __proto__: { all: [clean] } }],
  ])("%s is no condition", (_, document) => {
    expect(refused(document)).toEqual(["not_an_object", "when"]);
  });

  it("reads own keys only, and knows each of them", () => {
    expect(refused(JSON.parse('{"__proto__": {"all": []}}'))).toEqual(["unknown_key", "when"]);
    expect(refused({ constructor: [clean] })).toEqual(["unknown_key", "when"]);
    expect(refused({ ...clean, all: [clean] })).toEqual(["unknown_key", "when"]);
    expect(refused({ ...clean, because: "I say so" })).toEqual(["unknown_key", "when"]);
    expect(refused({ all: [clean], any: [clean] })).toEqual(["unknown_key", "when"]);
    expect(refused({})).toEqual(["unknown_fact", "when/fact"]);
    expect(Object.prototype).not.toHaveProperty("all");
  });

  it("names only facts of the catalogue", () => {
    for (const fact of ["__proto__", "constructor", "toString", "hasOwnProperty", "", 0, null, ["reason"]]) {
      expect(refused({ fact, op: "eq", value: true })).toEqual(["unknown_fact", "when/fact"]);
    }
  });

  it("names only operators there are, and only those of the fact's type", () => {
    for (const op of ["__proto__", "constructor", "eval", "==", "", null, ["eq"]]) {
      expect(refused({ ...clean, op })).toEqual(["unknown_operator", "when/op"]);
    }
    expect(refused({ ...clean, op: "gt" })).toEqual(["operator_not_for_type", "when/op"]);
    expect(refused({ ...clean, op: "in", value: [true] })).toEqual(["operator_not_for_type", "when/op"]);
    expect(refused({ fact: "category", op: "lt", value: "bags" })).toEqual([
      "operator_not_for_type",
      "when/op",
    ]);
  });

  it.each([
    ["a number as text", { fact: "daysSinceSignOff", op: "lte", value: "7" }],
    ["not a number", { fact: "daysSinceSignOff", op: "lte", value: Number.NaN }],
    ["an endless number", { fact: "daysSinceSignOff", op: "lte", value: Number.POSITIVE_INFINITY }],
    ["half a minor unit", { fact: "amountMinor", op: "lte", value: 0.5 }],
    ["an amount no number holds", { fact: "amountMinor", op: "lte", value: 2 ** 60 }],
    ["a truth as text", { fact: "outboundClean", op: "eq", value: "true" }],
    ["the unknown", { fact: "outboundClean", op: "eq", value: null }],
    ["nothing", { fact: "outboundClean", op: "eq" }],
    ["a word that is no category", { fact: "category", op: "eq", value: "BAGS" }],
    ["an inherited word", { fact: "category", op: "eq", value: "constructor" }],
    ["a list for one value", { fact: "category", op: "eq", value: ["bags"] }],
    ["one value for a list", { fact: "category", op: "in", value: "bags" }],
    ["an empty list", { fact: "category", op: "in", value: [] }],
    ["a list with a hole", { fact: "category", op: "in", value: new Array(2) }],
    ["a list with one wrong value", { fact: "category", op: "in", value: ["bags", 1] }],
    ["a huge list", { fact: "lineCount", op: "in", value: new Array(1_000_000).fill(1) }],
    ["a huge text", { fact: "claimedFlawCode", op: "eq", value: "x".repeat(1_000_000) }],
    ["a date that is none", { fact: "signedOffOn", op: "lt", value: "yesterday" }],
  ])("%s is a wrong value", (_, document) => {
    expect(refused(document)).toEqual(["wrong_value", "when/value"]);
  });

  it("is refused when it groups nothing, or something that is no list", () => {
    expect(refused({ all: [] })).toEqual(["empty_group", "when/all"]);
    expect(refused({ not: { any: [] } })).toEqual(["empty_group", "when/not/any"]);
    for (const group of [clean, null, "all", { length: 1, 0: clean }]) {
      expect(refused({ any: group })).toEqual(["wrong_value", "when/any"]);
    }
  });

  it("is refused beyond four levels, whatever they are made of", () => {
    expect(refused(nested(3, (inner) => ({ all: [inner] })))[0]).toBe("accepted");
    expect(refused(nested(4, (inner) => ({ all: [inner] })))).toEqual([
      "too_deep",
      "when/all/0/all/0/all/0/all/0",
    ]);
    expect(refused(nested(4, (inner) => ({ not: inner })))).toEqual(["too_deep", "when/not/not/not/not"]);
    expect(refused(nested(5_000, (inner) => ({ any: [inner] })))[0]).toBe("too_deep");
  });

  it("is refused beyond twenty comparisons, in one group or over several", () => {
    const most = new Array(conditionBounds.comparisons).fill(clean);
    expect(refused({ all: most })[0]).toBe("accepted");
    expect(refused({ all: [...most, clean] })).toEqual(["too_many_comparisons", "when/all"]);
    expect(refused({ all: [{ any: most }, clean] })).toEqual(["too_many_comparisons", "when/all/1"]);
    expect(refused({ all: new Array(50_000_000) })[0]).toBe("too_many_comparisons");
  });

  it("names the place of the trouble in a group", () => {
    expect(refused({ all: [clean, { any: [clean, { ...clean, value: 1 }] }] })).toEqual([
      "wrong_value",
      "when/all/1/any/1/value",
    ]);
  });

  it.each([
    ["all", (inner: unknown) => ({ all: [inner] })],
    ["any", (inner: unknown) => ({ any: [inner] })],
    ["not", (inner: unknown) => ({ not: inner })],
  ])("is refused at 20,000 levels of %s, without going down there", (_, wrap) => {
    let document: unknown = clean;
    for (let level = 0; level < 20_000; level += 1) document = wrap(document);
    expect(refused(document)[0]).toBe("too_deep");
  });

  it("is refused at 20,000 levels of a value", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(20_000)}1${"]".repeat(20_000)}`);
    for (const op of ["eq", "in"]) {
      expect(refused({ fact: "lineCount", op, value: deep })).toEqual(["wrong_value", "when/value"]);
    }
  });

  it("is refused when it holds itself, however widely", () => {
    const cyclic: { all: unknown[] } = { all: [] };
    cyclic.all.push(...new Array(20).fill(cyclic));
    expect(refused(cyclic)[0]).toBe("too_deep");
    const negated: { not?: unknown } = {};
    negated.not = negated;
    expect(refused(negated)).toEqual(["too_deep", "when/not/not/not/not"]);
  });

  it("is refused where it would run code to be read", () => {
    const ran = (): never => {
      throw new Error("the document ran code");
    };
    expect(refused(Object.defineProperty({}, "all", { get: ran, enumerable: true }))).toEqual([
      "unknown_key",
      "when",
    ]);
    const { value: _, ...open } = clean as { readonly value: unknown };
    expect(refused(Object.defineProperty(open, "value", { get: ran, enumerable: true }))).toEqual([
      "unknown_key",
      "when",
    ]);
    expect(refused({ all: Object.defineProperty([clean], 0, { get: ran }) })).toEqual([
      "not_an_object",
      "when/all/0",
    ]);
    for (const value of [{ toString: ran }, { valueOf: ran }, { toJSON: ran }, ran]) {
      expect(refused({ fact: "claimedFlawCode", op: "eq", value })).toEqual(["wrong_value", "when/value"]);
    }
  });

  it("is read by its places and never by methods it brings along", () => {
    const ran = (): never => {
      throw new Error("the document ran code");
    };
    const armed = (list: unknown[]): unknown[] =>
      Object.assign(list, {
        [Symbol.iterator]: ran,
        join: ran,
        map: ran,
        includes: ran,
        toString: ran,
        constructor: ran,
      });
    const { comparisons } = compileCondition(
      { all: armed([{ fact: "category", op: "in", value: armed(["bags", "shoes"]) }]) },
      "when",
    );
    expect(comparisons.map(({ needed }) => needed)).toEqual(["∈ {bags, shoes}"]);
  });

  it("is read once, within bounds, though it be a proxy", () => {
    let reads = 0;
    const watch = <Watched extends object>(watched: Watched): Watched =>
      new Proxy(watched, {
        getOwnPropertyDescriptor: (target, key) => {
          reads += 1;
          return Reflect.getOwnPropertyDescriptor(target, key);
        },
        get: (target, key, receiver) => {
          reads += 1;
          return Reflect.get(target, key, receiver);
        },
      });
    const { root } = compileCondition({ all: watch([watch({ ...clean }), watch({ ...scanned })]) }, "when");
    expect(reads).toBeLessThan(20);
    const afterwards = reads;
    expect(examine(root, facts({ outboundClean: true, transitDamageScan: true }))).toBe(holds);
    expect(reads).toBe(afterwards);

    // A group that always says it has one more.
    const endless: unknown = new Proxy([], {
      get: (_, key) => (key === "length" ? Number.POSITIVE_INFINITY : clean),
    });
    expect(refused({ all: endless })).toEqual(["too_many_comparisons", "when/all"]);
    expect(refused({ fact: "category", op: "in", value: endless })).toEqual(["wrong_value", "when/value"]);
  });

  it.each([
    ["a key that is no text", { ...clean, [Symbol("all")]: [] }],
    ["a hidden key", Object.defineProperty({ ...clean }, "all", { value: [clean] })],
    ["a million keys", Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`k${index}`, 1]))],
  ])("is refused for %s", (_, document) => {
    expect(refused(document)).toEqual(["unknown_key", "when"]);
  });

  it("is refused for a group with a hole", () => {
    const group: unknown[] = [clean];
    group[2] = clean;
    expect(refused({ all: group })).toEqual(["not_an_object", "when/all/1"]);
  });

  it.each([
    ["a boxed text", "claimedFlawCode", Object("x")],
    ["a boxed number", "daysSinceSignOff", Object(1)],
    ["a big integer", "amountMinor", 1n],
    ["a number as text", "amountMinor", "100"],
    ["a number with a tail", "daysSinceSignOff", "7 days"],
    ["a boxed truth", "outboundClean", Object(true)],
    ["one for true", "outboundClean", 1],
    ["less than any number", "daysSinceSignOff", Number.NEGATIVE_INFINITY],
  ])("%s is a wrong value", (_, fact, value) => {
    expect(refused({ fact, op: "eq", value })).toEqual(["wrong_value", "when/value"]);
  });

  it("matches nothing with facts that are not of their type", () => {
    const days: Condition = { fact: "daysSinceSignOff", op: "lte", value: 7 };
    for (const wrong of ["3", true, Number.NaN]) {
      expect(matches(days, { daysSinceSignOff: wrong })).toBe(false);
      if (typeof wrong !== "number") expect(matches({ not: days }, { daysSinceSignOff: wrong })).toBe(false);
    }
  });

  it("has no hold on a compiled condition when it is changed afterwards", () => {
    const document = { all: [{ fact: "category", op: "in", value: ["bags"] }, { ...clean }] };
    const { root } = compileCondition(document, "when");
    document.all.length = 0;
    expect(examine(root, facts({ category: "shoes", outboundClean: true }))).not.toBe(holds);
    expect(examine(root, facts({ category: "bags", outboundClean: true }))).toBe(holds);
  });
});
