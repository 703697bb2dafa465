import type { Clock } from "../clock.ts";
import { resources } from "./definition.ts";
import { type Failure, failureOf, StateFailed } from "./errors.ts";
import { evaluationIn } from "./evaluation.ts";
import { appendEvent, type HistoryDetails, type HistoryEventType } from "./history.ts";
import type { Json } from "./json.ts";
import type { ChoiceState, Machine, MapState, State, TaskState, WaitState } from "./machine.ts";
import type { MapRuns } from "./map-run.ts";
import { mapRunOf } from "./map-state.ts";
import type { ExecutionStore } from "./persistence.ts";
import {
  type ExecutionRecord,
  type ExecutionStatus,
  type MapRunRecord,
  type Standing,
  standingOf,
  type TaskOutcome,
} from "./record.ts";
import { matchesError, retrierFor, retryDelay } from "./retry.ts";
import { boundedText, withPlace } from "./surroundings.ts";
import { call, putItem, type TaskServices } from "./task.ts";
import { newToken } from "./token.ts";

/**
 * Told of what AWS bills. A standard execution: every transition, which is the start, each state entered,
 * each retry, each redrive. An express one: itself, and how long it took. A child is its parent's.
 */
export type TransitionMeter = {
  transition(executionName: string): void;
  express(executionName: string, durationMs: number): void;
};

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
  readonly mapRuns: MapRuns;
  /** What a task ends with in place of being carried out, where somebody has asked for it. */
  readonly faultOf?: (executionName: string, state: string) => Failure | undefined;
  /** Told once each time an execution ends, after it is saved. */
  readonly ended: (record: ExecutionRecord) => void;
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

type Recoverable = TaskState | MapState;
type Transition = { readonly next: string; readonly input: Json };
type Timer = ReturnType<Clock["schedule"]>;

