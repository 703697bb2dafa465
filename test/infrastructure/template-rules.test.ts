import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as s3 from "aws-cdk-lib/aws-s3";
import { afterEach, describe, expect, it } from "vitest";
import { buildApp } from "../../lib/app.ts";
import { findingsOf, type RuleName, type Template } from "../../lib/template-rules.ts";

type Properties = NonNullable<NonNullable<Template["Resources"]>[string]["Properties"]>;

const details = (rule: RuleName, type: string, properties: Properties): string[] =>
  findingsOf(rule, { Resources: { It: { Type: type, Properties: properties } } }).map(({ detail }) => detail);

describe("TableRecovery", () => {
  const safe = {
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  };

  it("finds a replica of a global table that cannot be restored or may be deleted", () => {
    expect(details("TableRecovery", "AWS::DynamoDB::GlobalTable", { Replicas: [safe] })).toEqual([]);
    expect(details("TableRecovery", "AWS::DynamoDB::GlobalTable", { Replicas: [safe, {}] })).toEqual([
      "no point-in-time recovery",
      "no deletion protection",
    ]);
  });

  it("finds a plain table in the same state", () => {
    expect(details("TableRecovery", "AWS::DynamoDB::Table", safe)).toEqual([]);
    expect(
      details("TableRecovery", "AWS::DynamoDB::Table", { ...safe, DeletionProtectionEnabled: false }),
    ).toEqual(["no deletion protection"]);
  });
});

describe("WaitClock", () => {
  const wait = {
    Type: "Task",
    Resource: "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
    TimeoutSeconds: "{% $states.input.timeoutSeconds %}",
    Catch: [{ ErrorEquals: ["States.Timeout"], Next: "ApplyTimeout" }],
  };
  const { TimeoutSeconds: _clock, ...withoutClock } = wait;
  const { Catch: _outcome, ...withoutOutcome } = wait;
  const machine = (States: object): Properties => ({
    DefinitionString: JSON.stringify({ StartAt: "Await", States }),
  });
  const found = (properties: Properties) =>
    details("WaitClock", "AWS::StepFunctions::StateMachine", properties);

  it("leaves a wait with a clock and an outcome alone", () => {
    expect(found(machine({ Await: wait }))).toEqual([]);
  });

  it("finds a wait without a clock, or without an outcome for silence", () => {
    expect(found(machine({ Await: withoutClock }))).toEqual(["Await waits without a clock"]);
    expect(found(machine({ Await: withoutOutcome }))).toEqual(["Await has no outcome for States.Timeout"]);
    const caughtByAll = { ...wait, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Review" }] };
    expect(found(machine({ Await: caughtByAll }))).toEqual(["Await has no outcome for States.Timeout"]);
  });

  it("finds it inside branches and item processors too", () => {
    const nested = {
      Split: { Type: "Parallel", Branches: [{ States: { AwaitLeft: withoutClock } }] },
      Each: { Type: "Map", ItemProcessor: { States: { AwaitItem: withoutClock } } },
    };
    expect(found(machine(nested))).toEqual([
      "AwaitLeft waits without a clock",
      "AwaitItem waits without a clock",
    ]);
  });

  it("reads a definition that is joined from texts and references", () => {
    const text = JSON.stringify({ States: { Await: { ...withoutClock, Name: "|" } } });
    const [before, after] = text.split("|");
    expect(
      found({ DefinitionString: { "Fn::Join": ["", [before ?? "", { Ref: "Table" }, after ?? ""]] } }),
    ).toEqual(["Await waits without a clock"]);
  });

  it("says so when it cannot see the definition", () => {
    expect(found({ DefinitionS3Location: { Bucket: "b", Key: "k" } })).toEqual([
      "the definition is not in the template, so it is unchecked",
    ]);
  });
});

describe("PermissionSource", () => {
  it("finds a permission that any caller of the service could use", () => {
    const open = { Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com" };
    expect(details("PermissionSource", "AWS::Lambda::Permission", open)).toEqual(["no SourceArn"]);
    expect(
      details("PermissionSource", "AWS::Lambda::Permission", { ...open, SourceArn: "arn:aws:events:::rule" }),
    ).toEqual([]);
  });
});

describe("RuleTarget", () => {
  it("finds a target that drops what it does not take", () => {
    const bare = { Id: "Target0", Arn: "arn" };
    const kept = { ...bare, RetryPolicy: { MaximumRetryAttempts: 3 }, DeadLetterConfig: { Arn: "queue" } };
    expect(details("RuleTarget", "AWS::Events::Rule", { Targets: [kept, bare] })).toEqual([
      "no retry policy",
      "no dead-letter queue",
    ]);
  });
});

describe("StreamConsumer", () => {
  const bounded = {
    StartingPosition: "TRIM_HORIZON",
    DestinationConfig: { OnFailure: { Destination: "bucket" } },
    BisectBatchOnFunctionError: true,
    MaximumRecordAgeInSeconds: 3600,
    MaximumRetryAttempts: 5,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  };
  const found = (properties: Properties) =>
    details("StreamConsumer", "AWS::Lambda::EventSourceMapping", properties);

  it("finds each way in which a bad record blocks the stream or vanishes", () => {
    expect(found(bounded)).toEqual([]);
    expect(found({ StartingPosition: "LATEST" })).toEqual([
      "no on-failure destination",
      "a failed batch is not bisected",
      "no maximum record age",
      "no partial batch responses",
    ]);
  });

  it("takes Lambda's -1 for what it means: no bound at all, which an age has to be and a count has not", () => {
    expect(found({ ...bounded, MaximumRetryAttempts: -1 })).toEqual([]);
    expect(found({ ...bounded, MaximumRecordAgeInSeconds: -1 })).toEqual(["no maximum record age"]);
  });

  it("leaves the consumer of a queue alone", () => {
    expect(found({ EventSourceArn: "arn:aws:sqs:::queue" })).toEqual([]);
  });
});

describe("at synth", () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const outdir = (): string => {
    const directory = mkdtempSync(join(tmpdir(), "after-sales-rules-"));
    directories.push(directory);
    return directory;
  };

  it("a finding of cdk-nag or of our own rules ends the synth", async () => {
    const app = await buildApp({ outdir: outdir(), nag: true });
    const careless = new cdk.Stack(app, "Careless");
    new s3.Bucket(careless, "Bucket");
    new lambda.CfnPermission(careless, "Permission", {
      action: "lambda:InvokeFunction",
      functionName: "any",
      principal: "events.amazonaws.com",
    });
    const synth = () => app.synth();
    expect(synth).toThrow(/AwsSolutions-S10[\s\S]*PermissionSource|PermissionSource[\s\S]*AwsSolutions-S10/);
  });

  it.each([
    [["Lux"], "must match"],
    [["lux", "lux"], "named twice"],
    [[], "At least one partner"],
  ])("partners %j are refused", async (partners, message) => {
    await expect(buildApp({ outdir: outdir(), partners })).rejects.toThrow(message);
  });
});
