import { describe, expect, it } from "vitest";
import { maxHistoryEvents } from "../../lib/local/workflow/history.ts";
import type { ExecutionRecord } from "../../lib/local/workflow/record.ts";
import { invokeTask, machineOf, waitTask } from "./definitions.ts";
import { entered, eventTypes, machineArn, oneTurn, play } from "./play.ts";

const minute = 60_000;
const failing = (errorType: string) => () => ({ functionError: { errorType, errorMessage: "no" } });
const timesOf = (record: ExecutionRecord, type: string) =>
  record.history.filter((event) => event.type === type).map(({ at }) => at);

describe("JSONata in a state", () => {
  it("evaluates strings that are wholly {% … %}, at any depth, and leaves everything else alone", async () => {
    const game = play(
      machineOf({
        Work: invokeTask({
          Arguments: {
            FunctionName: "Work",
            Payload: {
              deep: [{ who: "{% $states.input.name %}" }, "plain", 7, null],
              known: "{% $exists($states.input.missing) ? 'yes' : 'no' %}",
            },
          },
          Output: { answer: "{% $states.result.Payload.a & '!' %}", code: "{% $states.result.StatusCode %}" },
        }),
      }),
      { functions: { Work: () => ({ payload: { a: "ok" } }) } },
    );
    const record = await game.start({ name: "Ada" });
    expect(game.calls.get("Work")).toEqual([{ deep: [{ who: "Ada" }, "plain", 7, null], known: "no" }]);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '{"answer":"ok!","code":200}' });
  });

  it("gives the context of AWS", async () => {
    const game = play(
      machineOf({
        Work: invokeTask({
          Arguments: {
            FunctionName: "Work",
            Payload: {
              id: "{% $states.context.Execution.Id %}",
              name: "{% $states.context.Execution.Name %}",
              input: "{% $states.context.Execution.Input %}",
              started: "{% $states.context.Execution.StartTime %}",
              state: "{% $states.context.State.Name %}",
              retries: "{% $states.context.State.RetryCount %}",
              machine: "{% $states.context.StateMachine.Name %}",
            },
          },
          Retry: [{ ErrorEquals: ["Busy"] }],
        }),
      }),
      { functions: { Work: (_, call) => (call === 1 ? failing("Busy")() : { payload: 1 }) } },
    );
    await game.start({ a: [1] }, "case-1");
    await game.advance(minute);
    const common = {
      id: "arn:aws:states:us-east-1:000000000000:execution:Machine:case-1",
      name: "case-1",
      input: { a: [1] },
      started: "2026-01-01T00:00:00.000Z",
      state: "Work",
      machine: "Machine",
    };
    expect(game.calls.get("Work")).toEqual([
      { ...common, retries: 0 },
      { ...common, retries: 1 },
    ]);
  });

  it.each([
    ["nothing", "{% $states.input.missing %}", "returned nothing (undefined)"],
    ["an error", "{% $states.input.name + 1 %}", "threw an error during evaluation. T2001"],
    ["more than is reasonable", "{% $count([1..100000]) %}", "threw an error during evaluation"],
    [
      "nesting without end",
      `{% ${"(".repeat(200)}1${")".repeat(200)} %}`,
      "threw an error during evaluation",
    ],
  ])("an expression that gives %s fails the state by name and field", async (_, expression, cause) => {
    const game = play(machineOf({ Done: { Type: "Succeed", Output: { a: expression } } }));
    const record = await game.start({ name: "Ada" });
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "States.QueryEvaluationError" } });
    expect(record.failure?.cause).toContain("state 'Done' (entered at the event id #2)");
    expect(record.failure?.cause).toContain("the field 'Output/a'");
    expect(record.failure?.cause).toContain(cause);
    expect(record.history.at(-2)).toMatchObject({
      type: "EvaluationFailed",
      details: { state: "Done", location: "Output/a" },
    });
  });

  it("a failed evaluation can be caught in a task", async () => {
    const game = play(
      machineOf({
        Work: invokeTask({
          Output: "{% $states.result.Payload.missing %}",
          Catch: [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Rescued" }],
        }),
        Rescued: { Type: "Succeed" },
      }),
      { functions: { Work: () => ({ payload: {} }) } },
    );
    const record = await game.start({});
    expect(entered(record)).toEqual(["Work", "Rescued"]);
    expect(record.status).toBe("SUCCEEDED");
  });
});

