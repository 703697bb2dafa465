import { parseArgs } from "node:util";
import { measureBacktest } from "../lib/bench/backtest.ts";
import { measureCase } from "../lib/bench/case-cost.ts";
import { measureColdStarts } from "../lib/bench/cold-start.ts";
import { measureJudgments } from "../lib/bench/judgments.ts";
import { measureReconciliation } from "../lib/bench/reconciliation.ts";
import { measureWebhookTraffic } from "../lib/bench/webhook-traffic.ts";
import { measureStart, measureSynth } from "../lib/bench/whole-commands.ts";

const help = `npm run bench -- [--json] [--pairs N]

Measures what the budgets of this service speak of, side by side in one run:
cold starts beside a raw handler, judgments a second beside plain predicates
and json-rules-engine (in turns, by processor time; the best round of each),
what a complete return costs, carriers' pushes beside a handler that only
stores them, and replayed, a backtest, a day's reconciliation, synth and start.

  --json     one JSON object on standard output and nothing else
  --pairs N  how often each cold start is measured beside the raw handler (default 9)
  --lines N  of the reconciled file (default 20000; the budget is that of 100000 in proportion)
`;

const readArguments = () =>
  parseArgs({
    options: {
      json: { type: "boolean", default: false },
      pairs: { type: "string", default: "9" },
      lines: { type: "string", default: "20000" },
      help: { type: "boolean", default: false },
    },
  }).values;

const casesInFlight = 20;
const closedCases = 10_000;

/** Beyond these a change is too heavy. Sizes and ratios: performance.md's table, measured again here. */
const budgets = {
  gzKiB: 110,
  importRatio: 1.15,
  transitions: 14,
  invocations: 22,
  writeUnits: 100,
  costUsd: 0.00045,
  writeUnitsPerPush: 2,
  writeUnitsPerReplayedPush: 0,
  backtestSeconds: 15,
  reconciliationSecondsPer100k: 30,
} as const;

/** Of the pushes a second that a handler takes which only stores the body. */
const leastPushRatio = 0.5;

/** A second of processor time. A backtest judges 10,000 cases within one. */
const leastSpeed = {
  bareEnginePerSecond: 1_000_000,
  judgmentsPerSecond: 10_000,
  timesJsonRules: 100,
  timesJsonRulesShipped: 100,
} as const;

const run = async (pairs: number, reconciledLines: number, json: boolean): Promise<void> => {
  const progress = (text: string) => process.stderr.write(`${text}\n`);

  const coldStart = await measureColdStarts(pairs, progress);
  progress("judgments a second");
  const judgments = await measureJudgments();
  progress(`cost of a complete return, ${casesInFlight} in flight`);
  const perCase = await measureCase(casesInFlight);
  progress("cost of a complete return, alone");
  const aloneCase = await measureCase(1);
  progress(`a backtest over ${closedCases} closed cases`);
  const backtest = await measureBacktest(closedCases);
  progress(`a reconciliation of ${reconciledLines} lines`);
  const reconciliation = await measureReconciliation(reconciledLines);
  progress("carriers' pushes");
  const webhooks = await measureWebhookTraffic();
  progress("synth");
  const synthSeconds = await measureSynth();
  progress("start");
  const startSeconds = await measureStart();

  const reconciliationBudget = (budgets.reconciliationSecondsPer100k * reconciledLines) / 100_000;
  const over = [
    ...(["bareEnginePerSecond", "judgmentsPerSecond", "timesJsonRules", "timesJsonRulesShipped"] as const)
      .filter((name) => judgments[name] < leastSpeed[name])
      .map((name) => `judgment: ${name} ${judgments[name]}, budget ${leastSpeed[name]}`),
    ...coldStart.flatMap(({ function: name, gzKiB, importRatio }) => [
      ...(gzKiB > budgets.gzKiB ? [`${name}: ${gzKiB} KiB gz, budget ${budgets.gzKiB}`] : []),
      ...(importRatio > budgets.importRatio
        ? [`${name}: import ${importRatio} of the raw handler, budget ${budgets.importRatio}`]
        : []),
    ]),
    ...(["transitions", "invocations", "writeUnits", "costUsd"] as const).flatMap((name) =>
      perCase[name] > budgets[name] ? [`case: ${name} ${perCase[name]}, budget ${budgets[name]}`] : [],
    ),
    ...(webhooks.ratio < leastPushRatio
      ? [`pushes: ${webhooks.ratio} of the bare handler's, budget ${leastPushRatio}`]
      : []),
    ...(["writeUnitsPerPush", "writeUnitsPerReplayedPush"] as const).flatMap((name) =>
      webhooks[name] > budgets[name] ? [`pushes: ${name} ${webhooks[name]}, budget ${budgets[name]}`] : [],
    ),
    ...(backtest.wallSeconds > budgets.backtestSeconds
      ? [`backtest: ${backtest.wallSeconds} s, budget ${budgets.backtestSeconds}`]
      : []),
    ...(reconciliation.wallSeconds > reconciliationBudget
      ? [`reconciliation: ${reconciliation.wallSeconds} s, budget ${reconciliationBudget}`]
      : []),
  ];
  if (json) {
    console.log(
      JSON.stringify({
        coldStart,
        judgments,
        case: perCase,
        casesInFlight,
        caseAlone: aloneCase,
        backtest,
        reconciliation,
        webhooks,
        synthSeconds,
        startSeconds,
        over,
      }),
    );
  } else {
    console.table(coldStart);
    console.table(judgments);
    console.table({ [`${casesInFlight} in flight`]: perCase, alone: aloneCase });
    console.table({ backtest });
    console.table({ reconciliation });
    console.table({ webhooks });
    console.log(`synth ${synthSeconds} s, start ${startSeconds} s`);
    console.log(over.length === 0 ? "Every budget holds." : `Over budget:\n  ${over.join("\n  ")}`);
  }
  if (over.length > 0) process.exitCode = 1;
};

const main = async (): Promise<void> => {
  const { help: wanted, json, pairs, lines } = readArguments();
  if (wanted) {
    process.stdout.write(help);
    return;
  }
  if (!/^[1-9]\d{0,2}$/.test(pairs)) throw new RangeError("--pairs takes a whole number from 1 to 999.");
  if (!/^[1-9]\d{2,5}$/.test(lines)) throw new RangeError("--lines takes a whole number from 100 to 999999.");
  await run(Number(pairs), Number(lines), json);
};

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.error("Try npm run bench -- --help.");
  process.exitCode = 1;
});
