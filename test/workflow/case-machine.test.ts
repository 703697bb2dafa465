import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { parseDefinition, substitute, type TaskDefinition } from "../../lib/local/workflow/definition.ts";
import type { ExecutionRecord } from "../../lib/local/workflow/record.ts";
import { entered, type FakeFunction, oneTurn, type Play, play } from "./play.ts";

/** The package has no types. */
const validateAsl: (definition: unknown) => { isValid: boolean; errorsText(separator: string): string } =
  createRequire(import.meta.url)("asl-validator");

const functionNames = ["JudgeResponsibility", "ApplyTimeout", "SettleCase", "OpenManualReview"] as const;
type FunctionName = (typeof functionNames)[number];

const text = readFileSync(new URL("../../statemachines/case.asl.json", import.meta.url), "utf8");
const definition = substitute(text, {
  TableName: "Cases",
  ...Object.fromEntries(functionNames.map((name) => [`${name}FunctionArn`, name])),
});
const { States: states } = parseDefinition(definition);
const tasks = Object.entries(states).filter(
  (entry): entry is [string, TaskDefinition] => entry[1].Type === "Task",
);
const waits = tasks.filter(([, task]) => task.Resource.endsWith(".waitForTaskToken"));
/** Behind these nobody is left to call: the execution fails, with an alarm, and is redriven. */
const lastResorts = ["OpenManualReview", "ManualReview"];
const steps = tasks.filter(([, task]) => task.Resource.endsWith(":invoke"));

const ids = { tenantId: "t1", caseId: "01JCASE" };
const hour = 3_600_000;
/** What a step of ours answers: the stage that stands in the table, and the clock of its wait. */
const standing = (stage: string, wait = 3) => ({ ...ids, stage, wait, timeoutSeconds: 3600 });
const answers =
  (...stages: string[]): FakeFunction =>
  (_, call) => ({ payload: standing(stages[call - 1] ?? stages.at(-1) ?? "closed", call + 2) });
const breaks =
  (errorType: string): FakeFunction =>
  () => ({ functionError: { errorType, errorMessage: "no" } });

type Case = { readonly game: Play; readonly record: ExecutionRecord };

/** A machine, and what its functions answer; those not named close the case. */
const given = async (
  functions: Partial<Record<FunctionName, FakeFunction>>,
  settle?: () => Promise<void>,
): Promise<Case> => {
  const closing = Object.fromEntries(functionNames.map((name) => [name, answers("closed")]));
  const game = play(definition, { functions: { ...closing, ...functions }, ...(settle && { settle }) });
  return { game, record: await game.start(ids, ids.caseId) };
};

/** The state and stage that lead to each other; the waiting ones are where the execution stays. */
const stageOf: Readonly<Record<string, string>> = {
  AwaitMerchantDecision: "awaiting_merchant",
  AwaitBuyerAnswer: "offered",
  AwaitShipment: "awaiting_shipment",
  AwaitDelivery: "in_transit",
  AwaitInspection: "awaiting_inspection",
  AwaitRepair: "repairing",
  AwaitReshipment: "awaiting_reshipment",
  AwaitReplacementDelivery: "reshipping",
  AwaitConfirmation: "awaiting_confirmation",
  AwaitEscalation: "refused",
  AwaitDisputeEvidence: "disputed",
  AwaitRuling: "awaiting_ruling",
  AwaitAppeal: "ruled",
  ManualReview: "manual_review",
};