describe("a choice", () => {
  const machine = (more: Record<string, unknown>) =>
    machineOf({
      Choose: {
        Type: "Choice",
        Choices: [
          { Condition: "{% $states.input.n = 1 %}", Next: "One", Output: { was: "{% $states.input.n %}" } },
          { Condition: "{% $states.input.n in [1, 2] %}", Next: "Two" },
        ],
        ...more,
      },
      One: { Type: "Succeed" },
      Two: { Type: "Succeed" },
      ...(more.Default === undefined
        ? {}
        : { Other: { Type: "Fail", Error: "Odd", Cause: "{% 'n is ' & $string($states.input.n) %}" } }),
    });

  it("takes the first rule that holds, and its output", async () => {
    const record = await play(machine({})).start({ n: 1 });
    expect(entered(record)).toEqual(["Choose", "One"]);
    expect(record.output).toBe('{"was":1}');
  });

  it("takes Default when none holds, and a Fail state ends the execution", async () => {
    const record = await play(machine({ Default: "Other" })).start({ n: 3 });
    expect(entered(record)).toEqual(["Choose", "Other"]);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "Odd", cause: "n is 3" } });
  });

  it("fails without one", async () => {
    const record = await play(machine({})).start({ n: 3 });
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "States.Runtime" } });
  });

  it("wants a boolean", async () => {
    const record = await play(
      machineOf({
        Choose: { Type: "Choice", Choices: [{ Condition: "{% $states.input.n %}", Next: "One" }] },
        One: { Type: "Succeed" },
      }),
    ).start({ n: 1 });
    expect(record.failure?.error).toBe("States.QueryEvaluationError");
  });
});

