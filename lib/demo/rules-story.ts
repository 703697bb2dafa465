import { previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import { createRuleSetOperation } from "../../functions/api/rules/operations.ts";
import type { ApiClient, SuccessOf } from "./api-client.ts";
import type { PlayedScenario } from "./story.ts";

/**
 * Behind the cases a platform thinks of changing its rules: it writes a draft and looks at what that would
 * have said of a case that is closed. Nothing is published, so nothing of the cases is different afterwards.
 */

const tenant = "lux";
const partner = { tenant, role: "partner" } as const;

/** The scenario that was turned down for being late, and would not be under the draft. */
const reconsidered = "no-reason-too-late";

const draft = {
  rulesetId: "house",
  name: "Thirty days to change one's mind",
  basedOn: "cn-standard@1",
  noReasonWindowDays: 30,
} as const;

export type RulesReport = {
  readonly draft: SuccessOf<typeof createRuleSetOperation>;
  readonly scenario: string;
  readonly preview: SuccessOf<typeof previewJudgmentOperation>;
};

/** Writes the draft, then tries it: whatever else is tried on a draft belongs behind the preview. */
export const tryRules = async (api: ApiClient, played: readonly PlayedScenario[]): Promise<RulesReport> => {
  const found = played.find(({ scenario }) => scenario.name === reconsidered);
  if (!found) throw new RangeError(`${reconsidered} was not played`);
  const written = await api.call(partner, createRuleSetOperation, { body: draft });
  const { rulesetId, version } = written;
  const preview = await api.call(partner, previewJudgmentOperation, {
    body: { caseId: found.caseId, rulesetId, version },
  });
  return { draft: written, scenario: reconsidered, preview };
};

/** What the preview should have said and did not; a sentence, none if all is as it should be. */
export const rulesDifferencesOf = ({ preview }: RulesReport): readonly string[] => {
  const { route } = preview.standing?.changes ?? {};
  return route?.before === "ineligible" && route.after === "automatic"
    ? []
    : [`The draft should open ${reconsidered}; its route would be ${preview.verdict.route}.`];
};
