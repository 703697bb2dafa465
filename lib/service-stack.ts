import * as cdk from "aws-cdk-lib";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { AlarmsAndDashboard } from "./constructs/alarms-and-dashboard.ts";
import { BacktestWorkflow } from "./constructs/backtest-workflow.ts";
import type { Bundles } from "./constructs/bundles.ts";
import { CaseWorkflow } from "./constructs/case-workflow.ts";
import { EventRoutes } from "./constructs/event-routes.ts";
import { EvidenceUploads } from "./constructs/evidence-uploads.ts";
import { ServiceApi } from "./constructs/http-api.ts";
import { Identity } from "./constructs/identity.ts";
import { addServiceFunctions } from "./constructs/service-function.ts";
import type { DataStack } from "./data-stack.ts";

export type ServiceStackProps = cdk.StackProps & {
  readonly data: DataStack;
  readonly bundles: Bundles;
  readonly partners: readonly string[];
};

/** Everything that can be deployed anew without losing a case. Composes only. */
export class ServiceStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { table, bus, streamFailures, evidence, secretsKey } = props.data;

    const cursorKey = new secretsmanager.Secret(this, "CursorKey", {
      description: "Signs the cursors of paged lists",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    cdk.Validations.of(cursorKey).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "The functions get the key at deployment, so a scheduled rotation would change nothing until the next " +
        "one. A new secret replaces it (docs/deploy.md), and cursors handed out before turn invalid, no more.",
    });

    const functions = addServiceFunctions(this, { bundles: props.bundles, table, cursorKey, secretsKey });
    const identity = new Identity(this, "Identity", {
      partners: props.partners,
      issueClaims: functions.IssueClaims,
    });
    const api = new ServiceApi(this, "Api", { functions, identity });
    const workflow = new CaseWorkflow(this, "Workflow", { functions, table });
    const backtests = new BacktestWorkflow(this, "Backtests", { functions, table });
    const routes = new EventRoutes(this, "Events", {
      functions,
      table,
      bus,
      streamFailures,
      stateMachine: workflow.stateMachine,
      backtestMachine: backtests.stateMachine,
    });
    const uploads = new EvidenceUploads(this, "Uploads", { functions, evidence });
    const monitoring = new AlarmsAndDashboard(this, "Monitoring", {
      functions,
      api,
      workflow,
      backtests,
      routes,
      uploads,
    });

    new cdk.CfnOutput(this, "ApiUrl", { value: api.url });
    new cdk.CfnOutput(this, "TokenUrl", { value: identity.tokenUrl });
    new cdk.CfnOutput(this, "UserPoolId", { value: identity.userPool.userPoolId });
    new cdk.CfnOutput(this, "StateMachineArn", { value: workflow.stateMachine.stateMachineArn });
    new cdk.CfnOutput(this, "BacktestMachineArn", { value: backtests.stateMachine.stateMachineArn });
    new cdk.CfnOutput(this, "AlarmTopicArn", { value: monitoring.topic.topicArn });
    for (const [partner, client] of Object.entries(identity.clients)) {
      new cdk.CfnOutput(this, `ClientId-${partner}`, { value: client.userPoolClientId });
    }
  }
}
