import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/constructs/bundles.ts";
import { leanSdk } from "../../lib/constructs/lambda-sdk.ts";

/** The SDK's DynamoDB client as the functions' bundles hold it. */
const bundledClient = async (): Promise<{
  readonly code: string;
  readonly Client: typeof DynamoDBClient;
}> => {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { DynamoDBClient } from "@aws-sdk/client-dynamodb";',
      resolveDir: projectRoot,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("file:///");' },
    external: ["@smithy/core/event-streams"],
    plugins: [leanSdk],
    write: false,
  });
  const code = outputFiles[0]?.text ?? "";
  const { DynamoDBClient: Client } = await import(
    `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
  );
  return { code, Client };
};

describe("the SDK without what no function runs", () => {
  it("finds the endpoint of every partition's regions as the whole SDK does", async () => {
    const { code, Client } = await bundledClient();
    for (const region of ["eu-central-1", "cn-north-1", "us-gov-west-1", "us-east-1", "ap-east-2"]) {
      for (const given of [{}, { Endpoint: "http://127.0.0.1:8000" }]) {
        const asked = { Region: region, UseFIPS: false, UseDualStack: false, ...given };
        const endpointOf = (client: DynamoDBClient) => client.config.endpointProvider(asked).url.href;
        expect(endpointOf(new Client({ region })), region).toBe(endpointOf(new DynamoDBClient({ region })));
      }
    }
    const fips = { Region: "us-east-1", UseFIPS: true, UseDualStack: false };
    expect(() => new Client({ region: "us-east-1" }).config.endpointProvider(fips)).toThrow("not part of");
    // Each is left out: a new version of the SDK that moves its files shows here, and not in a larger bundle.
    for (const leftOut of [
      "Asia Pacific (Hong Kong)",
      "MAX_HASHABLE_LENGTH",
      "cubicThrottle",
      "search-ddb",
      "formatHeaderValue",
      "AWS SDK for JavaScript Dynamodb Client",
      "Not found in config files w",
      "Invalid RFC-3339",
      "latest/meta-data/placement/region",
    ]) {
      expect(code.includes(leftOut), leftOut).toBe(false);
    }
  });
});
