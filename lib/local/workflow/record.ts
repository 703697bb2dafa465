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
   * the token is being put · `waiting_for_token` · `waiting_to_retry`.
   */
  phase: "evaluating" | "invoking" | "submitting" | "waiting_for_token" | "waiting_to_retry";
  token?: string | undefined;
  /** When the timer of the phase rings: the task's timeout, or the next attempt. */
  dueAt?: number | undefined;
  /** Accepted, and not yet acted upon. Kept before the caller is answered, so that no answer is lost. */
  outcome?: TaskOutcome | undefined;
};

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

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
  /** Tokens that no longer take an answer: they are told TaskTimedOut, unknown ones TaskDoesNotExist. */
  closedTokens: string[];
  history: HistoryEvent[];
};
