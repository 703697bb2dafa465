import * as cdk from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { exportsFolder } from "../../functions/store/exports.ts";
import { exportNameOf } from "./event-routes.ts";
import type { ServiceFunctions } from "./service-function.ts";
import { addStandardMachine, machineRole } from "./standard-machine.ts";

export type BacktestWorkflowProps = {
  readonly functions: ServiceFunctions;
  readonly table: dynamodb.ITableV2;
};

/** The machine that judges closed cases once more: one execution a backtest, named by its id. */
export class BacktestWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;
  /** Holds the table's exports for as long as a run needs them. */
  readonly exports: s3.Bucket;

  constructor(scope: Construct, id: string, props: BacktestWorkflowProps) {
    super(scope, id);
    const { functions, table } = props;
    this.exports = addExportBucket(this);
    const objects = this.exports.arnForObjects(`${exportsFolder}*`);

    const { role, stepArns } = machineRole(this, functions, [
      "AdvanceBacktest",
      "JudgeExportedCases",
      "FinishBacktest",
    ]);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["dynamodb:ExportTableToPointInTime"],
        resources: [table.tableArn],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["dynamodb:DescribeExport"],
        resources: [`${table.tableArn}/export/*`],
      }),
    );
    cdk.Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${exportNameOf(table, table.tableArn)}/export/*]`,
      reason: "An export has an id that DynamoDB gives it; all of them are of this table.",
    });
    // The export is written in the name of whoever asked for it; the Map reads the manifest.
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload", "s3:GetObject"],
        resources: [objects],
      }),
    );

    this.stateMachine = addStandardMachine(this, {
      role,
      stepArns,
      definition: "backtest.asl.json",
      substitutions: { TableArn: table.tableArn, ExportBucketName: this.exports.bucketName },
      logSuffix: "-backtests",
    });
    letItRunItsMap(this, role, this.stateMachine);

    for (const name of ["JudgeExportedCases", "FinishBacktest"] as const) {
      functions[name].lambda.addEnvironment("EXPORT_BUCKET", this.exports.bucketName);
    }
    functions.JudgeExportedCases.allow(["s3:GetObject"], objects);
    functions.FinishBacktest.allow(["s3:DeleteObject"], objects);
    const bucketId = cdk.Stack.of(this).getLogicalId(this.exports.node.defaultChild as cdk.CfnElement);
    for (const grantee of [role, functions.JudgeExportedCases, functions.FinishBacktest]) {
      cdk.Validations.of(grantee).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/${exportsFolder}*]`,
        reason: "DynamoDB itself names the objects of an export, all below this prefix.",
      });
    }
    functions.FinishBacktest.allow(["s3:ListBucket"], this.exports.bucketArn, {
      StringLike: { "s3:prefix": `${exportsFolder}*` },
    });
  }
}

/**
 * A distributed Map starts its children as executions of the machine itself. A policy of its own: the role's
 * default policy stands before the machine, and this one names it.
 */
const letItRunItsMap = (scope: Construct, role: iam.Role, machine: sfn.StateMachine): void => {
  const { stateMachineArn, stateMachineName } = machine;
  const executions = cdk.Stack.of(scope).formatArn({
    service: "states",
    resource: "execution",
    resourceName: `${stateMachineName}*`,
    arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
  });
  const policy = new iam.Policy(scope, "MapPolicy", {
    statements: [
      new iam.PolicyStatement({ actions: ["states:StartExecution"], resources: [stateMachineArn] }),
      new iam.PolicyStatement({
        actions: ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
        resources: [executions],
      }),
    ],
  });
  role.attachInlinePolicy(policy);
  const machineId = cdk.Stack.of(scope).getLogicalId(machine.node.defaultChild as cdk.CfnElement);
  cdk.Validations.of(policy).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${machineId}.Name>*]`,
    reason: "Step Functions names the children of a Map run itself, all after this machine.",
  });
};

/** Nothing in it is worth keeping: a run removes its own export, and a day later so does the lifecycle. */
const addExportBucket = (scope: Construct): s3.Bucket => {
  const bucket = new s3.Bucket(scope, "Exports", {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [
      { expiration: cdk.Duration.days(1), abortIncompleteMultipartUploadAfter: cdk.Duration.days(1) },
    ],
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  });
  cdk.Validations.of(bucket).acknowledge({
    id: "AwsSolutions-S1",
    reason:
      "Its objects live for minutes and are read by one machine, each of whose steps is in its own log.",
  });
  return bucket;
};
