import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { bundleFunctions, projectRoot } from "./constructs/bundles.ts";
import { DataStack } from "./data-stack.ts";
import { ServiceStack } from "./service-stack.ts";
import { templateRules } from "./template-rules.ts";

export type AppOptions = {
  /** Where the cloud assembly goes; the CDK CLI's choice, or a fresh temporary directory, when absent. */
  readonly outdir?: string;
  /** Check cdk-nag's packs and our own rules at synth, and fail on a finding. */
  readonly nag?: boolean;
  /** Tenant ids, one machine client each. Absent: the context value `partners`, else the demo's two. */
  readonly partners?: readonly string[];
};

const demoPartners = ["lux", "vintage"] as const;

/** Narrow on purpose: a partner's id becomes an OAuth scope, a logical id and part of every partition key. */
const partnerPattern = /^[a-z][a-z0-9-]{1,30}$/;

/**
 * The whole service as a CDK app, not yet synthesized. Needs no account and no network.
 *
 * The context of `cdk.json` (feature flags) is read here and not left to the CLI, so that the template that
 * is played locally and tested is, flag for flag, the one that is deployed; `cdk -c` still overrides it.
 */
export const buildApp = async (options: AppOptions = {}): Promise<cdk.App> => {
  const app = new cdk.App({
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
    context: readCdkContext(),
    analyticsReporting: false,
    // CloudFormation's own schema check takes a second or two: it belongs to the synth that is deployed.
    builtinCloudFormationValidation: options.nag ?? false,
  });
  const partners = checkPartners(options.partners ?? partnersFromContext(app));
  const bundles = await bundleFunctions(app.outdir);

  const data = new DataStack(app, "AfterSalesData", {
    description: "Consignment after-sales: table, event bus and evidence.",
    terminationProtection: true,
  });
  new ServiceStack(app, "AfterSalesService", {
    description: "Consignment after-sales: API, case workflow, events and alarms.",
    data,
    bundles,
    partners,
  });
  cdk.Tags.of(app).add("project", "consignment-after-sales");

  if (options.nag) {
    cdk.Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app), templateRules);
  }
  return app;
};

const readCdkContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(projectRoot, "cdk.json"), "utf8")).context;

/** `partners` is a list in `cdk.json` or a comma-separated text on the command line. */
const partnersFromContext = (app: cdk.App): readonly string[] => {
  const value: unknown = app.node.tryGetContext("partners");
  if (value === undefined) return demoPartners;
  const partners = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(partners)) throw new Error("Context `partners` is neither a list nor a text.");
  return partners.map(String);
};

const checkPartners = (partners: readonly string[]): readonly string[] => {
  const bad = partners.filter((partner) => !partnerPattern.test(partner));
  if (bad.length > 0) throw new Error(`Partner ids must match ${partnerPattern}: ${bad.join(", ")}`);
  if (partners.length === 0)
    throw new Error("At least one partner is needed: without it nobody can call the API.");
  if (new Set(partners).size < partners.length) throw new Error("A partner is named twice.");
  return partners;
};
