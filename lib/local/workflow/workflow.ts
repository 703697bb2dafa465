import { randomUUID } from "node:crypto";
import { type Activity, createActivity } from "../activity.ts";
import { DefinitionRefused, type Failure, WorkflowError } from "./errors.ts";
import { type ExecutionServices, type PlayedExecution, playExecution } from "./execution.ts";
import { maxHistoryEvents } from "./history.ts";
import { type Json, maxPayloadBytes, parseJson } from "./json.ts";
import { compileMachine, type Machine } from "./machine.ts";
import { createMapRuns } from "./map-run.ts";
import { machineName } from "./persistence.ts";
import type { ExecutionRecord, MapRunRecord, TaskOutcome } from "./record.ts";
import { isToken } from "./token.ts";

export type StateMachine = {
  /** `arn:aws:states:<region>:<account>:stateMachine:<name>`. */
  readonly arn: string;
  /** The definition's text, with its substitutions made (`substitute`). */
  readonly definition: string;
  readonly roleArn: string;
};

export type WorkflowOptions = Omit<ExecutionServices, "track" | "issued" | "mapRuns" | "ended"> & {
  readonly machines: readonly StateMachine[];
  /** The service's own count of what is under way, so that one `settled()` speaks for all. */
  readonly activity?: Activity;
};

export type Workflow = {
  /** Carries on every execution that the store holds. Called once, when functions and table are there. */
  resume(): void;
  /** States presently executing: those that wait for a token or a timer do not count. */
  activity(): number;
  /** Resolves when nothing is under way: here, or in the whole service if it lent its count. */
  idle(): Promise<void>;
  /** Cancels every timer; what runs is dropped, and runs again after a restart. */
  stop(): Promise<void>;

  machines(): readonly (StateMachine & { readonly name: string; readonly createdAt: number })[];
  executions(stateMachineArn: string): readonly ExecutionRecord[];
  /** Throws `ExecutionDoesNotExist` or `InvalidArn`. */
  execution(executionArn: string): ExecutionRecord;
  /** The map runs of an execution, in the order they began. */
  mapRuns(executionArn: string): readonly MapRunRecord[];
  /** A map run, the execution it belongs to, and its children. Throws `ResourceNotFound` or `InvalidArn`. */
  mapRun(mapRunArn: string): {
    readonly run: MapRunRecord;
    readonly parent: ExecutionRecord;
    readonly children: readonly ExecutionRecord[];
  };
  /** Gives the time of it. Executions that have begun keep to their definition. Throws `InvalidDefinition`. */
  update(stateMachineArn: string, definition: string): number;
  /** The same name and input while it runs: the execution that runs. Otherwise a name is used once. */
  start(request: {
    stateMachineArn: string;
    name?: string | undefined;
    input?: string | undefined;
  }): ExecutionRecord;
  stopExecution(executionArn: string, failure: Partial<Failure>): Promise<ExecutionRecord>;
  redrive(executionArn: string, clientToken?: string): ExecutionRecord;
  /** Whether an execution may be redriven, and if not, why, in the service's own words. */
  redriveRefusal(execution: ExecutionRecord): string | undefined;
  succeed(token: string, output: string): void;
  fail(token: string, failure: Failure): void;
  heartbeat(token: string): void;
};

/** A closed execution may be redriven for this long. */
const redrivableMs = 14 * 24 * 60 * 60 * 1000;

/**
 * The player of the machines in a template. Throws `DefinitionRefused` for a machine it cannot play to the
 * letter, and an `Error` that names the file for an execution it cannot read.
 */