describe("retries", () => {
  const retrier = { ErrorEquals: ["Busy"], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3 };

  it("wait interval × rate^n, no longer than the maximum, and give up after the last", async () => {
    const game = play(machineOf({ Work: invokeTask({ Retry: [{ ...retrier, MaxDelaySeconds: 10 }] }) }), {
      functions: { Work: failing("Busy") },
    });
    const record = await game.start({});
    await game.advance(60 * minute);
    const started = timesOf(record, "TaskScheduled").map((at) => (at - record.startedAt) / 1000);
    expect(started).toEqual([0, 2, 8, 18]);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "Busy" } });
    expect(JSON.parse(record.failure?.cause ?? "")).toEqual({ errorType: "Busy", errorMessage: "no" });
    // Start, the state, and three retries are billed.
    expect(game.transitions()).toBe(5);
  });

  it.each([0, 0.25, 0.999])("full jitter waits that share of the delay: %d", async (share) => {
    const game = play(machineOf({ Work: invokeTask({ Retry: [{ ...retrier, JitterStrategy: "FULL" }] }) }), {
      functions: { Work: failing("Busy") },
      random: () => share,
    });
    const record = await game.start({});
    await game.advance(60 * minute);
    const [first = 0, ...later] = timesOf(record, "TaskScheduled");
    const waits = later.map((at, index) => at - (index === 0 ? first : (later[index - 1] ?? 0)));
    expect(waits).toEqual([2_000, 6_000, 18_000].map((delay) => Math.round(delay * share)));
  });

  it("count each retrier by itself, and only the first that names the error is asked", async () => {
    const errors = ["A", "B", "A", "A"];
    const game = play(
      machineOf({
        Work: invokeTask({
          Retry: [
            { ErrorEquals: ["A"], MaxAttempts: 2 },
            { ErrorEquals: ["B"], MaxAttempts: 1 },
            { ErrorEquals: ["States.ALL"], MaxAttempts: 5 },
          ],
        }),
      }),
      { functions: { Work: (_, call) => failing(errors[call - 1] ?? "A")() } },
    );
    const record = await game.start({});
    await game.advance(60 * minute);
    expect(record.status).toBe("FAILED");
    expect(game.calls.get("Work")).toHaveLength(4);
  });

  it("come before Catch, which takes over when they are used up", async () => {
    const game = play(
      machineOf({
        Work: invokeTask({
          Retry: [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 1 }],
          Catch: [
            { ErrorEquals: ["Other"], Next: "Wrong" },
            { ErrorEquals: ["States.TaskFailed"], Next: "Right" },
            { ErrorEquals: ["States.ALL"], Next: "Wrong" },
          ],
        }),
        Right: { Type: "Succeed" },
        Wrong: { Type: "Fail", Error: "Wrong" },
      }),
      { functions: { Work: failing("Busy") } },
    );
    const record = await game.start({});
    await game.advance(minute);
    expect(entered(record)).toEqual(["Work", "Right"]);
    expect(JSON.parse(record.output ?? "")).toEqual({
      Error: "Busy",
      Cause: '{"errorType":"Busy","errorMessage":"no"}',
    });
  });

  it("MaxAttempts 0 means never", async () => {
    const game = play(machineOf({ Work: invokeTask({ Retry: [{ ...retrier, MaxAttempts: 0 }] }) }), {
      functions: { Work: failing("Busy") },
    });
    expect((await game.start({})).status).toBe("FAILED");
  });
});

describe("errors of the services", () => {
  const errorOf = async (thrown: Error): Promise<string | undefined> => {
    const game = play(machineOf({ Work: invokeTask() }), {
      invokeFunction: () => Promise.reject(thrown),
    });
    return (await game.start({})).failure?.error;
  };

  it("are named as the integration names them", async () => {
    const named = (name: string) => Object.assign(new Error("x"), { name });
    expect(await errorOf(named("TooManyRequestsException"))).toBe("Lambda.TooManyRequestsException");
    expect(await errorOf(Object.assign(named("ServiceUnavailable"), { $fault: "server" }))).toBe(
      "Lambda.ServiceUnavailableException",
    );
    expect(await errorOf(new TypeError("socket hang up"))).toBe("Lambda.SdkClientException");
  });

  it("of a put are DynamoDB's, and the state is not left waiting", async () => {
    const game = play(
      machineOf({ Wait: waitTask({ Retry: [{ ErrorEquals: ["DynamoDb.ThrottlingException"] }] }) }),
      {
        putItem: () => Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" })),
      },
    );
    const record = await game.start({});
    await game.advance(minute);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "DynamoDb.ThrottlingException" } });
    expect(game.transitions()).toBe(5);
  });

  it("a number where DynamoDB wants text is refused before it is put", async () => {
    const machine = machineOf({
      Wait: waitTask({ Arguments: { TableName: "t", Item: { wait: { N: "{% $states.input.wait %}" } } } }),
    });
    const game = play(machine);
    expect((await game.start({ wait: 3 })).failure).toMatchObject({ error: "States.Runtime" });
    expect(game.items).toEqual([]);
  });

  it("a result over 256 KiB ends the execution, whatever is caught", async () => {
    const game = play(
      machineOf({
        Work: invokeTask({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "Done" }] }),
        Done: { Type: "Succeed" },
      }),
      { functions: { Work: () => ({ payload: "x".repeat(262_144) }) } },
    );
    expect((await game.start({})).failure?.error).toBe("States.DataLimitExceeded");
  });
});