/** An express execution that lasts longer is ended by AWS. */
const expressSeconds = 300;

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
  const billedTo = record.parent?.executionName ?? record.name;
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

  const standing = (): Standing => standingOf(record);

  const evaluation = evaluationIn(record, (details) => append("EvaluationFailed", details));
  const { evaluate, whole, holds } = evaluation;

  const stateNamed = (name: string): State => {
    const state = machine.states.get(name);
    if (state === undefined) throw new Error(`There is no state ${name}`);
    return state;
  };

  const transition = (): void => {
    if (record.parent?.executionType !== "EXPRESS") meter.transition(billedTo);
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
      if (record.status !== "RUNNING") services.ended(record);
    });
    track(steps);
    return steps;
  };

  // Moving from state to state

  const follow = async (transition: Transition | undefined): Promise<void> => {
    for (let at = transition; at !== undefined; ) at = await enter(at);
  };

  const enter = ({ next, input }: Transition): Promise<Transition | undefined> => {
    transition();
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
    const run = mapRun();
    if (run?.status === "RUNNING") services.mapRuns.abort(run);
    if (record.parent?.executionType === "EXPRESS") {
      meter.express(billedTo, record.stoppedAt - (record.redrivenAt ?? record.startedAt));
    }
  };

  const play = async (): Promise<Transition | undefined> => {
    const state = stateNamed(standing().name);
    switch (state.type) {
      case "Task":
        return attemptTask(state);
      case "Map":
        return attemptMap(state);
      case "Wait":
        return beginWait(state);
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
      if (await holds(`Choices[${index}]/Condition`, rule.condition)) {
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
      timeoutSeconds = state.timeoutSeconds && (await whole("TimeoutSeconds", state.timeoutSeconds, 1));
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
    track(
      token === undefined
        ? callFor(attempt, state.resource, argument)
        : submitFor(attempt, state.resource, argument),
    );
    return undefined;
  };

  const unlessFaulty = async <Result>(carryOut: () => Promise<Result>): Promise<Result> => {
    const fault = services.faultOf?.(record.name, standing().name);
    if (fault) throw new StateFailed(fault);
    return carryOut();
  };

  const callFor = async (mine: number, resource: TaskState["resource"], argument: Json): Promise<void> => {
    const outcome = await unlessFaulty(() => call(services, resource, argument)).then(
      (output): TaskOutcome => ({ kind: "succeeded", output }),
      (error): TaskOutcome => ({ kind: "failed", failure: failureOf(error) }),
    );
    if (accept(mine, outcome)) await step(() => act(mine));
  };

  /** An answer may come before the put returns: it is kept, and acted upon once the put is written down. */
  const submitFor = async (mine: number, resource: TaskState["resource"], argument: Json): Promise<void> => {
    const failure = await unlessFaulty(() => putItem(services, argument)).then(() => undefined, failureOf);
    if (failure !== undefined) accept(mine, { kind: "failed", failure });
    await step(async () => {
      if (mine !== attempt) return;
      if (failure === undefined) {
        append("TaskSubmitted", { ...resources[resource], output: "{}" });
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
        transition();
        await follow(await play());
      }),
    );
  };

  const beginWait = async (state: WaitState): Promise<undefined> => {
    const here = standing();
    here.dueAt = clock.now() + (await whole("Seconds", state.seconds, 0)) * 1000;
    here.phase = "waiting";
    attempt += 1;
    awaitWaited(attempt, here.dueAt);
  };

  const awaitWaited = (mine: number, dueAt: number): void => {
    taskTimer = clock.schedule(dueAt, () =>
      step(async () => {
        const { name, input } = standing();
        const state = stateNamed(name);
        if (mine !== attempt || state.type !== "Wait") return;
        attempt += 1;
        await follow(leave(state.output === undefined ? input : await evaluate(state.output), state.next));
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
    const state = stateNamed(standing().name);
    if (state.type === "Task") await follow(await concludeTask(state, outcome));
    if (state.type === "Map") await follow(await concludeMap(state, outcome));
  };

  const concludeTask = async (state: TaskState, outcome: TaskOutcome): Promise<Transition | undefined> => {
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
  const recover = async (state: Recoverable, failure: Failure): Promise<Transition | undefined> => {
    const here = standing();
    const index = retrierFor(state.retry, failure.error, here.retries);
    const retrier = index === undefined ? undefined : state.retry[index];
    if (index !== undefined && retrier !== undefined) {
      const used = here.retries[index] ?? 0;
      here.retries = state.retry.map((_, place) => (here.retries[place] ?? 0) + (place === index ? 1 : 0));
      here.phase = "waiting_to_retry";
      here.outcome = undefined;
      here.mapRunArn = undefined;
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

  // Maps

  const mapRun = (): MapRunRecord | undefined =>
    record.mapRuns?.find(({ mapRunArn }) => mapRunArn === record.standing?.mapRunArn);

  const attemptMap = async (state: MapState): Promise<Transition | undefined> => {
    const here = standing();
    const former = mapRun();
    here.outcome = undefined;
    here.dueAt = undefined;
    if (former !== undefined) {
      redriveRun(former);
    } else {
      try {
        const started = (length: number) => append("MapStateStarted", { length });
        const surroundings = { record, standing: here, services, evaluation, now: clock.now(), started };
        startRun(await mapRunOf(state, surroundings));
      } catch (error) {
        append("MapStateFailed", {});
        return recover(state, failureOf(error));
      }
    }
    here.phase = "mapping";
    attempt += 1;
    store.save(record);
    followRun(attempt);
    return undefined;
  };

  const startRun = (run: MapRunRecord): void => {
    record.mapRuns = [...(record.mapRuns ?? []), run];
    standing().mapRunArn = run.mapRunArn;
    append("MapRunStarted", { mapRunArn: run.mapRunArn });
  };

  const redriveRun = (run: MapRunRecord): void => {
    run.status = "RUNNING";
    run.stoppedAt = undefined;
    run.redriveCount += 1;
    run.redrivenAt = clock.now();
    append("MapRunRedriven", { mapRunArn: run.mapRunArn, redriveCount: run.redriveCount });
  };

  /** Children run by themselves; all that is heard of them here is how the run came out. */
  const followRun = (mine: number): void => {
    const run = mapRun();
    if (run === undefined) throw new Error(`Execution ${record.name} has lost its map run`);
    services.mapRuns.play(record, run, (outcome) => {
      if (accept(mine, outcome)) void step(() => act(mine));
    });
  };

  const concludeMap = async (state: MapState, outcome: TaskOutcome): Promise<Transition | undefined> => {
    try {
      if (outcome.kind !== "succeeded") {
        const failure = outcome.kind === "failed" ? outcome.failure : { error: "States.Timeout" };
        append("MapRunFailed", failure);
        throw new StateFailed(failure);
      }
      append("MapRunSucceeded", {});
      boundedText(standing().name, outcome.output);
      const { output } = state;
      const result = { result: outcome.output };
      const shown = output === undefined ? outcome.output : await evaluate(output, result);
      append("MapStateSucceeded", {});
      return leave(shown, state.next);
    } catch (error) {
      append("MapStateFailed", {});
      return recover(state, failureOf(error));
    }
  };

  const closeToken = (): void => {
    const { token } = record.standing ?? {};
    if (record.standing === undefined || token === undefined) return;
    record.closedTokens.push(token);
    record.standing.token = undefined;
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
    const timeoutSeconds =
      record.parent?.executionType === "EXPRESS" ? expressSeconds : machine.timeoutSeconds;
    record.deadlineAt = timeoutSeconds === undefined ? undefined : clock.now() + timeoutSeconds * 1000;
    transition();
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
      } else if (here?.phase === "mapping") {
        followRun(attempt);
      } else if (here?.phase === "waiting") {
        awaitWaited(attempt, here.dueAt ?? clock.now());
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
