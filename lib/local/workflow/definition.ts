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
  "arn:aws:states:::aws-sdk:dynamodb:exportTableToPointInTime": {
    resourceType: "aws-sdk:dynamodb",
    resource: "exportTableToPointInTime",
  },
  "arn:aws:states:::aws-sdk:dynamodb:describeExport": {
    resourceType: "aws-sdk:dynamodb",
    resource: "describeExport",
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

/** The table as it is now: the engine keeps no history, so `ExportTime` is not played. */
const exportTable = z.strictObject({
  ...taskFields,
  Resource: z.literal("arn:aws:states:::aws-sdk:dynamodb:exportTableToPointInTime"),
  Arguments: z.strictObject({
    TableArn: z.string().min(1),
    S3Bucket: z.string().min(1),
    S3Prefix: z.string().optional(),
    S3SseAlgorithm: z.literal("AES256").optional(),
    ExportFormat: z.literal("DYNAMODB_JSON").optional(),
    ExportType: z.literal("FULL_EXPORT").optional(),
    ClientToken: z.string().min(1).optional(),
  }),
});

const describeExport = z.strictObject({
  ...taskFields,
  Resource: z.literal("arn:aws:states:::aws-sdk:dynamodb:describeExport"),
  Arguments: z.strictObject({ ExportArn: z.string().min(1) }),
});

const wait = z.strictObject({
  Type: z.literal("Wait"),
  Comment: comment,
  Seconds: z.union([z.int().min(0).max(maxSeconds), expression]),
  Output: z.unknown().optional(),
  Next: stateName.optional(),
  End: z.literal(true).optional(),
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

const simpleStates = [
  z.discriminatedUnion("Resource", [invokeFunction, putItemAndWait, exportTable, describeExport]),
  wait,
  choice,
  succeed,
  fail,
] as const;

const map = z.strictObject({
  Type: z.literal("Map"),
  Comment: comment,
  Items: z.union([z.array(z.unknown()), expression]).optional(),
  ItemReader: z
    .strictObject({
      Resource: z.literal("arn:aws:states:::s3:getObject"),
      ReaderConfig: z.strictObject({ InputType: z.enum(["JSON", "JSONL"]) }),
      Arguments: z.strictObject({ Bucket: z.string().min(1), Key: z.string().min(1) }),
    })
    .optional(),
  ItemSelector: z.unknown().optional(),
  ItemProcessor: z.strictObject({
    Comment: comment,
    ProcessorConfig: z.strictObject({
      Mode: z.literal("DISTRIBUTED"),
      ExecutionType: z.enum(["STANDARD", "EXPRESS"]),
    }),
    StartAt: stateName,
    States: z.record(stateName, z.discriminatedUnion("Type", simpleStates)),
  }),
  MaxConcurrency: z.union([z.int().min(0), expression]).default(0),
  ToleratedFailureCount: z.union([z.int().min(0), expression]).optional(),
  ToleratedFailurePercentage: z.union([z.number().min(0).max(100), expression]).optional(),
  /** Part of the children's ARNs. */
  Label: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,40}$/, "up to 40 letters, digits, - and _")
    .optional(),
  Output: z.unknown().optional(),
  Retry: z.array(retrier).default([]),
  Catch: z.array(catcher).default([]),
  Next: stateName.optional(),
  End: z.literal(true).optional(),
});

const state = z.discriminatedUnion("Type", [...simpleStates, map]);

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
export type MapDefinition = Extract<StateDefinition, { Type: "Map" }>;
type Leaving = Extract<StateDefinition, { Type: "Task" | "Map" | "Wait" }>;
export type RetrierDefinition = z.infer<typeof retrier>;

/** Error names of the language itself; every other name beginning with `States.` is a misprint. */
const languageErrors: ReadonlySet<string> = new Set([
  "States.ALL",
  "States.DataLimitExceeded",
  "States.ExceedToleratedFailureThreshold",
  "States.ItemReaderFailed",
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
    if (definition.Type === "Map") checkMap(name, definition);
    if (definition.Type === "Task" || definition.Type === "Map" || definition.Type === "Wait") {
      checkEnd(name, definition);
    }
    if (definition.Type !== "Task" && definition.Type !== "Map") continue;
    checkErrorNames(name, "Retry", definition.Retry);
    checkErrorNames(name, "Catch", definition.Catch);
  }
  return parsed.data;
};

export const taskStatesOf = (text: string): readonly string[] =>
  Object.entries(parseDefinition(text).States).flatMap(([name, { Type }]) => (Type === "Task" ? [name] : []));

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

const checkEnd = (name: string, state: Leaving): void => {
  if ((state.Next === undefined) === (state.End === undefined)) {
    throw new DefinitionRefused(name, "Next", "a state has either Next or End");
  }
};

const checkMap = (name: string, { Items, ItemReader, ItemProcessor }: MapDefinition): void => {
  if (Items !== undefined && ItemReader !== undefined) {
    throw new DefinitionRefused(name, "Items", "items come from Items or from ItemReader");
  }
  if (ItemProcessor.ProcessorConfig.ExecutionType === "STANDARD") return;
  for (const [inner, state] of Object.entries(ItemProcessor.States)) {
    if (state.Type !== "Task" || !state.Resource.endsWith(".waitForTaskToken")) continue;
    throw new DefinitionRefused(inner, "Resource", "an express execution cannot wait for a token");
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
    case "Wait":
      return definition.Next === undefined ? [] : [{ field: "Next", next: definition.Next }];
    case "Task":
    case "Map":
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
