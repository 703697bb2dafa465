import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { buildApp } from "../../lib/app.ts";

export type SynthesizedApp = {
  readonly data: Template;
  readonly service: Template;
  /** Stacks by name, for what the templates do not say. */
  readonly terminationProtection: Readonly<Record<string, boolean>>;
  readonly remove: () => void;
};

/** The app as it is deployed: every rule of cdk-nag and of our own is checked, and a finding throws. */
export const synthesizeApp = async (): Promise<SynthesizedApp> => {
  const outdir = mkdtempSync(join(tmpdir(), "after-sales-infrastructure-"));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  try {
    const assembly = (await buildApp({ outdir, nag: true, partners: ["lux", "vintage"] })).synth();
    return {
      data: Template.fromJSON(assembly.getStackByName("AfterSalesData").template),
      service: Template.fromJSON(assembly.getStackByName("AfterSalesService").template),
      terminationProtection: Object.fromEntries(
        assembly.stacks.map((stack) => [stack.stackName, stack.terminationProtection ?? false]),
      ),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
};