describe("timeouts", () => {
  it("of a task are States.Timeout, which States.TaskFailed does not catch", async () => {
    const game = play(
      machineOf({
        Wait: waitTask({
          TimeoutSeconds: "{% $states.input.seconds %}",
          Catch: [
            { ErrorEquals: ["States.TaskFailed"], Next: "Wrong" },
            { ErrorEquals: ["States.Timeout"], Output: "{% $states.input %}", Next: "Silent" },
          ],
        }),
        Wrong: { Type: "Fail", Error: "Wrong" },
        Silent: { Type: "Succeed" },
      }),
    );
    const record = await game.start({ seconds: 90 });
    await game.advance(89_999);
    expect(record.status).toBe("RUNNING");
    await game.advance(1);
    expect(entered(record)).toEqual(["Wait", "Silent"]);
    expect(record.history.find(({ type }) => type === "TaskTimedOut")?.details).toEqual({
      resourceType: "aws-sdk:dynamodb",
      resource: "putItem.waitForTaskToken",
      error: "States.Timeout",
    });
    expect(game.clock.pending()).toEqual([]);
  });

  it("overtake a function that does not answer, whose answer then changes nothing", async () => {
    let answer: (payload: { payload: string }) => void = () => undefined;
    const game = play(machineOf({ Work: invokeTask({ TimeoutSeconds: 30 }) }), {
      functions: { Work: () => new Promise((resolve) => (answer = resolve)) },
    });
    const record = game.workflow.start({ stateMachineArn: machineArn });
    await oneTurn();
    expect(game.workflow.activity()).toBe(1);
    await game.clock.advance(30_000, async () => undefined);
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "States.Timeout" } });
    answer({ payload: "late" });
    await game.workflow.idle();
    expect(record.status).toBe("FAILED");
    expect(eventTypes(record).at(-1)).toBe("ExecutionFailed");
  });

  it("of an attempt leave the next one alone: the late answer of the first is not taken for the second's", async () => {
    const answer: ((result: { payload: string }) => void)[] = [];
    const game = play(
      machineOf({
        Work: invokeTask({
          TimeoutSeconds: 30,
          Output: "{% $states.result.Payload %}",
          Retry: [{ ErrorEquals: ["States.Timeout"] }],
        }),
      }),
      { functions: { Work: () => new Promise((resolve) => answer.push(resolve)) }, settle: oneTurn },
    );
    const record = await game.start({});
    await game.advance(31_000);
    expect(answer).toHaveLength(2);
    answer[0]?.({ payload: "first" });
    await oneTurn();
    expect(record.status).toBe("RUNNING");
    answer[1]?.({ payload: "second" });
    await game.workflow.idle();
    expect(record.output).toBe('"second"');
  });

  it.each([0, 1.5, "soon"])("a timeout of %j seconds is a failed evaluation", async (seconds) => {
    const game = play(machineOf({ Wait: waitTask({ TimeoutSeconds: "{% $states.input.seconds %}" }) }));
    expect((await game.start({ seconds })).failure?.error).toBe("States.QueryEvaluationError");
  });

  it("of the machine end the execution as TIMED_OUT", async () => {
    const game = play(machineOf({ Wait: waitTask({ TimeoutSeconds: 3600 }) }, { TimeoutSeconds: 60 }));
    const record = await game.start({});
    await game.advance(minute);
    expect(record).toMatchObject({ status: "TIMED_OUT", stoppedAt: record.startedAt + minute });
    expect(() => game.workflow.succeed(game.token(), "{}")).toThrow("does not exist anymore");
    expect(game.clock.pending()).toEqual([]);
  });
});

