import type { Clock } from "../clock.ts";
import { resources } from "./definition.ts";
import { type Failure, StateFailed } from "./errors.ts";
import { evaluationFailed, type Template } from "./expressions.ts";
import { appendEvent, type HistoryDetails, type HistoryEventType } from "./history.ts";
import type { Json } from "./json.ts";
import type { ChoiceState, Machine, State, TaskState } from "./machine.ts";
import type { ExecutionStore } from "./persistence.ts";
import type { ExecutionRecord, ExecutionStatus, Standing, TaskOutcome } from "./record.ts";
import { matchesError, retrierFor, retryDelay } from "./retry.ts";
import { boundedText, contextOf, withPlace } from "./surroundings.ts";
import { invoke, putItem, type TaskServices } from "./task.ts";
import { newToken } from "./token.ts";

/** Told of every state transition that AWS bills: the start, each state entered, each retry, each redrive. */
export type TransitionMeter = { transition(executionName: string): void };

export type ExecutionServices = TaskServices & {
  readonly clock: Clock;
  readonly meter: TransitionMeter;
  /** Uniform in [0, 1): the share of a retry's delay under FULL jitter. */
  readonly random: () => number;
  readonly store: ExecutionStore;
  /** Work in flight is counted until it settles. */
  readonly track: (work: Promise<unknown>) => void;
  /** Told of every token before it is given away. */
  readonly issued: (token: string) => void;
};

export type PlayedExecution = {
  readonly record: ExecutionRecord;
  /** Starts it from the machine's first state. */
  begin(): void;
  /** Carries it on where another process left it. */
  resume(): void;
  /** False when the token takes no answer any more: it was answered, it timed out, or the execution ended. */
  answer(token: string, outcome: TaskOutcome): boolean;
  isOpen(token: string): boolean;
  stop(failure: Partial<Failure>): Promise<void>;
  /** Carries a failed execution on, in the state where it failed. The caller has checked that it may. */
  redrive(clientToken: string | undefined): void;
  /** Cancels its timers and drops what is still to come; resolves when nothing is written any more. */
  halt(): Promise<void>;
};

type Transition = { readonly next: string; readonly input: Json };
type Timer = ReturnType<Clock["schedule"]>;

/**
 * Plays one execution. Everything that happens to it (a function's answer, a token's, a timer) is decided at
 * once, by `accept`, so that of two only the first counts; what follows from it runs in steps, one after
 * the other, each of which ends with the record being saved.
 */
