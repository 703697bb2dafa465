import * as cdk from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type * as s3 from "aws-cdk-lib/aws-s3";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { Construct, type IConstruct } from "constructs";
import type { Announcement } from "../../functions/domain/announcement.ts";
import type { Disposition } from "../../functions/domain/inspected-goods.ts";
import type { Stage } from "../../functions/domain/lifecycle.ts";
import { eventSource, type OutboxRecord } from "../../functions/events/contracts.ts";
import { outboxPrefixes, transferPrefix } from "../../functions/store/keys.ts";
import type { FunctionName } from "./function-specs.ts";
import type { ServiceFunction, ServiceFunctions } from "./service-function.ts";

/** What each consumer hears. An event costs an invocation a consumer, so each names only what it uses. */
const consumers = {
  Notify: [
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
  RecordAnalytics: ["CaseFiled", "CaseClosed", "CaseCancelled"],
  ExtendDeadlines: ["ClockExtensionDeclared", "ClockExtensionContinued"],
} as const satisfies Partial<Record<FunctionName, readonly OutboxRecord["announcements"][number]["type"][]>>;
type ConsumerName = keyof typeof consumers;

const inspected: Announcement["type"] = "ReturnInspected";
const goodsDue: readonly Stage[] = ["repairing", "awaiting_reshipment"];
const disposed: Announcement["type"] = "DispositionDecided";
const ordinary: Disposition = "RESTOCK";

export type EventRoutesProps = {
  readonly functions: ServiceFunctions;
  readonly table: dynamodb.TableV2;
  readonly bus: events.EventBus;
  readonly streamFailures: s3.IBucket;
  readonly stateMachine: sfn.StateMachine;
  readonly backtestMachine: sfn.StateMachine;
};

/** The one way out: the table's stream → relay → bus and executions; the bus → each consumer. */
export class EventRoutes extends Construct {
  /** Each reader's mapping on the stream, under which Lambda counts what became of the records. */
  readonly streamMappingIds: Readonly<Record<"Relay" | "RollUpBalances", string>>;
  /** What a consumer did not take, whether the bus could not deliver it or the function failed. */
  readonly failureQueues: Readonly<Record<ConsumerName | "RunDuePayouts", sqs.Queue>>;

  constructor(scope: Construct, id: string, props: EventRoutesProps) {
    super(scope, id);
    this.streamMappingIds = { Relay: this.routeStream(props), RollUpBalances: this.routeLedger(props) };
    this.failureQueues = {
      Notify: this.routeNotifications(props),
      RecordAnalytics: this.routeEvents(props, "RecordAnalytics"),
      RunDuePayouts: this.routeSchedule(props),
      ExtendDeadlines: this.routeEvents(props, "ExtendDeadlines"),
    };
  }

  private routeStream(props: EventRoutesProps): string {
    const relay = props.functions.Relay;
    relay.lambda.addEnvironment("BUS_NAME", props.bus.eventBusName);
    relay.lambda.addEnvironment("STATE_MACHINE_ARN", props.stateMachine.stateMachineArn);
    relay.allow(["events:PutEvents"], props.bus.eventBusArn);
    relay.lambda.addEnvironment("BACKTEST_MACHINE_ARN", props.backtestMachine.stateMachineArn);
    // A task token is answered under the permission on its state machine, as in CDK's `grantTaskResponse`;
    // that grant would add SendTaskFailure and SendTaskHeartbeat, which the relay never calls.
    relay.allow(["states:StartExecution", "states:SendTaskSuccess"], props.stateMachine.stateMachineArn);
    relay.allow(["states:StartExecution"], props.backtestMachine.stateMachineArn);

    const source = new DynamoEventSource(props.table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // A second's wait lets records of many cases share a call; nobody answers a case within a second.
      maxBatchingWindow: cdk.Duration.seconds(1),
      // The factor splits a shard by item, so records of one case may be relayed at the same time and in any
      // order. The relay reads what stands in the table, consistently, and is right in each.
      parallelizationFactor: 4,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // Bounded by age, not by count: ten tries are over within minutes, and an outage is not.
      retryAttempts: -1,
      maxRecordAge: cdk.Duration.hours(6),
      onFailure: keepRecordsIn(props.streamFailures, relay),
      metricsConfig: { metrics: [lambda.MetricType.EVENT_COUNT] },
      filters: [
        lambda.FilterCriteria.filter({
          // A wait that is retried puts its token again: that is a MODIFY.
          eventName: ["INSERT", "MODIFY"],
          dynamodb: {
            Keys: { SK: { S: [{ prefix: outboxPrefixes.event }, { prefix: outboxPrefixes.token }] } },
          },
        }),
      ],
    });
    relay.lambda.addEventSource(source);
    return source.eventSourceMappingId;
  }

  /** The second reader of the stream, and by DynamoDB's limit the last: a third would be throttled. */
  private routeLedger(props: EventRoutesProps): string {
    const rollUp = props.functions.RollUpBalances;
    const source = new DynamoEventSource(props.table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // A settlement's transfers come one after the other and are written as one page.
      maxBatchingWindow: cdk.Duration.seconds(5),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: -1,
      maxRecordAge: cdk.Duration.hours(24),
      onFailure: keepRecordsIn(props.streamFailures, rollUp),
      metricsConfig: { metrics: [lambda.MetricType.EVENT_COUNT] },
      filters: [
        lambda.FilterCriteria.filter({
          eventName: ["INSERT"],
          dynamodb: {
            Keys: { SK: { S: [{ prefix: transferPrefix }] } },
            // A promise moves nothing.
            NewImage: { phase: { S: ["posted"] } },
          },
        }),
      ],
    });
    rollUp.lambda.addEventSource(source);
    return source.eventSourceMappingId;
  }

  /** At every full hour somebody's payouts may be due: schedules are data, and name an hour. */
  private routeSchedule(props: EventRoutesProps): sqs.Queue {
    const runner = props.functions.RunDuePayouts;
    const failures = addFailureQueue(this, "RunDuePayoutsFailures");
    runner.sendFailuresTo(failures);
    new events.Rule(this, "RunDuePayouts", {
      schedule: events.Schedule.cron({ minute: "0" }),
      targets: [
        new targets.LambdaFunction(runner.lambda, {
          deadLetterQueue: failures,
          retryAttempts: 24,
          // The next hour begins what this one could not.
          maxEventAge: cdk.Duration.hours(1),
        }),
      ],
    });
    return failures;
  }

  /** An ordinary return is refunded and goes back into stock, of which the case's end tells: that calls no function. */
  private routeNotifications(props: EventRoutesProps): sqs.Queue {
    const failures = this.routeEvents(props, "Notify");
    this.addRule("NotifyOfGoodsDue", props, props.functions.Notify, failures, {
      detailType: [inspected],
      detail: { stage: [...goodsDue] },
    });
    this.addRule("NotifyOfDisposition", props, props.functions.Notify, failures, {
      detailType: [disposed],
      detail: {
        $or: [
          { payload: { disposition: [{ "anything-but": [ordinary] }] } },
          { payload: { instead: [{ exists: true }] } },
        ],
      },
    });
    return failures;
  }

  private routeEvents(props: EventRoutesProps, name: ConsumerName): sqs.Queue {
    const consumer = props.functions[name];
    const failures = addFailureQueue(this, `${name}Failures`);
    consumer.sendFailuresTo(failures);
    this.addRule(name, props, consumer, failures, { detailType: [...consumers[name]] });
    return failures;
  }

  private addRule(
    id: string,
    { bus }: EventRoutesProps,
    consumer: ServiceFunction,
    failures: sqs.Queue,
    pattern: events.EventPattern,
  ): void {
    new events.Rule(this, id, {
      eventBus: bus,
      eventPattern: { source: [eventSource], ...pattern },
      targets: [
        new targets.LambdaFunction(consumer.lambda, {
          deadLetterQueue: failures,
          retryAttempts: 24,
          maxEventAge: cdk.Duration.hours(6),
        }),
      ],
    });
  }
}

