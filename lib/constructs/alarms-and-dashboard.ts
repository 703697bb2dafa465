import * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { BacktestWorkflow } from "./backtest-workflow.ts";
import type { CaseWorkflow } from "./case-workflow.ts";
import type { EventRoutes } from "./event-routes.ts";
import type { EvidenceUploads } from "./evidence-uploads.ts";
import type { ServiceApi } from "./http-api.ts";
import { metricsNamespace, type ServiceFunctions } from "./service-function.ts";

export type AlarmsAndDashboardProps = {
  readonly functions: ServiceFunctions;
  readonly api: ServiceApi;
  readonly workflow: CaseWorkflow;
  readonly backtests: BacktestWorkflow;
  readonly routes: EventRoutes;
  readonly uploads: EvidenceUploads;
};

type AlarmSpec = {
  readonly metric: cloudwatch.IMetric;
  /** Says what to do, not what the metric is called. */
  readonly meaning: string;
  /** Rings from this value on. */
  readonly from: number;
  readonly periods?: number;
};

const period = cdk.Duration.minutes(5);

/** What calls a person, and the one page they open first. Alarms go to a topic: subscribe to it. */
export class AlarmsAndDashboard extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: AlarmsAndDashboardProps) {
    super(scope, id);
    this.topic = addAlarmTopic(this);
    const alarms = Object.entries(alarmSpecs(props)).map(([name, spec]) => this.addAlarm(name, spec));
    this.addDashboard(props, alarms);
  }

  private addAlarm(name: string, spec: AlarmSpec): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, name, {
      alarmDescription: spec.meaning,
      metric: spec.metric,
      threshold: spec.from,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }

  private addDashboard(props: AlarmsAndDashboardProps, alarms: cloudwatch.Alarm[]): void {
    const { stateMachine } = props.workflow;
    const lambdas = Object.entries(props.functions).map(([label, { lambda }]) => ({ label, lambda }));
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 12 });
    new cloudwatch.Dashboard(this, "Dashboard", {
      defaultInterval: cdk.Duration.days(1),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: "Alarms", alarms, width: 24 })],
        [
          graph(
            "Cases: executions",
            [stateMachine.metricStarted({ period }), stateMachine.metricSucceeded({ period })],
            [stateMachine.metricFailed({ period }), manualReviews()],
          ),
          graph(
            "Events: relay",
            [props.functions.Relay.lambda.metricInvocations({ period })],
            [iteratorAge(props.functions, "Relay"), iteratorAge(props.functions, "RollUpBalances")],
          ),
        ],
        [
          graph(
            "Backtests: executions",
            [
              props.backtests.stateMachine.metricStarted({ period }),
              props.backtests.stateMachine.metricSucceeded({ period }),
            ],
            [brokenRuns(props.backtests.stateMachine)],
          ),
        ],
        [
          graph(
            "API: requests and errors",
            [props.api.httpApi.metricCount({ period })],
            [
              props.api.httpApi.metricClientError({ period }),
              props.api.httpApi.metricServerError({ period }),
            ],
          ),
          graph("API: latency", [
            props.api.httpApi.metricLatency({ period, statistic: "p50" }),
            props.api.httpApi.metricLatency({ period, statistic: "p99" }),
          ]),
        ],
        [
          graph(
            "Functions: errors",
            lambdas.map(({ label, lambda }) => lambda.metricErrors({ period, label })),
          ),
          graph(
            "Functions: duration p99",
            lambdas.map(({ label, lambda }) => lambda.metricDuration({ period, label, statistic: "p99" })),
          ),
        ],
      ],
    });
  }
}

