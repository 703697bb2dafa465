/** `npm run demo`: files cases of every kind on the played template and shows what becomes of them. */
import { parseArgs } from "node:util";
import { runDemo } from "../lib/demo/demo.ts";
import { createProgress } from "../lib/demo/progress.ts";

const usage = `Starts the service in memory, syncs two partner platforms, files cases of every kind, lets weeks pass
in seconds, and shows for each case who pays and why.

  npm run demo [-- --json]

  --json  one JSON object a line: the cases, and a summary last
  --help  this text

The exit code is 1 if any case ends otherwise than its scenario says.`;

const options = () => {
  try {
    return parseArgs({
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(1);
  }
};

const { json, help } = options();
if (help) {
  console.log(usage);
  process.exit(0);
}

const progress = createProgress(process.stderr);

/** Nothing outlives the demo when it is interrupted, and what breaks off then is no news. */
let interrupted = false;
const endOn = (signal: NodeJS.Signals, code: number, stop: () => Promise<void>): void => {
  process.once(signal, () => {
    interrupted = true;
    progress.done();
    stop().finally(() => process.exit(code));
  });
};

try {
  const differences = await runDemo({
    json,
    print: console.log,
    progress,
    started: (stop) => {
      endOn("SIGINT", 130, stop);
      endOn("SIGTERM", 143, stop);
    },
  });
  if (differences.length > 0) {
    console.error(`\nNot as the scenarios say (${differences.length}):\n- ${differences.join("\n- ")}`);
    process.exitCode = 1;
  }
} catch (error) {
  process.exitCode = 1;
  if (!interrupted) {
    progress.done();
    const missing = error instanceof Error && error.name === "EngineMissing";
    console.error("The demo could not be played to its end:", missing ? error.message : error);
  }
}
