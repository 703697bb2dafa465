import { describe, expect, it } from "vitest";
import { factCatalogue, factIn } from "../../functions/domain/judgment/facts.ts";
import { factsGiven, faultsOfFacts } from "../../functions/domain/judgment/given-facts.ts";

describe("facts that somebody gives", () => {
  it("stand at their places, and what is not given is not known", () => {
    const facts = factsGiven({ daysSinceSignOff: 3, signedOff: true });
    expect(facts).toHaveLength(factCatalogue.length);
    expect(factIn(facts, "daysSinceSignOff")).toBe(3);
    expect(factIn(facts, "reason")).toBeNull();
  });

  it("are taken from the object itself, not from what it inherits", () => {
    expect(factsGiven(JSON.parse('{"__proto__": {"signedOff": true}}'))).toEqual(factsGiven({}));
    expect(
      faultsOfFacts(JSON.parse('{"__proto__": "x", "constructor": 1}')).map(({ pointer }) => pointer),
    ).toEqual(["/__proto__", "/constructor"]);
  });

  it.each([
    ["daysSinceSignOff", "3", "This fact is an integer from 0 on, or null."],
    ["daysSinceSignOff", -1, "This fact is an integer from 0 on, or null."],
    ["daysSinceSignOff", 0.5, "This fact is an integer from 0 on, or null."],
    ["amountMinor", 2 ** 53, "This fact is an integer from 0 on, or null."],
    ["signedOff", "true", "This fact is true, false or null."],
    ["signedOffOn", "2026-02-30", "This fact is a date such as 2026-03-08, or null."],
    ["signedOffOn", "yesterday", "This fact is a date such as 2026-03-08, or null."],
    ["reasonKind", "whim", "This fact is one of change_of_mind, fault, or null."],
    ["reasonKind", "constructor", "This fact is one of change_of_mind, fault, or null."],
    ["claimedFlawCode", "x".repeat(201), "This fact has at most 200 characters."],
    ["claimedFlawCode", 7, "This fact is a string or null."],
    ["currency", "cny", "A currency is three capitals."],
    ["no/such~fact", true, "There is no such fact."],
  ])("%s: %j is refused", (fact, value, detail) => {
    const pointer = `/${fact.replace("~", "~0").replace("/", "~1")}`;
    const given = { currency: "CNY", [fact]: value };
    expect(faultsOfFacts(given)).toEqual([{ pointer, detail }]);
  });

  it("may say that something is not known, and an amount names its currency", () => {
    expect(faultsOfFacts(Object.fromEntries(factCatalogue.map(({ name }) => [name, null])))).toEqual([]);
    expect(faultsOfFacts({ amountMinor: 5 })).toEqual([
      { pointer: "/currency", detail: "An amount has a currency." },
    ]);
  });
});
