import { readFileSync } from "node:fs";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CaseReport, readReport } from "../../lib/demo/case-report.ts";
import { differencesOf } from "../../lib/demo/differences.ts";
import { caseLine } from "../../lib/demo/json-lines.ts";
import { scenarios } from "../../lib/demo/scenarios.ts";
import { playStory } from "../../lib/demo/story.ts";
import { totalsByCurrency } from "../../lib/demo/totals.ts";
import { localClientConfig } from "../../lib/local/dynamodb.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/** The demo's story, played once; everything below looks at what it left behind. */

let journey: Journey;
let machine: SFNClient;
const reports = new Map<string, CaseReport>();

const reportOf = (scenario: string): CaseReport => {
  const report = reports.get(scenario);
  if (!report) throw new RangeError(`${scenario} was not played`);
  return report;
};

const readHistory = async (caseId: string): Promise<readonly HistoryEvent[]> => {
  const executionArn = `${journey.service.stateMachineArn.replace(":stateMachine:", ":execution:")}:${caseId}`;
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await machine.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 20, ...(nextToken ? { nextToken } : {}) }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
};

const statesVisited = (events: readonly HistoryEvent[]): readonly string[] =>
  events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);

type DrawnState = {
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
};

/** Every transition of the machine that belongs to some course of a case; `OpenManualReview` does not. */
const drawnTransitions = (): ReadonlySet<string> => {
  const definition = JSON.parse(
    readFileSync(new URL("../../statemachines/case.asl.json", import.meta.url), "utf8"),
  ) as { States: Record<string, DrawnState> };
  return new Set(
    Object.entries(definition.States).flatMap(([state, { Next, Choices = [], Catch = [] }]) =>
      [Next ?? [], ...Choices.map((choice) => choice.Next), ...Catch.map((caught) => caught.Next)]
        .flat()
        .filter((next) => next !== "OpenManualReview" && state !== "OpenManualReview")
        .map((next) => `${state} → ${next}`),
    ),
  );
};

beforeAll(async () => {
  journey = await startJourney();
  machine = new SFNClient(localClientConfig(journey.service.endpoints.stepFunctions));
  for (const played of await playStory(journey.world, scenarios)) {
    reports.set(played.scenario.name, await readReport(journey.api, journey.service.meter, played));
  }
}, 120_000);

afterAll(async () => {
  machine?.destroy();
  await journey?.stop();
});

describe("each scenario of the demo", () => {
  it.each(scenarios.map(({ name, story }) => [name, story]))("%s: %s", (name) => {
    expect(differencesOf(reportOf(name))).toEqual([]);
  });

  it("notices when a case ends otherwise than its scenario says", () => {
    const report = reportOf("no-reason-in-time");
    const { expect: expected } = report.scenario;
    const [reserve, ...others] = expected.postings;
    if (!reserve) throw new RangeError("the scenario expects postings");
    const [phase, purpose, from, to, amountMinor] = reserve;
    const postings = [[phase, purpose, from, to, amountMinor + 1n] as const, ...others];
    const otherwise = { ...report.scenario, expect: { ...expected, outcome: "refused" as const, postings } };
    expect(differencesOf({ ...report, scenario: otherwise })).toEqual([
      expect.stringContaining("the outcome should be refused, found refunded"),
      expect.stringContaining("1286001"),
    ]);
  });

  it("leaves nothing behind: no failed delivery, no pending cent, every currency balanced", () => {
    expect(journey.service.failures()).toEqual([]);
    for (const { balanced, currency } of totalsByCurrency([...reports.values()])) {
      expect({ currency, balanced }).toEqual({ currency, balanced: true });
    }
  });

  it("prints one JSON object with exactly the fields that were agreed", () => {
    const line = JSON.parse(caseLine(reportOf("merchant-silent")));
    expect(Object.keys(line)).toEqual([
      "caseId",
      "scenario",
      "type",
      "verdict",
      "stages",
      "outcome",
      "postings",
      "usage",
    ]);
    expect(Object.keys(line.verdict)).toEqual(["liability", "rule", "rulesVersion", "route"]);
    expect(Object.keys(line.stages[0])).toEqual(["stage", "at"]);
    expect(Object.keys(line.postings[0])).toEqual([
      "purpose",
      "from",
      "to",
      "amountMinor",
      "currency",
      "phase",
    ]);
    expect(Object.keys(line.usage)).toEqual([
      "transitions",
      "invocations",
      "writeUnits",
      "readUnits",
      "events",
      "costUsd",
    ]);
  });
});

