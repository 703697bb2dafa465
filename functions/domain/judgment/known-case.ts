import { factsKnown, type KnownFacts, knownFactsOf } from "./fact-values.ts";
import type { JudgmentInput } from "./input.ts";
import { type Judgment, judgeLines } from "./judge.ts";
import type { CompiledRuleSet } from "./rule-set.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What was known of a case when it was judged, kept so that other rules can judge the same knowledge later:
 * the records it was read from go on changing.
 */
export type KnownLine = KnownFacts & {
  readonly carriers: { readonly outbound?: string; readonly return?: string };
};

export const knownLinesOf = (input: JudgmentInput): readonly KnownLine[] =>
  input.lines.map(({ outboundParcel }, line) => ({
    ...knownFactsOf(input, line),
    carriers: {
      ...(outboundParcel ? { outbound: outboundParcel.carrier } : {}),
      ...(input.returnParcel ? { return: input.returnParcel.carrier } : {}),
    },
  }));

/** Comes to the verdict that `judge` came to on the input. Throws as `judge` does. */
export const judgeKnown = (
  ruleSet: CompiledRuleSet,
  lines: readonly KnownLine[],
  stamp: Pick<Judgment, "number" | "judgedAt">,
): Verdict =>
  judgeLines(
    ruleSet,
    lines.map((line) => ({
      facts: factsKnown(line, ruleSet),
      carrierOn: (leg) => line.carriers[leg],
    })),
    stamp,
  );
