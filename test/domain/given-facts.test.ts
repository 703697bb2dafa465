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
    ["daysSinceSignOff", "3", "must be a whole number from 0 on, or null"],
    ["daysSinceSignOff", -1, "must be a whole number from 0 on, or null"],
    ["daysSinceSignOff", 0.5, "must be a whole number from 0 on, or null"],
    ["amountMinor", 2 ** 53, "must be a whole number from 0 on, or null"],
    ["signedOff", "true", "must be true, false or null"],
    ["signedOffOn", "2026-02-30", "must be a date such as 2026-03-08, or null"],
    ["signedOffOn", "yesterday", "must be a date such as 2026-03-08, or null"],
    ["reasonKind", "whim", "must be one of: change_of_mind, fault, or null"],
    ["reasonKind", "constructor", "must be one of: change_of_mind, fault, or null"],
    ["claimedFlawCode", "x".repeat(201), "must be at most 200 characters"],
    ["claimedFlawCode", 7, "must be text or null"],
    ["currency", "cny", "must be three capital letters (ISO 4217)"],
    ["no/such~fact", true, "is no fact of GET /v1/facts"],
  ])("%s: %j is refused", (fact, value, detail) => {
    const pointer = `/${fact.replace("~", "~0").replace("/", "~1")}`;
    const given = { currency: "CNY", [fact]: value };
    expect(faultsOfFacts(given)).toEqual([{ pointer, detail }]);
  });

  it("may say that something is not known, and an amount names its currency", () => {
    expect(faultsOfFacts(Object.fromEntries(factCatalogue.map(({ name }) => [name, null])))).toEqual([]);
    expect(faultsOfFacts({ amountMinor: 5 })).toEqual([
      { pointer: "/currency", detail: "is required with amountMinor" },
    ]);
  });
});
