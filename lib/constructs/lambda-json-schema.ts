/**
 * Takes the place of zod's JSON Schema generator in the bundles of the Lambda functions, and only there:
 * 5 KiB compressed that every schema carries and no deployed function runs. The OpenAPI document is made
 * from the schemas at a desk, with the real one.
 */
const leftOut = () => (): never => {
  throw new Error("JSON Schema is not part of this bundle; it is generated with `npm run openapi`.");
};

export const createToJSONSchemaMethod = leftOut;
export const createStandardJSONSchemaMethod = leftOut;
