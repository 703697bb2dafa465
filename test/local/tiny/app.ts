import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, Duration, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod, HttpNoneAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import {
  LambdaVersion,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolOperation,
} from "aws-cdk-lib/aws-cognito";
import { AttributeType, StreamViewType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { EventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import {
  Code,
  FilterCriteria,
  FilterRule,
  Function as LambdaFunctionConstruct,
  Runtime,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { DynamoEventSource, S3OnFailureDestination } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { DefinitionBody, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { buildSync } from "esbuild";
import { type LocalAssembly, readAssembly } from "../../../lib/local/assembly.ts";

/** A CDK app of two stacks with one of everything that the player plays. `change` breaks it on purpose. */
export const tinyAssembly = async (change?: (stack: Stack) => void): Promise<LocalAssembly> => {
  const directory = await mkdtemp(join(tmpdir(), "tiny-app-"));
  const bundle = join(directory, "bundle");
  buildSync({
    entryPoints: [fileURLToPath(new URL("./functions.ts", import.meta.url))],
    outfile: join(bundle, "index.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });

  const app = new App({
    outdir: join(directory, "cdk.out"),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  const data = new Stack(app, "TinyData");
  const table = new TableV2(data, "Table", {
    partitionKey: { name: "PK", type: AttributeType.STRING },
    sortKey: { name: "SK", type: AttributeType.STRING },
    timeToLiveAttribute: "expiresAt",
    dynamoStream: StreamViewType.NEW_IMAGE,
    globalSecondaryIndexes: [
      {
        indexName: "GSI1",
        partitionKey: { name: "GSI1PK", type: AttributeType.STRING },
        sortKey: { name: "GSI1SK", type: AttributeType.STRING },
      },
    ],
  });
  const bus = new EventBus(data, "Bus");

  const stack = new Stack(app, "TinyService");
  const secret = new Secret(stack, "CursorKey", { generateSecretString: { passwordLength: 48 } });
  const code = Code.fromAsset(bundle);
  const lambda = (name: string, environment: Record<string, string> = {}, timeoutSeconds = 10) =>
    new LambdaFunctionConstruct(stack, name, {
      runtime: Runtime.NODEJS_24_X,
      handler: `index.${name.toLowerCase()}`,
      code,
      environment: { TABLE_NAME: table.tableName, ...environment },
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: 512,
    });

  const close = lambda("Close");
  const machine = new StateMachine(stack, "Machine", {
    definitionBody: DefinitionBody.fromFile(fileURLToPath(new URL("./machine.asl.json", import.meta.url))),
    definitionSubstitutions: { TableName: table.tableName, CloseArn: close.functionArn },
  });
  // Created after the machine of a case, which is the service's first.
  const exports = new Bucket(stack, "Exports", { lifecycleRules: [{ expiration: Duration.days(7) }] });
  const count = lambda("Count");
  new StateMachine(stack, "Counting", {
    definitionBody: DefinitionBody.fromFile(fileURLToPath(new URL("./counting.asl.json", import.meta.url))),
    definitionSubstitutions: {
      TableArn: table.tableArn,
      BucketName: exports.bucketName,
      CountArn: count.functionArn,
    },
  });
  const relay = lambda("Relay", { BUS_NAME: bus.eventBusName, STATE_MACHINE_ARN: machine.stateMachineArn });
  relay.addEventSource(
    new DynamoEventSource(table, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 10,
      maxBatchingWindow: Duration.seconds(1),
      retryAttempts: 2,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      onFailure: new S3OnFailureDestination(new Bucket(stack, "Undelivered")),
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or("INSERT", "MODIFY"),
          dynamodb: { NewImage: { SK: { S: FilterRule.beginsWith("EVENT#") } } },
        }),
      ],
    }),
  );

  const notify = lambda("Notify");
  notify.configureAsyncInvoke({ onFailure: new SqsDestination(new Queue(stack, "NotNotified")) });
  new Rule(stack, "NotifyRule", {
    eventBus: bus,
    eventPattern: { source: Match.exactString("tiny"), detailType: Match.anythingBut("Ignored") },
    targets: [
      new LambdaFunction(notify, { deadLetterQueue: new Queue(stack, "Undeliverable"), retryAttempts: 3 }),
    ],
  });

  const claims = lambda("Claims");
  const pool = new UserPool(stack, "Pool");
  pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims, LambdaVersion.V3_0);
  const merchant = new ResourceServerScope({ scopeName: "merchant", scopeDescription: "merchants" });
  const buyer = new ResourceServerScope({ scopeName: "buyer", scopeDescription: "buyers" });
  const lux = new ResourceServerScope({ scopeName: "lux", scopeDescription: "a tenant" });
  const roles = pool.addResourceServer("Roles", { identifier: "aftersales", scopes: [merchant, buyer] });
  const tenants = pool.addResourceServer("Tenants", { identifier: "tenants", scopes: [lux] });
  const client = pool.addClient("Lux", {
    generateSecret: true,
    accessTokenValidity: Duration.hours(2),
    oAuth: {
      flows: { clientCredentials: true },
      scopes: [
        OAuthScope.resourceServer(roles, merchant),
        OAuthScope.resourceServer(roles, buyer),
        OAuthScope.resourceServer(tenants, lux),
      ],
    },
  });

  const httpApi = new HttpApi(stack, "HttpApi", {
    defaultAuthorizer: new HttpJwtAuthorizer("Jwt", pool.userPoolProviderUrl, {
      jwtAudience: [client.userPoolClientId],
    }),
  });
  const api = lambda("Api", { CURSOR_KEY: secret.secretValue.unsafeUnwrap() }, 1);
  const integration = new HttpLambdaIntegration("ApiIntegration", api);
  const route = (path: string, method: HttpMethod, authorizationScopes: string[]) =>
    httpApi.addRoutes({ path, methods: [method], integration, authorizationScopes });
  route("/cases", HttpMethod.POST, ["aftersales/merchant"]);
  route("/echo/{id}", HttpMethod.GET, ["aftersales/merchant", "aftersales/buyer"]);
  for (const path of ["/slow", "/crash", "/throw"]) {
    httpApi.addRoutes({
      path,
      methods: [HttpMethod.GET],
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
  }
  httpApi.addRoutes({
    path: "/push",
    methods: [HttpMethod.POST],
    integration,
    authorizer: new HttpNoneAuthorizer(),
  });

  change?.(stack);
  const assembly = await readAssembly(app.synth());
  return { ...assembly, remove: () => rm(directory, { recursive: true, force: true }) };
};
