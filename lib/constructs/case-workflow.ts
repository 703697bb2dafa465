import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { casePartition } from "../../functions/store/keys.ts";
import { inPartitions, type ServiceFunctions } from "./service-function.ts";
import { addStandardMachine, machineRole } from "./standard-machine.ts";

export type CaseWorkflowProps = {
  readonly functions: ServiceFunctions;
  readonly table: dynamodb.ITableV2;
};

/** The machine that follows a case: one execution a case, named by the case's id. */
export class CaseWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: CaseWorkflowProps) {
    super(scope, id);
    const { role, stepArns } = machineRole(this, props.functions, [
      "JudgeResponsibility",
      "ApplyTimeout",
      "SettleCase",
      "OpenManualReview",
    ]);
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
    this.stateMachine = addStandardMachine(this, {
      role,
      stepArns,
      definition: "case.asl.json",
      substitutions: { TableName: props.table.tableName },
    });
  }
}