describe("the definition", () => {
  it("is valid by asl-validator too", () => {
    const { isValid, errorsText } = validateAsl(JSON.parse(definition));
    expect(errorsText("\n")).toBe("");
    expect(isValid).toBe(true);
  });

  it("names its states in PascalCase, within 80 characters", () => {
    for (const name of Object.keys(states)) expect(name).toMatch(/^([A-Z][a-z]+)+$/);
  });

  it("has a state for each wait of the lifecycle", () => {
    expect(waits.map(([name]) => name).toSorted()).toEqual(Object.keys(stageOf).toSorted());
  });

  it.each(waits)("%s has the case's own clock, and silence has an outcome", (_, wait) => {
    expect(wait.TimeoutSeconds).toBe("{% $states.input.timeoutSeconds %}");
    expect(wait.Catch[0]).toMatchObject({ ErrorEquals: ["States.Timeout"], Next: "ApplyTimeout" });
    expect(wait.Next).toBe("FollowCase");
  });

  it.each(waits)(
    "%s hands every other failure to an operator, unless it is the operator's own",
    (name, wait) => {
      const others = wait.Catch.slice(1).map(({ ErrorEquals, Next }) => ({ ErrorEquals, Next }));
      expect(others).toEqual(
        name === "ManualReview" ? [] : [{ ErrorEquals: ["States.ALL"], Next: "OpenManualReview" }],
      );
    },
  );

  it.each(tasks)("%s has a clock, and retries by name with jitter", (name, task) => {
    expect(task.TimeoutSeconds).toBeDefined();
    const retriers = task.Retry.filter(({ MaxAttempts }) => MaxAttempts !== 0);
    expect(retriers).toHaveLength(1);
    for (const retrier of retriers) {
      expect(retrier.JitterStrategy).toBe("FULL");
      expect(retrier.MaxDelaySeconds).toBeDefined();
      // The last resorts retry whatever went wrong; every other task knows what may go wrong.
      if (lastResorts.includes(name)) expect(retrier.ErrorEquals).toEqual(["States.ALL"]);
      else expect(retrier.ErrorEquals).not.toContain("States.ALL");
    }
  });

  it.each(tasks.filter(([name]) => !lastResorts.includes(name)))(
    "%s tries again what AWS names when it cannot say more",
    (_, task) => {
      const unsaid = task.Resource.endsWith(":invoke")
        ? ["Lambda.Unknown", "Lambda.ClientExecutionTimeoutException", "Sandbox.Timedout"]
        : ["DynamoDb.SdkClientException", "DynamoDb.DynamoDbException"];
      expect(task.Retry[0]?.ErrorEquals).toEqual(expect.arrayContaining(unsaid));
    },
  );
});

describe("FollowCase", () => {
  it.each([
    ...Object.entries(stageOf).map(([state, stage]) => [stage, state]),
    ["ineligible", "AwaitEscalation"],
    ["awaiting_objection", "AwaitEscalation"],
  ])("a case %s waits in %s", async (stage, state) => {
    const { game, record } = await given({ JudgeResponsibility: answers(String(stage)) });
    expect(entered(record)).toEqual(["JudgeResponsibility", "FollowCase", state]);
    expect(record).toMatchObject({ status: "RUNNING", standing: { phase: "waiting_for_token" } });
    expect(game.items).toEqual([
      {
        TableName: "Cases",
        Item: {
          PK: { S: "T#t1#CASE#01JCASE" },
          SK: { S: "TOKEN#3" },
          tenantId: { S: "t1" },
          caseId: { S: "01JCASE" },
          wait: { N: "3" },
          timeoutSeconds: { N: "3600" },
          taskToken: { S: expect.stringMatching(/^.{200,}$/) },
        },
      },
    ]);
    expect(game.clock.pending()).toEqual([record.startedAt + hour]);
  });

  it.each(["submitted", "lost", "inspected", "evidence_closed"])(
    "a case %s is judged (again)",
    async (stage) => {
      const { game, record } = await given({ JudgeResponsibility: answers(stage, "closed") });
      expect(entered(record)).toEqual([
        "JudgeResponsibility",
        "FollowCase",
        "JudgeResponsibility",
        "FollowCase",
        "CaseClosed",
      ]);
      expect(game.calls.get("JudgeResponsibility")).toEqual([ids, ids]);
    },
  );

  it("a case settling is settled, and that ends the execution", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers("settling") });
    expect(entered(record)).toEqual(["JudgeResponsibility", "FollowCase", "SettleCase"]);
    expect(game.calls.get("SettleCase")).toEqual([ids]);
    expect(record.status).toBe("SUCCEEDED");
  });

  it.each(["closed", "cancelled"])("a case %s ends the execution", async (stage) => {
    const { record } = await given({ JudgeResponsibility: answers(stage) });
    expect(entered(record)).toEqual(["JudgeResponsibility", "FollowCase", "CaseClosed"]);
    expect(record.status).toBe("SUCCEEDED");
  });

  it("a stage it does not know is never guessed at", async () => {
    const { game, record } = await given({
      JudgeResponsibility: answers("unheard_of"),
      OpenManualReview: answers("manual_review"),
    });
    expect(entered(record).slice(2)).toEqual(["OpenManualReview", "FollowCase", "ManualReview"]);
    expect(game.calls.get("OpenManualReview")).toEqual([
      { ...ids, failedState: "FollowCase", stage: "unheard_of", error: "UnknownStage" },
    ]);
  });
});

