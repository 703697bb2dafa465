import { readFileSync } from "node:fs";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SFNClient,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getTimelineOperation } from "../../functions/api/cases/operations.ts";
import { lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { type ApiClient, createApiClient } from "../../lib/demo/api-client.ts";
import { type CaseReport, readReport } from "../../lib/demo/case-report.ts";
import { differencesOf } from "../../lib/demo/differences.ts";
import { caseLine } from "../../lib/demo/json-lines.ts";
import { scenarios } from "../../lib/demo/scenarios.ts";
import { freshMemory, playStory } from "../../lib/demo/story.ts";
import { totalsByCurrency } from "../../lib/demo/totals.ts";
import { localClientConfig } from "../../lib/local/dynamodb.ts";
import { courses, underOlderRelease, withCourses } from "../support/courses.ts";
import { type Journey, startJourney } from "../support/journey.ts";

/**
 * The demo's story, and beside it the courses it does not show, played once; everything below looks at what they left
 * behind.
 */

let journey: Journey;
let machine: SFNClient;
let api: ApiClient;
const reports = new Map<string, CaseReport>();
/** Of every execution. */
let roads: readonly (readonly Visit[])[] = [];

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

/** A state of the machine as an execution entered it, with the stage it was told of. */
type Visit = { readonly state: string; readonly stage: Stage };
const roadOf = async (caseId: string): Promise<readonly Visit[]> =>
  (await readHistory(caseId)).flatMap(({ stateEnteredEventDetails: entered }) =>
    entered?.name === undefined
      ? []
      : [{ state: entered.name, stage: JSON.parse(entered.input ?? "{}").stage as Stage }],
  );
/** Each visit with the two that follow it. */
const steps = (road: readonly Visit[]) =>
  road.slice(0, -1).map((from, index) => [from, road[index + 1] as Visit, road[index + 2]] as const);

const statesVisited = (events: readonly HistoryEvent[]): readonly string[] =>
  events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);

type Definition = { readonly States: Readonly<Record<string, DrawnState>> };
type DrawnState = {
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
};

const drawn = JSON.parse(
  readFileSync(new URL("../../statemachines/case.asl.json", import.meta.url), "utf8"),
) as Definition;
const drawnTransitions = new Set(
  Object.entries(drawn.States).flatMap(([state, { Next, Default, Choices = [], Catch = [] }]) =>
    [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((caught) => caught.Next)].flatMap(
      (next) => (next === undefined ? [] : [`${state} → ${next}`]),
    ),
  ),
);

/** Deploys what `change` makes of the machine's definition, and gives the one before. */
const deploy = async (change: (definition: string) => string): Promise<string> => {
  const { stateMachineArn } = journey.service;
  const { definition = "" } = await machine.send(new DescribeStateMachineCommand({ stateMachineArn }));
  await machine.send(new UpdateStateMachineCommand({ stateMachineArn, definition: change(definition) }));
  return definition;
};

/** As a release was that knew neither this stage nor the state that waits in it. */
const without =
  (stage: Stage) =>
  (text: string): string => {
    const { States, ...rest } = JSON.parse(text) as Definition;
    const { [lifecycle[stage].wait?.state ?? ""]: _, FollowCase, ...others } = States;
    const Choices = FollowCase?.Choices?.filter(({ Condition }) => !Condition.includes(`'${stage}'`));
    return JSON.stringify({ ...rest, States: { ...others, FollowCase: { ...FollowCase, Choices } } });
  };

beforeAll(async () => {
  journey = await withCourses(await startJourney());
  machine = new SFNClient(localClientConfig(journey.service.endpoints.stepFunctions));
  const memory = freshMemory();
  const older = courses.filter(({ name }) => name === underOlderRelease.name);
  const filed = older.map((course) => ({ ...course, steps: course.steps.slice(0, 1) }));
  const today = await deploy(without(underOlderRelease.stage));
  await playStory(journey.world, filed, () => {}, memory);
  await deploy(() => today);
  const onward = older.map((course) => ({ ...course, steps: course.steps.slice(1) }));
  const others = courses.filter((course) => !older.includes(course));
  await playStory(journey.world, [...scenarios, ...others, ...onward], () => {}, memory);
  // The story lasts longer than its tokens.
  api = createApiClient(journey.service);
  for (const scenario of [...scenarios, ...courses]) {
    const caseId = memory.caseIds.get(scenario.name) ?? "";
    reports.set(scenario.name, await readReport(api, journey.service.meter, { scenario, caseId }));
  }
  roads = await Promise.all([...reports.values()].map(({ caseId }) => roadOf(caseId)));
}, 180_000);

