/** `npm start`: the whole service on this machine, until Ctrl-C. */
import { parseArgs } from "node:util";
import { playTemplate } from "../lib/local/service.ts";

const usage = `Runs the whole service on this machine: the CDK app's own template, played.

  npm start -- [--port 3210] [--memory]

  --port    port of 127.0.0.1 to listen on (default 3210)
  --memory  keep nothing; without it data lives in .local/
  --help    this text`;

/** Names of errors that are the user's to solve: their sentence is all there is to say. */
const explained = new Set([
  "DataInUse",
  "DataUnreadable",
  "DefinitionRefused",
  "EngineMissing",
  "PatternRefused",
  "PortInUse",
  "TemplateRefused",
]);

const options = () => {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "3210" },
        memory: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error("--port wants a number up to 65535.");
    return { ...values, port };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(1);
  }
};

const { port, memory, help } = options();
if (help) {
  console.log(usage);
  process.exit(0);
}

/** A merchant to begin with: without one there is nothing to ask for. */
const exampleMerchant = JSON.stringify({
  name: "Atelier Shanghai",
  contracts: [
    {
      effectiveFrom: "2026-01-01T00:00:00Z",
      commissionBps: 3000,
      transitRisk: "carrier",
      custodyRisk: "platform",
    },
  ],
});

const whatToTry = (url: string, stateMachineArn: string): string => {
  const where = url === "http://127.0.0.1:3210" ? "" : ` --url ${url}`;
  return `  curl ${url}/v1/health
  TOKEN=$(npm run --silent token -- --role partner --tenant lux${where})
  curl -X PUT ${url}/v1/merchants/atelier-shanghai -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -d '${exampleMerchant}'
  curl ${url}/v1/merchants/atelier-shanghai/queue -H "Authorization: Bearer $TOKEN"
  curl ${url}/v1/openapi.json

  curl -X POST ${url}/_local/clock -d '{"advance": "PT48H"}'
  curl ${url}/_local/meter
  curl -X PUT ${url}/_local/payment-side -d '{"rules": [{"kind": "refund", "attempt": 1, "behaviour": "fails"}]}'
  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws stepfunctions list-executions \\
    --region us-east-1 --endpoint-url ${url} \\
    --state-machine-arn ${stateMachineArn}`;
};

const started = performance.now();
console.log("Synthesizing the CDK app …");
const starting = playTemplate({ port, memory, paymentSide: true });

/** The first Ctrl-C ends everything in order, also while it still starts; the second one ends us. */
const stop = async (): Promise<void> => {
  process.once("SIGINT", () => process.exit(130));
  console.log("\nStopping …");
  await starting.then((service) => service.stop()).catch(() => {});
  process.exit(0);
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
process.once("SIGHUP", stop);

try {
  const { url, endpoints, stateMachineArn, stateMachines, tableName } = await starting;
  const otherMachines = Object.values(stateMachines).filter((arn) => arn !== stateMachineArn);
  console.log(`
Ready after ${((performance.now() - started) / 1000).toFixed(1)} s. Data ${memory ? "in memory only" : "in .local/"}.

  HTTP API        ${url}
  AWS APIs        ${url}   (DynamoDB, Step Functions, EventBridge)
  S3              ${endpoints.s3}   (path style)
  table           ${tableName}
  state machine   ${[stateMachineArn, ...otherMachines].join(`\n${" ".repeat(18)}`)}

Try

${whatToTry(url, stateMachineArn)}

Ctrl-C stops everything.`);
} catch (error) {
  if (!(error instanceof Error) || !explained.has(error.name)) throw error;
  console.error(error.message);
  process.exit(1);
}
