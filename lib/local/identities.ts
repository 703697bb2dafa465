/** The account and region that the played template believes to live in. */
export const region = "us-east-1";
export const account = "000000000000";

/** The one key pair that signs here, for functions and for people. */
export const credentials = { accessKeyId: "local", secretAccessKey: "local" } as const;

const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export type Identity = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

type Named = { readonly name: string; readonly apiUrl: string };

const identities: Readonly<Record<string, (named: Named) => Identity>> = {
  "AWS::DynamoDB::GlobalTable": ({ name }) => ({
    ref: name,
    attributes: {
      Arn: arnOf("dynamodb", `table/${name}`),
      StreamArn: arnOf("dynamodb", `table/${name}/stream/local`),
      TableId: name,
    },
  }),
  "AWS::Lambda::Function": ({ name }) => ({
    ref: name,
    attributes: { Arn: arnOf("lambda", `function:${name}`) },
  }),
  "AWS::StepFunctions::StateMachine": ({ name }) => ({
    ref: arnOf("states", `stateMachine:${name}`),
    attributes: { Arn: arnOf("states", `stateMachine:${name}`), Name: name },
  }),
  "AWS::Events::EventBus": ({ name }) => ({
    ref: name,
    attributes: { Arn: arnOf("events", `event-bus/${name}`), Name: name },
  }),
  "AWS::Events::Rule": ({ name }) => ({ ref: name, attributes: { Arn: arnOf("events", `rule/${name}`) } }),
  "AWS::SQS::Queue": ({ name }) => ({
    ref: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    attributes: { Arn: arnOf("sqs", name), QueueName: name },
  }),
  "AWS::S3::Bucket": ({ name }) => ({
    ref: name.toLowerCase(),
    attributes: { Arn: `arn:aws:s3:::${name.toLowerCase()}` },
  }),
  "AWS::KMS::Key": ({ name }) => ({
    ref: name,
    attributes: { Arn: arnOf("kms", `key/${name}`), KeyId: name },
  }),
  "AWS::SecretsManager::Secret": ({ name }) => ({
    ref: arnOf("secretsmanager", `secret:${name}`),
    attributes: {},
  }),
  "AWS::ApiGatewayV2::Api": ({ name, apiUrl }) => ({
    ref: name,
    attributes: { ApiEndpoint: apiUrl, ApiId: name },
  }),
  "AWS::Cognito::UserPool": ({ name }) => ({
    ref: `${region}_${name}`,
    attributes: {
      Arn: arnOf("cognito-idp", `userpool/${region}_${name}`),
      ProviderName: `cognito-idp.${region}.amazonaws.com/${region}_${name}`,
      ProviderURL: `https://cognito-idp.${region}.amazonaws.com/${region}_${name}`,
      UserPoolId: `${region}_${name}`,
    },
  }),
  "AWS::Cognito::UserPoolClient": ({ name }) => ({ ref: name, attributes: { ClientId: name } }),
};

/** The property by which a template may name a resource itself. */
const nameProperties: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
  "AWS::Events::EventBus": "Name",
  "AWS::Events::Rule": "Name",
  "AWS::SQS::Queue": "QueueName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::Cognito::UserPoolResourceServer": "Identifier",
};

export const nameProperty = (type: string): string | undefined => nameProperties[type];

/**
 * What refers to a resource gets. Inert ones are referred to as well (a role's ARN, a log group's): their
 * name stands for all of it.
 */
export const identify = (type: string, named: Named): Identity =>
  identities[type]?.(named) ?? {
    ref: named.name,
    attributes: { Arn: arnOf(type.split("::")[1]?.toLowerCase() ?? "", named.name) },
  };
