import * as z from "zod";
import { DefinitionRefused } from "./errors.ts";
import { isExpression } from "./expressions.ts";
import { isObject } from "./json.ts";

/** The resources a task may name, and what each is called in the history. */
export const resources = {
  "arn:aws:states:::lambda:invoke": { resourceType: "lambda", resource: "invoke" },
  "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken": {
    resourceType: "aws-sdk:dynamodb",
    resource: "putItem.waitForTaskToken",
  },
} as const;

const maxSeconds = 99_999_999;
const comment = z.string().optional();
const stateName = z.string().min(1).max(80);
const expression = z.string().refine(isExpression, "must be a JSONata expression, {% … %}");
const errorNames = z.array(z.string().min(1)).min(1);

const retrier = z.strictObject({
  Comment: comment,
  ErrorEquals: errorNames,
  IntervalSeconds: z.int().min(1).max(maxSeconds).default(1),
  MaxAttempts: z.int().min(0).max(maxSeconds).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(["FULL", "NONE"]).default("NONE"),
});

const catcher = z.strictObject({
  Comment: comment,
  ErrorEquals: errorNames,
  Output: z.unknown().optional(),
  Next: stateName,
});

const taskFields = {
  Type: z.literal("Task"),
  Comment: comment,
  Output: z.unknown().optional(),
  TimeoutSeconds: z.union([z.int().min(1).max(maxSeconds), expression]).optional(),
  Retry: z.array(retrier).default([]),
  Catch: z.array(catcher).default([]),
  Next: stateName.optional(),
  End: z.literal(true).optional(),
};

const invokeFunction = z.strictObject({
  ...taskFields,
  Resource: z.literal("arn:aws:states:::lambda:invoke"),
  Arguments: z.strictObject({ FunctionName: z.string().min(1), Payload: z.unknown().optional() }),
});

const putItemAndWait = z.strictObject({
  ...taskFields,
  Resource: z.literal("arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken"),
  Arguments: z.strictObject({
    TableName: z.string().min(1),
    Item: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});

const choice = z.strictObject({
  Type: z.literal("Choice"),
  Comment: comment,
  Choices: z
    .array(
      z.strictObject({
        Comment: comment,
        Condition: expression,
        Next: stateName,
        Output: z.unknown().optional(),
      }),
    )
    .min(1),
  Default: stateName.optional(),
});

const succeed = z.strictObject({
  Type: z.literal("Succeed"),
  Comment: comment,
  Output: z.unknown().optional(),
});

const fail = z.strictObject({
  Type: z.literal("Fail"),
  Comment: comment,
  Error: z.string(),
  Cause: z.string().optional(),
});

const state = z.discriminatedUnion("Type", [
  z.discriminatedUnion("Resource", [invokeFunction, putItemAndWait]),
  choice,
  succeed,
  fail,
]);

const machine = z.strictObject({
  Comment: comment,
  QueryLanguage: z.literal("JSONata"),
  StartAt: stateName,
  TimeoutSeconds: z.int().min(1).max(maxSeconds).optional(),
  States: z.record(stateName, state),
});

export type Definition = z.infer<typeof machine>;
export type StateDefinition = z.infer<typeof state>;
export type TaskDefinition = Extract<StateDefinition, { Type: "Task" }>;
export type RetrierDefinition = z.infer<typeof retrier>;

/** Error names of the language itself; every other name beginning with `States.` is a misprint. */
const languageErrors: ReadonlySet<string> = new Set([
  "States.ALL",
  "States.DataLimitExceeded",
  "States.Permissions",
  "States.QueryEvaluationError",
  "States.TaskFailed",
  "States.Timeout",
]);

/**
 * Puts the stack's values into `${Name}`, as CloudFormation's DefinitionSubstitutions does. A name without a
 * value is refused: CloudFormation would leave the text as it is, and the state would fail in production.
 */
export const substitute = (definition: string, values: Readonly<Record<string, string>>): string =>
  definition.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new DefinitionRefused(undefined, `\${${name}}`, "no value is given for it");
    return JSON.stringify(value).slice(1, -1);
  });

