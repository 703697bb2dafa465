import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf } from "../../functions/domain/judgment/fact-values.ts";
import { factCatalogue } from "../../functions/domain/judgment/facts.ts";
import { judge, judgeFacts } from "../../functions/domain/judgment/judge.ts";
import {
  mayRead,
  partyReaders,
  type Reader,
  readAs,
  readers,
} from "../../functions/domain/judgment/readers.ts";
import { shippedRuleSets } from "../../functions/domain/judgment/shipped.ts";
import type { FactValue, Verdict } from "../../functions/domain/judgment/verdict.ts";
import { judgmentInput } from "../support/judgment-inputs.ts";

const runs = { seed: 20_261_123, numRuns: 2_000 };

/** The rules that may not be named to a reader, by what they ask. */
const secretRules = (ruleSet: (typeof shippedRuleSets)[number], reader: Reader): ReadonlySet<string> =>
  new Set(
    ruleSet.rules
      .filter(({ condition }) => condition.comparisons.some(({ fact }) => !mayRead(reader, fact)))
      .map(({ id }) => id),
  );

/** Another value of a fact, so that a reader who is told of it would read something else. */
const others = (slot: number, value: FactValue): readonly FactValue[] => {
  const definition = factCatalogue[slot];
  const values: readonly FactValue[] =
    definition && "words" in definition
      ? Object.keys(definition.words)
      : definition?.type === "boolean"
        ? [true, false, null]
        : [0, 1, null];
  return values.filter((other) => other !== value);
};

/** What decides about a case, whoever reads it. */
const outcomeOf = ({ rule, liability, route, freight, refundCapBps }: Verdict) =>
  JSON.stringify([rule, liability, route, freight.payer, refundCapBps]);

describe.each(shippedRuleSets.map((ruleSet) => [ruleSet.id, ruleSet] as const))(
  "a verdict of %s",
  (_, ruleSet) => {
    it("shows no reader a fact, a rule or a near miss that is not for it", () => {
      fc.assert(
        fc.property(judgmentInput, fc.constantFrom(...readers), (input, reader) => {
          const shown = readAs(reader, judge(ruleSet, input, 1));
          const secret = secretRules(ruleSet, reader);
          const facts = [
            ...Object.keys(shown.facts),
            ...shown.trace.flatMap(({ failedOn }) => failedOn ?? []),
            ...shown.nearMisses.map(({ fact }) => fact),
          ];
          expect(facts.filter((fact) => !mayRead(reader, fact))).toEqual([]);
          const rules = [
            ...(shown.rule === undefined ? [] : [shown.rule]),
            ...shown.trace.map(({ rule }) => rule),
            ...shown.nearMisses.map(({ rule }) => rule),
          ];
          expect(rules.filter((rule) => reader !== "arbiter" && secret.has(rule))).toEqual([]);
        }),
        runs,
      );
    });

    it("reads the same to a party whatever the facts are that are not for it, if they change no outcome", () => {
      let compared = 0;
      fc.assert(
        fc.property(
          judgmentInput,
          fc.constantFrom(...partyReaders),
          fc.nat(factCatalogue.length - 1),
          fc.nat(10),
          (input, reader, slot, pick) => {
            const definition = factCatalogue[slot];
            if (!definition || mayRead(reader, definition.name)) return;
            const facts = factsOf(input, ruleSet);
            const choices = others(slot, facts[slot] ?? null);
            const changed = facts.with(slot, choices[pick % choices.length] ?? null);
            const by = { number: 1, judgedAt: 0, carrierOn: () => "sf" };
            const before = judge(ruleSet, input, 1);
            let after: Verdict;
            try {
              after = judgeFacts(ruleSet, changed, by);
            } catch {
              return; // The fact that names the party is gone, so there is no verdict to compare.
            }
            if (outcomeOf(before) !== outcomeOf(after)) return;
            compared += 1;
            const [was, is] = [readAs(reader, before), readAs(reader, after)];
            expect(is.explanation).toEqual(was.explanation);
            expect(is.facts).toEqual(was.facts);
            expect(is.trace).toEqual(was.trace);
          },
        ),
        { ...runs, numRuns: 10_000 },
      );
      expect(compared).toBeGreaterThan(500);
    });

    it("tells a buyer nothing of intake, contract, custody or who else answers", () => {
      fc.assert(
        fc.property(judgmentInput, (input) => {
          const shown = readAs("buyer", judge(ruleSet, input, 1));
          expect(Object.keys(shown.liability)).toEqual(["buyer"]);
          expect(shown.carrier).toBeUndefined();
          expect(shown.explanation["zh-CN"]).not.toMatch(/入库|合同|保管|佣金|打包|[{}]|undefined|null/);
          expect(shown.explanation.en).not.toMatch(
            /intake|contract|custody|commission|packed|[{}]|undefined|null/i,
          );
          expect(shown.freight.payer ?? "buyer").toBe("buyer");
        }),
        runs,
      );
    });

    it("is founded on what it says it is", () => {
      fc.assert(
        fc.property(judgmentInput, (input) => {
          const { confidence, facts } = judge(ruleSet, input, 1);
          const { bps, records, claims, unknown } = confidence;
          expect(records + claims).toBe(Object.values(facts).filter((value) => value !== null).length);
          expect(bps).toBe(
            records + claims + unknown === 0
              ? 0
              : Math.floor((records * 10_000) / (records + claims + unknown)),
          );
        }),
        runs,
      );
    });
  },
);
