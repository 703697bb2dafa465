import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workflowHandler } from "../../lib/local/workflow/wire.ts";
import { machineOf, waitTask } from "./definitions.ts";
import { machineArn, play } from "./play.ts";
import { serveWorkflow } from "./wire-server.ts";

const machine = machineOf({
  Choose: {
    Type: "Choice",
    Choices: [{ Condition: "{% $states.input.wait %}", Next: "Wait" }],
    Default: "Done",
  },
  Wait: waitTask({ TimeoutSeconds: 3600, End: undefined, Next: "Done" }),
  Done: { Type: "Succeed" },
});

const game = play(machine);
const handle = workflowHandler(game.workflow);
let server: Awaited<ReturnType<typeof serveWorkflow>>;
let client: SFNClient;

beforeAll(async () => {
  server = await serveWorkflow(handle);
  client = new SFNClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const start = async (name: string, input: unknown): Promise<string> => {
  const command = new StartExecutionCommand({
    stateMachineArn: machineArn,
    name,
    input: JSON.stringify(input),
  });
  const { executionArn } = await client.send(command);
  await game.workflow.idle();
  return String(executionArn);
};

describe("the real SDK", () => {
  it("lists and describes the machines", async () => {
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toEqual([
      {
        stateMachineArn: machineArn,
        name: "Machine",
        type: "STANDARD",
        creationDate: new Date(game.clock.now()),
      },
    ]);
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
    expect(JSON.parse(described.definition ?? "")).toEqual(JSON.parse(JSON.stringify(machine)));
    expect(described).toMatchObject({ status: "ACTIVE", type: "STANDARD" });
  });

  it("follows one execution from its start to its end", async () => {
    const executionArn = await start("case-1", { wait: true });
    expect(await start("case-1", { wait: true })).toBe(executionArn);
    const running = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(running).toMatchObject({
      name: "case-1",
      status: "RUNNING",
      startDate: new Date(game.clock.now()),
      input: '{"wait":true}',
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is RUNNING and cannot be redriven",
    });

    const taskToken = game.token();
    await client.send(new SendTaskHeartbeatCommand({ taskToken }));
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
    await game.workflow.idle();
    const ended = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(ended).toMatchObject({
      status: "SUCCEEDED",
      output: '{"ok":true}',
      stopDate: new Date(game.clock.now()),
    });
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" }))).rejects.toMatchObject({
      name: "TaskTimedOut",
    });
    await expect(start("case-1", { wait: true })).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
  });

  it("reads the history in pages, forwards and backwards, with the details of each event", async () => {
    const executionArn = "arn:aws:states:us-east-1:000000000000:execution:Machine:case-1";
    const pages = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 4, nextToken }),
      );
      pages.push(page.events ?? []);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages.map((page) => page.length)).toEqual([4, 4, 4]);
    const events = pages.flat();
    expect(events.map(({ id, type }) => `${id} ${type}`)).toEqual([
      "1 ExecutionStarted",
      "2 ChoiceStateEntered",
      "3 ChoiceStateExited",
      "4 TaskStateEntered",
      "5 TaskScheduled",
      "6 TaskStarted",
      "7 TaskSubmitted",
      "8 TaskSucceeded",
      "9 TaskStateExited",
      "10 SucceedStateEntered",
      "11 SucceedStateExited",
      "12 ExecutionSucceeded",
    ]);
    expect(events.map(({ previousEventId }) => previousEventId)).toEqual([
      0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(events[3]?.stateEnteredEventDetails).toMatchObject({ name: "Wait", input: '{"wait":true}' });
    expect(events[4]?.taskScheduledEventDetails).toMatchObject({
      resourceType: "aws-sdk:dynamodb",
      resource: "putItem.waitForTaskToken",
      region: "us-east-1",
      timeoutInSeconds: 3600,
    });
    expect(JSON.parse(events[4]?.taskScheduledEventDetails?.parameters ?? "")).toMatchObject({
      TableName: "table",
    });
    expect(events[7]?.taskSucceededEventDetails).toMatchObject({ output: '{"ok":true}' });
    expect(events[8]?.stateExitedEventDetails).toMatchObject({ name: "Wait", output: '{"ok":true}' });
    expect(events[11]?.executionSucceededEventDetails).toMatchObject({ output: '{"ok":true}' });

    const backwards = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }));
    expect(backwards.events?.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toReversed());
    const bare = await client.send(
      new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
    );
    expect(JSON.stringify(bare.events)).not.toMatch(/"(in|out)put/);
  });

  it("lists executions by status, newest first, in pages", async () => {
    await game.advance(1000);
    await start("case-2", { wait: true });
    await game.advance(1000);
    await start("case-3", { wait: true });
    const list = (more: object) =>
      client.send(new ListExecutionsCommand({ stateMachineArn: machineArn, ...more }));
    const names = async (more: object) => (await list(more)).executions?.map(({ name }) => name);
    expect(await names({})).toEqual(["case-3", "case-2", "case-1"]);
    expect(await names({ statusFilter: "RUNNING" })).toEqual(["case-3", "case-2"]);
    const first = await list({ maxResults: 2 });
    await game.advance(1000);
    await start("case-4", { wait: false });
    expect(await names({ maxResults: 2, nextToken: first.nextToken })).toEqual(["case-1"]);
  });

  it("fails, stops and redrives", async () => {
    const executionArn = await start("case-5", { wait: true });
    await client.send(
      new SendTaskFailureCommand({ taskToken: game.token(), error: "Lost", cause: "in the post" }),
    );
    await game.workflow.idle();
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: "FAILED",
      error: "Lost",
      cause: "in the post",
      redriveStatus: "REDRIVABLE",
    });
    const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn }));
    expect(redriveDate).toEqual(new Date(game.clock.now()));
    await game.workflow.idle();
    const { stopDate } = await client.send(new StopExecutionCommand({ executionArn, error: "Operator" }));
    expect(stopDate).toEqual(new Date(game.clock.now()));
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: "ABORTED",
      error: "Operator",
      redriveCount: 1,
    });
  });

  it("hears the errors of the real service", async () => {
    const executionArn = machineArn.replace("stateMachine", "execution");
    const wrong: [string, () => Promise<unknown>][] = [
      [
        "ExecutionDoesNotExist",
        () => client.send(new DescribeExecutionCommand({ executionArn: `${executionArn}:none` })),
      ],
      ["InvalidArn", () => client.send(new DescribeExecutionCommand({ executionArn: "none" }))],
      [
        "StateMachineDoesNotExist",
        () => client.send(new StartExecutionCommand({ stateMachineArn: `${machineArn}X` })),
      ],
      [
        "InvalidExecutionInput",
        () => client.send(new StartExecutionCommand({ stateMachineArn: machineArn, input: "{" })),
      ],
      [
        "InvalidName",
        () => client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: "a b" })),
      ],
      [
        "TaskDoesNotExist",
        () => client.send(new SendTaskSuccessCommand({ taskToken: `AQ${"x".repeat(200)}`, output: "{}" })),
      ],
      ["InvalidToken", () => client.send(new SendTaskHeartbeatCommand({ taskToken: "none" }))],
      [
        "InvalidOutput",
        () => client.send(new SendTaskSuccessCommand({ taskToken: game.token(), output: "{" })),
      ],
      [
        "InvalidToken",
        () => client.send(new ListExecutionsCommand({ stateMachineArn: machineArn, nextToken: "none" })),
      ],
      ["ValidationException", () => client.send(new SendTaskSuccessCommand({ taskToken: "", output: "{}" }))],
      [
        "ExecutionNotRedrivable",
        () => client.send(new RedriveExecutionCommand({ executionArn: `${executionArn}:case-1` })),
      ],
    ];
    for (const [name, send] of wrong) await expect(send()).rejects.toMatchObject({ name });
  });

  it("updates a machine: what runs keeps its definition, what starts has the new one", async () => {
    const running = await start("before-the-update", { wait: true });
    const definition = JSON.stringify(machineOf({ Done: { Type: "Succeed", Output: "updated" } }));
    const update = (text: string) =>
      client.send(new UpdateStateMachineCommand({ stateMachineArn: machineArn, definition: text }));
    await expect(update('{"StartAt": "Nowhere"}')).rejects.toMatchObject({ name: "InvalidDefinition" });
    expect((await update(definition)).updateDate).toEqual(new Date(game.clock.now()));
    const outputOf = async (executionArn: string) =>
      (await client.send(new DescribeExecutionCommand({ executionArn }))).output;
    expect(await outputOf(await start("after-the-update", {}))).toBe('"updated"');
    await client.send(new SendTaskSuccessCommand({ taskToken: game.token(), output: '{"ok":true}' }));
    await game.workflow.idle();
    expect(await outputOf(running)).toBe('{"ok":true}');
    await update(JSON.stringify(machine));
  });
});

describe("the handler", () => {
  it("names an action it does not play, and what it does play", async () => {
    const reply = await handle("AWSStepFunctions.CreateStateMachine", {});
    expect(reply).toMatchObject({ status: 400, body: { __type: "UnknownOperationException" } });
    expect(reply.body.message).toContain("StartExecution");
    expect((await handle("AWSStepFunctions.constructor", {})).status).toBe(400);
  });

  it("refuses a body that is no JSON", async () => {
    const headers = { "x-amz-target": "AWSStepFunctions.ListStateMachines" };
    const response = await fetch(server.url, { method: "POST", headers, body: "{" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: "SerializationException" });
  });
});
