import * as cdk from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { eventSource } from "../functions/events/contracts.ts";
import { tableKeys } from "../functions/store/keys.ts";

/** What must outlive any deployment: the table, the bus with its archive, the evidence, the failures. */
export class DataStack extends cdk.Stack {
  readonly table: dynamodb.TableV2;
  readonly bus: events.EventBus;
  /** Wraps the data keys of what is kept sealed in the table: the carriers' secrets, pushes that were parked. */
  readonly secretsKey: kms.Key;
  /** Stream records that the relay could not carry on, whole, to be replayed by hand. */
  readonly streamFailures: s3.Bucket;
  /** The files that parties upload. */
  readonly evidence: s3.Bucket;

  constructor(scope: Construct, id: string, props: cdk.StackProps) {
    super(scope, id, props);
    this.table = addTable(this);
    this.bus = new events.EventBus(this, "Bus", { description: "What happened to after-sales cases" });
    this.bus.archive("Archive", {
      description: "Replays a quarter of events to a consumer that was wrong or is new",
      eventPattern: { source: [eventSource] },
      retention: cdk.Duration.days(90),
    });

    this.secretsKey = new kms.Key(this, "SecretsKey", {
      description: "Secrets of carriers' webhooks and parked pushes",
      enableKeyRotation: true,
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    });

    const accessLogs = privateBucket(this, "AccessLogs", { expireDays: 90 });
    cdk.Validations.of(accessLogs).acknowledge({
      id: "AwsSolutions-S1",
      reason: "It receives the access logs of the other buckets; logging its own access would never end.",
    });
    this.evidence = addEvidenceBucket(this, accessLogs);
    this.streamFailures = privateBucket(this, "StreamFailures", { accessLogs, expireDays: 90 });

    new cdk.CfnOutput(this, "TableName", { value: this.table.tableName });
    new cdk.CfnOutput(this, "StreamFailuresBucket", { value: this.streamFailures.bucketName });
  }
}

const addTable = (scope: Construct): dynamodb.TableV2 =>
  new dynamodb.TableV2(scope, "Table", {
    partitionKey: { name: tableKeys.partitionKey, type: dynamodb.AttributeType.STRING },
    sortKey: { name: tableKeys.sortKey, type: dynamodb.AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: tableKeys.index.name,
        partitionKey: { name: tableKeys.index.partitionKey, type: dynamodb.AttributeType.STRING },
        sortKey: { name: tableKeys.index.sortKey, type: dynamodb.AttributeType.STRING },
        projectionType: dynamodb.ProjectionType.ALL,
      },
    ],
    billing: dynamodb.Billing.onDemand(),
    timeToLiveAttribute: tableKeys.timeToLive,
    dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // The key AWS manages and not one of our own: each use of it is in CloudTrail, and there is no key
    // policy or deletion that could lock us out of the money's only record. A key of our own would buy
    // cross-account sharing, which nothing here needs, for a permission more in every role.
    encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
    deletionProtection: true,
    removalPolicy: cdk.RemovalPolicy.RETAIN,
  });

/**
 * Parties upload and download by links that are signed for one request each. Versioned and not locked: the case
 * keeps each file's SHA-256, which shows any change, while an object lock would stand against a person's right to
 * have their photographs erased.
 */
const addEvidenceBucket = (scope: Construct, accessLogs: s3.IBucket): s3.Bucket => {
  const bucket = privateBucket(scope, "Evidence", {
    accessLogs,
    versioned: true,
    // Which pages a platform serves is not known here. Nothing hangs on it: no cookie plays a part, and whoever has
    // a link can use it without a browser.
    cors: [
      {
        allowedOrigins: ["*"],
        allowedMethods: [s3.HttpMethods.PUT, s3.HttpMethods.GET],
        allowedHeaders: ["content-type", "x-amz-checksum-sha256", "if-none-match"],
        maxAge: 3600,
      },
    ],
  });
  // Whoever may put objects may put new ones only: without this header S3 would replace what is there. The parts of
  // a multipart upload cannot carry it, so there are none.
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ["s3:PutObject"],
      resources: [bucket.arnForObjects("*")],
      conditions: { Null: { "s3:if-none-match": "true" } },
    }),
  );
  // CDK's own property would deploy a function that sets this one switch.
  (bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  return bucket;
};

type BucketOptions = {
  accessLogs?: s3.IBucket;
  expireDays?: number;
  versioned?: boolean;
  cors?: s3.CorsRule[];
};

const privateBucket = (scope: Construct, id: string, options: BucketOptions): s3.Bucket =>
  new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: options.versioned ?? false,
    ...(options.cors ? { cors: options.cors } : {}),
    ...(options.accessLogs
      ? { serverAccessLogsBucket: options.accessLogs, serverAccessLogsPrefix: `${id}/` }
      : {}),
    lifecycleRules: [
      {
        abortIncompleteMultipartUploadAfter: cdk.Duration.days(7),
        ...(options.expireDays === undefined ? {} : { expiration: cdk.Duration.days(options.expireDays) }),
        ...(options.versioned ? { noncurrentVersionExpiration: cdk.Duration.days(90) } : {}),
      },
    ],
    removalPolicy: cdk.RemovalPolicy.RETAIN,
  });
