import { type WireReply, type WireRequest, wireError, wireJson } from "./aws-wire.ts";
import type { Bus } from "./bus.ts";
import type { DynamoDbProxy } from "./dynamodb-proxy.ts";
import type { Kms } from "./kms.ts";
import { parseJson } from "./workflow/json.ts";
import type { WorkflowHandler } from "./workflow/wire.ts";

/** Answers for every AWS API that is played, told apart by the request's target. */
export const createAwsEndpoint =
  (apis: { dynamodb: DynamoDbProxy; stepFunctions: WorkflowHandler; bus: Bus; kms: Kms }) =>
  async (request: WireRequest): Promise<WireReply> => {
    const [service, operation] = request.target.split(".");
    if (service?.startsWith("DynamoDB")) return apis.dynamodb.handle(request);
    const body = parseJson(request.body.toString() || "{}");
    if (body === undefined) return wireError(400, "SerializationException", "The request is not JSON.");
    if (service === "AWSStepFunctions") {
      const reply = await apis.stepFunctions(request.target, body);
      return wireJson(reply.status, reply.body);
    }
    if (service === "TrentService") return apis.kms.handle(operation ?? "", body);
    if (service === "AWSEvents" && operation === "PutEvents") return apis.bus.putEvents(body);
    return wireError(400, "UnknownOperationException", `${request.target} is not played on one machine.`);
  };

/** Step Functions puts task tokens through the metered table, like everybody else; throws what the SDK would. */
export const putItemThrough =
  (dynamodb: DynamoDbProxy) =>
  async (input: unknown): Promise<void> => {
    const reply = await dynamodb.handle({
      target: "DynamoDB_20120810.PutItem",
      headers: {},
      body: Buffer.from(JSON.stringify(input)),
    });
    if (reply.status === 200) return;
    const { __type = "InternalServerErrorException", message } = JSON.parse(reply.body.toString());
    throw Object.assign(new Error(message), { name: String(__type).split("#").at(-1) });
  };
