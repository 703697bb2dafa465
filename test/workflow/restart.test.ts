import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ExecutionStore, fileStore } from "../../lib/local/workflow/persistence.ts";
import { invokeTask, machineOf, waitTask } from "./definitions.ts";
import { entered, eventTypes, machineArn, oneTurn, type Play, play } from "./play.ts";

const arn = "arn:aws:states:us-east-1:000000000000:execution:Machine:case-1";
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "workflow-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const machine = machineOf({
  Wait: waitTask({
    End: undefined,
    TimeoutSeconds: 3600,
    Catch: [{ ErrorEquals: ["States.Timeout"], Output: { late: true }, Next: "Work" }],
    Next: "Work",
  }),
  Work: invokeTask({
    Output: "{% $states.result.Payload %}",
    Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 100 }],
  }),
});

/** Another process on the same files, at the same time of day. */
const restart = async (before: Play, options: Parameters<typeof play>[1] = {}): Promise<Play> => {
  await before.workflow.stop();
  const after = play(machine, { clock: before.clock, store: fileStore(directory), ...options });
  after.workflow.resume();
  await after.workflow.idle();
  return after;
};

describe("an execution outlives the process", () => {
  it("in a wait: the old token is good, and the timer rings when it is due", async () => {
    const functions = { Work: () => ({ payload: "done" }) };
    const first = play(machine, { store: fileStore(directory), functions });
    await first.start({}, "case-1");
    await first.advance(1_800_000);
    const second = await restart(first, { functions });
    expect(second.clock.pending()).toEqual([second.clock.now() + 1_800_000]);
    await second.advance(1_800_000);
    const record = second.workflow.execution(arn);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
    expect(second.calls.get("Work")).toEqual([{ late: true }]);
    expect(() => second.workflow.succeed(first.token(), "{}")).toThrow(
      expect.objectContaining({ name: "TaskTimedOut" }),
    );

    const third = await restart(second);
    expect(third.workflow.execution(arn)).toEqual(record);
    expect(third.items).toEqual([]);
  });

  it("answered in the next process", async () => {
    const first = play(machine, { store: fileStore(directory) });
    await first.start({}, "case-1");
    const second = await restart(first, { functions: { Work: (payload) => ({ payload }) } });
    await second.succeed({ answer: 1 }, first.token());
    expect(second.workflow.execution(arn).output).toBe('{"answer":1}');
    expect(second.items).toEqual([]);
  });

  it("in the middle of a function: the state runs again, and the lost answer counts for nothing", async () => {
    let answer: (result: { payload: string }) => void = () => undefined;
    const first = play(machine, {
      store: fileStore(directory),
      functions: { Work: () => new Promise((resolve) => (answer = resolve)) },
    });
    await first.start({}, "case-1");
    first.workflow.succeed(first.token(), "{}");
    await oneTurn();
    expect(first.calls.get("Work")).toHaveLength(1);
    const second = await restart(first, { functions: { Work: () => ({ payload: "again" }) } });
    answer({ payload: "lost" });
    await first.workflow.idle();
    const record = second.workflow.execution(arn);
    expect(record).toMatchObject({ status: "SUCCEEDED", output: '"again"' });
    expect(entered(record)).toEqual(["Wait", "Work"]);
    expect(eventTypes(record).filter((type) => type === "TaskScheduled")).toHaveLength(3);
    expect(JSON.parse(readFileSync(join(directory, "Machine", "case-1.json"), "utf8")).output).toBe(
      '"again"',
    );
  });

  it("in the middle of a put: a new token is given, and the old one stays closed", async () => {
    let lost = "";
    const first = play(machine, {
      store: fileStore(directory),
      settle: oneTurn,
      putItem: ({ Item }) => {
        lost = String(Item.taskToken?.S);
        return new Promise(() => undefined);
      },
    });
    await first.start({}, "case-1");
    const second = await restart(first);
    const third = await restart(second);
    expect(second.token()).not.toBe(lost);
    for (const { workflow } of [second, third]) {
      expect(() => workflow.heartbeat(lost)).toThrow(expect.objectContaining({ name: "TaskTimedOut" }));
    }
    third.workflow.heartbeat(second.token());
  });

  it("between two attempts: the next comes when it is due", async () => {
    const first = play(machine, {
      store: fileStore(directory),
      functions: { Work: () => ({ functionError: { errorType: "Busy", errorMessage: "no" } }) },
    });
    await first.start({}, "case-1");
    await first.succeed({});
    await first.advance(60_000);
    const second = await restart(first, { functions: { Work: () => ({ payload: "now" }) } });
    await second.advance(39_999);
    expect(second.calls.get("Work")).toBeUndefined();
    await second.advance(1);
    expect(second.workflow.execution(arn).output).toBe('"now"');
  });

  it("with an answer accepted and not yet acted upon: it is not asked again", async () => {
    const files = fileStore(directory);
    let crashed = false;
    const store: ExecutionStore = {
      load: files.load,
      save: (record) => {
        if (!crashed) files.save(record);
        crashed ||= record.standing?.outcome !== undefined;
      },
    };
    const first = play(machine, { store, functions: { Work: () => ({ payload: "lost" }) } });
    await first.start({}, "case-1");
    first.workflow.succeed(first.token(), '{"kept":true}');
    const second = await restart(first, { functions: { Work: (payload) => ({ payload }) } });
    expect(second.workflow.execution(arn).output).toBe('{"kept":true}');
  });

  it("keeps the definition it was started with", async () => {
    const first = play(machine, { store: fileStore(directory) });
    await first.start({}, "case-1");
    await first.workflow.stop();
    const second = play(machineOf({ New: { Type: "Succeed" } }), {
      clock: first.clock,
      store: fileStore(directory),
      functions: { Work: () => ({ payload: "old road" }) },
    });
    second.workflow.resume();
    await second.succeed({}, first.token());
    expect(second.workflow.execution(arn).output).toBe('"old road"');
    const started = second.workflow.start({ stateMachineArn: machineArn, name: "case-2" });
    await second.workflow.idle();
    expect(entered(started)).toEqual(["New"]);
  });
});

describe("the files", () => {
  it("are one an execution, with names that a file system takes", async () => {
    const game = play(machine, { store: fileStore(directory) });
    await game.start({}, "case-1");
    await game.start({}, "Größe.1");
    const files = readdirSync(join(directory, "Machine"));
    expect(files).toHaveLength(2);
    expect(files).toContain("case-1.json");
    expect((await restart(game)).workflow.executions(machineArn)).toHaveLength(2);
  });

  it.each(["{", '{"format":0}'])("one that cannot be read is named: %s", async (text) => {
    writeFileSync(join(directory, "broken.json"), text);
    expect(() => play(machine, { store: fileStore(directory) })).toThrow("broken.json");
  });
});
