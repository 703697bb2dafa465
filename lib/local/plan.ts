import { readFileSync } from "node:fs";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { LocalAssembly } from "./assembly.ts";
import { type AsyncConfig, defaultAsyncConfig } from "./async-invoke.ts";
import type { BusRule } from "./bus.ts";
import { compilePattern } from "./event-pattern.ts";
import type { LocalFunction } from "./function-environment.ts";
import type { ApiRoute } from "./gateway.ts";
import { account, region } from "./identities.ts";
import type { UserPool } from "./identity.ts";
import type { CorsRule } from "./s3/cors.ts";
import { compileSchedule } from "./schedule-expression.ts";
import type { StreamMapping } from "./stream.ts";
import { ofType, type Resource, TemplateRefused } from "./template.ts";
import { substitute } from "./workflow/definition.ts";
import type { StateMachine } from "./workflow/workflow.ts";

/** What the template asks for, resource by resource, in the terms of the parts that play it. */
export type Plan = {
  readonly table: CreateTableCommandInput & { readonly TableName: string };
  /** What an export of the table needs to know of it. */
  readonly exported: { readonly name: string; readonly arn: string; readonly partitionKey: string };
  readonly functions: readonly LocalFunction[];
  readonly asyncConfigs: ReadonlyMap<string, AsyncConfig>;
  readonly streams: readonly StreamMapping[];
  readonly api: { readonly id: string; readonly routes: readonly ApiRoute[] };
  readonly pool: UserPool;
  /** In the template's order, each with its logical id without the CDK's suffix. */
  readonly machines: readonly (StateMachine & { readonly logicalName: string })[];
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly keyArns: ReadonlySet<string>;
  readonly buses: ReadonlySet<string>;
  readonly rules: readonly BusRule[];
  /** Whether `principal` may invoke the function on behalf of `sourceArn`. */
  readonly permits: (functionArn: string, principal: string, sourceArn: string) => boolean;
};

export type Bucket = {
  readonly arn: string;
  readonly corsRules: readonly CorsRule[];
  /** Whether the account's default bus hears of what is put into it. */
  readonly tellsTheBus: boolean;
};

/** The functions behind the API answer people at the same time; the others follow one stream or machine. */
const concurrency = { api: 4, other: 2 } as const;

const functionArnPrefix = `arn:aws:lambda:${region}:${account}:function:`;
const functionArn = (nameOrArn: string): string =>
  nameOrArn.startsWith("arn:") ? nameOrArn : `${functionArnPrefix}${nameOrArn}`;

const where = ({ stack, logicalId, type }: Resource): string => `${stack}/${logicalId} (${type})`;

const only = <Type extends Resource>(resources: readonly Type[], type: string): Type => {
  const [resource, ...more] = resources;
  if (resource && more.length === 0) return resource;
  throw new TemplateRefused(`The template has ${resources.length} resources of ${type}; one is played.`);
};

/** `*` stands for any text in a permission's source. */
const arnLike = (pattern: string, arn: string): boolean => {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(arn);
};

const planTable = ({ ref, properties }: Resource<"AWS::DynamoDB::GlobalTable">): Plan["table"] => {
  const { GlobalSecondaryIndexes, StreamSpecification } = properties;
  return {
    TableName: ref,
    BillingMode: properties.BillingMode,
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(StreamSpecification && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: StreamSpecification.StreamViewType },
    }),
  };
};

/** What a rule is for: events, or times, or both. */
const triggersOf = (rule: Resource<"AWS::Events::Rule">): Pick<BusRule, "matches" | "schedule"> => {
  const { EventPattern, ScheduleExpression } = rule.properties;
  if (!EventPattern && !ScheduleExpression) throw new TemplateRefused(`${where(rule)}: is for nothing.`);
  return {
    ...(EventPattern ? { matches: compilePattern(EventPattern, where(rule)) } : {}),
    ...(ScheduleExpression ? { schedule: compileSchedule(ScheduleExpression, where(rule)) } : {}),
  };
};

const secondsIn = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

