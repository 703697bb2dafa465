import type { PreTokenGenerationV3TriggerEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { handler } from "../../functions/api/access/issue-claims.ts";

/** Cognito asks which claims and scopes an access token of a machine client gets. */

const event = (
  scopes: string[] | undefined,
  clientMetadata?: Record<string, string>,
): PreTokenGenerationV3TriggerEvent => ({
  version: "3",
  triggerSource: "TokenGeneration_ClientCredentials",
  region: "us-east-1",
  userPoolId: "us-east-1_EXAMPLE",
  userName: "client-1",
  callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: "client-1" },
  request: {
    userAttributes: {},
    groupConfiguration: {},
    ...(scopes ? { scopes } : {}),
    ...(clientMetadata ? { clientMetadata } : {}),
  },
  response: { claimsAndScopeOverrideDetails: {} },
});

const generate = async (scopes: string[] | undefined, metadata?: Record<string, string>) => {
  const { response } = await handler(event(scopes, metadata));
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration;
};

const every = ["partner", "buyer", "merchant", "operator", "warehouse"].map((role) => `aftersales/${role}`);

describe("the claims of a token", () => {
  it("name the tenant and the role that were asked for", async () => {
    expect(await generate(["tenants/lux", "aftersales/operator"])).toEqual({
      claimsToAddOrOverride: { tenant: "lux", role: "operator" },
      scopesToSuppress: [],
    });
  });

  it("are the partner's when every role is granted and none is asked for", async () => {
    expect(await generate(["tenants/lux", ...every])).toEqual({
      claimsToAddOrOverride: { tenant: "lux", role: "partner" },
      scopesToSuppress: every.filter((scope) => scope !== "aftersales/partner"),
    });
  });

  it("are those of the role that the metadata picks, without the scopes of the others", async () => {
    expect(await generate(["tenants/lux", ...every], { role: "merchant", merchantId: "atelier" })).toEqual({
      claimsToAddOrOverride: { tenant: "lux", role: "merchant", merchantId: "atelier" },
      scopesToSuppress: every.filter((scope) => scope !== "aftersales/merchant"),
    });
  });

  it("name the buyer of a buyer's token, and nobody in a partner's", async () => {
    const metadata = { buyerId: "ann", merchantId: "atelier" };
    expect(await generate(["tenants/lux", "aftersales/buyer"], metadata)).toMatchObject({
      claimsToAddOrOverride: { tenant: "lux", role: "buyer", buyerId: "ann" },
    });
    const partner = await generate(["tenants/lux", "aftersales/partner"], metadata);
    expect(partner?.claimsToAddOrOverride).toEqual({ tenant: "lux", role: "partner" });
  });

  it.each<[string, string[] | undefined, Record<string, string>?]>([
    ["no scopes", undefined],
    ["no tenant", ["aftersales/partner"]],
    ["two tenants", ["tenants/lux", "tenants/vintage", "aftersales/partner"]],
    ["a tenant that is no id", ["tenants/lux#CASE", "aftersales/partner"]],
    ["no role", ["tenants/lux"]],
    ["a role that does not exist", ["tenants/lux", "aftersales/root"]],
    [
      "several roles, none of them the partner's",
      ["tenants/lux", "aftersales/operator", "aftersales/warehouse"],
    ],
    ["a role that was not granted", ["tenants/lux", "aftersales/partner"], { role: "operator" }],
    ["a role that was not among several", ["tenants/lux", ...every], { role: "root" }],
    ["a buyer who is nobody", ["tenants/lux", "aftersales/buyer"]],
    ["a merchant who is no id", ["tenants/lux", "aftersales/merchant"], { merchantId: "a#b" }],
  ])("are refused for %s", async (_, scopes, metadata) => {
    await expect(handler(event(scopes, metadata))).rejects.toThrow(/^A token/);
  });
});