describe.each(Object.entries(stageOf))("%s", (state, stage) => {
  it("leads on by what the relay answers", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers(stage) });
    await game.succeed(standing("cancelled"));
    expect(entered(record).slice(-3)).toEqual([state, "FollowCase", "CaseClosed"]);
    expect(game.clock.pending()).toEqual([]);
  });

  it("when nobody answers, ApplyTimeout writes it down and is followed", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers(stage) });
    await game.advance(hour - 1);
    expect(entered(record).at(-1)).toBe(state);
    await game.advance(1);
    expect(entered(record).slice(-4)).toEqual([state, "ApplyTimeout", "FollowCase", "CaseClosed"]);
    expect(game.calls.get("ApplyTimeout")).toEqual([ids]);
    expect(() => game.workflow.succeed(game.token(), "{}")).toThrow("does not exist anymore");
  });

  it("when somebody was faster than the clock, their decision is followed", async () => {
    const { game, record } = await given({
      JudgeResponsibility: answers(stage),
      ApplyTimeout: answers("settling"),
    });
    await game.advance(hour);
    expect(entered(record).slice(-3)).toEqual(["ApplyTimeout", "FollowCase", "SettleCase"]);
  });

  it("a busy table is tried again, with another token", async () => {
    let puts = 0;
    const tokens = new Set<unknown>();
    const game = play(definition, {
      functions: { JudgeResponsibility: answers(stage) },
      putItem: async ({ Item }) => {
        puts += 1;
        tokens.add(Item.taskToken?.S);
        if (puts < 3) throw Object.assign(new Error("busy"), { name: "ThrottlingException" });
      },
    });
    const record = await game.start(ids, ids.caseId);
    await game.advance(60_000);
    expect(record).toMatchObject({
      status: "RUNNING",
      standing: { name: state, phase: "waiting_for_token" },
    });
    expect({ puts, tokens: tokens.size }).toEqual({ puts: 3, tokens: 3 });
    // Started, judged, followed, waits, and two retries.
    expect(game.transitions()).toBe(6);
  });
});

describe.each(Object.entries(stageOf).filter(([state]) => state !== "ManualReview"))(
  "%s, when it fails",
  (state, stage) => {
    it("a failed answer calls an operator", async () => {
      const { game, record } = await given({
        JudgeResponsibility: answers(stage),
        OpenManualReview: answers("manual_review"),
      });
      game.workflow.fail(game.token(), { error: "Broken" });
      await game.workflow.idle();
      expect(entered(record).slice(-4)).toEqual([state, "OpenManualReview", "FollowCase", "ManualReview"]);
      expect(game.calls.get("OpenManualReview")).toEqual([
        { ...ids, failedState: state, stage, error: "Broken" },
      ]);
    });

    it("a case somebody moved on while the token failed is followed", async () => {
      let puts = 0;
      const game = play(definition, {
        functions: {
          JudgeResponsibility: answers(stage),
          // The step found another stage in the table than the one that failed: it wrote nothing.
          OpenManualReview: answers("settling"),
          SettleCase: answers("closed"),
        },
        putItem: async () => {
          puts += 1;
          throw Object.assign(new Error("no"), { name: "UnforeseenException" });
        },
      });
      const record = await game.start(ids, ids.caseId);
      expect(entered(record).slice(-4)).toEqual([state, "OpenManualReview", "FollowCase", "SettleCase"]);
      expect(record.status).toBe("SUCCEEDED");
      expect(puts).toBe(1);
      expect(game.calls.get("OpenManualReview")).toMatchObject([{ failedState: state, stage }]);
    });
  },
);