const alarmSpecs = (props: AlarmsAndDashboardProps): Record<string, AlarmSpec> => {
  const { stateMachine } = props.workflow;
  const specs: Record<string, AlarmSpec> = {
    ManualReviewOpened: {
      metric: manualReviews(),
      meaning: "A case failed and waits for an operator: read its timeline, then resolve the review.",
      from: 1,
    },
    UnknownCarrierCodes: {
      metric: tracking("UnknownCarrierCode"),
      meaning:
        "A carrier told a code nobody gave a meaning: parcels stand still by it. The log of CarrierWebhook names it; give it one in its adapter.",
      from: 1,
    },
    ParcelExceptions: {
      metric: tracking("ParcelExceptionOpened"),
      meaning:
        "A carrier contradicted a delivery or a return: read GET /v1/parcel-exceptions, ask the carrier, resolve it.",
      from: 1,
    },
    PushesParked: {
      metric: tracking("PushParked"),
      meaning:
        "A genuine push could not be taken in: GET /v1/parked-pushes says why; mend it, then replay it.",
      from: 1,
    },
    ExecutionsFailed: {
      metric: stateMachine.metricFailed({ period }),
      meaning: "Even the manual review could not be opened: mend the cause, then redrive the execution.",
      from: 1,
    },
    ExecutionsTimedOut: {
      metric: stateMachine.metricTimedOut({ period }),
      meaning: "An execution ran out of its own time, which no case does: find out who set it.",
      from: 1,
    },
    ExecutionsAborted: {
      metric: stateMachine.metricAborted({ period }),
      meaning: "Somebody stopped an execution: its case stands still until it is redriven.",
      from: 1,
    },
    BacktestsFailed: {
      metric: brokenRuns(props.backtests.stateMachine),
      meaning:
        "A backtest failed or was broken off: its record names the error; redrive it if FinishBacktest did not come through.",
      from: 1,
    },
    ApiServerErrors: {
      metric: props.api.httpApi.metricServerError({ period, statistic: "Sum" }),
      meaning: "The API answered with 5xx: look for the request ids in the access log.",
      from: 1,
    },
    StreamAge: {
      metric: iteratorAge(props.functions, "Relay"),
      meaning: "The relay is more than a minute behind the table: waits are resumed late.",
      from: cdk.Duration.minutes(1).toMilliseconds(),
      periods: 2,
    },
    StreamFailures: {
      metric: streamEvents(props.routes, "Relay", "OnFailureDestinationDeliveredEventCount"),
      meaning: "Stream records were given up and lie in the failures bucket: replay them to the relay.",
      from: 1,
    },
    StreamDropped: {
      metric: streamEvents(props.routes, "Relay", "DroppedEventCount"),
      meaning:
        "Stream records were lost even to the failures bucket: find their cases by the missing events.",
      from: 1,
    },
    LedgerAge: {
      metric: iteratorAge(props.functions, "RollUpBalances"),
      meaning:
        "The merchants' balances are more than five minutes behind the ledger: hold payout runs until they are not.",
      from: cdk.Duration.minutes(5).toMilliseconds(),
      periods: 2,
    },
    LedgerFailures: {
      metric: streamEvents(props.routes, "RollUpBalances", "OnFailureDestinationDeliveredEventCount"),
      meaning:
        "Transfers were given up and lie in the failures bucket: balances miss them. Replay them to RollUpBalances.",
      from: 1,
    },
    LedgerDropped: {
      metric: streamEvents(props.routes, "RollUpBalances", "DroppedEventCount"),
      meaning:
        "Transfers were lost even to the failures bucket: npm run ledger:verify names the balances they are missing in.",
      from: 1,
    },
  };
  const failureQueues = { ...props.routes.failureQueues, KeepUpload: props.uploads.failures };
  for (const [name, queue] of Object.entries(failureQueues)) {
    specs[`${name}Failures`] = {
      metric: queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }),
      meaning: `${name} did not take these events: mend the cause, then replay them from the queue or the archive.`,
      from: 1,
    };
  }
  for (const [name, { lambda }] of Object.entries(props.functions)) {
    specs[`${name}Troubled`] = {
      metric: new cloudwatch.MathExpression({
        expression: "errors + throttles",
        usingMetrics: {
          errors: lambda.metricErrors({ period }),
          throttles: lambda.metricThrottles({ period }),
        },
        label: `${name}: errors and throttles`,
        period,
      }),
      meaning: `${name} failed or was throttled: its log says why.`,
      from: 1,
    };
  }
  return specs;
};

/** However a run ends but well: none of them says more than the others to whoever looks. */
const brokenRuns = (machine: sfn.StateMachine): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: "failed + timedOut + aborted",
    usingMetrics: {
      failed: machine.metricFailed({ period }),
      timedOut: machine.metricTimedOut({ period }),
      aborted: machine.metricAborted({ period }),
    },
    label: "Backtests that broke off",
    period,
  });

/** Counted by the machine's steps, under the service name they give; a test compares the two. */
const manualReviews = (): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: metricsNamespace,
    metricName: "ManualReviewOpened",
    dimensionsMap: { service: "case-machine" },
    statistic: "Sum",
    period,
  });

/** Counted by whatever hears carriers, under the service name it gives; a test compares the two. */
const tracking = (metricName: string): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: metricsNamespace,
    metricName,
    dimensionsMap: { service: "tracking" },
    statistic: "Sum",
    period,
  });

type StreamReader = keyof EventRoutes["streamMappingIds"];

const iteratorAge = (functions: ServiceFunctions, reader: StreamReader): cloudwatch.Metric =>
  functions[reader].lambda.metric("IteratorAge", {
    statistic: "Maximum",
    period,
    label: `${reader}: stream age`,
  });

const streamEvents = (routes: EventRoutes, reader: StreamReader, metricName: string): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: "AWS/Lambda",
    metricName,
    dimensionsMap: { EventSourceMappingUUID: routes.streamMappingIds[reader] },
    statistic: "Sum",
    period,
  });

const addAlarmTopic = (scope: Construct): sns.Topic => {
  const topic = new sns.Topic(scope, "Alarms", { enforceSSL: true });
  // A topic policy replaces the default one, which is what lets CloudWatch publish: so say it again.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": cdk.Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
};