afterAll(async () => {
  machine?.destroy();
  await journey?.stop();
});

describe("each scenario of the demo, and each other course of a case", () => {
  it.each([...scenarios, ...courses].map(({ name, story }) => [name, story]))("%s: %s", (name) => {
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
    expect(journey.service.faults.told()).toEqual([]);
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

  it("has been in every state, and gone every way there is", () => {
    const visited = new Set(roads.flat().map(({ state }) => state));
    const taken = new Set(roads.flatMap(steps).map(([from, to]) => `${from.state} → ${to.state}`));
    const states = Object.keys(drawn.States);
    console.info(
      `case.asl.json by journeys: ${visited.size} of ${states.length} states, ${taken.size} of ${drawnTransitions.size} transitions`,
    );
    expect({
      unvisited: states.filter((state) => !visited.has(state)),
      untaken: [...drawnTransitions].filter((transition) => !taken.has(transition)),
      undrawn: [...taken].filter((transition) => !drawnTransitions.has(transition)),
    }).toEqual({ unvisited: [], untaken: [], undrawn: [] });
  });

  it("has left every wait by an answer, by silence to its end, and by a failure", () => {
    const left = new Set(
      roads.flatMap(steps).flatMap(([from, to, then]) => {
        if (lifecycle[from.stage]?.wait?.state !== from.state) return [];
        if (to.state === "OpenManualReview") return [`${from.stage}: failure`];
        // A wake to warn somebody leads back to the same stage.
        if (to.state === "FollowCase" && to.stage !== from.stage) return [`${from.stage}: answer`];
        const writtenDown = to.state === "ApplyTimeout" && then?.state === "FollowCase";
        return writtenDown && then.stage !== from.stage ? [`${from.stage}: silence`] : [];
      }),
    );
    const ways = stages
      .filter((stage) => lifecycle[stage].wait)
      .flatMap((stage) => ["answer", "silence", "failure"].map((way) => `${stage}: ${way}`))
      // Behind an operator nobody is left to be called: the execution fails, and is redriven.
      .filter((way) => way !== "manual_review: failure");
    console.info(
      `waits by journeys: ${ways.filter((way) => left.has(way)).length} of ${ways.length} ways out`,
    );
    expect(ways.filter((way) => !left.has(way))).toEqual([]);
  });

  it("tells the operator what failed, after all its retries", async () => {
    const causesOf = async (scenario: string) => {
      const { caseId } = reportOf(scenario);
      const { items } = await api.call({ tenant: "lux", role: "operator" }, getTimelineOperation, {
        params: { caseId },
        query: { limit: "100" },
      });
      return items.filter(({ type }) => type === "ManualReviewOpened").map(({ payload }) => payload.cause);
    };
    const failed = await causesOf("repaired-whatever-fails");
    expect(failed).toEqual([
      "AwaitMerchantDecision: DynamoDb.ThrottlingException",
      "AwaitShipment: DynamoDb.ThrottlingException",
      "AwaitDelivery: DynamoDb.ThrottlingException",
      "AwaitInspection: DynamoDb.ThrottlingException",
      "AwaitRepair: DynamoDb.ThrottlingException",
      "AwaitReshipment: DynamoDb.ThrottlingException",
      "AwaitReplacementDelivery: DynamoDb.ThrottlingException",
      "AwaitConfirmation: DynamoDb.ThrottlingException",
      "SettleCase: StoreUnavailable",
    ]);
    const events = await readHistory(reportOf("repaired-whatever-fails").caseId);
    // Each was tried once and six times again.
    expect(events.filter(({ type }) => type === "TaskFailed")).toHaveLength(failed.length * 7);
    expect(await causesOf("older-than-its-stage")).toEqual([
      "FollowCase: UnknownStage",
      "FollowCase: UnknownStage",
    ]);
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