export const playExecution = (
  record: ExecutionRecord,
  machine: Machine,
  services: ExecutionServices,
): PlayedExecution => {
  const { clock, meter, store, track } = services;
  let steps: Promise<void> = Promise.resolve();
  /** Whatever was begun under an earlier number is too late. */
  let attempt = 0;
  let halted = false;
  let taskTimer: Timer | undefined;
  let deadlineTimer: Timer | undefined;

  const append = <Type extends HistoryEventType>(
    type: Type,
    details: HistoryDetails[Type],
    previousEventId?: number,
  ): number => appendEvent(record.history, clock.now(), type, details, previousEventId);

  const standing = (): Standing => {
    if (record.standing === undefined) throw new Error(`Execution ${record.name} stands in no state`);
    return record.standing;
  };

  const stateNamed = (name: string): State => {
    const state = machine.states.get(name);
    if (state === undefined) throw new Error(`There is no state ${name}`);
    return state;
  };

  const taskStanding = (): TaskState => {
    const state = stateNamed(standing().name);
    if (state.type !== "Task") throw new Error(`State ${standing().name} is no task`);
    return state;
  };

  const step = (run: () => Promise<void>): Promise<void> => {
    steps = steps.then(async () => {
      if (halted || record.status !== "RUNNING") return;
      try {
        await run();
      } catch (error) {
        const failure = failureOf(error);
        finish("FAILED", failure);
        append("ExecutionFailed", failure);
      }
      store.save(record);
    });
    track(steps);
    return steps;
  };

  // Moving from state to state

  const follow = async (transition: Transition | undefined): Promise<void> => {
    for (let at = transition; at !== undefined; ) at = await enter(at);
  };

  const enter = ({ next, input }: Transition): Promise<Transition | undefined> => {
    meter.transition(record.name);
    const details = { name: next, input: JSON.stringify(input) };
    // The first state has no event before it, as in the real service's histories.
    const previous = record.standing === undefined ? 0 : undefined;
    const enteredEventId = append(`${stateNamed(next).type}StateEntered`, details, previous);
    record.standing = {
      name: next,
      input,
      enteredAt: clock.now(),
      enteredEventId,
      retries: [],
      phase: "evaluating",
    };
    return play();
  };

  /** Leaves the state with its output, or ends the execution with it. */
  const leave = (output: Json, next: string | undefined): Transition | undefined => {
    const { name } = standing();
    const { type } = stateNamed(name);
    const text = boundedText(name, output);
    if (type !== "Fail") append(`${type}StateExited`, { name, output: text });
    if (next !== undefined) return { next, input: output };
    finish("SUCCEEDED");
    record.output = text;
    append("ExecutionSucceeded", { output: text });
    return undefined;
  };

  const finish = (status: Exclude<ExecutionStatus, "RUNNING">, failure?: Partial<Failure>): void => {
    attempt += 1;
    taskTimer?.cancel();
    deadlineTimer?.cancel();
    closeToken();
    record.status = status;
    record.stoppedAt = clock.now();
    record.failure = failure;
  };

  const play = async (): Promise<Transition | undefined> => {
    const state = stateNamed(standing().name);
    switch (state.type) {
      case "Task":
        return attemptTask(state);
      case "Choice":
        return choose(state);
      case "Succeed":
        return leave(state.output === undefined ? standing().input : await evaluate(state.output), undefined);
      case "Fail": {
        const error = String(await evaluate(state.error));
        const cause = state.cause && String(await evaluate(state.cause));
        throw new StateFailed({ error, ...(cause !== undefined && { cause }) });
      }
    }
  };

  const choose = async (state: ChoiceState): Promise<Transition | undefined> => {
    const { input } = standing();
    for (const [index, rule] of state.choices.entries()) {
      const field = `Choices[${index}]/Condition`;
      const condition: Template = async (scope) => {
        const holds = await rule.condition(scope);
        if (typeof holds === "boolean") return holds;
        throw evaluationFailed(field, `The field '${field}' is ${JSON.stringify(holds)}, and no boolean.`);
      };
      if (await evaluate(condition)) {
        return leave(rule.output === undefined ? input : await evaluate(rule.output), rule.next);
      }
    }
    if (state.default !== undefined) return leave(input, state.default);
    const cause = "Failed to transition out of the state. The state does not point to a next state.";
    throw new StateFailed({ error: "States.Runtime", cause: withPlace(standing(), cause) });
  };

  // Tasks

  const attemptTask = async (state: TaskState): Promise<Transition | undefined> => {
    const here = standing();
    const token = state.resource.endsWith(".waitForTaskToken") ? newToken() : undefined;
    here.phase = "evaluating";
    here.outcome = undefined;
    here.dueAt = undefined;
    let argument: Json;
    let timeoutSeconds: number | undefined;
    try {
      argument = await evaluate(state.arguments, { token });
      timeoutSeconds = state.timeoutSeconds && (await seconds(state.timeoutSeconds));
    } catch (error) {
      return recover(state, failureOf(error));
    }
    append("TaskScheduled", {
      ...resources[state.resource],
      region: record.stateMachineArn.split(":")[3] ?? "",
      parameters: JSON.stringify(argument),
      ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
    });
    append("TaskStarted", resources[state.resource]);
    here.phase = token === undefined ? "invoking" : "submitting";
    here.token = token;
    here.dueAt = timeoutSeconds === undefined ? undefined : clock.now() + timeoutSeconds * 1000;
    attempt += 1;
    if (token !== undefined) services.issued(token);
    store.save(record);
    awaitTimeout(attempt, here.dueAt);
    track(token === undefined ? invokeFor(attempt, argument) : submitFor(attempt, argument));
    return undefined;
  };

  const invokeFor = async (mine: number, argument: Json): Promise<void> => {
    const outcome = await invoke(services, argument).then(
      (output): TaskOutcome => ({ kind: "succeeded", output }),
      (error): TaskOutcome => ({ kind: "failed", failure: failureOf(error) }),
    );
    if (accept(mine, outcome)) await step(() => act(mine));
  };

  /** An answer may come before the put returns: it is kept, and acted upon once the put is written down. */
  const submitFor = async (mine: number, argument: Json): Promise<void> => {
    const failure = await putItem(services, argument).then(() => undefined, failureOf);
    if (failure !== undefined) accept(mine, { kind: "failed", failure });
    await step(async () => {
      if (mine !== attempt) return;
      if (failure === undefined) {
        append("TaskSubmitted", { ...resources[taskStanding().resource], output: "{}" });
      }
      standing().phase = "waiting_for_token";
      await act(mine);
    });
  };

  const awaitTimeout = (mine: number, dueAt: number | undefined): void => {
    if (dueAt === undefined) return;
    taskTimer = clock.schedule(dueAt, async () => {
      if (accept(mine, { kind: "timed_out" })) await step(() => act(mine));
    });
  };

  const awaitRetry = (mine: number, dueAt: number): void => {
    taskTimer = clock.schedule(dueAt, () =>
      step(async () => {
        if (mine !== attempt) return;
        meter.transition(record.name);
        await follow(await attemptTask(taskStanding()));
      }),
    );
  };

  /** Decides, at once and for good, how the attempt came out. False: it was decided before. */
  const accept = (mine: number, outcome: TaskOutcome): boolean => {
    const here = record.standing;
    if (halted || mine !== attempt || here === undefined || here.outcome !== undefined) return false;
    here.outcome = outcome;
    taskTimer?.cancel();
    closeToken();
    store.save(record);
    return true;
  };

  const act = async (mine: number): Promise<void> => {
    const { outcome } = standing();
    if (mine !== attempt || outcome === undefined) return;
    attempt += 1;
    await follow(await conclude(taskStanding(), outcome));
  };

  const conclude = async (state: TaskState, outcome: TaskOutcome): Promise<Transition | undefined> => {
    const resource = resources[state.resource];
    switch (outcome.kind) {
      case "succeeded":
        try {
          append("TaskSucceeded", { ...resource, output: boundedText(standing().name, outcome.output) });
          const { output } = state;
          const result = { result: outcome.output };
          return leave(output === undefined ? outcome.output : await evaluate(output, result), state.next);
        } catch (error) {
          return recover(state, failureOf(error));
        }
      case "failed":
        append("TaskFailed", { ...resource, ...outcome.failure });
        return recover(state, outcome.failure);
      case "timed_out":
        append("TaskTimedOut", { ...resource, error: "States.Timeout" });
        return recover(state, { error: "States.Timeout" });
    }
  };

  /** Tries Retry, then Catch; what neither takes ends the execution. */
  const recover = async (state: TaskState, failure: Failure): Promise<Transition | undefined> => {
    const here = standing();
    const index = retrierFor(state.retry, failure.error, here.retries);
    const retrier = index === undefined ? undefined : state.retry[index];
    if (index !== undefined && retrier !== undefined) {
      const used = here.retries[index] ?? 0;
      here.retries = state.retry.map((_, place) => (here.retries[place] ?? 0) + (place === index ? 1 : 0));
      here.phase = "waiting_to_retry";
      here.outcome = undefined;
      here.dueAt = clock.now() + retryDelay(retrier, used, services.random);
      attempt += 1;
      awaitRetry(attempt, here.dueAt);
      return undefined;
    }
    const catcher = state.catch.find(({ errorEquals }) => matchesError(errorEquals, failure.error));
    if (catcher === undefined) throw new StateFailed(failure);
    const errorOutput: Json = {
      Error: failure.error,
      ...(failure.cause !== undefined && { Cause: failure.cause }),
    };
    const { output, next } = catcher;
    return leave(output === undefined ? errorOutput : await evaluate(output, { errorOutput }), next);
  };

  const closeToken = (): void => {
    const { token } = record.standing ?? {};
    if (record.standing === undefined || token === undefined) return;
    record.closedTokens.push(token);
    record.standing.token = undefined;
  };

  // Evaluating fields

  const evaluate = async (
    template: Template,
    extra: { result?: Json; errorOutput?: Json; token?: string | undefined } = {},
  ): Promise<Json> => {
    const { token, ...readable } = extra;
    try {
      return await template({ input: standing().input, context: contextOf(record, token), ...readable });
    } catch (error) {
      const { error: name, cause } = failureOf(error);
      const failure = { error: name, cause: withPlace(standing(), cause ?? "") };
      const location = error instanceof StateFailed ? error.location : undefined;
      append("EvaluationFailed", { ...failure, ...(location && { location }), state: standing().name });
      throw new StateFailed(failure, location);
    }
  };

  const seconds = async (template: Template): Promise<number> => {
    const field = "TimeoutSeconds";
    const positive: Template = async (scope) => {
      const value = await template(scope);
      if (Number.isInteger(value) && Number(value) > 0) return value;
      throw evaluationFailed(
        field,
        `The field '${field}' is ${JSON.stringify(value)}, and no positive integer.`,
      );
    };
    return Number(await evaluate(positive));
  };

  // What the service does to an execution

  const carryOn = async (): Promise<void> =>
    follow(
      record.standing === undefined
        ? { next: machine.startAt, input: JSON.parse(record.input) as Json }
        : await play(),
    );

  const awaitDeadline = (): void => {
    if (record.deadlineAt === undefined) return;
    deadlineTimer = clock.schedule(record.deadlineAt, () =>
      step(async () => {
        finish("TIMED_OUT");
        append("ExecutionTimedOut", { error: "States.Timeout" }, 0);
      }),
    );
  };

  const startClock = (): void => {
    record.deadlineAt =
      machine.timeoutSeconds === undefined ? undefined : clock.now() + machine.timeoutSeconds * 1000;
    meter.transition(record.name);
    store.save(record);
    awaitDeadline();
    void step(carryOn);
  };

  return {
    record,
    begin: () => {
      append("ExecutionStarted", { input: record.input, roleArn: record.roleArn });
      startClock();
    },
    resume: () => {
      if (record.status !== "RUNNING") return;
      awaitDeadline();
      attempt += 1;
      const here = record.standing;
      if (here?.outcome !== undefined) {
        void step(() => act(attempt));
      } else if (here?.phase === "waiting_for_token") {
        awaitTimeout(attempt, here.dueAt);
      } else if (here?.phase === "waiting_to_retry") {
        awaitRetry(attempt, here.dueAt ?? clock.now());
      } else {
        closeToken();
        void step(carryOn);
      }
    },
    isOpen: (token) => record.standing?.token === token,
    answer: (token, outcome) => {
      const here = record.standing;
      if (here?.token !== token) return false;
      const mine = attempt;
      if (!accept(mine, outcome)) return false;
      if (here.phase !== "submitting") void step(() => act(mine));
      return true;
    },
    stop: (failure) =>
      step(async () => {
        finish("ABORTED", failure);
        append("ExecutionAborted", failure, 0);
      }),
    redrive: (clientToken) => {
      record.status = "RUNNING";
      record.redriveCount += 1;
      record.redrivenAt = clock.now();
      record.redriveClientToken = clientToken;
      record.stoppedAt = undefined;
      record.failure = undefined;
      append("ExecutionRedriven", { redriveCount: record.redriveCount });
      if (record.standing !== undefined) {
        record.standing.retries = [];
        record.standing.phase = "evaluating";
        record.standing.outcome = undefined;
      }
      startClock();
    },
    halt: () => {
      halted = true;
      taskTimer?.cancel();
      deadlineTimer?.cancel();
      return steps;
    },
  };
};

/** A mistake of this player, or of a service it calls, ends the execution instead of leaving it hanging. */
const failureOf = (error: unknown): Failure =>
  error instanceof StateFailed
    ? error.failure
    : { error: "States.Runtime", cause: error instanceof Error ? error.message : String(error) };
