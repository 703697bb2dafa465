import type { Failure } from "./errors.ts";
import type { HistoryEvent } from "./history.ts";
import type { Json } from "./json.ts";

export type TaskOutcome =
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "timed_out" };

/** Where an execution stands: in which state, on which attempt, and what it waits for. */
export type Standing = {
  readonly name: string;
  readonly input: Json;
  readonly enteredAt: number;
  readonly enteredEventId: number;
  /** Attempts made again, by place of the retrier that took the error. */
  retries: readonly number[];
  /**
   * `evaluating`: the state is being worked out · `invoking`: a function runs · `submitting`: the item with
   * the token is being put · `waiting_for_token` · `waiting_to_retry` · `waiting`: a Wait state · `mapping`: a
   * map run is under way.
   */
  phase:
    | "evaluating"
    | "invoking"
    | "submitting"
    | "waiting_for_token"
    | "waiting_to_retry"
    | "waiting"
    | "mapping";
  /** The map run of this visit; a redrive carries it on, a retry begins another. */
  mapRunArn?: string | undefined;
  token?: string | undefined;
  /** When the timer of the phase rings: the task's timeout, or the next attempt. */
  dueAt?: number | undefined;
  /** Accepted, and not yet acted upon. Kept before the caller is answered, so that no answer is lost. */
  outcome?: TaskOutcome | undefined;
};

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** One run of a Map state: the inputs of its children, and how it goes. */
export type MapRunRecord = {
  readonly mapRunArn: string;
  readonly stateName: string;
  readonly label: string;
  readonly executionType: "STANDARD" | "EXPRESS";
  /** The machine of the children. */
  readonly definition: string;
  readonly inputs: readonly Json[];
  /** 0: all at once. */
  readonly maxConcurrency: number;
  readonly toleratedCount: number | undefined;
  readonly toleratedPercentage: number | undefined;
  readonly startedAt: number;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
  stoppedAt?: number | undefined;
  redriveCount: number;
  redrivenAt?: number | undefined;
};

/** What a child execution knows of the execution that started it. */
export type Parent = {
  readonly executionArn: string;
  /** Whom its transitions are billed to. */
  readonly executionName: string;
  readonly mapRunArn: string;
  readonly executionType: "STANDARD" | "EXPRESS";
  /** Place of its item. */
  readonly index: number;
  /** How often the run had been redriven when this child was last started. */
  drive: number;
};

/** All that is known of an execution, and all that is needed to carry it on in another process. */
export type ExecutionRecord = {
  readonly format: 1;
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
  /** The definition it was started with; a redrive and a restart keep to it. */
  readonly definition: string;
  /** The text it was started with: StartExecution compares it letter by letter. */
  readonly input: string;
  readonly startedAt: number;
  status: ExecutionStatus;
  stoppedAt?: number | undefined;
  output?: string | undefined;
  failure?: Partial<Failure> | undefined;
  /** When the machine's own TimeoutSeconds runs out. */
  deadlineAt?: number | undefined;
  redriveCount: number;
  redrivenAt?: number | undefined;
  redriveClientToken?: string | undefined;
  standing?: Standing | undefined;
  parent?: Parent | undefined;
  /** Runs of Map states, in the order they began. */
  mapRuns?: MapRunRecord[] | undefined;
  /** Tokens that no longer take an answer: they are told TaskTimedOut, unknown ones TaskDoesNotExist. */
  closedTokens: string[];
  history: HistoryEvent[];
};

export const standingOf = ({ name, standing }: ExecutionRecord): Standing => {
  if (standing === undefined) throw new Error(`Execution ${name} stands in no state`);
  return standing;
};
