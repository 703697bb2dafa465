/** Names the service answers with, as the real one spells them (`botocore` model of 2016-11-23). */
export type WorkflowErrorName =
  | "ExecutionAlreadyExists"
  | "ExecutionDoesNotExist"
  | "ExecutionNotRedrivable"
  | "InvalidArn"
  | "InvalidDefinition"
  | "InvalidExecutionInput"
  | "InvalidName"
  | "InvalidOutput"
  | "InvalidToken"
  | "ResourceNotFound"
  | "StateMachineDoesNotExist"
  | "TaskDoesNotExist"
  | "TaskTimedOut"
  | "UnknownOperationException"
  | "ValidationException";

/** A request the service refuses. On the wire it is a 400 with `__type` and `message`. */
export class WorkflowError extends Error {
  override readonly name: WorkflowErrorName;

  constructor(name: WorkflowErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * The definition holds something this player does not play. Thrown when the machine is loaded, so that a
 * field which would be ignored here, and obeyed in AWS, never gets as far as an execution.
 */
export class DefinitionRefused extends Error {
  override readonly name = "DefinitionRefused";
  readonly state: string | undefined;
  readonly field: string;

  constructor(state: string | undefined, field: string, reason: string) {
    super(
      `${state === undefined ? "the machine" : `state ${state}`}, field ${field || "(whole)"}: ${reason}`,
    );
    this.state = state;
    this.field = field;
  }
}

/** What a state reports when it does not come to a result; `cause` is missing where AWS leaves it out. */
export type Failure = { readonly error: string; readonly cause?: string };

/** Carries a failure out of the evaluation of a state to the place where Retry and Catch are tried. */
export class StateFailed extends Error {
  override readonly name = "StateFailed";
  readonly failure: Failure;
  /** The field of the state that could not be evaluated. */
  readonly location: string | undefined;

  constructor(failure: Failure, location?: string) {
    super(`${failure.error}: ${failure.cause ?? "no cause given"}`);
    this.failure = failure;
    this.location = location;
  }
}

/** A mistake of this player, or of a service it calls, ends the execution instead of leaving it hanging. */
export const failureOf = (error: unknown): Failure =>
  error instanceof StateFailed
    ? error.failure
    : { error: "States.Runtime", cause: error instanceof Error ? error.message : String(error) };
