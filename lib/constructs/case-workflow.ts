import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { casePartition } from "../../functions/store/keys.ts";
import { projectRoot } from "./bundles.ts";
import type { FunctionName } from "./function-specs.ts";
import { inPartitions, type ServiceFunctions } from "./service-function.ts";

/** The functions the machine calls; each stands in the definition as `${<name>FunctionArn}`. */
const stepFunctions = [
  "JudgeResponsibility",
  "ApplyTimeout",
  "SettleCase",
  "OpenManualReview",
] as const satisfies readonly FunctionName[];

export type CaseWorkflowProps = {
  readonly functions: ServiceFunctions;
  readonly table: dynamodb.ITableV2;
};

/** The machine that follows a case: one execution a case, named by the case's id. */
export class CaseWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: CaseWorkflowProps) {
    super(scope, id);
    const steps = stepFunctions.map((name) => [name, props.functions[name].lambda.functionArn] as const);

    const role = new iam.Role(this, "Role", { assumedBy: new iam.ServicePrincipal("states.amazonaws.com") });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: steps.map(([, arn]) => arn) }),
    );
    // The waits put their task tokens into the partition of the case, so the role reaches no other kind of
    // partition. The sort key (`TOKEN#…`) cannot be held to in the same way: IAM knows a condition on leading
    // keys and on attribute names, none on the sort key's value.
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["dynamodb:PutItem"],
        resources: [props.table.tableArn],
        conditions: inPartitions(casePartition("*", "*")),
      }),
    );
    cdk.Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "CloudWatch's log delivery API and X-Ray take no resource. A test holds `*` to their actions.",
    });

    this.stateMachine = new sfn.StateMachine(this, "StateMachine", {
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(readDefinition()),
      definitionSubstitutions: {
        TableName: props.table.tableName,
        ...Object.fromEntries(steps.map(([name, arn]) => [`${name}FunctionArn`, arn])),
      },
      role,
      tracingEnabled: true,
      // Every transition, but never its input or output: ids are not worth a second copy of a person's trail.
      logs: { destination: addLog(this), level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
  }
}

/** Stands in the template itself, not in an asset: a diff shows what changes, and the rules can read it. */
const readDefinition = (): string =>
  JSON.stringify(JSON.parse(readFileSync(join(projectRoot, "statemachines/case.asl.json"), "utf8")));

const addLog = (scope: Construct): logs.LogGroup =>
  new logs.LogGroup(scope, "Log", {
    logGroupName: `/aws/vendedlogs/states/${cdk.Stack.of(scope).stackName}`,
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  });
