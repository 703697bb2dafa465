import { describe, expect, it } from "vitest";
import { createSecrets } from "../../lib/local/secrets.ts";
import { ofType, resolveTemplates, type Template } from "../../lib/local/template.ts";

const context = { apiUrl: "http://127.0.0.1:1", secret: createSecrets(undefined) };
const code = {
  Code: { S3Bucket: "assets", S3Key: "a.zip" },
  Handler: "index.handler",
  Runtime: "nodejs24.x",
};

const resolveOne = (Resources: Template["Resources"], more: Template = {}) =>
  resolveTemplates([{ name: "Service", template: { ...more, Resources } }], context);

const environment = (Variables: Record<string, unknown>, others: Template["Resources"] = {}) => {
  const resources = resolveOne({
    ...others,
    Function: { Type: "AWS::Lambda::Function", Properties: { ...code, Environment: { Variables } } },
  });
  const [resolved] = ofType(resources, "AWS::Lambda::Function");
  return resolved?.properties.Environment?.Variables ?? {};
};

describe("the template's references", () => {
  it("resolve, one inside the other", () => {
    const others = { Queue: { Type: "AWS::SQS::Queue" }, Role: { Type: "AWS::IAM::Role" } };
    expect(
      environment(
        {
          ref: { Ref: "Queue" },
          arn: { "Fn::GetAtt": ["Queue", "Arn"] },
          inert: { "Fn::GetAtt": ["Role", "Arn"] },
          join: { "Fn::Join": ["-", ["a", { Ref: "AWS::Region" }, { "Fn::Select": [1, ["b", "c"]] }]] },
          sub: { "Fn::Sub": "$" + "{AWS::AccountId}/$" + "{Queue.QueueName}/$" + "{!Literal}" },
          split: { "Fn::Select": [5, { "Fn::Split": [":", { "Fn::GetAtt": ["Queue", "Arn"] }] }] },
          nothing: { Ref: "AWS::NoValue" },
        },
        others,
      ),
    ).toEqual({
      ref: "https://sqs.us-east-1.amazonaws.com/000000000000/Service-Queue",
      arn: "arn:aws:sqs:us-east-1:000000000000:Service-Queue",
      inert: "arn:aws:iam:us-east-1:000000000000:Service-Role",
      join: "a-us-east-1-c",
      sub: "000000000000/Service-Queue/$" + "{Literal}",
      split: "Service-Queue",
    });
  });

  it("cross from one stack to another by its exports", () => {
    const data: Template = {
      Resources: { Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "cases" } } },
      Outputs: {
        Bus: { Value: { Ref: "Bus" }, Export: { Name: { "Fn::Sub": "$" + "{AWS::StackName}:Bus" } } },
      },
    };
    const service: Template = {
      Resources: {
        Rule: {
          Type: "AWS::Events::Rule",
          Properties: {
            EventBusName: { "Fn::ImportValue": "Data:Bus" },
            EventPattern: { source: ["x"] },
            Targets: [],
          },
        },
      },
    };
    const resources = resolveTemplates(
      [
        { name: "Service", template: service },
        { name: "Data", template: data },
      ],
      context,
    );
    expect(resources[0]?.properties).toMatchObject({ EventBusName: "cases" });
  });

  it("to a secret give a value made up here, the same one each time", () => {
    const secret = {
      Type: "AWS::SecretsManager::Secret",
      Properties: { GenerateSecretString: { PasswordLength: 40 } },
    };
    const reference = {
      "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:::}}"]],
    };
    const { one, two } = environment({ one: reference, two: reference }, { Secret: secret });
    expect(one).toHaveLength(40);
    expect(two).toBe(one);
  });
});

describe("what the player does not know stops it", () => {
  it.each([
    [
      "a resource type",
      { Cache: { Type: "AWS::ElastiCache::CacheCluster" } },
      "Service/Cache (AWS::ElastiCache::CacheCluster)",
    ],
    [
      "a property",
      {
        Function: { Type: "AWS::Lambda::Function", Properties: { ...code, SnapStart: { ApplyOn: "None" } } },
      },
      'Service/Function (AWS::Lambda::Function) is not played on one machine:\n✖ Unrecognized key: "SnapStart"',
    ],
    [
      "a property below another",
      {
        Rule: {
          Type: "AWS::Events::Rule",
          Properties: { EventPattern: {}, Targets: [{ Arn: "a", Id: "b", InputPath: "$.detail" }] },
        },
      },
      "InputPath",
    ],
    [
      "a value",
      {
        Integration: {
          Type: "AWS::ApiGatewayV2::Integration",
          Properties: {
            ApiId: "a",
            IntegrationType: "HTTP_PROXY",
            IntegrationUri: "u",
            PayloadFormatVersion: "2.0",
          },
        },
      },
      "IntegrationType",
    ],
    [
      "a function of the template",
      { Queue: { Type: "AWS::SQS::Queue", Properties: { QueueName: { "Fn::If": ["A", "b", "c"] } } } },
      "Fn::If",
    ],
    [
      "an attribute",
      {
        Queue: { Type: "AWS::SQS::Queue" },
        Other: { Type: "AWS::SQS::Queue", Properties: { QueueName: { "Fn::GetAtt": ["Queue", "Colour"] } } },
      },
      "attribute Colour of Queue (AWS::SQS::Queue)",
    ],
  ])("%s", (_, resources: Template["Resources"], named) => {
    expect(() => resolveOne(resources)).toThrow(
      expect.objectContaining({ name: "TemplateRefused", message: expect.stringContaining(named) }),
    );
  });

  it("but a type that needs nothing done is passed over", () => {
    expect(resolveOne({ Alarm: { Type: "AWS::CloudWatch::Alarm", Properties: { Anything: 1 } } })).toEqual(
      [],
    );
  });
});
