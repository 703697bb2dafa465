import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileStore } from "../../lib/local/workflow/persistence.ts";
import type { FunctionResult } from "../../lib/local/workflow/task.ts";
import { workflowHandler } from "../../lib/local/workflow/wire.ts";
import { invokeTask, machineOf } from "./definitions.ts";
import { entered, eventTypes, machineArn, oneTurn, type Play, play } from "./play.ts";
import { serveWorkflow } from "./wire-server.ts";

const arn = "arn:aws:states:us-east-1:000000000000:execution:Machine:run-1";

const mapState = (more: Record<string, unknown> = {}, processor: Record<string, unknown> = {}) => ({
  Type: "Map",
  ItemProcessor: {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Work",
    States: { Work: invokeTask({ Output: "{% $states.result.Payload %}" }) },
    ...processor,
  },
  Label: "Files",
  End: true,
  ...more,
});

const mapMachine = (more: Record<string, unknown> = {}, processor: Record<string, unknown> = {}) =>
  machineOf({ EachFile: mapState(more, processor) });

/** A function that answers when it is told to. */
const held = () => {
  const waiting: { payload: unknown; answer: (result: FunctionResult) => void }[] = [];
  return {
    waiting,
    functions: {
      Work: (payload: unknown) =>
        new Promise<FunctionResult>((answer) => {
          waiting.push({ payload, answer });
        }),
    },
    answer: async (result?: FunctionResult) => {
      const next = waiting.shift();
      next?.answer(result ?? { payload: next.payload });
      for (let turn = 0; turn < 20; turn += 1) await oneTurn();
    },
  };
};

const broken: FunctionResult = { functionError: { errorType: "Broken", errorMessage: "no" } };
const failIf = (bad: (payload: unknown) => boolean) => (payload: unknown) =>
  bad(payload) ? broken : { payload };

const children = ({ workflow }: Play) =>
  workflow.mapRuns(arn).flatMap(({ mapRunArn }) => workflow.mapRun(mapRunArn).children);

describe("a distributed map", () => {
  it("gives the children's outputs in the order of the items, whoever was first", async () => {
    const work = held();
    const game = play(mapMachine(), { functions: work.functions, settle: oneTurn });
    const record = await game.start(["a", "b", "c"], "run-1");
    work.waiting.reverse();
    for (let left = 3; left > 0; left -= 1) await work.answer();
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '["a","b","c"]' });
    expect(eventTypes(record)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapRunStarted",
      "MapRunSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
    expect(children(game).map((child) => entered(child))).toEqual([["Work"], ["Work"], ["Work"]]);
    expect(children(game)[0]?.executionArn).toMatch(/:execution:Machine\/Files:[0-9a-f-]{36}$/);
    expect(game.workflow.executions(machineArn)).toEqual([record]);
  });

  it("of nothing is nothing", async () => {
    expect(await play(mapMachine()).start([])).toMatchObject({ status: "SUCCEEDED", output: "[]" });
  });

  it("bills the parent for each transition of a standard child, and an express child as a whole", async () => {
    const functions = { Work: failIf(() => false) };
    const standard = play(mapMachine(), { functions });
    await standard.start([1, 2], "run-1");
    // The parent: started, one state. Each child: the same.
    expect(standard.transitions("run-1")).toBe(6);
    const express: [string, number][] = [];
    const transitions: string[] = [];
    const game = play(
      mapMachine({}, { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" } }),
      {
        functions,
        meter: {
          transition: (name) => transitions.push(name),
          express: (name, ms) => express.push([name, ms]),
        },
      },
    );
    await game.start([1, 2], "run-1");
    expect({ transitions, express }).toEqual({
      transitions: ["run-1", "run-1"],
      express: [
        ["run-1", 0],
        ["run-1", 0],
      ],
    });
  });

  it("runs no more children at once than it may", async () => {
    const work = held();
    const game = play(mapMachine({ MaxConcurrency: 2 }), { functions: work.functions, settle: oneTurn });
    const record = await game.start([1, 2, 3, 4, 5], "run-1");
    let most = 0;
    while (work.waiting.length > 0) {
      most = Math.max(most, work.waiting.length);
      await work.answer();
    }
    expect(most).toBe(2);
    expect(record.output).toBe("[1,2,3,4,5]");
  });

  it("selects each child's input from the item, its place and the state's input", async () => {
    const game = play(
      mapMachine({
        Items: "{% $states.input.files %}",
        ItemSelector: {
          key: "{% $states.context.Map.Item.Value.key %}",
          place: "{% $states.context.Map.Item.Index %}",
          tenant: "{% $states.input.tenant %}",
        },
        Output: { count: "{% $count($states.result) %}", total: "{% $sum($states.result.place) %}" },
      }),
      { functions: { Work: failIf(() => false) } },
    );
    const record = await game.start({ tenant: "lux", files: [{ key: "x" }, { key: "y" }] });
    expect(game.calls.get("Work")).toEqual([
      { key: "x", place: 0, tenant: "lux" },
      { key: "y", place: 1, tenant: "lux" },
    ]);
    expect(record.output).toBe('{"count":2,"total":1}');
  });

  it.each([
    ["JSONL", '{"n":1}\n\n{"n":2}\n'],
    ["JSON", '[{"n":1},{"n":2}]'],
  ])("reads its items from an object, %s", async (InputType, text) => {
    const asked: string[] = [];
    const game = play(
      mapMachine({
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType },
          Arguments: { Bucket: "exports", Key: "{% $states.input.key %}" },
        },
      }),
      {
        functions: { Work: failIf(() => false) },
        readObject: async (bucket, key) => {
          asked.push(`${bucket}/${key}`);
          return text;
        },
      },
    );
    expect((await game.start({ key: "list" })).output).toBe('[{"n":1},{"n":2}]');
    expect(asked).toEqual(["exports/list"]);
  });

  it("that cannot read its items fails as States.ItemReaderFailed, which can be caught and retried", async () => {
    const reader = {
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "JSONL" },
        Arguments: { Bucket: "exports", Key: "list" },
      },
    };
    const lost = await play(mapMachine(reader)).start({});
    expect(lost).toMatchObject({ status: "FAILED", failure: { error: "States.ItemReaderFailed" } });
    const texts = ["{", '{"n":1}'];
    const game = play(
      mapMachine({ ...reader, Retry: [{ ErrorEquals: ["States.ItemReaderFailed"], IntervalSeconds: 5 }] }),
      { functions: { Work: failIf(() => false) }, readObject: async () => texts.shift() ?? "" },
    );
    const record = await game.start({});
    expect(record.status).toBe("RUNNING");
    await game.advance(5000);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '[{"n":1}]' });
  });
});

