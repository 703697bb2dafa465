/** The CDK app, as `cdk synth` and `cdk deploy` run it: every security rule is checked on each synth. */
import { buildApp } from "../lib/app.ts";

(await buildApp({ nag: true })).synth();
