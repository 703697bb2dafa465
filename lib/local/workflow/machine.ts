import {
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

export type State = TaskState | ChoiceState | SucceedState | FailState;

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

const compileState = (name: string, definition: StateDefinition): State => {
  const compile = (value: unknown, field: string, ...readable: Readable[]): Template =>
    compileTemplate(value, field, new Set(readable), (at, reason) => {
      throw new DefinitionRefused(name, at, reason);
    });
  const optional = (value: unknown, field: string, ...readable: Readable[]): Template | undefined =>
    value === undefined ? undefined : compile(value, field, ...readable);

  switch (definition.Type) {
    case "Task":
      return compileTask(definition, compile, optional);
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

const compileTask = (
  task: TaskDefinition,
  compile: (value: unknown, field: string, ...readable: Readable[]) => Template,
  optional: (value: unknown, field: string, ...readable: Readable[]) => Template | undefined,
): TaskState => {
  const token: Readable[] = task.Resource.endsWith(".waitForTaskToken") ? ["token"] : [];
  return {
    type: "Task",
    resource: task.Resource,
    arguments: compile(task.Arguments, "Arguments", ...token),
    output: optional(task.Output, "Output", "result"),
    timeoutSeconds: optional(task.TimeoutSeconds, "TimeoutSeconds"),
    retry: task.Retry,
    catch: task.Catch.map((catcher, index) => ({
      errorEquals: catcher.ErrorEquals,
      output: optional(catcher.Output, `Catch[${index}]/Output`, "errorOutput"),
      next: catcher.Next,
    })),
    next: task.Next,
  };
};
