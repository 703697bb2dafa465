/**
 * Takes the place of `@aws-sdk/credential-provider-node` in the bundles of the Lambda functions, and only
 * there. Lambda always hands the role's credentials over in the environment; the SDK's own chain (SSO,
 * profiles, web identity, instance metadata …) never runs there, yet is loaded on every cold start.
 *
 * Exports the one name that the SDK's clients import: a bundle that asks for another does not build.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error(
      "No AWS credentials: this bundle reads only AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and " +
        "AWS_SESSION_TOKEN, as Lambda sets them. Profiles, SSO and instance roles are not supported here.",
    );
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
};