describe.each([
  ["JudgeResponsibility", "submitted", []],
  ["ApplyTimeout", "awaiting_shipment", ["JudgeResponsibility", "FollowCase", "AwaitShipment"]],
  ["SettleCase", "settling", ["JudgeResponsibility", "FollowCase"]],
] as const)("%s", (state, failedStage, before) => {
  /** Brings the case to the state, then lets that function answer so. */
  const reached = async (fake: FakeFunction, settle?: () => Promise<void>): Promise<Case> => {
    const lead = state === "SettleCase" ? answers("settling") : answers("awaiting_shipment");
    const functions = {
      JudgeResponsibility: lead,
      OpenManualReview: answers("manual_review"),
      [state]: fake,
    };
    const reachedCase = await given(functions, settle);
    if (state === "ApplyTimeout") await reachedCase.game.advance(hour);
    return reachedCase;
  };
  const own = () => steps.find(([name]) => name === state)?.[1];

  it("is tried again, up to six times, when the store or Lambda is unavailable", async () => {
    for (const error of own()?.Retry[0]?.ErrorEquals ?? []) {
      if (error === "States.Timeout") continue;
      const { game, record } = await reached((payload, call) =>
        call <= 6 ? breaks(error)(payload, call) : { payload: standing("closed") },
      );
      await game.advance(10 * 60_000);
      expect(entered(record)).not.toContain("OpenManualReview");
      expect(record.status).toBe("SUCCEEDED");
      expect(game.calls.get(state)).toHaveLength(7);
    }
  });

  it("is tried again when it does not answer within a minute", async () => {
    const hangs: FakeFunction = (_, call) =>
      call === 1 ? new Promise(() => undefined) : { payload: standing("closed") };
    const { game, record } = await reached(hangs, oneTurn);
    await game.advance(2 * 60_000);
    expect(record.status).toBe("SUCCEEDED");
    expect(game.calls.get(state)).toHaveLength(2);
  });

  it("calls an operator when it fails for good, or in a way nobody foresaw", async () => {
    for (const error of ["StoreUnavailable", "TypeError"]) {
      const { game, record } = await reached(breaks(error));
      await game.advance(10 * 60_000);
      expect(entered(record)).toEqual([...before, state, "OpenManualReview", "FollowCase", "ManualReview"]);
      expect(game.calls.get("OpenManualReview")).toEqual([
        { ...ids, failedState: state, stage: failedStage, error },
      ]);
    }
  });
});

describe("OpenManualReview", () => {
  it("is tried again for hours, whatever goes wrong; then the execution fails and can be redriven", async () => {
    let mended = false;
    const { game, record } = await given({
      JudgeResponsibility: breaks("TypeError"),
      OpenManualReview: (payload, call) =>
        mended ? answers("manual_review")(payload, call) : breaks("AnyError")(payload, call),
    });
    await game.advance(24 * hour);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "AnyError" } });
    expect(game.calls.get("OpenManualReview")).toHaveLength(21);
    mended = true;
    game.workflow.redrive(record.executionArn);
    await game.workflow.idle();
    expect(record).toMatchObject({ status: "RUNNING", standing: { name: "ManualReview" } });
    expect(game.calls.get("JudgeResponsibility")).toHaveLength(1);
  });
});

