import { readFileSync } from "node:fs";
import { Capture, Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  raiseParcelException,
  raiseParkedPush,
  raiseUnknownCodes,
  trackingMetrics,
} from "../../functions/api/carrier-webhook/tracking-alarms.ts";
import { operations } from "../../functions/api/operations.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { type Operation, routeKey } from "../../functions/http/operation.ts";
import type { FunctionName } from "../../lib/constructs/function-specs.ts";
import { functionNames } from "../../lib/constructs/function-specs.ts";
import { type SynthesizedApp, synthesizeApp } from "./synthesized-app.ts";

let app: SynthesizedApp;
beforeAll(async () => {
  app = await synthesizeApp();
});
afterAll(() => app?.remove());

type Resource = { readonly Properties: Record<string, unknown>; readonly DeletionPolicy?: string };
type Statement = {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

const asList = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value]);

const resourcesOf = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type)) as [string, Resource][];

/** The only resource of a type whose logical id starts like this. */
const oneResource = (template: Template, type: string, prefix: string): Resource & { id: string } => {
  const found = resourcesOf(template, type).filter(([id]) => id.startsWith(prefix));
  expect(found, `${type} ${prefix}`).toHaveLength(1);
  const [id, resource] = found[0] as [string, Resource];
  return { id, ...resource };
};

const functionOf = (name: FunctionName) =>
  oneResource(app.service, "AWS::Lambda::Function", `${name}Function`);

const statementsOf = (rolePrefix: string): Statement[] => {
  const { Properties } = oneResource(app.service, "AWS::IAM::Policy", `${rolePrefix}RoleDefaultPolicy`);
  return (Properties.PolicyDocument as { Statement: Statement[] }).Statement;
};

/** What a function may do with the table: `GetItem`, … and for its index `Query on index`. */
const tableActionsOf = (name: FunctionName): string[] =>
  statementsOf(name)
    .flatMap((statement) => {
      const onIndex = JSON.stringify(statement.Resource).includes("/index/GSI1") ? " on index" : "";
      return asList(statement.Action)
        .filter((action) => /^dynamodb:(?!.*(Stream|Records|ShardIterator))/.test(action))
        .map((action) => `${action.replace("dynamodb:", "")}${onIndex}`);
    })
    .sort();