const planPool = (resources: readonly Resource[]): UserPool => {
  const pool = only(ofType(resources, "AWS::Cognito::UserPool"), "AWS::Cognito::UserPool");
  const { PreTokenGeneration, PreTokenGenerationConfig } = pool.properties.LambdaConfig ?? {};
  if (PreTokenGeneration && !PreTokenGenerationConfig) {
    throw new TemplateRefused(`${where(pool)}: machine tokens pass a trigger of version V3_0 only.`);
  }
  const offered = ofType(resources, "AWS::Cognito::UserPoolResourceServer").flatMap(({ properties }) =>
    properties.Scopes.map(({ ScopeName }) => `${properties.Identifier}/${ScopeName}`),
  );
  const clients = ofType(resources, "AWS::Cognito::UserPoolClient").map((client) => {
    const { AllowedOAuthScopes, AccessTokenValidity, TokenValidityUnits } = client.properties;
    const unknown = AllowedOAuthScopes.find((scope) => !offered.includes(scope));
    if (unknown)
      throw new TemplateRefused(`${where(client)}: no resource server offers the scope ${unknown}.`);
    return {
      clientId: client.ref,
      allowedScopes: AllowedOAuthScopes,
      validitySeconds: AccessTokenValidity * secondsIn[TokenValidityUnits.AccessToken],
    };
  });
  return {
    poolId: pool.ref,
    poolArn: pool.arn,
    issuer: `https://cognito-idp.${region}.amazonaws.com/${pool.ref}`,
    region,
    clients,
    triggerArn: PreTokenGenerationConfig?.LambdaArn,
  };
};

const planApi = (resources: readonly Resource[], permits: Plan["permits"]): Plan["api"] => {
  const api = only(ofType(resources, "AWS::ApiGatewayV2::Api"), "AWS::ApiGatewayV2::Api");
  only(ofType(resources, "AWS::ApiGatewayV2::Stage"), "AWS::ApiGatewayV2::Stage");
  const integrations = new Map(
    ofType(resources, "AWS::ApiGatewayV2::Integration").map(({ ref, properties }) => [ref, properties]),
  );
  const authorizers = new Map(
    ofType(resources, "AWS::ApiGatewayV2::Authorizer").map(({ ref, properties }) => [ref, properties]),
  );
  const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map((route): ApiRoute => {
    const { RouteKey, Target, AuthorizationType, AuthorizerId = "", AuthorizationScopes } = route.properties;
    const integration = integrations.get(Target.slice("integrations/".length));
    const authorizer = authorizers.get(AuthorizerId);
    if (integration === undefined || (AuthorizationType === "JWT" && authorizer === undefined)) {
      throw new TemplateRefused(`${where(route)}: its integration or authorizer is not in the template.`);
    }
    const arn = functionArn(integration.IntegrationUri);
    const [method, path = ""] = RouteKey === "$default" ? ["$default"] : RouteKey.split(" ");
    const source = `arn:aws:execute-api:${region}:${account}:${api.ref}/$default/${method}${path}`;
    return {
      routeKey: RouteKey,
      functionArn: arn,
      permitted: permits(arn, "apigateway.amazonaws.com", source),
      authorizer: authorizer && {
        issuer: authorizer.JwtConfiguration.Issuer,
        audience: authorizer.JwtConfiguration.Audience,
      },
      scopes: AuthorizationScopes,
    };
  });
  return { id: api.ref, routes };
};

const planMachine = (
  machine: Resource<"AWS::StepFunctions::StateMachine">,
  assembly: LocalAssembly,
): Plan["machines"][number] => {
  const { DefinitionString, DefinitionS3Location, DefinitionSubstitutions, RoleArn } = machine.properties;
  const file = DefinitionS3Location && assembly.assetPath(DefinitionS3Location.Key);
  const definition = file === undefined ? DefinitionString : readFileSync(file, "utf8");
  if (definition === undefined) throw new TemplateRefused(`${where(machine)}: has no definition.`);
  return {
    arn: machine.arn,
    definition: substitute(definition, DefinitionSubstitutions),
    roleArn: RoleArn,
    logicalName: machine.logicalId.replace(/[0-9A-F]{8}$/, ""),
  };
};