/**
 * Failed records go to S3 with their content; SQS would get their position in the stream only, and the stream
 * forgets after a day. Own grant: CDK's destination would also let the function read and delete them.
 */
const keepRecordsIn = (bucket: s3.IBucket, reader: ServiceFunction): lambda.IEventSourceDlq => ({
  bind: () => {
    reader.allow(["s3:PutObject"], bucket.arnForObjects(failedRecords));
    reader.allow(["s3:ListBucket"], bucket.bucketArn);
    cdk.Validations.of(reader).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${exportNameOf(bucket, bucket.bucketArn)}/${failedRecords}]`,
      reason: "Lambda itself names the objects it writes, by mapping, shard and time, all below this prefix.",
    });
    return { destination: bucket.bucketArn };
  },
});
const failedRecords = "aws/lambda/*";

/** A value of another stack as the template, and so the finding, spells it. */
export const exportNameOf = (owner: IConstruct, value: string): string => {
  const stack = cdk.Stack.of(owner);
  return stack.resolve(stack.exportValue(value))["Fn::ImportValue"];
};

/** Where what was given up waits to be looked at. */
export const addFailureQueue = (scope: Construct, id: string): sqs.Queue => {
  const queue = new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: cdk.Duration.days(14),
  });
  const reason = "It is the end of the line itself: what arrives here raises an alarm and is looked at.";
  cdk.Validations.of(queue).acknowledge(
    { id: "AwsSolutions-SQS3", reason },
    { id: "Serverless-SQSRedrivePolicy", reason },
  );
  return queue;
};
