import fc from "fast-check";
import { expect, it } from "vitest";
import { cnStandard } from "../../functions/domain/judgment/cn-standard.ts";
import { factsKnown, factsOf, knownFactsOf } from "../../functions/domain/judgment/fact-values.ts";
import type { FactSettings } from "../../functions/domain/judgment/facts.ts";
import { judge } from "../../functions/domain/judgment/judge.ts";
import { judgeKnown, knownLinesOf } from "../../functions/domain/judgment/known-case.ts";
import { packedKnown, unpackedKnown } from "../../functions/store/case-recap.ts";
import { judgmentInput } from "../support/judgment-inputs.ts";

const runs = { seed: 20_261_122, numRuns: 1_000 };

const settings: fc.Arbitrary<FactSettings> = fc.record({
  timeZone: fc.constantFrom("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati"),
  noReasonWindowDays: fc.nat(30),
  largeClaimMinor: fc.dictionary(
    fc.constantFrom("CNY", "USD", "JPY"),
    fc.bigInt({ min: 0n, max: 10_000_000n }),
  ),
});

it("what was kept of a case gives the facts it had, under any settings", () => {
  fc.assert(
    fc.property(judgmentInput, settings, (input, under) => {
      for (const line of input.lines.keys()) {
        expect(factsKnown(knownFactsOf(input, line), under)).toEqual(factsOf(input, under, line));
      }
    }),
    runs,
  );
});

it("what was kept of a case is judged as the case was", () => {
  fc.assert(
    fc.property(judgmentInput, (input) => {
      const kept = unpackedKnown(packedKnown(knownLinesOf(input)));
      expect(kept).toEqual(knownLinesOf(input));
      const stamp = { number: 1, judgedAt: input.now };
      expect(judgeKnown(cnStandard, kept, stamp)).toEqual(judge(cnStandard, input, 1));
    }),
    runs,
  );
});
