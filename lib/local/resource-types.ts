import * as z from "zod";

/**
 * Every resource type the player knows. What is not here, and every property that is not here, stops the
 * start: a template that is only half understood would be a test that proves nothing.
 */
type PlayedType = {
  /** The properties that are played, after every reference in them is resolved; strict down to the leaves. */
  readonly properties: z.ZodType;
  /** Properties that change nothing on one machine, with the reason. */
  readonly inert: Readonly<Record<string, string>>;
};

const bill = { Tags: "for the bill" } as const;
const noPeople = "no people sign in";
const people = "for people";
const encryption = "the engine's file is the user's own";
const noPermissions = "permissions are not checked on one machine";
const noAlarm = "nobody is called from one machine";

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const destination = z.strictObject({ Destination: z.string() });
const retryLimits = {
  MaximumRetryAttempts: z.int().min(0).optional(),
  MaximumEventAgeInSeconds: z.int().positive().optional(),
};

export const playedTypes = {
  "AWS::DynamoDB::GlobalTable": {
    properties: z.strictObject({
      TableName: z.string().optional(),
      AttributeDefinitions: z.array(
        z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) }),
      ),
      KeySchema: keySchema,
      GlobalSecondaryIndexes: z
        .array(
          z.strictObject({
            IndexName: z.string(),
            KeySchema: keySchema,
            Projection: z.strictObject({
              ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
              NonKeyAttributes: z.array(z.string()).optional(),
            }),
          }),
        )
        .optional(),
      StreamSpecification: z
        .strictObject({
          StreamViewType: z.enum(["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]),
        })
        .optional(),
      BillingMode: z.literal("PAY_PER_REQUEST"),
    }),
    inert: {
      Replicas: "recovery, protection and tags of the one region",
      SSESpecification: encryption,
      // DynamoDB promises deletion within days only, so nothing may rely on an item being gone.
      TimeToLiveSpecification: "the engine knows the wall clock, not the service's",
    },
  },
  "AWS::Lambda::Function": {
    properties: z.strictObject({
      FunctionName: z.string().optional(),
      Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
      Handler: z.string(),
      Runtime: z.string().startsWith("nodejs"),
      Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
      MemorySize: z.int().default(128),
      Timeout: z.int().default(3),
      DeadLetterConfig: z.strictObject({ TargetArn: z.string() }).optional(),
    }),
    inert: {
      Architectures: "the machine's own",
      Description: people,
      EphemeralStorage: "not limited",
      LoggingConfig: "logs go to .local/logs",
      ReservedConcurrentExecutions: "two to four environments a function",
      Role: noPermissions,
      TracingConfig: "no tracing",
      ...bill,
    },
  },
  "AWS::Lambda::Permission": {
    properties: z.strictObject({
      Action: z.literal("lambda:InvokeFunction"),
      FunctionName: z.string(),
      Principal: z.string(),
      SourceArn: z.string().optional(),
    }),
    inert: { SourceAccount: "there is one account" },
  },
  "AWS::Lambda::EventInvokeConfig": {
    properties: z.strictObject({
      FunctionName: z.string(),
      Qualifier: z.literal("$LATEST"),
      ...retryLimits,
      DestinationConfig: z.strictObject({ OnFailure: destination.optional() }).optional(),
    }),
    inert: {},
  },
  "AWS::Lambda::EventSourceMapping": {
    properties: z.strictObject({
      EventSourceArn: z.string(),
      FunctionName: z.string(),
      StartingPosition: z.literal("TRIM_HORIZON"),
      BatchSize: z.int().positive().default(100),
      MaximumBatchingWindowInSeconds: z.int().min(0).default(0),
      MaximumRetryAttempts: z.int().min(-1).default(-1),
      MaximumRecordAgeInSeconds: z.int().min(-1).default(-1),
      BisectBatchOnFunctionError: z.boolean().default(false),
      FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
      FilterCriteria: z
        .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) })
        .optional(),
      DestinationConfig: z.strictObject({ OnFailure: destination }).optional(),
      Enabled: z.literal(true).optional(),
    }),
    inert: {
      MetricsConfig: "no metrics",
      ParallelizationFactor: "one batch at a time: the engine's stream has one shard",
      ...bill,
    },
  },
  "AWS::ApiGatewayV2::Api": {
    properties: z.strictObject({ ProtocolType: z.literal("HTTP") }),
    inert: { Description: people, DisableExecuteApiEndpoint: "there is one address", Name: people, ...bill },
  },
  "AWS::ApiGatewayV2::Route": {
    properties: z.strictObject({
      ApiId: z.string(),
      RouteKey: z.string(),
      Target: z.string().startsWith("integrations/"),
      AuthorizationType: z.enum(["NONE", "JWT"]).default("NONE"),
      AuthorizerId: z.string().optional(),
      AuthorizationScopes: z.array(z.string()).default([]),
    }),
    inert: { OperationName: people },
  },
  "AWS::ApiGatewayV2::Integration": {
    properties: z.strictObject({
      ApiId: z.string(),
      IntegrationType: z.literal("AWS_PROXY"),
      IntegrationUri: z.string(),
      PayloadFormatVersion: z.literal("2.0"),
    }),
    inert: {
      Description: people,
      IntegrationMethod: "always POST for a function",
      TimeoutInMillis: "a function's own timeout ends it first",
    },
  },
  "AWS::ApiGatewayV2::Authorizer": {
    properties: z.strictObject({
      ApiId: z.string(),
      AuthorizerType: z.literal("JWT"),
      IdentitySource: z.tuple([z.literal("$request.header.Authorization")]),
      JwtConfiguration: z.strictObject({ Audience: z.array(z.string()), Issuer: z.string() }),
    }),
    inert: { Name: people },
  },
  "AWS::ApiGatewayV2::Stage": {
    properties: z.strictObject({
      ApiId: z.string(),
      StageName: z.literal("$default"),
      AutoDeploy: z.literal(true),
    }),
    inert: {
      AccessLogSettings: "no access log",
      DefaultRouteSettings: "throttling and metrics",
      Description: people,
      RouteSettings: "throttling and metrics",
      ...bill,
    },
  },
  "AWS::StepFunctions::StateMachine": {
    properties: z.strictObject({
      StateMachineName: z.string().optional(),
      StateMachineType: z.literal("STANDARD").optional(),
      DefinitionString: z.string().optional(),
      DefinitionS3Location: z.strictObject({ Bucket: z.string(), Key: z.string() }).optional(),
      DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
      RoleArn: z.string(),
    }),
    inert: {
      LoggingConfiguration: "the history is kept",
      TracingConfiguration: "no tracing",
      ...bill,
    },
  },
  "AWS::Events::EventBus": {
    properties: z.strictObject({ Name: z.string().optional() }),
    inert: {
      DeadLetterConfig: "for buses of other accounts",
      Description: people,
      KmsKeyIdentifier: encryption,
      LogConfig: "no bus log",
      ...bill,
    },
  },
  "AWS::Events::Rule": {
    properties: z.strictObject({
      Name: z.string().optional(),
      EventBusName: z.string().default("default"),
      EventPattern: z.record(z.string(), z.unknown()).optional(),
      ScheduleExpression: z.string().optional(),
      State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
      Targets: z.array(
        z.strictObject({
          Arn: z.string(),
          Id: z.string(),
          RetryPolicy: z.strictObject(retryLimits).optional(),
          DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
        }),
      ),
    }),
    inert: { Description: people, ...bill },
  },
  "AWS::SQS::Queue": {
    properties: z.strictObject({ QueueName: z.string().optional() }),
    inert: {
      KmsMasterKeyId: encryption,
      MessageRetentionPeriod: "messages are kept",
      SqsManagedSseEnabled: encryption,
      VisibilityTimeout: "nobody receives here",
      ...bill,
    },
  },
  "AWS::S3::Bucket": {
    properties: z.strictObject({
      BucketName: z.string().optional(),
      CorsConfiguration: z
        .strictObject({
          CorsRules: z.array(
            z.strictObject({
              AllowedMethods: z.array(z.enum(["GET", "PUT", "HEAD", "POST", "DELETE"])),
              AllowedOrigins: z.array(z.string()),
              AllowedHeaders: z.array(z.string()).optional(),
              ExposedHeaders: z.array(z.string()).optional(),
              MaxAge: z.int().optional(),
            }),
          ),
        })
        .optional(),
      NotificationConfiguration: z
        .strictObject({
          EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean() }),
        })
        .optional(),
    }),
    inert: {
      BucketEncryption: encryption,
      LifecycleConfiguration: "objects are kept",
      LoggingConfiguration: "no access log",
      ObjectLockConfiguration: "objects are kept",
      ObjectLockEnabled: "objects are kept",
      OwnershipControls: "one user",
      PublicAccessBlockConfiguration: "one user",
      VersioningConfiguration: "an object's last version is kept",
      ...bill,
    },
  },
  "AWS::KMS::Key": {
    properties: z.strictObject({ KeySpec: z.literal("SYMMETRIC_DEFAULT").optional() }),
    inert: {
      Description: people,
      EnableKeyRotation: "the key's material stays",
      KeyPolicy: noPermissions,
      ...bill,
    },
  },
  "AWS::SecretsManager::Secret": {
    properties: z.strictObject({ Name: z.string().optional() }),
    inert: {
      Description: people,
      GenerateSecretString: "made up on first use, see secrets",
      KmsKeyId: encryption,
      ...bill,
    },
  },
  "AWS::Cognito::UserPool": {
    properties: z.strictObject({
      LambdaConfig: z
        .strictObject({
          PreTokenGeneration: z.string().optional(),
          PreTokenGenerationConfig: z
            .strictObject({ LambdaArn: z.string(), LambdaVersion: z.literal("V3_0") })
            .optional(),
        })
        .optional(),
    }),
    inert: {
      AccountRecoverySetting: noPeople,
      AdminCreateUserConfig: noPeople,
      AutoVerifiedAttributes: noPeople,
      DeletionProtection: "nothing to delete",
      EmailVerificationMessage: noPeople,
      EmailVerificationSubject: noPeople,
      EnabledMfas: noPeople,
      MfaConfiguration: noPeople,
      Policies: noPeople,
      SmsVerificationMessage: noPeople,
      UserPoolAddOns: noPeople,
      UserPoolName: people,
      UserPoolTags: "for the bill",
      UserPoolTier: "for the bill",
      VerificationMessageTemplate: noPeople,
    },
  },
  "AWS::Cognito::UserPoolResourceServer": {
    properties: z.strictObject({
      UserPoolId: z.string(),
      Identifier: z.string(),
      Scopes: z.array(z.strictObject({ ScopeName: z.string(), ScopeDescription: z.string() })).default([]),
    }),
    inert: { Name: people },
  },
  "AWS::Cognito::UserPoolClient": {
    properties: z.strictObject({
      UserPoolId: z.string(),
      AllowedOAuthFlows: z.tuple([z.literal("client_credentials")]),
      AllowedOAuthFlowsUserPoolClient: z.literal(true),
      AllowedOAuthScopes: z.array(z.string()),
      AccessTokenValidity: z.int().positive().default(60),
      TokenValidityUnits: z
        .strictObject({
          AccessToken: z.enum(["seconds", "minutes", "hours", "days"]).default("minutes"),
          IdToken: z.string().optional(),
          RefreshToken: z.string().optional(),
        })
        .default({ AccessToken: "minutes" }),
    }),
    inert: {
      ClientName: people,
      EnableTokenRevocation: "tokens end by themselves",
      ExplicitAuthFlows: noPeople,
      GenerateSecret: "the local token endpoint asks for none",
      IdTokenValidity: noPeople,
      PreventUserExistenceErrors: noPeople,
      RefreshTokenValidity: noPeople,
      SupportedIdentityProviders: noPeople,
    },
  },
} as const satisfies Record<string, PlayedType>;

