/**
 * Takes the place of `@aws-sdk/endpoint-cache` in the bundles of the Lambda functions. DynamoDB's client makes
 * one at every start and fills it only when endpoint discovery is switched on, which nothing here does.
 */
export class EndpointCache {}
