import * as cdk from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as destinations from "aws-cdk-lib/aws-lambda-destinations";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { SealPurpose } from "../../functions/store/key-service.ts";
import { tableKeys } from "../../functions/store/keys.ts";
import type { Bundles } from "./bundles.ts";
import { type FunctionName, type FunctionSpec, functionNames, functionSpecs } from "./function-specs.ts";

/** Where every function reports its own metrics, and the alarms look for them. */
export const metricsNamespace = "ConsignmentAfterSales";

export type ServiceFunctionProps = {
  /** The directory that holds the function's `index.mjs`. */
  readonly bundle: string;
  readonly spec: FunctionSpec;
};

/**
 * One Lambda function with a role and a log group of its own. The role starts with nothing but its log and
 * its traces; each `bind…` gives the function a resource: the environment variable and the grant together.
 */
export class ServiceFunction extends Construct {
  readonly lambda: lambda.Function;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { spec } = props;
    const logGroup = new logs.LogGroup(this, "Log", {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    // Not the managed policy, which may write to every log group of the account.
    const role = new iam.Role(this, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.lambda = new lambda.Function(this, "Function", {
      description: spec.summary,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundle),
      handler: "index.handler",
      memorySize: spec.memoryMiB ?? 512,
      timeout: cdk.Duration.seconds(spec.timeoutSeconds ?? (spec.kind === "api" ? 10 : 30)),
      tracing: lambda.Tracing.ACTIVE,
      role,
      logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: "after-sales",
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
        POWERTOOLS_LOG_LEVEL: "INFO",
      },
    });

    cdk.Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason:
        "X-Ray's PutTraceSegments and PutTelemetryRecords take no resource. A test holds `*` to those two.",
    });
    cdk.Validations.of(this.lambda).acknowledge({
      id: "Serverless-LambdaDLQ",
      reason:
        "A caller waits for the answer, or the stream's mapping keeps what failed, or an on-failure destination " +
        "does: it keeps the error with the event, which a dead-letter queue of the function would not.",
    });
  }

  /** Gives the function the table's name, and exactly what its spec says it does there. */
  bindTable(table: dynamodb.ITableV2, spec: FunctionSpec): void {
    this.lambda.addEnvironment("TABLE_NAME", table.tableName);
    this.allow(
      spec.tableActions.map((action) => `dynamodb:${action}`),
      table.tableArn,
    );
    if (spec.queriesIndex) this.allow(["dynamodb:Query"], `${table.tableArn}/index/${tableKeys.index.name}`);
    if (spec.deletesIn) this.allow(["dynamodb:DeleteItem"], table.tableArn, inPartitions(spec.deletesIn));
  }

  /**
   * Gives the function the key that signs cursors, by a dynamic reference that CloudFormation resolves when
   * it deploys. `unsafeUnwrap` puts that reference into the template, never the key. The alternative, to read
   * Secrets Manager at run time, costs a client in the bundle and a call in each cold start for a key that
   * guards only the position in a list: what a cursor may read is decided by the token, not by the cursor.
   */
  bindCursorKey(secret: secretsmanager.ISecret): void {
    this.lambda.addEnvironment("CURSOR_KEY", secret.secretValue.unsafeUnwrap());
  }

  /** Gives the function the key of secrets, for what its spec names and nothing else. */
  bindSecretsKey(key: kms.IKey, { seals, opens }: FunctionSpec): void {
    this.lambda.addEnvironment("SECRETS_KEY_ARN", key.keyArn);
    if (seals) this.allow(["kms:GenerateDataKey"], key.keyArn, forPurposes(seals));
    if (opens) this.allow(["kms:Decrypt"], key.keyArn, forPurposes(opens));
  }

  /** For a function that EventBridge invokes: what it still failed at after its retries goes to the queue. */
  sendFailuresTo(queue: sqs.IQueue): void {
    this.lambda.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: cdk.Duration.hours(6),
      onFailure: new destinations.SqsDestination(queue),
    });
  }

  allow(actions: readonly string[], resourceArn: string, conditions: iam.Conditions = {}): void {
    this.lambda.addToRolePolicy(
      new iam.PolicyStatement({ actions: [...actions], resources: [resourceArn], conditions }),
    );
  }
}

/** Holds a statement to items whose partition key is like this pattern. */
export const inPartitions = (pattern: string): iam.Conditions => ({
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [pattern] },
});

/** Holds a statement to what is sealed for these purposes: the context is authenticated with the ciphertext. */
const forPurposes = (purposes: readonly SealPurpose[]): iam.Conditions => ({
  StringEquals: { "kms:EncryptionContext:purpose": [...purposes] },
});

export type ServiceFunctions = Readonly<Record<FunctionName, ServiceFunction>>;

/** All functions of `functionSpecs`, bound to the table as listed there. */
export const addServiceFunctions = (
  scope: Construct,
  props: {
    bundles: Bundles;
    table: dynamodb.ITableV2;
    cursorKey: secretsmanager.ISecret;
    secretsKey: kms.IKey;
  },
): ServiceFunctions => {
  const add = (name: FunctionName): ServiceFunction => {
    const spec: FunctionSpec = functionSpecs[name];
    const added = new ServiceFunction(scope, name, { bundle: props.bundles[name], spec });
    if (spec.tableActions.length > 0) added.bindTable(props.table, spec);
    if (spec.needsCursorKey) added.bindCursorKey(props.cursorKey);
    if (spec.seals || spec.opens) added.bindSecretsKey(props.secretsKey, spec);
    return added;
  };
  return Object.fromEntries(functionNames.map((name) => [name, add(name)])) as ServiceFunctions;
};
