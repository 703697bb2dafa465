import { memoryStore } from "../../lib/local/workflow/persistence.ts";
import type { ExecutionRecord } from "../../lib/local/workflow/record.ts";
import type { FunctionResult, PutItemInput } from "../../lib/local/workflow/task.ts";
import { createWorkflow, type Workflow, type WorkflowOptions } from "../../lib/local/workflow/workflow.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";

export const machineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:Machine";

/** Answers an invocation; the first argument is the payload, the second counts from 1. */
export type FakeFunction = (payload: unknown, call: number) => FunctionResult | Promise<FunctionResult>;

export type Play = {
  readonly workflow: Workflow;
  readonly clock: HandClock;
  /** The items put so far, oldest first. */
  readonly items: PutItemInput[];
  /** Payloads by function, oldest first. */
  readonly calls: ReadonlyMap<string, unknown[]>;
  transitions(executionName?: string): number;
  start(input: unknown, name?: string): Promise<ExecutionRecord>;
  advance(ms: number): Promise<void>;
  /** The token of the latest item. */
  token(): string;
  succeed(output: unknown, token?: string): Promise<void>;
};

type PlayOptions = Partial<Omit<WorkflowOptions, "clock" | "machines">> & {
  readonly clock?: HandClock;
  readonly functions?: Readonly<Record<string, FakeFunction>>;
  /** What is awaited after each move; `oneTurn` where a function never answers. */
  readonly settle?: () => Promise<void>;
};

const notThere = async (): Promise<never> => {
  throw new Error("There is no such service in this test");
};

/** Lets everything happen that does not wait for the outside. */
export const oneTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A machine on a hand-stepped clock, with fakes for the functions and the table. */
export const play = (definition: unknown, options: PlayOptions = {}): Play => {
  const { clock = createHandClock(), functions = {}, settle = () => workflow.idle(), ...rest } = options;
  const items: PutItemInput[] = [];
  const calls = new Map<string, unknown[]>();
  const counted: string[] = [];
  const workflow: Workflow = createWorkflow({
    machines: [
      {
        arn: machineArn,
        definition: typeof definition === "string" ? definition : JSON.stringify(definition),
        roleArn: "arn:aws:iam::000000000000:role/machine",
      },
    ],
    clock,
    random: () => 0.5,
    store: memoryStore(),
    meter: { transition: (name) => counted.push(name), express: () => undefined },
    invokeFunction: async (name, payload) => {
      const earlier = calls.get(name) ?? [];
      calls.set(name, [...earlier, payload]);
      const fake = functions[name];
      if (fake === undefined) throw new Error(`No function ${name}`);
      return fake(payload, earlier.length + 1);
    },
    putItem: async (input) => {
      items.push(input);
    },
    exportTable: notThere,
    describeExport: notThere,
    readObject: notThere,
    ...rest,
  });
  const token = (): string => String(items.at(-1)?.Item.taskToken?.S);
  return {
    workflow,
    clock,
    items,
    calls,
    transitions: (name) => counted.filter((one) => name === undefined || one === name).length,
    start: async (input, name) => {
      const record = workflow.start({ stateMachineArn: machineArn, name, input: JSON.stringify(input) });
      await settle();
      return record;
    },
    advance: (ms) => clock.advance(ms, settle),
    token,
    succeed: async (output, to = token()) => {
      workflow.succeed(to, JSON.stringify(output));
      await settle();
    },
  };
};

/** The states an execution entered, in order. */
export const entered = (record: ExecutionRecord): string[] =>
  record.history
    .filter(({ type }) => type.endsWith("StateEntered"))
    .map(({ details }) => (details as { name: string }).name);

export const eventTypes = (record: ExecutionRecord): string[] => record.history.map(({ type }) => type);