describe("a child that fails", () => {
  it("fails the map, stops the other children and starts no more; Catch sees why", async () => {
    const work = held();
    const game = play(
      machineOf({
        EachFile: mapState({
          MaxConcurrency: 2,
          End: undefined,
          Catch: [
            {
              ErrorEquals: ["States.ExceedToleratedFailureThreshold"],
              Output: "{% $states.errorOutput %}",
              Next: "Rescued",
            },
          ],
          Next: "Rescued",
        }),
        Rescued: { Type: "Succeed" },
      }),
      { functions: work.functions, settle: oneTurn },
    );
    const record = await game.start([1, 2, 3], "run-1");
    await work.answer(broken);
    expect(record.status).toBe("SUCCEEDED");
    expect(JSON.parse(record.output ?? "")).toEqual({
      Error: "States.ExceedToleratedFailureThreshold",
      Cause: "The specified tolerated failure threshold was exceeded",
    });
    expect(children(game).map(({ status }) => status)).toEqual(["FAILED", "ABORTED"]);
    expect(eventTypes(record)).toContain("MapRunFailed");
    expect(work.waiting).toHaveLength(1);
  });

  it.each([
    ["ToleratedFailurePercentage", 50, "SUCCEEDED"],
    ["ToleratedFailurePercentage", 49, "FAILED"],
    ["ToleratedFailureCount", 2, "SUCCEEDED"],
    ["ToleratedFailureCount", 1, "FAILED"],
  ])("is tolerated up to %s %i: %s", async (field, value, status) => {
    const game = play(mapMachine({ [field]: value }), {
      functions: { Work: failIf((payload) => Number(payload) < 2) },
    });
    const record = await game.start([0, 1, 2, 3]);
    expect(record.status).toBe(status);
    if (status === "SUCCEEDED") {
      expect(JSON.parse(record.output ?? "").slice(1)).toMatchObject([
        { Status: "FAILED", Error: "Broken" },
        2,
        3,
      ]);
    }
  });

  it("runs again when the parent is redriven, and only it and those that never ran", async () => {
    let repaired = false;
    const game = play(mapMachine({ MaxConcurrency: 1 }), {
      functions: { Work: failIf((payload) => payload === "b" && !repaired) },
    });
    const record = await game.start(["a", "b", "c"], "run-1");
    expect(record.status).toBe("FAILED");
    repaired = true;
    game.workflow.redrive(arn);
    await game.workflow.idle();
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '["a","b","c"]' });
    expect(game.calls.get("Work")).toEqual(["a", "b", "b", "c"]);
    expect(children(game).map(({ redriveCount }) => redriveCount)).toEqual([0, 1, 0]);
    expect(eventTypes(record)).toContain("MapRunRedriven");
    expect(() => game.workflow.redrive(children(game)[0]?.executionArn ?? "")).toThrow("its parent");
  });

  it("and fails again in the redrive fails the map again", async () => {
    const game = play(mapMachine(), { functions: { Work: failIf((payload) => payload === "b") } });
    const record = await game.start(["a", "b"], "run-1");
    game.workflow.redrive(arn);
    await game.workflow.idle();
    expect(record.status).toBe("FAILED");
    expect(game.calls.get("Work")).toEqual(["a", "b", "b"]);
  });

  it("retries by itself first", async () => {
    const retrying = {
      States: {
        Work: invokeTask({
          Output: "{% $states.result.Payload %}",
          Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 10 }],
        }),
      },
    };
    const game = play(mapMachine({}, retrying), {
      functions: { Work: (payload, call) => (call === 1 ? broken : { payload }) },
    });
    const record = await game.start([1], "run-1");
    expect(record.status).toBe("RUNNING");
    await game.advance(10_000);
    expect(record.output).toBe("[1]");
  });
});