describe("the budget of a complete return case", () => {
  it("holds for the plain one", () => {
    const { usage } = reportOf("no-reason-in-time");
    expect(usage.transitions).toBeLessThanOrEqual(14);
    expect(usage.invocations).toBeLessThanOrEqual(22);
    expect(usage.writeUnits).toBeLessThanOrEqual(100);
    expect(usage.costUsd).toBeLessThanOrEqual(0.00045);
  });

  it("is what all cases together were charged, and no more", () => {
    const total = journey.service.meter.total();
    const ofCases = [...reports.values()].reduce((sum, { usage }) => sum + usage.transitions, 0);
    expect(ofCases).toBe(total.transitions);
  });
});

describe("the state machine, seen through the AWS SDK", () => {
  it("has one finished execution a case, named by the case", async () => {
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await machine.send(
        new ListExecutionsCommand({
          stateMachineArn: journey.service.stateMachineArn,
          statusFilter: "SUCCEEDED",
          maxResults: 10,
          ...(nextToken ? { nextToken } : {}),
        }),
      );
      names.push(...(page.executions ?? []).map(({ name }) => name));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(names.sort()).toEqual([...reports.values()].map(({ caseId }) => caseId).sort());
  });

  it("shows the road of a case whose merchant was silent", async () => {
    const { caseId } = reportOf("merchant-silent");
    expect(statesVisited(await readHistory(caseId))).toEqual([
      "JudgeResponsibility",
      "FollowCase",
      // Woken at 50 and 80 % to remind the merchant, and at the deadline.
      "AwaitMerchantDecision",
      "ApplyTimeout",
      "FollowCase",
      "AwaitMerchantDecision",
      "ApplyTimeout",
      "FollowCase",
      "AwaitMerchantDecision",
      "ApplyTimeout",
      "FollowCase",
      "AwaitShipment",
      "FollowCase",
      "AwaitDelivery",
      "FollowCase",
      "AwaitInspection",
      "FollowCase",
      "SettleCase",
    ]);
  });

  it("took every transition but those for failures nobody expects", async () => {
    const taken = new Set<string>();
    for (const { caseId } of reports.values()) {
      const states = statesVisited(await readHistory(caseId));
      for (const [index, state] of states.entries()) {
        if (index > 0) taken.add(`${states[index - 1]} → ${state}`);
      }
    }
    // Of the states the story comes to; case-coverage.test.ts plays those of all states.
    const visited = new Set([...taken].flatMap((transition) => transition.split(" → ")));
    const known = [...drawnTransitions()].filter((transition) =>
      transition.split(" → ").every((state) => visited.has(state)),
    );
    expect(known.filter((transition) => !taken.has(transition))).toEqual([]);
    expect([...taken].filter((transition) => !drawnTransitions().has(transition))).toEqual([]);
  });

  it("carries ids only: no buyer, no text, no amount", async () => {
    const { caseId, view } = reportOf("no-reason-in-time");
    const executionArn = `${journey.service.stateMachineArn.replace(":stateMachine:", ":execution:")}:${caseId}`;
    const { input } = await machine.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input ?? "")).toEqual({ tenantId: "lux", caseId });
    const history = JSON.stringify(await readHistory(caseId));
    expect(view.description).toBeDefined();
    for (const personal of [view.buyerId, view.description ?? "", String(view.claimMinor)]) {
      expect(history).not.toContain(personal);
    }
  });
});