export const createWorkflow = (options: WorkflowOptions): Workflow => {
  const { clock, store, activity = createActivity() } = options;
  let inFlight = 0;
  const createdAt = clock.now();
  const compiled = new Map<string, Machine>();
  const executions = new Map<string, PlayedExecution>();
  /** Every token ever issued; each keeps pointing at its execution, which knows whether it is open. */
  const tokens = new Map<string, PlayedExecution>();

  /** Executions keep the definition they were started with, so one machine may be compiled more than once. */
  const machineOf = (definition: string): Machine => {
    const machine = compiled.get(definition) ?? compileMachine(definition);
    compiled.set(definition, machine);
    return machine;
  };

  let machines = options.machines.map((machine) => {
    machineOf(machine.definition);
    return { ...machine, name: machineName(machine.arn), createdAt };
  });

  /** Work rejects only when the store cannot write: that is left unhandled, and ends the process. */
  const track = (work: Promise<unknown>): void => {
    const end = activity.begin();
    inFlight += 1;
    void work.finally(() => {
      inFlight -= 1;
      end();
    });
  };

  const take = (record: ExecutionRecord): PlayedExecution => {
    const execution: PlayedExecution = playExecution(record, machineOf(record.definition), {
      ...options,
      track,
      issued: (token) => tokens.set(token, execution),
      mapRuns,
      ended: mapRuns.childEnded,
    });
    executions.set(record.executionArn, execution);
    mapRuns.adopt(execution);
    const open = record.standing?.token;
    for (const token of [...record.closedTokens, ...(open === undefined ? [] : [open])]) {
      tokens.set(token, execution);
    }
    return execution;
  };

  const mapRuns = createMapRuns({
    now: clock.now,
    startChild: (parent, run, index) => {
      const name = randomUUID();
      const stateMachineArn = `${parent.stateMachineArn}/${run.label}`;
      const child = take({
        format: 1,
        executionArn: `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`,
        name,
        stateMachineArn,
        roleArn: parent.roleArn,
        definition: run.definition,
        input: JSON.stringify(run.inputs[index]),
        startedAt: clock.now(),
        status: "RUNNING",
        redriveCount: 0,
        parent: {
          executionArn: parent.executionArn,
          executionName: parent.name,
          mapRunArn: run.mapRunArn,
          executionType: run.executionType,
          index,
          drive: run.redriveCount,
        },
        closedTokens: [],
        history: [],
      });
      child.begin();
    },
  });

  for (const record of store.load()) take(record);

  const find = (executionArn: string): PlayedExecution => {
    checkArn(executionArn);
    const execution = executions.get(executionArn);
    if (execution === undefined) {
      throw new WorkflowError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
    }
    return execution;
  };

  const machineAt = (arn: string): StateMachine => {
    checkArn(arn);
    const machine = machines.find((candidate) => candidate.arn === arn);
    if (machine === undefined) {
      throw new WorkflowError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  };

  /** The execution that gave the token away. */
  const owner = (token: string): PlayedExecution => {
    const execution = tokens.get(token);
    if (execution !== undefined) return execution;
    if (isToken(token)) throw new WorkflowError("TaskDoesNotExist", "Task Does Not Exist: 'Unknown token'");
    throw new WorkflowError("InvalidToken", "Invalid Token: 'Invalid token'");
  };

  const closed = (): never => {
    throw new WorkflowError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  };

  const answer = (token: string, outcome: TaskOutcome): void => {
    if (!owner(token).answer(token, outcome)) closed();
  };

  const redriveRefusal = (record: ExecutionRecord): string | undefined => {
    const { status, stoppedAt = 0, history } = record;
    if (record.parent !== undefined) return "A child of a map run is redriven with its parent";
    if (status === "RUNNING" || status === "SUCCEEDED")
      return `Execution is ${status} and cannot be redriven`;
    if (history.length >= maxHistoryEvents - 1) return "Execution history event limit exceeded";
    if (clock.now() - stoppedAt > redrivableMs) return "Execution redrivable period exceeded";
    return undefined;
  };

  return {
    resume: () => {
      for (const execution of executions.values()) execution.resume();
    },
    activity: () => inFlight,
    idle: activity.settled,
    stop: async () => {
      await Promise.all([...executions.values()].map((execution) => execution.halt()));
    },

    machines: () => machines,
    executions: (stateMachineArn) => {
      const { arn } = machineAt(stateMachineArn);
      return [...executions.values()]
        .map(({ record }) => record)
        .filter((record) => record.stateMachineArn === arn);
    },
    execution: (executionArn) => find(executionArn).record,
    mapRuns: (executionArn) => find(executionArn).record.mapRuns ?? [],
    mapRun: (mapRunArn) => {
      checkArn(mapRunArn);
      for (const { record: parent } of executions.values()) {
        const run = parent.mapRuns?.find((one) => one.mapRunArn === mapRunArn);
        if (run === undefined) continue;
        return { run, parent, children: mapRuns.childrenOf(mapRunArn).map(({ record }) => record) };
      }
      throw new WorkflowError("ResourceNotFound", `Resource not found: '${mapRunArn}'`);
    },
    update: (stateMachineArn, definition) => {
      const updated = machineAt(stateMachineArn);
      try {
        machineOf(definition);
      } catch (error) {
        if (!(error instanceof DefinitionRefused)) throw error;
        throw new WorkflowError("InvalidDefinition", `Invalid State Machine Definition: '${error.message}'`);
      }
      machines = machines.map((machine) =>
        machine.arn === updated.arn ? { ...machine, definition } : machine,
      );
      return clock.now();
    },
    start: ({ stateMachineArn, name = randomUUID(), input = "{}" }) => {
      const machine = machineAt(stateMachineArn);
      checkName(name);
      checkInput(input);
      const executionArn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
      const existing = executions.get(executionArn)?.record;
      if (existing?.status === "RUNNING" && existing.input === input) return existing;
      if (existing !== undefined) {
        throw new WorkflowError("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
      }
      const execution = take({
        format: 1,
        executionArn,
        name,
        stateMachineArn: machine.arn,
        roleArn: machine.roleArn,
        definition: machine.definition,
        input,
        startedAt: clock.now(),
        status: "RUNNING",
        redriveCount: 0,
        closedTokens: [],
        history: [],
      });
      execution.begin();
      return execution.record;
    },
    stopExecution: async (executionArn, failure) => {
      const execution = find(executionArn);
      await execution.stop(failure);
      return execution.record;
    },
    redrive: (executionArn, clientToken) => {
      const execution = find(executionArn);
      const { record } = execution;
      const repeated = clientToken !== undefined && clientToken === record.redriveClientToken;
      if (record.status === "RUNNING" && repeated) return record;
      const refusal = redriveRefusal(record);
      if (refusal !== undefined) throw new WorkflowError("ExecutionNotRedrivable", refusal);
      execution.redrive(clientToken);
      return record;
    },
    redriveRefusal,
    succeed: (token, output) => {
      const execution = owner(token);
      const value: Json | undefined = parseJson(output);
      if (value === undefined)
        throw new WorkflowError("InvalidOutput", "Invalid Output: 'The output is not JSON'");
      if (!execution.answer(token, { kind: "succeeded", output: value })) closed();
    },
    fail: (token, failure) => answer(token, { kind: "failed", failure }),
    heartbeat: (token) => {
      if (!owner(token).isOpen(token)) closed();
    },
  };
};

const checkArn = (arn: string): void => {
  if (!/^arn:[^:]*:states:[^:]*:[^:]*:(stateMachine|execution|mapRun):/.test(arn)) {
    throw new WorkflowError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
};

/** What StartExecution forbids in a name: blanks, brackets, wildcards, special and control characters. */
const checkName = (name: string): void => {
  if (name.length === 0 || name.length > 80 || /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) {
    throw new WorkflowError("InvalidName", `Invalid Name: '${name}'`);
  }
};

const checkInput = (input: string): void => {
  if (parseJson(input) === undefined) {
    throw new WorkflowError(
      "InvalidExecutionInput",
      "Invalid State Machine Execution Input: 'The input is not JSON'",
    );
  }
  if (Buffer.byteLength(input) > maxPayloadBytes) {
    throw new WorkflowError(
      "InvalidExecutionInput",
      `Invalid State Machine Execution Input: 'The input is over ${maxPayloadBytes} bytes'`,
    );
  }
};
