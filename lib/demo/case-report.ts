import type * as z from "zod";
import { getCaseOperation, getTimelineOperation } from "../../functions/api/cases/operations.ts";
import type { timelineEntry } from "../../functions/api/cases/schemas.ts";
import { listVerdictsOperation } from "../../functions/api/judgment/operations.ts";
import { getSettlementOperation } from "../../functions/api/settlement/operations.ts";
import type { BilingualText, Liability, Route } from "../../functions/domain/judgment/verdict.ts";
import type { Stage as CaseStage } from "../../functions/domain/lifecycle.ts";
import { type Transfer, transferStages } from "../../functions/domain/settlement/transfer.ts";
import type { LocalService, Usage } from "../local/service.ts";
import type { ApiClient, As, SuccessOf } from "./api-client.ts";
import type { Scenario } from "./scenario.ts";
import type { PlayedScenario } from "./story.ts";

type TimelineEntry = z.output<typeof timelineEntry>;

export type JudgedAs = { readonly rule: string; readonly liability: Liability; readonly route: Route };

/** A verdict in a party's own register, with what changed since the one before. */
export type Told = {
  readonly to: "buyer" | "merchant";
  readonly explanation: BilingualText;
  readonly changes?: BilingualText;
};

/** Everything the outside can see of a case: what the API says, and what it cost. */
export type CaseReport = {
  readonly scenario: Scenario;
  readonly caseId: string;
  readonly view: SuccessOf<typeof getCaseOperation>;
  readonly verdicts: readonly JudgedAs[];
  /** What the parties read of each verdict, where the scenario shows it; empty where it does not. */
  readonly told: readonly Told[];
  /** Each stage with the moment the case entered it. */
  readonly stages: readonly { readonly stage: CaseStage; readonly at: number }[];
  /** What was told of a parcel that was in trouble. */
  readonly parcel: readonly { readonly what: string; readonly at: number }[];
  /** Whose file was added, of what kind. */
  readonly evidence: readonly { readonly what: string; readonly at: number }[];
  readonly postings: readonly Transfer[];
  readonly usage: Usage;
};

/** The whole timeline, page by page. */
const readTimeline = async (
  api: ApiClient,
  tenant: string,
  caseId: string,
): Promise<readonly TimelineEntry[]> => {
  const entries: TimelineEntry[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: "100", ...(cursor === undefined ? {} : { cursor }) };
    const page = await api.call({ tenant, role: "operator" }, getTimelineOperation, {
      params: { caseId },
      query,
    });
    entries.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return entries;
};

const readTold = async (api: ApiClient, as: As, caseId: string, to: Told["to"]): Promise<readonly Told[]> => {
  const { items } = await api.call(as, listVerdictsOperation, { params: { caseId } });
  return items.map(({ explanation, changes }) => ({
    to,
    explanation,
    ...(changes ? { changes: changes.explanation } : {}),
  }));
};

/** A parcel's trouble in a few words; nothing of one that simply travels. */
const troubleOf = (type: string, payload: TimelineEntry["payload"]): string | undefined => {
  switch (type) {
    case "ParcelStuck":
      return `stuck (${payload.cause}): ${payload.step}`;
    case "ParcelMovedOn":
      return "moving again";
    case "ParcelLost":
      return "lost";
    case "ParcelFound":
      return payload.inTime ? "found again" : `found again, claimed from ${payload.claimedFrom}`;
    case "ReturnNotReceived":
      return "not received";
    case "ReplacementStuck":
      return `on its way to the buyer, stuck (${payload.cause}): ${payload.step}`;
    case "ReplacementLost":
      return "on its way to the buyer, lost";
    default:
      return undefined;
  }
};

/** By time, and where a settlement's stages share a moment, in the order in which they are run. */
const inOrder = (postings: readonly Transfer[]): readonly Transfer[] =>
  postings.toSorted(
    (a, b) => a.at - b.at || transferStages.indexOf(a.stage) - transferStages.indexOf(b.stage),
  );

/** Reads a case back over the public API, as the platform's operator sees it. */
export const readReport = async (
  api: ApiClient,
  meter: LocalService["meter"],
  { scenario, caseId }: PlayedScenario,
): Promise<CaseReport> => {
  const operator = { tenant: scenario.tenant, role: "operator" } as const;
  // Taken first: reading the case back is not part of what the case cost.
  const usage = meter.forCase(caseId);
  const [view, timeline, settlement] = await Promise.all([
    api.call(operator, getCaseOperation, { params: { caseId } }),
    readTimeline(api, scenario.tenant, caseId),
    api.call(operator, getSettlementOperation, { params: { caseId } }),
  ]);
  const { tenant } = scenario;
  const { buyerId, merchantId } = view;
  const told = scenario.asTold
    ? await Promise.all([
        readTold(api, { tenant, role: "buyer", buyerId }, caseId, "buyer"),
        readTold(api, { tenant, role: "merchant", merchantId }, caseId, "merchant"),
      ])
    : [];
  return {
    scenario,
    caseId,
    view,
    told: told.flat(),
    verdicts: timeline
      .filter(({ type }) => type === "CaseJudged")
      .map(({ payload }) => payload as unknown as JudgedAs),
    stages: timeline
      .filter((entry, index) => entry.stage !== timeline[index - 1]?.stage)
      .map(({ stage, at }) => ({ stage, at })),
    parcel: timeline.flatMap(({ type, at, payload }) => {
      const what = troubleOf(type, payload);
      return what === undefined ? [] : [{ what, at }];
    }),
    evidence: timeline
      .filter(({ type }) => type === "EvidenceAdded")
      .map(({ at, payload }) => ({ what: `${payload.side}: ${payload.kind}`, at })),
    postings: inOrder(settlement.postings as readonly Transfer[]),
    usage,
  };
};