describe("a token", () => {
  const machine = machineOf({ Wait: waitTask() });

  it("is unguessable and takes one answer", async () => {
    const game = play(machine);
    const record = await game.start({});
    const token = game.token();
    expect(token.length).toBeGreaterThan(200);
    expect(game.workflow.activity()).toBe(0);
    game.workflow.heartbeat(token);
    await game.succeed({ done: true });
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '{"done":true}' });
    for (const again of [
      () => game.workflow.succeed(token, "{}"),
      () => game.workflow.fail(token, { error: "E" }),
      () => game.workflow.heartbeat(token),
    ]) {
      expect(again).toThrow(expect.objectContaining({ name: "TaskTimedOut" }));
    }
    expect(eventTypes(record)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("of the same instant decides once: the timeout or the answer, never both", async () => {
    const game = play(machine);
    const record = await game.start({});
    const token = game.token();
    const ringing = game.clock.advance(minute, game.workflow.idle);
    let refused = false;
    try {
      game.workflow.succeed(token, "{}");
    } catch {
      refused = true;
    }
    await ringing;
    await game.workflow.idle();
    expect(record.status).toBe(refused ? "FAILED" : "SUCCEEDED");
    expect(eventTypes(record).filter((type) => /Task(Succeeded|TimedOut)/.test(type))).toHaveLength(1);
  });

  it("may be answered before the put has returned", async () => {
    let putDone: () => void = () => undefined;
    let token = "";
    const game = play(machine, {
      putItem: (input) => {
        token = String(input.Item.taskToken?.S);
        return new Promise((resolve) => (putDone = resolve));
      },
    });
    const record = game.workflow.start({ stateMachineArn: machineArn });
    await oneTurn();
    game.workflow.succeed(token, '"early"');
    expect(record.status).toBe("RUNNING");
    putDone();
    await game.workflow.idle();
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '"early"' });
    expect(eventTypes(record).slice(4, 6)).toEqual(["TaskSubmitted", "TaskSucceeded"]);
  });

  it("answered before the put has failed: the answer stands", async () => {
    let putFails: (error: Error) => void = () => undefined;
    let token = "";
    const game = play(machine, {
      putItem: (input) => {
        token = String(input.Item.taskToken?.S);
        return new Promise((_, reject) => (putFails = reject));
      },
    });
    const record = game.workflow.start({ stateMachineArn: machineArn });
    await oneTurn();
    game.workflow.succeed(token, '"early"');
    putFails(new Error("the reply was lost"));
    await game.workflow.idle();
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '"early"' });
  });

  it("may report a failure, which Retry and Catch see by its name", async () => {
    const game = play(
      machineOf({
        Wait: waitTask({ Catch: [{ ErrorEquals: ["Refused"], Next: "Rescued" }] }),
        Rescued: { Type: "Succeed" },
      }),
    );
    const record = await game.start({});
    game.workflow.fail(game.token(), { error: "Refused", cause: "not today" });
    await game.workflow.idle();
    expect(record.output).toBe('{"Error":"Refused","Cause":"not today"}');
  });

  it("that was never issued, or is none at all, has an error of its own; output must be JSON", async () => {
    const game = play(machine);
    await game.start({});
    const stranger = `AQ${"x".repeat(200)}`;
    expect(() => game.workflow.succeed(stranger, "{}")).toThrow(
      expect.objectContaining({ name: "TaskDoesNotExist" }),
    );
    expect(() => game.workflow.succeed("stranger", "{}")).toThrow(
      expect.objectContaining({ name: "InvalidToken" }),
    );
    expect(() => game.workflow.succeed(game.token(), "{")).toThrow(
      expect.objectContaining({ name: "InvalidOutput" }),
    );
    await game.succeed({});
  });
});

