/** The functions of the tiny app: just enough of the real road to see every part of the player at work. */
import { gunzipSync } from "node:zlib";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { AwsClient } from "aws4fetch";
import { monotonicFactory } from "ulid";

const table = new DynamoDBClient({});
const events = new EventBridgeClient({});
const machine = new SFNClient({});
const nextId = monotonicFactory();
const { TABLE_NAME: TableName, BUS_NAME, STATE_MACHINE_ARN } = process.env;

type HttpEvent = { routeKey: string; body?: string; isBase64Encoded: boolean };
type Attributes = Record<string, { S: string }>;
type StreamEvent = { Records: { dynamodb: { SequenceNumber: string; NewImage: Attributes } }[] };

/** Files a case, or says back what it was handed. */
export const api = async (event: HttpEvent) => {
  if (event.routeKey === "GET /slow") await new Promise((resolve) => setTimeout(resolve, 5_000));
  if (event.routeKey === "GET /crash") process.exit(1);
  if (event.routeKey === "GET /throw") throw new TypeError("broken on purpose");
  if (event.routeKey !== "POST /cases")
    return { statusCode: 200, body: JSON.stringify(event), cookies: ["a=1"] };
  const caseId = nextId();
  const { detailType } = JSON.parse(event.body ?? "{}");
  const Item = {
    PK: { S: `T#lux#CASE#${caseId}` },
    SK: { S: "EVENT#000001" },
    caseId: { S: caseId },
    detailType: { S: detailType },
  };
  await table.send(new PutItemCommand({ TableName, Item }));
  console.log(`filed ${caseId}`);
  return {
    statusCode: 201,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ caseId, at: Date.now(), cursorKey: process.env.CURSOR_KEY }),
  };
};

/** Publishes, starts and resumes, one record after the other. */
export const relay = async (event: StreamEvent) => {
  for (const { dynamodb } of event.Records) {
    const image = dynamodb.NewImage;
    const caseId = image.caseId?.S ?? "";
    const detailType = image.detailType?.S;
    if (detailType === "Poisoned")
      return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
    if (image.taskToken) {
      const output = JSON.stringify({ caseId });
      await machine.send(new SendTaskSuccessCommand({ taskToken: image.taskToken.S, output }));
      continue;
    }
    const Entry = {
      EventBusName: BUS_NAME,
      Source: "tiny",
      DetailType: detailType,
      Detail: JSON.stringify({ caseId }),
    };
    await events.send(new PutEventsCommand({ Entries: [Entry] }));
    if (detailType !== "CaseFiled") continue;
    const input = JSON.stringify({ caseId });
    await machine.send(
      new StartExecutionCommand({ stateMachineArn: STATE_MACHINE_ARN, name: caseId, input }),
    );
  }
  return { batchItemFailures: [] };
};

export const notify = async (event: { "detail-type": string; detail: { caseId: string } }) => {
  if (event["detail-type"] === "Unbearable") throw new Error("cannot notify");
  await table.send(
    new PutItemCommand({
      TableName,
      Item: {
        PK: { S: `T#lux#CASE#${event.detail.caseId}` },
        SK: { S: "NOTE" },
        at: { N: String(Date.now()) },
      },
    }),
  );
};

export const close = async (input: { caseId: string; how: string }) => {
  await table.send(
    new PutItemCommand({
      TableName,
      Item: {
        PK: { S: `T#lux#CASE#${input.caseId}` },
        SK: { S: "CLOSED" },
        how: { S: input.how },
        at: { N: String(Date.now()) },
      },
    }),
  );
  return input;
};

/** Counts the items of one file of an export. */
export const count = async ({ bucket, key }: { bucket: string; key: string }) => {
  const s3 = new AwsClient({
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? "",
    service: "s3",
    region: "us-east-1",
  });
  const response = await s3.fetch(`${process.env.AWS_ENDPOINT_URL_S3}/${bucket}/${key}`);
  const text = gunzipSync(await response.arrayBuffer()).toString();
  return { items: text.split("\n").length - 1 };
};

type Trigger = { request: { scopes: string[]; clientMetadata?: Record<string, string> }; response: unknown };

export const claims = async (event: Trigger) => {
  const { scopes, clientMetadata } = event.request;
  const after = (prefix: string) => scopes.find((scope) => scope.startsWith(prefix))?.slice(prefix.length);
  const claimsToAddOrOverride = { tenant: after("tenants/"), role: after("aftersales/"), ...clientMetadata };
  event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } };
  return event;
};
