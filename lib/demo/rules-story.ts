import { createBacktestOperation, getBacktestOperation } from "../../functions/api/backtests/operations.ts";
import { previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import { createRuleSetOperation } from "../../functions/api/rules/operations.ts";
import type { SuccessOf } from "./api-client.ts";
import type { PlayedScenario, World } from "./story.ts";

/**
 * Behind the cases a platform thinks of changing its rules: it writes a draft, looks at what that would have
 * said of one case that is closed, and then of all of them. Nothing is published, so nothing of the cases is
 * different afterwards.
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
  readonly backtest: SuccessOf<typeof getBacktestOperation>;
};

/** Writes the draft, then tries it on one case and on all that have closed since. */
export const tryRules = async (
  { api, service, startAt }: World,
  played: readonly PlayedScenario[],
): Promise<RulesReport> => {
  const found = played.find(({ scenario }) => scenario.name === reconsidered);
  if (!found) throw new RangeError(`${reconsidered} was not played`);
  const written = await api.call(partner, createRuleSetOperation, { body: draft });
  const { rulesetId, version } = written;
  const preview = await api.call(partner, previewJudgmentOperation, {
    body: { caseId: found.caseId, rulesetId, version },
  });
  const { backtestId } = await api.call(partner, createBacktestOperation, {
    body: { rulesetId, version, closedFrom: instant(startAt), closedTo: instant(service.clock.now() + 1) },
  });
  const params = { backtestId };
  await service.idle();
  // The machine looks at the export after a second.
  await service.clock.advance(1_000);
  await service.idle();
  const backtest = await api.call(partner, getBacktestOperation, { params });
  return { draft: written, scenario: reconsidered, preview, backtest };
};

const instant = (at: number): string => new Date(at).toISOString();

/** What the preview should have said and did not; a sentence, none if all is as it should be. */
export const rulesDifferencesOf = ({ preview, backtest }: RulesReport): readonly string[] => {
  const { route } = preview.standing?.changes ?? {};
  const opens = route?.before === "ineligible" && route.after === "automatic";
  const { changed = 0 } = backtest.result ?? {};
  return [
    ...(opens ? [] : [`The draft should open ${reconsidered}; its route would be ${preview.verdict.route}.`]),
    ...(changed > 0 ? [] : [`The backtest is ${backtest.status} and changes ${changed} cases.`]),
  ];
};
