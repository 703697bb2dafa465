/** `npm run ledger:verify`: recomputes every balance from the raw transfers and says what differs. */
import { parseArgs } from "node:util";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { openTable } from "../functions/store/table.ts";
import { verifyLedger } from "../lib/ledger/verify.ts";
import { localClientConfig } from "../lib/local/dynamodb.ts";

const usage = `Recomputes every balance and each currency's sum from the raw transfers, and compares them with what
was rolled up. Ends with 1 if anything differs.

  npm run ledger:verify                      of the service that runs on this machine (npm start)
  npm run ledger:verify -- --table NAME      of a deployed table, with the credentials of the environment

  --url       where the service on this machine listens (default http://127.0.0.1:3210)
  --endpoint  another DynamoDB, with --table
  --json      one JSON object and nothing else
  --help      this text`;

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(2);
};

const options = () => {
  try {
    return parseArgs({
      options: {
        table: { type: "string" },
        url: { type: "string", default: "http://127.0.0.1:3210" },
        endpoint: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
};

const { table: named, url, endpoint, json, help } = options();
if (help) {
  console.log(usage);
  process.exit(0);
}

/** The table of the service on this machine: it has one. */
const localTable = async () => {
  await fetch(`${url}/_local/idle`).catch(() =>
    fail(`No service answers at ${url}: start it with npm start, or name a table with --table.`),
  );
  const client = new DynamoDBClient(localClientConfig(url));
  const { TableNames: [name] = [] } = await client.send(new ListTablesCommand({}));
  return name === undefined ? fail(`The service at ${url} has no table.`) : openTable(name, client);
};

const table =
  named === undefined
    ? await localTable()
    : openTable(named, new DynamoDBClient(endpoint === undefined ? {} : { endpoint }));

const progress = (items: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${items.toLocaleString("en")} items`);
};
const report = await verifyLedger(table, progress);
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");

if (json) {
  console.log(JSON.stringify(report));
} else {
  const { transfers, accounts, merchants, currencies, findings } = report;
  console.log(
    `${transfers} transfers, ${accounts} accounts, ${merchants} merchants, in ${currencies.join(", ") || "no currency"}`,
  );
  for (const { finding, where, detail } of findings) console.log(`${finding}: ${where}: ${detail}`);
  console.log(
    findings.length === 0 ? "Every balance is what its transfers say." : `${findings.length} differ.`,
  );
}
process.exit(report.findings.length === 0 ? 0 : 1);