export type PlayedTypeName = keyof typeof playedTypes;

/** The resolved properties of a played type. */
export type PropertiesOf<Type extends PlayedTypeName> = z.infer<(typeof playedTypes)[Type]["properties"]>;

/** Types that need nothing done on one machine, with the reason. */
export const inertTypes: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::Account": "the account's logging role",
  "AWS::CDK::Metadata": "statistics of the CDK",
  "AWS::CloudWatch::Alarm": noAlarm,
  "AWS::CloudWatch::CompositeAlarm": noAlarm,
  "AWS::CloudWatch::Dashboard": noAlarm,
  "AWS::Cognito::UserPoolDomain": "tokens come from /_local/token",
  "AWS::Events::Archive": "events are not replayed",
  "AWS::IAM::ManagedPolicy": noPermissions,
  "AWS::IAM::Policy": noPermissions,
  "AWS::IAM::Role": noPermissions,
  "AWS::KMS::Alias": encryption,
  "AWS::Logs::LogGroup": "logs go to .local/logs",
  "AWS::Logs::MetricFilter": noAlarm,
  "AWS::Logs::QueryDefinition": noAlarm,
  "AWS::Logs::ResourcePolicy": noPermissions,
  "AWS::S3::BucketPolicy": noPermissions,
  "AWS::SNS::Topic": noAlarm,
  "AWS::SNS::TopicPolicy": noPermissions,
  "AWS::SQS::QueuePolicy": noPermissions,
};
