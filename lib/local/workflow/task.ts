import { type Failure, StateFailed } from "./errors.ts";
import { isObject, type Json } from "./json.ts";
import type { TaskState } from "./machine.ts";

export type FunctionResult = {
  readonly payload?: unknown;
  /** What the function's own error was: Retry and Catch see its `errorType` as the name. */
  readonly functionError?: { readonly errorType: string; readonly errorMessage: string };
};

export type PutItemInput = {
  readonly TableName: string;
  /** Attribute values in DynamoDB's own notation, `{S: …}`, `{N: "…"}`. */
  readonly Item: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** Arguments of `exportTableToPointInTime`, as far as they are played. */
export type ExportInput = {
  readonly TableArn: string;
  readonly S3Bucket: string;
  readonly S3Prefix?: string;
  readonly ClientToken?: string;
};

/** The services that tasks call. A rejected promise becomes the error that AWS would name. */
export type TaskServices = {
  invokeFunction(functionName: string, payload: unknown): Promise<FunctionResult>;
  putItem(input: PutItemInput): Promise<void>;
  /** Answers `{ExportDescription}`, in the spelling of the API. */
  exportTable(input: ExportInput): Promise<Json>;
  describeExport(exportArn: string): Promise<Json>;
  /** The whole text of an object; a Map state reads its items from it. */
  readObject(bucket: string, key: string): Promise<string>;
};

/** Calls what a task without a token names, and gives its result. Throws `StateFailed`. */
export const call = async (
  services: TaskServices,
  resource: TaskState["resource"],
  argument: Json,
): Promise<Json> => {
  switch (resource) {
    case "arn:aws:states:::lambda:invoke":
      return invoke(services, argument);
    case "arn:aws:states:::aws-sdk:dynamodb:exportTableToPointInTime":
      return sdkCall("DynamoDb", services.exportTable(argument as ExportInput));
    case "arn:aws:states:::aws-sdk:dynamodb:describeExport":
      return sdkCall("DynamoDb", services.describeExport((argument as { ExportArn: string }).ExportArn));
    case "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken":
      throw new Error("A task with a token is put, and answered later.");
  }
};

const sdkCall = (service: "DynamoDb", answer: Promise<Json>): Promise<Json> =>
  answer.catch((error) => {
    throw new StateFailed(serviceFailure(service, error));
  });

/** `arn:aws:states:::lambda:invoke`. Throws `StateFailed`. */
const invoke = async (services: TaskServices, argument: Json): Promise<Json> => {
  const { FunctionName, Payload } = argument as { FunctionName: string; Payload?: Json };
  let result: FunctionResult;
  try {
    result = await services.invokeFunction(FunctionName, Payload ?? {});
  } catch (error) {
    throw new StateFailed(serviceFailure("Lambda", error));
  }
  if (result.functionError !== undefined) {
    const { errorType } = result.functionError;
    throw new StateFailed({ error: errorType, cause: JSON.stringify(result.functionError) });
  }
  return { ExecutedVersion: "$LATEST", Payload: plain(result.payload), StatusCode: 200 };
};

/** `arn:aws:states:::aws-sdk:dynamodb:putItem`. Throws `StateFailed`. */
export const putItem = async (services: TaskServices, argument: Json): Promise<void> => {
  const input = argument as PutItemInput;
  for (const [name, value] of Object.entries(input.Item)) {
    if (isAttributeValue(value)) continue;
    const cause = `The parameters '${JSON.stringify(input)}' could not be used to start the Task: ['${name}' is no attribute value]`;
    throw new StateFailed({ error: "States.Runtime", cause });
  }
  try {
    await services.putItem(input);
  } catch (error) {
    throw new StateFailed(serviceFailure("DynamoDb", error));
  }
};

/** A function answers JSON, whatever objects it was made of. */
const plain = (payload: unknown): Json => JSON.parse(JSON.stringify(payload ?? null)) as Json;

/** Real Step Functions refuses a number in `N`; an engine on this machine may take it, so it is checked here. */
const isAttributeValue = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const [[type, content] = [], ...more] = Object.entries(value);
  if (more.length > 0) return false;
  switch (type) {
    case "S":
    case "N":
      return typeof content === "string";
    case "BOOL":
    case "NULL":
      return typeof content === "boolean";
    case "L":
      return Array.isArray(content) && content.every(isAttributeValue);
    case "M":
      return isObject(content) && Object.values(content).every(isAttributeValue);
    default:
      return false;
  }
};

/**
 * Names a service's error as Step Functions does: the service, a dot, and the SDK's class, which always ends
 * in `Exception`. What never reached the service is its `SdkClientException`.
 */
const serviceFailure = (service: "Lambda" | "DynamoDb", thrown: unknown): Failure => {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const answered = name.endsWith("Exception") || (thrown instanceof Error && "$fault" in thrown);
  const type = answered ? name : "SdkClient";
  return { error: `${service}.${type.replace(/Exception$/, "")}Exception`, cause: message };
};
