import { type Failure, StateFailed } from "./errors.ts";

type Data = { readonly name: string; readonly input: string };
type Exit = { readonly name: string; readonly output: string };
type NoDetails = Readonly<Record<string, never>>;
type Resource = { readonly resourceType: string; readonly resource: string };

/** The events this player writes, each with its details as `GetExecutionHistory` shows them. */
export type HistoryDetails = {
  ExecutionStarted: { readonly input: string; readonly roleArn: string };
  ExecutionSucceeded: { readonly output: string };
  ExecutionFailed: Partial<Failure>;
  ExecutionAborted: Partial<Failure>;
  ExecutionTimedOut: Partial<Failure>;
  ExecutionRedriven: { readonly redriveCount: number };
  TaskStateEntered: Data;
  ChoiceStateEntered: Data;
  SucceedStateEntered: Data;
  FailStateEntered: Data;
  WaitStateEntered: Data;
  MapStateEntered: Data;
  TaskStateExited: Exit;
  ChoiceStateExited: Exit;
  SucceedStateExited: Exit;
  WaitStateExited: Exit;
  MapStateExited: Exit;
  /** `length` is 0 where the items are yet to be read. */
  MapStateStarted: { readonly length: number };
  MapStateSucceeded: NoDetails;
  MapStateFailed: NoDetails;
  MapRunStarted: { readonly mapRunArn: string };
  MapRunRedriven: { readonly mapRunArn: string; readonly redriveCount: number };
  MapRunSucceeded: NoDetails;
  MapRunFailed: Partial<Failure>;
  TaskScheduled: Resource & {
    readonly region: string;
    readonly parameters: string;
    readonly timeoutInSeconds?: number;
  };
  TaskStarted: Resource;
  TaskSubmitted: Resource & { readonly output: string };
  TaskSucceeded: Resource & { readonly output: string };
  TaskFailed: Resource & Failure;
  TaskTimedOut: Resource & Failure;
  EvaluationFailed: Failure & { readonly state: string; readonly location?: string };
};

export type HistoryEventType = keyof HistoryDetails;

export type HistoryEvent = {
  readonly id: number;
  readonly previousEventId: number;
  readonly at: number;
  readonly type: HistoryEventType;
  readonly details: HistoryDetails[HistoryEventType];
};

/** An execution of a standard workflow holds at most this many events and fails with the last of them. */
export const maxHistoryEvents = 25_000;

/** Ends with the exit of an execution; these are written even when the history is full. */
const isLast = (type: HistoryEventType): boolean =>
  /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type);

/**
 * Appends an event and answers its id. When there is room for one more only, that one is kept for the end:
 * anything else is a `StateFailed` with `States.Runtime`, which nothing retries or catches.
 */
export const appendEvent = <Type extends HistoryEventType>(
  history: HistoryEvent[],
  at: number,
  type: Type,
  details: HistoryDetails[Type],
  previousEventId: number = history.at(-1)?.id ?? 0,
): number => {
  if (history.length >= maxHistoryEvents - 1 && !isLast(type)) {
    const cause = `The execution reached the maximum number of history events (${maxHistoryEvents}).`;
    throw new StateFailed({ error: "States.Runtime", cause });
  }
  const id = history.length + 1;
  history.push({ id, previousEventId, at, type, details });
  return id;
};

/** An event as `GetExecutionHistory` shows it; without data, `input` and `output` are left out. */
export const describeEvent = (event: HistoryEvent, includeData: boolean): Record<string, unknown> => {
  const { input, output, ...rest } = event.details as { input?: string; output?: string };
  const shown = {
    ...rest,
    ...(includeData && input !== undefined && { input, inputDetails: { truncated: false } }),
    ...(includeData && output !== undefined && { output, outputDetails: { truncated: false } }),
  };
  return {
    timestamp: event.at / 1000,
    type: event.type,
    id: event.id,
    previousEventId: event.previousEventId,
    [detailsName(event.type)]: shown,
  };
};

/** `TaskStateEntered` is described by `stateEnteredEventDetails`, `TaskFailed` by `taskFailedEventDetails`. */
const detailsName = (type: HistoryEventType): string => {
  const name = type.replace(/^[A-Z][a-z]+(?=State(Entered|Exited)$)/, "");
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
};
