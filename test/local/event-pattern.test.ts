import { describe, expect, it } from "vitest";
import { compilePattern, PatternRefused } from "../../lib/local/event-pattern.ts";

const event = {
  source: "shop",
  "detail-type": "CaseFiled",
  detail: { amountMinor: 1500, tags: ["a", "b"], reason: null, buyer: { name: "Li" } },
};

describe("event patterns", () => {
  it.each([
    ["a literal", { source: ["shop", "other"] }],
    ["a prefix", { "detail-type": [{ prefix: "Case" }] }],
    ["a suffix", { "detail-type": [{ suffix: "Filed" }] }],
    ["another case of letters", { source: [{ "equals-ignore-case": "SHOP" }] }],
    ["anything but a literal", { source: [{ "anything-but": ["warehouse"] }] }],
    ["anything but a prefix", { source: [{ "anything-but": { prefix: "ware" } }] }],
    ["a field that exists", { detail: { amountMinor: [{ exists: true }] } }],
    ["a field that does not", { detail: { refund: { at: [{ exists: false }] } } }],
    ["a range of numbers", { detail: { amountMinor: [{ numeric: [">", 1000, "<=", 1500] }] } }],
    ["a member of a list", { detail: { tags: ["b"] } }],
    ["null", { detail: { reason: [null] } }],
    ["one of two ways", { $or: [{ source: ["warehouse"] }, { detail: { buyer: { name: ["Li"] } } }] }],
  ])("match by %s", (_, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(true);
  });

  it.each([
    ["every field must match", { source: ["shop"], "detail-type": ["CaseClosed"] }],
    ["a missing field matches nothing", { detail: { refund: ["x"] } }],
    ["a missing field is not anything but", { detail: { refund: [{ "anything-but": "x" }] } }],
    ["every member of a list must be something else", { detail: { tags: [{ "anything-but": "b" }] } }],
    ["a number out of range", { detail: { amountMinor: [{ numeric: ["<", 1500] }] } }],
    ["text is not compared as a number", { source: [{ numeric: [">", 0] }] }],
  ])("do not match when %s", (_, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(false);
  });

  it.each([
    ["wildcards", { source: [{ wildcard: "s*p" }] }],
    ["a value outside a list", { source: "shop" }],
    ["an unknown comparison", { detail: { amountMinor: [{ numeric: ["~", 1] }] } }],
    ["an empty list", { source: [] }],
  ])("are refused with %s, by the name of the field", (_, pattern) => {
    expect(() => compilePattern(pattern, "Rule")).toThrow(PatternRefused);
    expect(() => compilePattern(pattern, "Rule")).toThrow(/^Rule\./);
  });
});
