import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { projectRoot } from "./bundles.ts";
import type { FunctionName } from "./function-specs.ts";
import type { ServiceFunctions } from "./service-function.ts";

/** What the machines of this service share. */

type StepArns = readonly (readonly [FunctionName, string])[];

/** A role that may call these functions and nothing else. */
export const machineRole = (
  scope: Construct,
  functions: ServiceFunctions,
  steps: readonly FunctionName[],
): { readonly role: iam.Role; readonly stepArns: StepArns } => {
  const stepArns = steps.map((name) => [name, functions[name].lambda.functionArn] as const);
  const role = new iam.Role(scope, "Role", { assumedBy: new iam.ServicePrincipal("states.amazonaws.com") });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ["lambda:InvokeFunction"],
      resources: stepArns.map(([, arn]) => arn),
    }),
  );
  cdk.Validations.of(role).acknowledge({
    id: "AwsSolutions-IAM5[Resource::*]",
    reason: "CloudWatch's log delivery API and X-Ray take no resource. A test holds `*` to their actions.",
  });
  return { role, stepArns };
};

export type StandardMachineProps = {
  readonly role: iam.Role;
  /** The functions it calls; each stands in the definition as `${<name>FunctionArn}`. */
  readonly stepArns: StepArns;
  /** Its file below `statemachines/`. */
  readonly definition: string;
  readonly substitutions: { readonly [name: string]: string };
  /** Ends the name of its log group; the case's machine came first and has none. */
  readonly logSuffix?: string;
};

export const addStandardMachine = (scope: Construct, props: StandardMachineProps): sfn.StateMachine =>
  new sfn.StateMachine(scope, "StateMachine", {
    stateMachineType: sfn.StateMachineType.STANDARD,
    definitionBody: sfn.DefinitionBody.fromString(readDefinition(props.definition)),
    definitionSubstitutions: {
      ...props.substitutions,
      ...Object.fromEntries(props.stepArns.map(([name, arn]) => [`${name}FunctionArn`, arn])),
    },
    role: props.role,
    tracingEnabled: true,
    // Every transition, but never its input or output: ids are not worth a second copy of a person's trail.
    logs: {
      destination: addLog(scope, props.logSuffix ?? ""),
      level: sfn.LogLevel.ALL,
      includeExecutionData: false,
    },
  });

/** Stands in the template itself, not in an asset: a diff shows what changes, and the rules can read it. */
const readDefinition = (file: string): string =>
  JSON.stringify(JSON.parse(readFileSync(join(projectRoot, "statemachines", file), "utf8")));

const addLog = (scope: Construct, suffix: string): logs.LogGroup =>
  new logs.LogGroup(scope, "Log", {
    logGroupName: `/aws/vendedlogs/states/${cdk.Stack.of(scope).stackName}${suffix}`,
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  });