/**
 * Reads a machine strictly: a field, a state type, a resource or an error name that is not known here is a
 * `DefinitionRefused` naming state and field, and so is a transition that leads nowhere.
 */
export const parseDefinition = (text: string): Definition => {
  const json = readJson(text);
  const parsed = machine.safeParse(json);
  if (!parsed.success) throw refusal(parsed.error.issues[0], json);
  checkGraph(parsed.data);
  for (const [name, definition] of Object.entries(parsed.data.States)) {
    if (definition.Type !== "Task") continue;
    checkEnd(name, definition);
    checkErrorNames(name, "Retry", definition.Retry);
    checkErrorNames(name, "Catch", definition.Catch);
  }
  return parsed.data;
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DefinitionRefused(undefined, "", `the definition is not JSON (${String(error)})`);
  }
};

const refusal = (issue: z.core.$ZodIssue | undefined, json: unknown): DefinitionRefused => {
  const path = issue?.path ?? [];
  const [top, name, ...rest] = path;
  const inState = top === "States" && name !== undefined;
  const unknownKeys = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...(inState ? rest : path), ...unknownKeys]
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "/"}${String(part)}`,
    )
    .join("");
  const value = path.reduce<unknown>(
    (at, key) => (isObject(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined),
    json,
  );
  return new DefinitionRefused(inState ? String(name) : undefined, field, reason(issue, value));
};

const reason = (issue: z.core.$ZodIssue | undefined, value: unknown): string => {
  if (issue?.code === "unrecognized_keys") return "this field is not played";
  if (issue?.code === "invalid_union" || issue?.code === "invalid_value") {
    return `${JSON.stringify(value)} is not played`;
  }
  return issue?.message ?? "not understood";
};

const checkEnd = (name: string, task: TaskDefinition): void => {
  if ((task.Next === undefined) === (task.End === undefined)) {
    throw new DefinitionRefused(name, "Next", "a task has either Next or End");
  }
};

const checkErrorNames = (
  name: string,
  field: "Retry" | "Catch",
  rules: readonly { readonly ErrorEquals: readonly string[] }[],
): void => {
  for (const [index, { ErrorEquals }] of rules.entries()) {
    const at = `${field}[${index}]/ErrorEquals`;
    const unknown = ErrorEquals.find((error) => error.startsWith("States.") && !languageErrors.has(error));
    if (unknown !== undefined) throw new DefinitionRefused(name, at, `the error ${unknown} is not played`);
    if (ErrorEquals.includes("States.ALL") && (ErrorEquals.length > 1 || index < rules.length - 1)) {
      throw new DefinitionRefused(name, at, "States.ALL stands alone, in the last place");
    }
  }
};

/** Every transition of a state, each with the field that names it. */
export const transitions = (definition: StateDefinition): readonly { field: string; next: string }[] => {
  switch (definition.Type) {
    case "Task":
      return [
        ...(definition.Next === undefined ? [] : [{ field: "Next", next: definition.Next }]),
        ...definition.Catch.map(({ Next }, index) => ({ field: `Catch[${index}]/Next`, next: Next })),
      ];
    case "Choice":
      return [
        ...definition.Choices.map(({ Next }, index) => ({ field: `Choices[${index}]/Next`, next: Next })),
        ...(definition.Default === undefined ? [] : [{ field: "Default", next: definition.Default }]),
      ];
    case "Succeed":
    case "Fail":
      return [];
  }
};

const checkGraph = ({ StartAt, States }: Definition): void => {
  if (States[StartAt] === undefined)
    throw new DefinitionRefused(undefined, "StartAt", `there is no state ${StartAt}`);
  const reached = new Set([StartAt]);
  for (const name of reached) {
    for (const { field, next } of transitions(States[name] as StateDefinition)) {
      if (States[next] === undefined) throw new DefinitionRefused(name, field, `there is no state ${next}`);
      reached.add(next);
    }
  }
  const stray = Object.keys(States).find((name) => !reached.has(name));
  if (stray !== undefined) throw new DefinitionRefused(stray, "", "no transition leads to it");
};
