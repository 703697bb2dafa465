import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { FactValue, Verdict } from "../domain/judgment/verdict.ts";

/**
 * A verdict as it is stored. What it says in words is most of it (six texts, the trace, the near misses),
 * nobody ever asks the table about it, and a write unit is a kilobyte: so it lies compressed in one binary
 * attribute. It is kept as it was said, and reading it needs no rule set.
 */
export type StoredVerdict = Omit<Verdict, Worded> & { readonly words: Uint8Array };

type Worded = "explanation" | "told" | "trace" | "nearMisses";

export const storedVerdict = ({ explanation, told, trace, nearMisses, ...rest }: Verdict): StoredVerdict => ({
  ...rest,
  words: deflateRawSync(JSON.stringify({ explanation, told, trace, nearMisses })),
});

export const verdictFrom = ({ words, facts, ...rest }: StoredVerdict): Verdict => ({
  ...rest,
  facts: Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, asJudged(value)])),
  ...(JSON.parse(inflateRawSync(words).toString()) as Pick<Verdict, Worded>),
});

/** A fact that counts money is a number where it is judged; the table hands back every amount as bigint. */
const asJudged = (value: FactValue | bigint): FactValue =>
  typeof value === "bigint" ? Number(value) : value;
