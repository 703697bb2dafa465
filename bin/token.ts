/** `npm run token`: prints a bearer token for the service that runs on this machine, and nothing else. */
import { parseArgs } from "node:util";
import { roles } from "../functions/http/operation.ts";

const usage = `Prints a bearer token for the service that runs on this machine (npm start).

  npm run --silent token -- --role merchant --tenant lux --merchant atelier-shanghai

  --role      ${roles.join(", ")}
  --tenant    the partner platform
  --merchant  for the role merchant
  --buyer     for the role buyer
  --operator  for the role operator: the person, named where somebody rules on a dispute
  --url       where the service listens (default http://127.0.0.1:3210)
  --help      this text`;

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const options = () => {
  try {
    return parseArgs({
      options: {
        role: { type: "string" },
        tenant: { type: "string" },
        merchant: { type: "string" },
        buyer: { type: "string" },
        operator: { type: "string" },
        url: { type: "string", default: "http://127.0.0.1:3210" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
};

const { role, tenant, merchant, buyer, operator, url, help } = options();
if (help) {
  console.log(usage);
  process.exit(0);
}
if (role === undefined || tenant === undefined) fail(`--role and --tenant are needed.\n\n${usage}`);

const request = { role, tenant, merchantId: merchant, buyerId: buyer, operatorId: operator };
const response = await fetch(`${url}/_local/token`, {
  method: "POST",
  body: JSON.stringify(request),
}).catch(() => fail(`No service answers at ${url}: start it with npm start, or name it with --url.`));
const answer = (await response.json()) as { token?: string; message?: string };
if (answer.token === undefined) fail(answer.message ?? `The service answered ${response.status}.`);
console.log(answer.token);