describe("starting, stopping, redriving", () => {
  it("starts a name once: again with the same input while it runs, never afterwards", async () => {
    const game = play(machineOf({ Wait: waitTask() }));
    const first = await game.start({ a: 1 }, "case-1");
    expect(await game.start({ a: 1 }, "case-1")).toBe(first);
    expect(game.items).toHaveLength(1);
    const taken = expect.objectContaining({ name: "ExecutionAlreadyExists" });
    await expect(game.start({ a: 2 }, "case-1")).rejects.toThrow(taken);
    await game.succeed({});
    await expect(game.start({ a: 1 }, "case-1")).rejects.toThrow(taken);
  });

  it.each(["", "with blank", "a/b", "a:b", "x".repeat(81), 'a"b', "tab\t"])(
    "refuses the name %j",
    async (name) => {
      await expect(play(machineOf({ Wait: waitTask() })).start({}, name)).rejects.toThrow(
        expect.objectContaining({ name: "InvalidName" }),
      );
    },
  );

  it("stops a waiting execution, closes its token and its timers", async () => {
    const game = play(machineOf({ Wait: waitTask() }));
    const record = await game.start({});
    await game.workflow.stopExecution(record.executionArn, { error: "Operator", cause: "test" });
    expect(record).toMatchObject({ status: "ABORTED", failure: { error: "Operator", cause: "test" } });
    expect(record.history.at(-1)).toMatchObject({ type: "ExecutionAborted", previousEventId: 0 });
    expect(() => game.workflow.heartbeat(game.token())).toThrow("does not exist anymore");
    expect(game.clock.pending()).toEqual([]);
  });

  it("redrives in the state that failed, with its input and fresh retries", async () => {
    let broken = true;
    const game = play(
      machineOf({
        Work: invokeTask({ End: undefined, Output: { from: "Work" }, Next: "Break" }),
        Break: invokeTask({
          Arguments: { FunctionName: "Break", Payload: "{% $states.input %}" },
          Output: "{% $states.result.Payload %}",
          Retry: [{ ErrorEquals: ["Busy"], MaxAttempts: 1 }],
        }),
      }),
      {
        functions: {
          Work: () => ({}),
          Break: (_, call) => (broken || call === 3 ? failing("Busy")() : { payload: "mended" }),
        },
      },
    );
    const record = await game.start({}, "case-1");
    await game.advance(minute);
    expect(record.status).toBe("FAILED");
    expect(() =>
      game.workflow.redrive("arn:aws:states:us-east-1:000000000000:execution:Machine:none"),
    ).toThrow(expect.objectContaining({ name: "ExecutionDoesNotExist" }));

    broken = false;
    game.workflow.redrive(record.executionArn, "once");
    game.workflow.redrive(record.executionArn, "once");
    expect(record).toMatchObject({ status: "RUNNING", redriveCount: 1, failure: undefined });
    await game.advance(minute);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '"mended"' });
    expect(entered(record)).toEqual(["Work", "Break"]);
    expect(game.calls.get("Work")).toHaveLength(1);
    expect(game.calls.get("Break")).toEqual(Array.from({ length: 4 }, () => ({ from: "Work" })));
    expect(eventTypes(record)).toContain("ExecutionRedriven");
    expect(() => game.workflow.redrive(record.executionArn)).toThrow("SUCCEEDED and cannot be redriven");
  });

  it("does not redrive after 14 days", async () => {
    const game = play(machineOf({ Work: invokeTask() }), { functions: { Work: failing("Busy") } });
    const record = await game.start({});
    await game.advance(14 * 24 * 60 * minute + 1);
    expect(() => game.workflow.redrive(record.executionArn)).toThrow("redrivable period exceeded");
  });

  it("ends a machine that runs in circles with the last event there is room for", async () => {
    const game = play(
      machineOf({
        Round: {
          Type: "Choice",
          Choices: [{ Condition: "{% $states.input.out = true %}", Next: "Out" }],
          Default: "Round",
        },
        Out: { Type: "Succeed" },
      }),
    );
    const record = await game.start({});
    expect(record).toMatchObject({ status: "FAILED", failure: { error: "States.Runtime" } });
    expect(record.history).toHaveLength(maxHistoryEvents);
    expect(game.workflow.redriveRefusal(record)).toBe("Execution history event limit exceeded");
  });
});