describe("JudgeResponsibility, when a case is judged again", () => {
  it.each(["lost", "inspected"])("hands on the stage %s in which it failed", async (stage) => {
    const { game } = await given({
      JudgeResponsibility: (payload, call) =>
        call === 1 ? answers(stage)(payload, call) : breaks("TypeError")(payload, call),
      OpenManualReview: answers("manual_review"),
    });
    expect(game.calls.get("OpenManualReview")).toEqual([
      { ...ids, failedState: "JudgeResponsibility", stage, error: "TypeError" },
    ]);
  });
});

describe("ManualReview, behind which nobody is left to call", () => {
  it("a put that always fails is retried ever more slowly, then the execution fails; redriven, it waits", async () => {
    let mended = false;
    const putAt: number[] = [];
    const game = play(definition, {
      functions: {
        JudgeResponsibility: answers("manual_review"),
        OpenManualReview: answers("manual_review"),
      },
      putItem: async () => {
        putAt.push(game.clock.now());
        if (!mended) throw Object.assign(new Error("no"), { name: "UnforeseenException" });
      },
    });
    const record = await game.start(ids, ids.caseId);
    await game.advance(24 * hour);
    expect(record).toMatchObject({
      status: "FAILED",
      failure: { error: "DynamoDb.UnforeseenException" },
    });
    expect(putAt).toHaveLength(21);
    expect((putAt.at(-1) ?? 0) - (putAt[0] ?? 0)).toBeGreaterThan(4 * hour);
    expect(game.calls.get("OpenManualReview")).toBeUndefined();
    // Started, judged, followed, waits, and twenty retries.
    expect(game.transitions()).toBe(24);
    mended = true;
    game.workflow.redrive(record.executionArn);
    await game.workflow.idle();
    expect(record).toMatchObject({ status: "RUNNING", standing: { name: "ManualReview" } });
  });

  it("an operator who is overdue is waited for again, with another token", async () => {
    const { game, record } = await given({
      JudgeResponsibility: answers("manual_review"),
      ApplyTimeout: (_, call) => ({ payload: standing("manual_review", 3 + call) }),
    });
    await game.advance(3 * hour);
    expect(entered(record).slice(-3)).toEqual(["ApplyTimeout", "FollowCase", "ManualReview"]);
    expect(game.items.map(({ Item }) => Item.SK?.S)).toEqual(["TOKEN#3", "TOKEN#4", "TOKEN#5", "TOKEN#6"]);
    expect(record.status).toBe("RUNNING");
  });
});

describe("a whole case", () => {
  it("a plain return takes at most 14 transitions", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers("awaiting_merchant") });
    for (const stage of ["awaiting_shipment", "in_transit", "awaiting_inspection", "settling"]) {
      await game.succeed(standing(stage));
    }
    expect(entered(record)).toEqual([
      "JudgeResponsibility",
      "FollowCase",
      "AwaitMerchantDecision",
      "FollowCase",
      "AwaitShipment",
      "FollowCase",
      "AwaitDelivery",
      "FollowCase",
      "AwaitInspection",
      "FollowCase",
      "SettleCase",
    ]);
    expect(record.status).toBe("SUCCEEDED");
    expect(game.transitions(ids.caseId)).toBe(12);
    expect(game.transitions(ids.caseId)).toBeLessThanOrEqual(14);
  });

  it("a return that comes back worse than sent is judged again, still within 14", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers("awaiting_merchant", "settling") });
    for (const stage of ["awaiting_shipment", "in_transit", "awaiting_inspection", "inspected"]) {
      await game.succeed(standing(stage));
    }
    expect(record.status).toBe("SUCCEEDED");
    expect(game.transitions(ids.caseId)).toBe(14);
  });

  it("keeps personal data out of Step Functions: an input of ids, an output of ids and stages", async () => {
    const { game, record } = await given({ JudgeResponsibility: answers("awaiting_merchant") });
    await game.succeed(standing("settling"));
    expect(JSON.parse(record.input)).toEqual(ids);
    expect(Object.keys(JSON.parse(record.output ?? ""))).toEqual(Object.keys(standing("closed")));
  });
});
