import { allLostAt } from "../outbound-parcel.ts";
import type { FactName } from "./facts.ts";
import type { JudgmentInput } from "./input.ts";
import type { CompiledRuleSet } from "./rule-set.ts";
import type { Verdict } from "./verdict.ts";

const lost: FactName = "outboundParcelLost";

/**
 * When the case is worth judging again if its parcel to the buyer stays silent: it was handed to an arbiter because of
 * where that parcel is, and its rules ask whether it counts as lost. Once that day has come, never again.
 */
export const lossDueAt = (
  { rules }: CompiledRuleSet,
  { now, lines }: Pick<JudgmentInput, "now" | "lines">,
  { route, facts }: Pick<Verdict, "route" | "facts">,
): number | undefined => {
  const rests = route === "arbitration" && (facts.outboundParcelStatus ?? null) !== null;
  if (!rests || !rules.some(({ condition }) => condition.comparisons.some(({ fact }) => fact === lost))) {
    return undefined;
  }
  const lostAt = allLostAt(lines.map(({ outboundParcel }) => outboundParcel));
  return lostAt !== undefined && lostAt > now ? lostAt : undefined;
};
