import * as cdk from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUserPoolAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { operations } from "../../functions/api/operations.ts";
import { type Area, type Operation, routeKey } from "../../functions/http/operation.ts";
import type { FunctionName } from "./function-specs.ts";
import { type Identity, roleScope } from "./identity.ts";
import type { ServiceFunctions } from "./service-function.ts";

/** The function that answers for an area. An area without one does not compile. */
const areaFunctions: Record<Area, FunctionName> = {
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

/** Requests a second over all callers. A public route costs a stranger nothing, so it gets less. */
const throttle = {
  authorized: { rateLimit: 500, burstLimit: 250 },
  public: { rateLimit: 100, burstLimit: 50 },
} as const;

/**
 * One JSON object a request: the route and not the path, no query and no body, so no id of a person. The
 * client is a partner's; the address is its server's. `integrationError` tells a function's failure from the
 * gateway's own. Latency by route is read from here: the gateway's metrics by route are billed apart.
 */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationError: "$context.integrationErrorMessage",
  authorizerError: "$context.authorizer.error",
  clientId: "$context.authorizer.claims.client_id",
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
});

export type ServiceApiProps = { readonly functions: ServiceFunctions; readonly identity: Identity };

/** The HTTP API: a route for each operation, with the scopes of its roles; nothing is routed by pattern. */
export class ServiceApi extends Construct {
  readonly httpApi: apigateway.HttpApi;
  readonly url: string;

  constructor(scope: Construct, id: string, props: ServiceApiProps) {
    super(scope, id);
    this.httpApi = new apigateway.HttpApi(this, "HttpApi", {
      description: "Consignment after-sales",
      createDefaultStage: false,
    });
    const authorizer = new HttpUserPoolAuthorizer("Jwt", props.identity.userPool, {
      userPoolClients: Object.values(props.identity.clients),
    });
    const integrations = integrateAreas(props.functions);
    const routes = operations.map((operation) => {
      const [route] = this.httpApi.addRoutes({
        path: operation.path,
        methods: [apigateway.HttpMethod[operation.method]],
        integration: integrations[operation.area],
        ...(operation.roles === "public"
          ? { authorizer: new apigateway.HttpNoneAuthorizer() }
          : { authorizer, authorizationScopes: operation.roles.map(roleScope) }),
      });
      if (route === undefined) throw new Error(`No route for ${operation.operationId}.`);
      if (operation.roles === "public") acknowledgePublic(route, operation);
      return route;
    });

    const stage = new apigateway.HttpStage(this, "Stage", {
      httpApi: this.httpApi,
      stageName: "$default",
      autoDeploy: true,
      throttle: throttle.authorized,
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(addAccessLog(this)),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    throttlePublicRoutes(stage);
    // CloudFormation refuses route settings for a route that does not exist yet.
    stage.node.addDependency(...routes);
    this.url = this.httpApi.apiEndpoint;
  }
}

/** One permission a function, for this API: a permission a route would outgrow the policy's 20 KB. */
const integrateAreas = (functions: ServiceFunctions): Record<Area, HttpLambdaIntegration> => {
  const areas = Object.entries(areaFunctions).map(([area, name]) => [
    area,
    new HttpLambdaIntegration(area, functions[name].lambda, {
      payloadFormatVersion: apigateway.PayloadFormatVersion.VERSION_2_0,
      scopePermissionToRoute: false,
    }),
  ]);
  return Object.fromEntries(areas);
};

const acknowledgePublic = (route: apigateway.HttpRoute, operation: Operation): void =>
  cdk.Validations.of(route).acknowledge({
    id: "AwsSolutions-APIG4",
    reason:
      operation.area === "carrier-webhook"
        ? "A carrier has no token of ours: it signs its push, and the function checks the signature first."
        : "Says only what anyone may know: that the service is up, and how its API looks.",
  });

/** The `/aws/vendedlogs/` prefix keeps the account's log resource policy from growing with each log group. */
const addAccessLog = (scope: Construct): logs.LogGroup =>
  new logs.LogGroup(scope, "AccessLog", {
    logGroupName: `/aws/vendedlogs/apigateway/${cdk.Stack.of(scope).stackName}`,
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  });

const throttlePublicRoutes = (stage: apigateway.HttpStage): void => {
  const settings = operations
    .filter((operation) => operation.roles === "public")
    .map((operation) => [
      routeKey(operation),
      {
        ThrottlingRateLimit: throttle.public.rateLimit,
        ThrottlingBurstLimit: throttle.public.burstLimit,
      },
    ]);
  const cfnStage = stage.node.defaultChild as apigateway.CfnStage;
  cfnStage.routeSettings = Object.fromEntries(settings);
};