describe("what must not be lost", () => {
  it("keeps everything in one table that can be restored to any second", () => {
    app.data.hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: "PK", KeyType: "HASH" },
          { AttributeName: "SK", KeyType: "RANGE" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "GSI1",
            KeySchema: [
              { AttributeName: "GSI1PK", KeyType: "HASH" },
              { AttributeName: "GSI1SK", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
        StreamSpecification: { StreamViewType: "NEW_IMAGE" },
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
    app.data.resourceCountIs("AWS::DynamoDB::GlobalTable", 1);
  });

  it("keeps a quarter of the bus's events to be replayed", () => {
    app.data.hasResourceProperties("AWS::Events::Archive", {
      EventPattern: { source: ["consignment.after-sales"] },
      RetentionDays: 90,
      SourceArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^Bus"), "Arn"] },
    });
  });

  it("keeps every bucket private, encrypted and reachable by TLS only", () => {
    const buckets = resourcesOf(app.data, "AWS::S3::Bucket");
    expect(buckets.map(([id]) => id.slice(0, -8)).sort()).toEqual([
      "AccessLogs",
      "Evidence",
      "StreamFailures",
    ]);
    for (const [id, bucket] of buckets) {
      expect(bucket.DeletionPolicy).toBe("Retain");
      expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(bucket.Properties.BucketEncryption).toBeDefined();
      app.data.hasResourceProperties("AWS::S3::BucketPolicy", {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: "Deny",
              Principal: { AWS: "*" },
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            }),
          ]),
        },
      });
    }
  });

  it("keeps the key of secrets, and has it changed every year", () => {
    app.data.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
  });

  it("versions the evidence and logs who reads it", () => {
    const evidence = oneResource(app.data, "AWS::S3::Bucket", "Evidence");
    expect(evidence.Properties.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(evidence.Properties.LoggingConfiguration).toMatchObject({ LogFilePrefix: "Evidence/" });
  });

  it("takes new files into the evidence and never another in their place, and tells of each", () => {
    const evidence = oneResource(app.data, "AWS::S3::Bucket", "Evidence");
    expect(evidence.Properties).toMatchObject({
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      LifecycleConfiguration: { Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }] },
      CorsConfiguration: {
        CorsRules: [
          {
            AllowedOrigins: ["*"],
            AllowedMethods: ["PUT", "GET"],
            AllowedHeaders: ["content-type", "x-amz-checksum-sha256", "if-none-match"],
          },
        ],
      },
    });
    app.data.hasResourceProperties("AWS::S3::BucketPolicy", {
      Bucket: { Ref: evidence.id },
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "s3:PutObject",
            Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": [evidence.id, "Arn"] }, "/*"]] },
            Condition: { Null: { "s3:if-none-match": "true" } },
          },
        ]),
      },
    });
  });

  it("protects the stack that holds it, and no other", () => {
    expect(app.terminationProtection).toEqual({ AfterSalesData: true, AfterSalesService: false });
  });
});

describe("the functions", () => {
  const common = ["POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"];
  const environments: Record<FunctionName, readonly string[]> = {
    ApiSync: ["TABLE_NAME"],
    ApiCases: ["TABLE_NAME", "CURSOR_KEY"],
    ApiEvidence: ["TABLE_NAME", "EVIDENCE_BUCKET"],
    ApiMessages: ["TABLE_NAME", "EVIDENCE_BUCKET", "CURSOR_KEY"],
    ApiDesk: ["TABLE_NAME", "CURSOR_KEY"],
    ApiClocks: ["TABLE_NAME"],
    ApiLogistics: ["TABLE_NAME"],
    ApiRemedies: ["TABLE_NAME"],
    ApiSettlement: ["TABLE_NAME", "CURSOR_KEY"],
    ApiPayouts: ["TABLE_NAME", "CURSOR_KEY"],
    ApiRules: ["TABLE_NAME", "CURSOR_KEY"],
    ApiBacktests: ["TABLE_NAME", "CURSOR_KEY"],
    ApiDisputes: ["TABLE_NAME"],
    ApiArbitration: ["TABLE_NAME", "CURSOR_KEY"],
    ApiEligibility: ["TABLE_NAME"],
    ApiJudgment: ["TABLE_NAME"],
    ApiService: ["TABLE_NAME"],
    ApiCarriers: ["TABLE_NAME", "CURSOR_KEY", "SECRETS_KEY_ARN"],
    ApiLabels: ["TABLE_NAME", "CURSOR_KEY"],
    CarrierWebhook: ["TABLE_NAME", "SECRETS_KEY_ARN"],
    IssueClaims: [],
    JudgeResponsibility: ["TABLE_NAME"],
    ApplyTimeout: ["TABLE_NAME"],
    SettleCase: ["TABLE_NAME"],
    OpenManualReview: ["TABLE_NAME"],
    AdvanceBacktest: ["TABLE_NAME"],
    JudgeExportedCases: ["TABLE_NAME", "EXPORT_BUCKET"],
    FinishBacktest: ["TABLE_NAME", "EXPORT_BUCKET"],
    Relay: ["TABLE_NAME", "BUS_NAME", "STATE_MACHINE_ARN", "BACKTEST_MACHINE_ARN"],
    Notify: ["TABLE_NAME"],
    KeepUpload: ["TABLE_NAME", "EVIDENCE_BUCKET"],
    RecordAnalytics: ["TABLE_NAME"],
    RunDuePayouts: ["TABLE_NAME"],
    ExtendDeadlines: ["TABLE_NAME"],
    RollUpBalances: ["TABLE_NAME"],
  };
  const tableActions: Record<FunctionName, readonly string[]> = {
    ApiSync: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ApiCases: ["BatchGetItem", "GetItem", "PutItem", "Query", "Query on index", "UpdateItem"],
    ApiEvidence: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApiMessages: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApiDesk: ["BatchGetItem", "GetItem", "PutItem", "Query", "Query on index", "UpdateItem"],
    ApiClocks: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApiRemedies: ["GetItem", "PutItem", "Query"],
    ApiLogistics: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApiPayouts: ["BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query", "Query on index"],
    ApiRules: ["GetItem", "PutItem", "Query", "Query on index"],
    ApiBacktests: ["GetItem", "PutItem", "Query", "Query on index", "UpdateItem"],
    ApiDisputes: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApiArbitration: ["GetItem", "Query", "Query on index"],
    ApiEligibility: ["GetItem", "Query"],
    ApiJudgment: ["GetItem", "Query"],
    ApiSettlement: ["GetItem", "PutItem", "Query", "Query on index"],
    ApiService: ["GetItem"],
    ApiCarriers: ["GetItem", "PutItem", "Query", "Query on index", "UpdateItem"],
    ApiLabels: ["GetItem", "PutItem", "Query", "Query on index", "UpdateItem"],
    CarrierWebhook: ["GetItem", "PutItem", "Query", "UpdateItem"],
    IssueClaims: [],
    JudgeResponsibility: ["GetItem", "PutItem", "Query", "UpdateItem"],
    ApplyTimeout: ["PutItem", "Query", "UpdateItem"],
    SettleCase: ["PutItem", "Query", "UpdateItem"],
    OpenManualReview: ["PutItem", "Query"],
    AdvanceBacktest: ["UpdateItem"],
    JudgeExportedCases: ["ConditionCheckItem", "GetItem", "PutItem"],
    FinishBacktest: ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    Relay: ["GetItem"],
    Notify: ["PutItem"],
    KeepUpload: ["GetItem", "PutItem", "UpdateItem"],
    RecordAnalytics: ["PutItem", "UpdateItem"],
    RunDuePayouts: ["GetItem", "PutItem", "Query", "Query on index"],
    ExtendDeadlines: ["PutItem", "Query", "UpdateItem"],
    RollUpBalances: ["GetItem", "PutItem", "Query", "UpdateItem"],
  };

  const memoryMiB: Partial<Record<FunctionName, number>> = {
    CarrierWebhook: 256,
    JudgeExportedCases: 1769,
    FinishBacktest: 1024,
  };
  const seconds: Partial<Record<FunctionName, number>> = {
    JudgeExportedCases: 900,
    FinishBacktest: 900,
    RunDuePayouts: 900,
    ExtendDeadlines: 120,
  };
  const atTheDoor: ReadonlySet<FunctionName> = new Set(["CarrierWebhook", "IssueClaims"]);

  it("are these, and there is no other", () => {
    app.service.resourceCountIs("AWS::Lambda::Function", functionNames.length);
    expect(Object.keys(environments).sort()).toEqual([...functionNames].sort());
  });

  it.each(functionNames)("%s runs on Node 24 and arm64, traced, with a log of its own that ends", (name) => {
    const { Properties } = functionOf(name);
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      MemorySize: memoryMiB[name] ?? 512,
      Timeout: seconds[name] ?? (name.startsWith("Api") || atTheDoor.has(name) ? 10 : 30),
      TracingConfig: { Mode: "Active" },
    });
    const role = oneResource(app.service, "AWS::IAM::Role", `${name}Role`);
    expect(Properties.Role).toEqual({ "Fn::GetAtt": [role.id, "Arn"] });
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    const log = oneResource(app.service, "AWS::Logs::LogGroup", `${name}Log`);
    expect(Properties.LoggingConfig).toEqual({ LogGroup: { Ref: log.id } });
    expect(log.Properties.RetentionInDays).toBe(90);
  });

  it.each(functionNames)("%s has exactly the environment it needs", (name) => {
    const { Variables } = functionOf(name).Properties.Environment as { Variables: Record<string, unknown> };
    expect(Object.keys(Variables).sort()).toEqual([...common, ...environments[name]].sort());
  });

  it.each(functionNames)("%s may do with the table exactly what it needs", (name) => {
    expect(tableActionsOf(name)).toEqual(tableActions[name]);
  });

  it("delete nothing but the pointer of a tracking number and what a backtest needed", () => {
    const deleting = functionNames.flatMap((name) =>
      statementsOf(name)
        .filter(({ Action }) => asList(Action).includes("dynamodb:DeleteItem"))
        .map(({ Condition }) => [name, Condition]),
    );
    expect(deleting).toEqual([
      ["ApiSync", { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["T#*#PARCEL#*"] } }],
      ["FinishBacktest", { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["T#*#BACKTEST*"] } }],
    ]);
  });

  it("use the key of secrets each for its own purpose, and no other function does", () => {
    const using = functionNames.flatMap((name) =>
      statementsOf(name)
        .filter(({ Action }) => asList(Action).some((action) => action.startsWith("kms:")))
        .map(({ Action, Condition }) => [name, Action, Condition]),
    );
    const forPurpose = (...purposes: string[]) => ({
      StringEquals: { "kms:EncryptionContext:purpose": purposes },
    });
    expect(using).toEqual([
      ["ApiCarriers", "kms:GenerateDataKey", forPurpose("carrier-secret")],
      ["CarrierWebhook", "kms:GenerateDataKey", forPurpose("parked-push")],
      ["CarrierWebhook", "kms:Decrypt", forPurpose("carrier-secret", "parked-push")],
    ]);
  });

  it("get the cursor key by reference: the template never holds it", () => {
    const { Variables } = functionOf("ApiCases").Properties.Environment as {
      Variables: Record<string, unknown>;
    };
    const secret = oneResource(app.service, "AWS::SecretsManager::Secret", "CursorKey");
    expect(Variables.CURSOR_KEY).toEqual({
      "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: secret.id }, ":SecretString:::}}"]],
    });
  });
});

describe("permissions", () => {
  const allStatements = (): [string, Statement][] =>
    [app.data, app.service].flatMap((template) =>
      resourcesOf(template, "AWS::IAM::Policy").flatMap(([id, { Properties }]) =>
        (Properties.PolicyDocument as { Statement: Statement[] }).Statement.map(
          (statement): [string, Statement] => [id, statement],
        ),
      ),
    );

  it("name every action in full", () => {
    const withWildcard = allStatements().filter(([, { Action }]) =>
      asList(Action).some((action) => action.includes("*")),
    );
    expect(withWildcard).toEqual([]);
  });

  it("name every resource, save where AWS knows none or names it itself", () => {
    const withoutResource = new Set([
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ]);
    const open = allStatements().filter(([, { Action, Resource }]) => {
      const wild = asList(Resource).filter((resource) => JSON.stringify(resource).includes("*"));
      const known = asList(Action).every((action) => withoutResource.has(action));
      return wild.length > 0 && !(wild.every((resource) => resource === "*") && known);
    });
    const named = open.map(([policy, { Action, Resource }]) => [
      policy.replace(/(RoleDefault)?Policy.*$/, ""),
      Action,
      asList(Resource)
        .map((one) =>
          JSON.stringify(one).replace(
            /^.*?("[^"]*(StreamFailures|Table|Exports|Evidence|StateMachine)).*,"([^"]*)"\]\]\}$/,
            "$2$3",
          ),
        )
        .join(),
    ]);
    expect(named).toEqual([
      ["ApiEvidence", ["s3:GetObject", "s3:PutObject"], "Evidence/evidence/*"],
      ["ApiMessages", ["s3:GetObject", "s3:PutObject"], "Evidence/attachments/*"],
      ["JudgeExportedCases", "s3:GetObject", "Exports/backtests/*"],
      ["FinishBacktest", "s3:DeleteObject", "Exports/backtests/*"],
      ["Relay", "s3:PutObject", "StreamFailures/aws/lambda/*"],
      ["KeepUpload", "s3:GetObject", "Evidence/attachments/*,Evidence/evidence/*"],
      ["RollUpBalances", "s3:PutObject", "StreamFailures/aws/lambda/*"],
      ["Backtests", "dynamodb:DescribeExport", "Table/export/*"],
      [
        "Backtests",
        ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"],
        "Exports/backtests/*",
      ],
      [
        "BacktestsMap",
        ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"],
        "StateMachine*",
      ],
    ]);
  });

  it("let only a named source invoke a function", () => {
    const permissions = resourcesOf(app.service, "AWS::Lambda::Permission");
    expect(permissions.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of permissions) expect(Properties.SourceArn, id).toBeDefined();
  });
});

describe("the API", () => {
  const routes = (): Map<unknown, Record<string, unknown>> =>
    new Map(
      resourcesOf(app.service, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => [
        Properties.RouteKey,
        Properties,
      ]),
    );
  const integrationOf = (route: Record<string, unknown> | undefined) => {
    const target = route?.Target as { "Fn::Join": ["", ["integrations/", { Ref: string }]] } | undefined;
    const integrationId = target?.["Fn::Join"][1][1].Ref ?? "none";
    return app.service.findResources("AWS::ApiGatewayV2::Integration")[integrationId];
  };
  const areaFunctions: Record<Operation["area"], FunctionName> = {
    sync: "ApiSync",
    cases: "ApiCases",
    evidence: "ApiEvidence",
    messages: "ApiMessages",
    desk: "ApiDesk",
    clocks: "ApiClocks",
    disputes: "ApiDisputes",
    arbitration: "ApiArbitration",
    eligibility: "ApiEligibility",
    judgment: "ApiJudgment",
    logistics: "ApiLogistics",
    remedies: "ApiRemedies",
    rules: "ApiRules",
    backtests: "ApiBacktests",
    settlement: "ApiSettlement",
    payouts: "ApiPayouts",
    carriers: "ApiCarriers",
    labels: "ApiLabels",
    service: "ApiService",
    "carrier-webhook": "CarrierWebhook",
  };

  it("has a route for each operation and no other", () => {
    expect([...routes().keys()].sort()).toEqual(operations.map(routeKey).sort());
  });

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    "lets only its roles call %s, and calls the function of its area",
    (_name, operation) => {
      const route = routes().get(routeKey(operation));
      if (operation.roles === "public") {
        expect(route).toMatchObject({ AuthorizationType: "NONE" });
        expect(route?.AuthorizationScopes).toBeUndefined();
      } else {
        const authorizer = oneResource(app.service, "AWS::ApiGatewayV2::Authorizer", "Api");
        expect(route).toMatchObject({
          AuthorizationType: "JWT",
          AuthorizerId: { Ref: authorizer.id },
          AuthorizationScopes: operation.roles.map((role) => `aftersales/${role}`),
        });
      }
      const integration = integrationOf(route);
      expect(integration?.Properties).toMatchObject({
        IntegrationType: "AWS_PROXY",
        PayloadFormatVersion: "2.0",
        IntegrationUri: { "Fn::GetAtt": [functionOf(areaFunctions[operation.area]).id, "Arn"] },
      });
    },
  );

  it("asks for a token of our own pool, issued to a partner's client", () => {
    const clients = resourcesOf(app.service, "AWS::Cognito::UserPoolClient").map(([id]) => ({ Ref: id }));
    app.service.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: {
        Audience: clients,
        Issuer: {
          "Fn::Join": [
            "",
            ["https://cognito-idp.", { Ref: "AWS::Region" }, Match.anyValue(), Match.anyValue()],
          ],
        },
      },
    });
  });

  it("logs each request as one JSON object and throttles strangers harder", () => {
    const format = new Capture();
    const routeSettings = new Capture();
    app.service.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      StageName: "$default",
      AutoDeploy: true,
      AccessLogSettings: { Format: format },
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 250 },
      RouteSettings: routeSettings,
    });
    expect(JSON.parse(format.asString())).toMatchObject({ requestId: "$context.requestId" });
    const open = operations.filter((operation) => operation.roles === "public");
    expect(Object.keys(routeSettings.asObject()).sort()).toEqual(open.map(routeKey).sort());
    for (const settings of Object.values(routeSettings.asObject())) {
      expect(settings).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 });
    }
  });

  it("makes its stage after the routes that its settings name", () => {
    const stage = oneResource(app.service, "AWS::ApiGatewayV2::Stage", "Api") as unknown as {
      DependsOn: string[];
    };
    const open = resourcesOf(app.service, "AWS::ApiGatewayV2::Route")
      .filter(([, { Properties }]) => Properties.AuthorizationType === "NONE")
      .map(([id]) => id);
    expect(stage.DependsOn).toEqual(expect.arrayContaining(open));
  });
});

describe("identity", () => {
  it("gives each partner one machine client, bound to its own tenant", () => {
    const clients = resourcesOf(app.service, "AWS::Cognito::UserPoolClient");
    expect(clients).toHaveLength(2);
    for (const [partner, other] of [
      ["lux", "vintage"],
      ["vintage", "lux"],
    ] as const) {
      const client = oneResource(
        app.service,
        "AWS::Cognito::UserPoolClient",
        `IdentityUserPoolClient${partner}`,
      );
      expect(client.Properties).toMatchObject({
        GenerateSecret: true,
        AllowedOAuthFlows: ["client_credentials"],
      });
      const scopes = JSON.stringify(client.Properties.AllowedOAuthScopes);
      for (const scope of [`/${partner}`, "/partner", "/buyer", "/merchant", "/operator", "/warehouse"]) {
        expect(scopes).toContain(`"${scope}"`);
      }
      expect(scopes).not.toContain(`"/${other}"`);
    }
  });

  it("turns scopes into claims by the trigger that runs for machines too", () => {
    app.service.hasResourceProperties("AWS::Cognito::UserPool", {
      UserPoolTier: "ESSENTIALS",
      LambdaConfig: {
        PreTokenGenerationConfig: {
          LambdaArn: { "Fn::GetAtt": [functionOf("IssueClaims").id, "Arn"] },
          LambdaVersion: "V3_0",
        },
      },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: "ACTIVE",
    });
  });
});

describe("the machine", () => {
  it("is a standard one, traced, and logs no case data", () => {
    app.service.hasResourceProperties("AWS::StepFunctions::StateMachine", {
      StateMachineType: "STANDARD",
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { IncludeExecutionData: false, Level: "ALL" },
    });
  });

  it("gets a value for every name in its definition", () => {
    const { Properties } = oneResource(app.service, "AWS::StepFunctions::StateMachine", "Workflow");
    const named = [...String(Properties.DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const given = Properties.DefinitionSubstitutions as Record<string, unknown>;
    expect([...new Set(named)].sort()).toEqual(Object.keys(given).sort());
    for (const name of ["JudgeResponsibility", "ApplyTimeout", "SettleCase", "OpenManualReview"] as const) {
      expect(given[`${name}FunctionArn`]).toEqual({ "Fn::GetAtt": [functionOf(name).id, "Arn"] });
    }
  });

  it("may call its four steps and put tokens beside cases, and nothing else", () => {
    const [invoke, put, ...rest] = statementsOf("Workflow");
    expect(invoke?.Action).toBe("lambda:InvokeFunction");
    expect(asList(invoke?.Resource)).toHaveLength(4);
    expect(put).toMatchObject({
      Action: "dynamodb:PutItem",
      Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["T#*#CASE#*"] } },
    });
    expect(
      rest.flatMap(({ Action }) => asList(Action)).filter((action) => !/^(logs|xray):/.test(action)),
    ).toEqual([]);
  });
});

describe("the backtests' machine", () => {
  it("gets a value for every name in its definition", () => {
    const { Properties } = oneResource(app.service, "AWS::StepFunctions::StateMachine", "Backtests");
    const named = [...String(Properties.DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const given = Properties.DefinitionSubstitutions as Record<string, unknown>;
    expect([...new Set(named)].sort()).toEqual(Object.keys(given).sort());
  });

  it("may call its three steps, export this table into its bucket and start its own children", () => {
    const machine = oneResource(app.service, "AWS::StepFunctions::StateMachine", "Backtests");
    const [invoke, exportTable, describeExport, objects, ...rest] = statementsOf("Backtests");
    expect(invoke?.Action).toBe("lambda:InvokeFunction");
    expect(asList(invoke?.Resource)).toHaveLength(3);
    expect(exportTable).toMatchObject({
      Action: "dynamodb:ExportTableToPointInTime",
      Resource: { "Fn::ImportValue": expect.stringContaining("FnGetAttTable") },
    });
    expect([describeExport?.Action, asList(objects?.Action)]).toEqual([
      "dynamodb:DescribeExport",
      ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"],
    ]);
    expect(
      rest.flatMap(({ Action }) => asList(Action)).filter((action) => !/^(logs|xray):/.test(action)),
    ).toEqual([]);
    const policy = oneResource(app.service, "AWS::IAM::Policy", "BacktestsMapPolicy");
    const [start] = (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement;
    expect(start).toMatchObject({ Action: "states:StartExecution", Resource: { Ref: machine.id } });
  });

  it("keeps its exports apart, private, by TLS only and for a day", () => {
    const bucket = oneResource(app.service, "AWS::S3::Bucket", "BacktestsExports");
    expect(bucket.DeletionPolicy).toBe("Delete");
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1, Status: "Enabled" }] },
    });
    app.service.hasResourceProperties("AWS::S3::BucketPolicy", {
      Bucket: { Ref: bucket.id },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      },
    });
  });

  it("lets the steps read and remove the objects of exports, and no others", () => {
    const onObjects = (name: FunctionName) =>
      statementsOf(name).flatMap(({ Action }) => asList(Action).filter((action) => action.startsWith("s3:")));
    expect(onObjects("JudgeExportedCases")).toEqual(["s3:GetObject"]);
    expect(onObjects("FinishBacktest")).toEqual(["s3:DeleteObject", "s3:ListBucket"]);
  });
});

describe("events", () => {
  it("carries the outbox from the stream, gives up late, and then keeps the record", () => {
    const pattern = new Capture();
    app.service.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      FunctionName: { Ref: functionOf("Relay").id },
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 21_600,
      BisectBatchOnFunctionError: true,
      ParallelizationFactor: 4,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::ImportValue": Match.stringLikeRegexp("StreamFailures") } },
      },
      FilterCriteria: { Filters: [{ Pattern: pattern }] },
    });
    expect(JSON.parse(pattern.asString())).toEqual({
      eventName: ["INSERT", "MODIFY"],
      dynamodb: { Keys: { SK: { S: [{ prefix: "EVENT#" }, { prefix: "TOKEN#" }] } } },
    });
  });

  it("rolls up what was posted, and waits a day before it gives a record up", () => {
    const pattern = new Capture();
    app.service.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      FunctionName: { Ref: functionOf("RollUpBalances").id },
      MaximumBatchingWindowInSeconds: 5,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 86_400,
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::ImportValue": Match.stringLikeRegexp("StreamFailures") } },
      },
      FilterCriteria: { Filters: [{ Pattern: pattern }] },
    });
    expect(JSON.parse(pattern.asString())).toEqual({
      eventName: ["INSERT"],
      dynamodb: { Keys: { SK: { S: [{ prefix: "TRANSFER#" }] } }, NewImage: { phase: { S: ["posted"] } } },
    });
  });

  it("lets the relay publish, start and resume, and touch no other machine or bus", () => {
    const machine = oneResource(app.service, "AWS::StepFunctions::StateMachine", "Workflow");
    const statements = statementsOf("Relay").filter(({ Action }) =>
      asList(Action).some((action) => /^(states|events):/.test(action)),
    );
    expect(statements).toEqual([
      expect.objectContaining({
        Action: "events:PutEvents",
        Resource: { "Fn::ImportValue": expect.stringContaining("FnGetAttBus") },
      }),
      expect.objectContaining({
        Action: ["states:SendTaskSuccess", "states:StartExecution"],
        Resource: { Ref: machine.id },
      }),
      expect.objectContaining({
        Action: "states:StartExecution",
        Resource: { Ref: oneResource(app.service, "AWS::StepFunctions::StateMachine", "Backtests").id },
      }),
    ]);
  });

  it.each([
    [
      "Notify",
      [
        "CaseJudged",
        "CaseApproved",
        "OfferMade",
        "OfferDeclined",
        "CaseRefused",
        "CaseCancelled",
        "ParcelDelivered",
        "ReturnLabelOrdered",
        "ReturnLabelFailed",
        "ParcelStuck",
        "ParcelMovedOn",
        "ParcelLost",
        "ParcelFound",
        "ReturnNotReceived",
        "DeadlineExtended",
        "DeadlineApproaching",
        "ClockPaused",
        "ClockResumed",
        "DeadlinePassed",
        "RepairFinished",
        "ReplacementShipped",
        "ReplacementStuck",
        "ReplacementDelivered",
        "ReplacementLost",
        "ReplacementConfirmed",
        "GoodsKept",
        "ProblemReported",
        "TurnedIntoRefund",
        "CaseClosed",
        "ManualReviewOpened",
        "ManualReviewResolved",
        "EvidenceAdded",
        "MessagePosted",
        "PayoutSucceeded",
        "PayoutFailed",
        "PayoutAdvanced",
        "DisputeOpened",
        "StatementSubmitted",
        "EvidenceClosed",
        "EvidenceWeighed",
        "SettlementProposed",
        "DisputeWithdrawn",
        "DisputeOvertaken",
        "VerdictUncontested",
        "CaseRuled",
        "RulingAppealed",
      ],
    ],
    ["RecordAnalytics", ["CaseFiled", "CaseClosed", "CaseCancelled"]],
    ["ExtendDeadlines", ["ClockExtensionDeclared", "ClockExtensionContinued"]],
  ] as const)("%s hears its events; what it does not take is retried, then kept", (name, detailTypes) => {
    const queue = oneResource(app.service, "AWS::SQS::Queue", `Events${name}Failures`);
    const queueArn = { "Fn::GetAtt": [queue.id, "Arn"] };
    app.service.hasResourceProperties("AWS::Events::Rule", {
      EventBusName: { "Fn::ImportValue": Match.stringLikeRegexp("RefBus") },
      EventPattern: { source: ["consignment.after-sales"], "detail-type": detailTypes },
      State: "ENABLED",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [functionOf(name).id, "Arn"] },
          DeadLetterConfig: { Arn: queueArn },
          RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 24 },
        }),
      ],
    });
    app.service.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: functionOf(name).id },
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queueArn } },
    });
    expect(queue.Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    app.service.hasResourceProperties("AWS::SQS::QueuePolicy", {
      Queues: [{ Ref: queue.id }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      },
    });
  });

  it("Notify hears of every event there are words for", () => {
    const rules = Object.values(app.service.findResources("AWS::Events::Rule"));
    const heard = rules.flatMap(({ Properties }) => Properties.EventPattern?.["detail-type"] ?? []);
    const sources = ["notifications.ts", "dispute-messages.ts", "remedy-messages.ts"].map((name) =>
      readFileSync(new URL(`../../functions/domain/${name}`, import.meta.url), "utf8"),
    );
    const spoken = sources.flatMap((text) =>
      [...text.matchAll(/case "([A-Z]\w+)"/g)].map(([, name]) => name),
    );
    expect(spoken.length).toBeGreaterThan(40);
    expect(spoken.filter((name) => !heard.includes(name))).toEqual([]);
  });

  it("Notify hears what becomes of goods, unless they simply go back into stock", () => {
    const queue = oneResource(app.service, "AWS::SQS::Queue", "EventsNotifyFailures");
    app.service.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["consignment.after-sales"],
        "detail-type": ["DispositionDecided"],
        detail: {
          $or: [
            { payload: { disposition: [{ "anything-but": ["RESTOCK"] }] } },
            { payload: { instead: [{ exists: true }] } },
          ],
        },
      },
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [functionOf("Notify").id, "Arn"] },
          DeadLetterConfig: { Arn: { "Fn::GetAtt": [queue.id, "Arn"] } },
        }),
      ],
    });
  });

  it("RunDuePayouts is called at every full hour; an hour it did not take is kept", () => {
    const queue = oneResource(app.service, "AWS::SQS::Queue", "EventsRunDuePayoutsFailures");
    const queueArn = { "Fn::GetAtt": [queue.id, "Arn"] };
    app.service.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "cron(0 * * * ? *)",
      State: "ENABLED",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [functionOf("RunDuePayouts").id, "Arn"] },
          DeadLetterConfig: { Arn: queueArn },
          RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 24 },
        }),
      ],
    });
    app.service.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: functionOf("RunDuePayouts").id },
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queueArn } },
    });
  });
});

describe("uploads", () => {
  it("are told of by S3 on the default bus; what is not kept is retried, then laid aside", () => {
    const queue = oneResource(app.service, "AWS::SQS::Queue", "UploadsFailures");
    const queueArn = { "Fn::GetAtt": [queue.id, "Arn"] };
    app.service.hasResourceProperties("AWS::Events::Rule", {
      EventBusName: Match.absent(),
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [{ "Fn::ImportValue": Match.stringLikeRegexp("RefEvidence") }] } },
      },
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [functionOf("KeepUpload").id, "Arn"] },
          DeadLetterConfig: { Arn: queueArn },
          RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 24 },
        }),
      ],
    });
    app.service.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: functionOf("KeepUpload").id },
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queueArn } },
    });
  });

  it("can be signed for by two functions, and nobody deletes them", () => {
    const onObjects = functionNames.flatMap((name) =>
      statementsOf(name)
        .filter(({ Resource }) => JSON.stringify(Resource).includes("ExportsOutputFnGetAttEvidence"))
        .map(({ Action }) => [name, Action]),
    );
    expect(onObjects).toEqual([
      ["ApiEvidence", ["s3:GetObject", "s3:PutObject"]],
      ["ApiMessages", ["s3:GetObject", "s3:PutObject"]],
      ["KeepUpload", "s3:GetObject"],
    ]);
  });
});

describe("alarms", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it("ring for everything that failed, and reach the topic", () => {
    const alarms = resourcesOf(app.service, "AWS::CloudWatch::Alarm");
    const expected = [
      "ManualReviewOpened",
      "UnknownCarrierCodes",
      "ParcelExceptions",
      "PushesParked",
      "ExecutionsFailed",
      "ExecutionsTimedOut",
      "ExecutionsAborted",
      "BacktestsFailed",
      "ApiServerErrors",
      "StreamAge",
      "StreamFailures",
      "StreamDropped",
      "LedgerAge",
      "LedgerFailures",
      "LedgerDropped",
      "NotifyFailures",
      "RecordAnalyticsFailures",
      "RunDuePayoutsFailures",
      "ExtendDeadlinesFailures",
      "KeepUploadFailures",
      ...functionNames.map((name) => `${name}Troubled`),
    ];
    expect(alarms.map(([id]) => id.replace("Monitoring", "").slice(0, -8)).sort()).toEqual(expected.sort());
    const topic = oneResource(app.service, "AWS::SNS::Topic", "Monitoring");
    for (const [, { Properties }] of alarms) expect(Properties.AlarmActions).toEqual([{ Ref: topic.id }]);
  });

  it("may be published by CloudWatch: the topic's own policy replaces the one that let it", () => {
    app.service.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
          }),
        ]),
      },
    });
  });

  it("look for manual reviews under the very name the machine's steps count them", async () => {
    // Outside Lambda, Powertools counts only when it is told to.
    vi.stubEnv("POWERTOOLS_DEV", "true");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    vi.resetModules();
    const { raiseManualReviewAlarm } = await import("../../functions/steps/manual-review-alarm.ts");
    raiseManualReviewAlarm(
      { stage: "submitted" } as CaseState,
      { stage: "manual_review", waitSince: 2 } as CaseState,
    );

    const counted = JSON.parse(String(printed.mock.calls[0]?.[0]));
    expect(counted.ManualReviewOpened).toBe(1);
    app.service.hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "ManualReviewOpened",
      Namespace: counted._aws.CloudWatchMetrics[0].Namespace,
      Dimensions: [{ Name: "service", Value: counted.service }],
      Threshold: 1,
    });
  });

  it("look for what carriers tell under the very names it is counted by", () => {
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    raiseUnknownCodes([{ source: "s", at: 0, status: "unknown", code: "c", place: "", text: "" }]);
    raiseParcelException("delivered.returned");
    raiseParkedPush({ reason: "unreadable", detail: "" }, undefined);

    const counted = printed.mock.calls.map(([line]) => JSON.parse(String(line))).filter(({ _aws }) => _aws);
    expect(counted.map((each, index) => each[trackingMetrics[index] ?? ""])).toEqual([1, 1, 1]);
    for (const each of counted) {
      const [{ Namespace, Dimensions, Metrics }] = each._aws.CloudWatchMetrics;
      expect(Dimensions).toEqual([["service"]]);
      app.service.hasResourceProperties("AWS::CloudWatch::Alarm", {
        MetricName: Metrics[0].Name,
        Namespace,
        Dimensions: [{ Name: "service", Value: each.service }],
        Threshold: 1,
      });
    }
  });

  it("stand on one dashboard", () => {
    app.service.resourceCountIs("AWS::CloudWatch::Dashboard", 1);
  });
});

it("tags everything with the project", () => {
  const { Tags } = oneResource(app.data, "AWS::S3::Bucket", "Evidence").Properties;
  expect(Tags).toEqual([{ Key: "project", Value: "consignment-after-sales" }]);
});
