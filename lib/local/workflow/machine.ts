import {
  type MapDefinition,
  parseDefinition,
  type RetrierDefinition,
  type resources,
  type StateDefinition,
  type TaskDefinition,
} from "./definition.ts";
import { DefinitionRefused } from "./errors.ts";
import { compileTemplate, type Readable, type Template } from "./expressions.ts";

export type TaskState = {
  readonly type: "Task";
  readonly resource: keyof typeof resources;
  readonly arguments: Template;
  readonly output: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly retry: readonly RetrierDefinition[];
  readonly catch: readonly Catcher[];
  /** `undefined`: the execution ends with this state. */
  readonly next: string | undefined;
};

export type Catcher = {
  readonly errorEquals: readonly string[];
  readonly output: Template | undefined;
  readonly next: string;
};

export type ChoiceState = {
  readonly type: "Choice";
  readonly choices: readonly {
    readonly condition: Template;
    readonly output: Template | undefined;
    readonly next: string;
  }[];
  readonly default: string | undefined;
};

export type SucceedState = { readonly type: "Succeed"; readonly output: Template | undefined };

export type FailState = {
  readonly type: "Fail";
  readonly error: Template;
  readonly cause: Template | undefined;
};

export type WaitState = {
  readonly type: "Wait";
  readonly seconds: Template;
  readonly output: Template | undefined;
  readonly next: string | undefined;
};

export type MapState = {
  readonly type: "Map";
  /** Where the items come from; with neither, the state's input is the list. */
  readonly items: Template | undefined;
  readonly reader: { readonly inputType: "JSON" | "JSONL"; readonly arguments: Template } | undefined;
  readonly selector: Template | undefined;
  /** The machine that every child execution plays. */
  readonly processor: string;
  readonly executionType: "STANDARD" | "EXPRESS";
  /** 0: all at once. */
  readonly maxConcurrency: Template;
  readonly toleratedCount: Template | undefined;
  readonly toleratedPercentage: Template | undefined;
  readonly label: string;
  readonly output: Template | undefined;
  readonly retry: readonly RetrierDefinition[];
  readonly catch: readonly Catcher[];
  readonly next: string | undefined;
};

export type State = TaskState | MapState | WaitState | ChoiceState | SucceedState | FailState;

export type Machine = {
  readonly startAt: string;
  readonly timeoutSeconds: number | undefined;
  readonly states: ReadonlyMap<string, State>;
};

/** Reads a definition and compiles every expression in it once. Throws `DefinitionRefused`. */
export const compileMachine = (definition: string): Machine => {
  const { StartAt, TimeoutSeconds, States } = parseDefinition(definition);
  return {
    startAt: StartAt,
    timeoutSeconds: TimeoutSeconds,
    states: new Map(Object.entries(States).map(([name, state]) => [name, compileState(name, state)])),
  };
};

type Compile = (value: unknown, field: string, ...readable: Readable[]) => Template;
type CompileOptional = (value: unknown, field: string, ...readable: Readable[]) => Template | undefined;

const compileState = (name: string, definition: StateDefinition): State => {
  const compile: Compile = (value, field, ...readable) =>
    compileTemplate(value, field, new Set(readable), (at, reason) => {
      throw new DefinitionRefused(name, at, reason);
    });
  const optional: CompileOptional = (value, field, ...readable) =>
    value === undefined ? undefined : compile(value, field, ...readable);

  switch (definition.Type) {
    case "Task":
      return compileTask(definition, compile, optional);
    case "Map":
      return compileMap(name, definition, compile, optional);
    case "Wait":
      return {
        type: "Wait",
        seconds: compile(definition.Seconds, "Seconds"),
        output: optional(definition.Output, "Output"),
        next: definition.Next,
      };
    case "Choice":
      return {
        type: "Choice",
        choices: definition.Choices.map((rule, index) => ({
          condition: compile(rule.Condition, `Choices[${index}]/Condition`),
          output: optional(rule.Output, `Choices[${index}]/Output`),
          next: rule.Next,
        })),
        default: definition.Default,
      };
    case "Succeed":
      return { type: "Succeed", output: optional(definition.Output, "Output") };
    case "Fail":
      return {
        type: "Fail",
        error: compile(definition.Error, "Error"),
        cause: optional(definition.Cause, "Cause"),
      };
  }
};

const compileCatch = (catchers: TaskDefinition["Catch"], optional: CompileOptional): readonly Catcher[] =>
  catchers.map((catcher, index) => ({
    errorEquals: catcher.ErrorEquals,
    output: optional(catcher.Output, `Catch[${index}]/Output`, "errorOutput"),
    next: catcher.Next,
  }));

const compileTask = (task: TaskDefinition, compile: Compile, optional: CompileOptional): TaskState => {
  const token: Readable[] = task.Resource.endsWith(".waitForTaskToken") ? ["token"] : [];
  return {
    type: "Task",
    resource: task.Resource,
    arguments: compile(task.Arguments, "Arguments", ...token),
    output: optional(task.Output, "Output", "result"),
    timeoutSeconds: optional(task.TimeoutSeconds, "TimeoutSeconds"),
    retry: task.Retry,
    catch: compileCatch(task.Catch, optional),
    next: task.Next,
  };
};

const compileMap = (
  name: string,
  map: MapDefinition,
  compile: Compile,
  optional: CompileOptional,
): MapState => {
  const { StartAt, States, ProcessorConfig } = map.ItemProcessor;
  const processor = JSON.stringify({ QueryLanguage: "JSONata", StartAt, States });
  try {
    compileMachine(processor);
  } catch (error) {
    if (!(error instanceof DefinitionRefused) || error.state !== undefined) throw error;
    throw new DefinitionRefused(name, `ItemProcessor/${error.field}`, error.message);
  }
  const { ItemReader: reader } = map;
  return {
    type: "Map",
    items: optional(map.Items, "Items"),
    reader: reader && {
      inputType: reader.ReaderConfig.InputType,
      arguments: compile(reader.Arguments, "ItemReader/Arguments"),
    },
    selector: optional(map.ItemSelector, "ItemSelector", "item"),
    processor,
    executionType: ProcessorConfig.ExecutionType,
    maxConcurrency: compile(map.MaxConcurrency, "MaxConcurrency"),
    toleratedCount: optional(map.ToleratedFailureCount, "ToleratedFailureCount"),
    toleratedPercentage: optional(map.ToleratedFailurePercentage, "ToleratedFailurePercentage"),
    // AWS makes a label up where there is none; the state's name, cut to what a label may be, can be read.
    label: map.Label ?? name.replaceAll(/[^0-9A-Za-z_-]/g, "").slice(0, 40),
    output: optional(map.Output, "Output", "result"),
    retry: map.Retry,
    catch: compileCatch(map.Catch, optional),
    next: map.Next,
  };
};