/** Translates the resolved template. Throws `TemplateRefused` where its parts do not fit together. */
export const planService = (resources: readonly Resource[], assembly: LocalAssembly): Plan => {
  const table = only(ofType(resources, "AWS::DynamoDB::GlobalTable"), "AWS::DynamoDB::GlobalTable");
  const permissions = ofType(resources, "AWS::Lambda::Permission").map(({ properties }) => properties);
  const permits: Plan["permits"] = (arn, principal, sourceArn) =>
    permissions.some(
      ({ FunctionName, Principal, SourceArn }) =>
        functionArn(FunctionName) === arn &&
        Principal === principal &&
        (SourceArn === undefined || arnLike(SourceArn, sourceArn)),
    );
  const api = planApi(resources, permits);

  const functions = ofType(resources, "AWS::Lambda::Function").map((one): LocalFunction => {
    const { Code, Handler, Environment, MemorySize, Timeout } = one.properties;
    const directory = assembly.assetPath(Code.S3Key);
    if (directory === undefined)
      throw new TemplateRefused(`${where(one)}: its bundle is not in the assembly.`);
    return {
      name: one.ref,
      arn: one.arn,
      directory,
      handler: Handler,
      environment: Environment?.Variables ?? {},
      memoryMb: MemorySize,
      timeoutSeconds: Timeout,
      concurrency: api.routes.some((route) => route.functionArn === one.arn)
        ? concurrency.api
        : concurrency.other,
    };
  });
  const functionArns = new Set(functions.map(({ arn }) => arn));
  const knownFunction = (from: Resource, nameOrArn: string): string => {
    const arn = functionArn(nameOrArn);
    if (!functionArns.has(arn))
      throw new TemplateRefused(`${where(from)}: ${nameOrArn} is no function here.`);
    return arn;
  };

  const places = new Set(
    [...ofType(resources, "AWS::SQS::Queue"), ...ofType(resources, "AWS::S3::Bucket")].map(({ arn }) => arn),
  );
  const knownPlace = (from: Resource, arn: string | undefined): string | undefined => {
    if (arn === undefined || places.has(arn)) return arn;
    throw new TemplateRefused(`${where(from)}: ${arn} is no queue or bucket of the template.`);
  };

  const asyncConfigs = new Map<string, AsyncConfig>();
  for (const one of ofType(resources, "AWS::Lambda::Function")) {
    const deadLetterArn = knownPlace(one, one.properties.DeadLetterConfig?.TargetArn);
    asyncConfigs.set(one.arn, { ...defaultAsyncConfig, deadLetterArn });
  }
  for (const config of ofType(resources, "AWS::Lambda::EventInvokeConfig")) {
    const { FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } =
      config.properties;
    const arn = knownFunction(config, FunctionName);
    const before = asyncConfigs.get(arn) ?? defaultAsyncConfig;
    asyncConfigs.set(arn, {
      ...before,
      maximumRetries: MaximumRetryAttempts ?? before.maximumRetries,
      maximumAgeSeconds: MaximumEventAgeInSeconds ?? before.maximumAgeSeconds,
      onFailureArn: knownPlace(config, DestinationConfig?.OnFailure?.Destination),
    });
  }

  const streams = ofType(resources, "AWS::Lambda::EventSourceMapping").map((mapping): StreamMapping => {
    const { properties } = mapping;
    if (!properties.EventSourceArn.startsWith(`${table.arn}/stream/`)) {
      throw new TemplateRefused(`${where(mapping)}: only the table's own stream is played.`);
    }
    return {
      functionArn: knownFunction(mapping, properties.FunctionName),
      streamArn: properties.EventSourceArn,
      batchSize: properties.BatchSize,
      windowSeconds: properties.MaximumBatchingWindowInSeconds,
      maximumRetries: properties.MaximumRetryAttempts,
      maximumAgeSeconds: properties.MaximumRecordAgeInSeconds,
      bisect: properties.BisectBatchOnFunctionError,
      partialResponses: properties.FunctionResponseTypes.length > 0,
      filters: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) =>
        compilePattern(JSON.parse(Pattern), where(mapping)),
      ),
      failureDestinationArn: knownPlace(mapping, properties.DestinationConfig?.OnFailure.Destination),
    };
  });

  const rules = ofType(resources, "AWS::Events::Rule")
    .filter(({ properties }) => properties.State === "ENABLED")
    .map(
      (rule): BusRule => ({
        name: rule.ref,
        arn: rule.arn,
        bus: rule.properties.EventBusName.slice(rule.properties.EventBusName.lastIndexOf("/") + 1),
        ...triggersOf(rule),
        targets: rule.properties.Targets.map(({ Id, Arn, RetryPolicy, DeadLetterConfig }) => ({
          id: Id,
          arn: knownFunction(rule, Arn),
          // EventBridge tries for a day where the template says nothing.
          maximumRetries: RetryPolicy?.MaximumRetryAttempts ?? 185,
          maximumAgeSeconds: RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
          deadLetterArn: knownPlace(rule, DeadLetterConfig?.Arn),
        })),
      }),
    );

  return {
    table: planTable(table),
    exported: {
      name: table.ref,
      arn: table.arn,
      partitionKey: table.properties.KeySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "",
    },
    functions,
    asyncConfigs,
    streams,
    api,
    pool: planPool(resources),
    machines: ofType(resources, "AWS::StepFunctions::StateMachine").map((one) => planMachine(one, assembly)),
    buckets: new Map(
      ofType(resources, "AWS::S3::Bucket").map(({ ref, arn, properties }) => [
        ref,
        {
          arn,
          corsRules: properties.CorsConfiguration?.CorsRules ?? [],
          tellsTheBus:
            properties.NotificationConfiguration?.EventBridgeConfiguration.EventBridgeEnabled ?? false,
        },
      ]),
    ),
    keyArns: new Set(ofType(resources, "AWS::KMS::Key").map(({ arn }) => arn)),
    buses: new Set(["default", ...ofType(resources, "AWS::Events::EventBus").map(({ ref }) => ref)]),
    rules,
    permits,
  };
};