describe("stopping the parent", () => {
  it("stops the children, whose answers then change nothing", async () => {
    const work = held();
    const game = play(mapMachine({ MaxConcurrency: 2 }), { functions: work.functions, settle: oneTurn });
    const record = await game.start([1, 2, 3], "run-1");
    await game.workflow.stopExecution(arn, {});
    await work.answer();
    expect(record.status).toBe("ABORTED");
    expect(children(game).map(({ status }) => status)).toEqual(["ABORTED", "ABORTED"]);
    expect(game.workflow.mapRuns(arn)[0]?.status).toBe("ABORTED");
    game.workflow.redrive(arn);
    await oneTurn();
    work.waiting.shift();
    for (let left = 3; left > 0; left -= 1) await work.answer();
    expect(record).toMatchObject({ status: "SUCCEEDED", output: "[1,2,3]" });
  });
});

describe("a restart", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "workflow-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("runs the children that had not ended, once each, and keeps what had", async () => {
    const work = held();
    const definition = mapMachine({ MaxConcurrency: 2 });
    const first = play(definition, {
      functions: work.functions,
      settle: oneTurn,
      store: fileStore(directory),
    });
    await first.start(["a", "b", "c", "d"], "run-1");
    await work.answer();
    await first.workflow.stop();
    const second = play(definition, {
      clock: first.clock,
      store: fileStore(directory),
      functions: { Work: failIf(() => false) },
    });
    second.workflow.resume();
    await second.workflow.idle();
    expect(second.calls.get("Work")?.toSorted()).toEqual(["b", "c", "d"]);
    expect(second.workflow.execution(arn)).toMatchObject({
      status: "SUCCEEDED",
      output: '["a","b","c","d"]',
    });
  });
});

describe("a wait", () => {
  it("ends when it is due, also after a restart, and loops with a choice", async () => {
    const directory = mkdtempSync(join(tmpdir(), "workflow-"));
    const definition = machineOf({
      Look: invokeTask({ End: undefined, Next: "IsDone", Output: "{% $states.result.Payload %}" }),
      IsDone: {
        Type: "Choice",
        Choices: [{ Condition: "{% $states.input = 'done' %}", Next: "Done" }],
        Default: "Pause",
      },
      Pause: { Type: "Wait", Seconds: 30, Next: "Look" },
      Done: { Type: "Succeed" },
    });
    const first = play(definition, {
      functions: { Work: () => ({ payload: "busy" }) },
      store: fileStore(directory),
    });
    await first.start({}, "run-1");
    await first.advance(40_000);
    await first.workflow.stop();
    const second = play(definition, {
      clock: first.clock,
      store: fileStore(directory),
      functions: { Work: () => ({ payload: "done" }) },
    });
    second.workflow.resume();
    await second.advance(19_999);
    expect(second.workflow.execution(arn).status).toBe("RUNNING");
    await second.advance(1);
    expect(entered(second.workflow.execution(arn))).toEqual([
      ...["Look", "IsDone", "Pause", "Look", "IsDone", "Pause", "Look", "IsDone", "Done"],
    ]);
    rmSync(directory, { recursive: true });
  });
});

describe("the wire", () => {
  it("tells how far a map run is", async () => {
    const work = held();
    const game = play(mapMachine({ MaxConcurrency: 2 }), { functions: work.functions, settle: oneTurn });
    await game.start([1, 2, 3, 4], "run-1");
    await work.answer();
    const server = await serveWorkflow(workflowHandler(game.workflow));
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new SFNClient({ endpoint: server.url, region: "us-east-1", credentials });
    const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn: arn }));
    const mapRunArn = mapRuns?.[0]?.mapRunArn;
    expect(mapRunArn).toMatch(/:mapRun:Machine\/Files:/);
    expect(await client.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      status: "RUNNING",
      executionArn: arn,
      maxConcurrency: 2,
      itemCounts: { total: 4, succeeded: 1, running: 2, pending: 1, failed: 0 },
    });
    const { executions } = await client.send(
      new ListExecutionsCommand({ mapRunArn, statusFilter: "RUNNING" }),
    );
    expect(executions).toHaveLength(2);
    client.destroy();
    await server.stop();
  });
});
