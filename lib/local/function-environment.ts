import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { FunctionError, WorkerJob, WorkerMessage, WorkerSetup } from "./function-worker.ts";
import { credentials } from "./identities.ts";
import { s3Path } from "./s3/endpoint.ts";

/** A deployed function, as the template describes it. */
export type LocalFunction = {
  readonly name: string;
  readonly arn: string;
  /** Directory of the bundle, and Lambda's `file.export`. */
  readonly directory: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** How many run at once; more wait in line. */
  readonly concurrency: number;
};

export type InvocationResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: FunctionError };

/** Lambda gives a function ten seconds to load before its first event. */
const initialisationTimeoutMs = 10_000;

const bundleFile = (from: LocalFunction): { file: string; exportName: string } => {
  const dot = from.handler.lastIndexOf(".");
  const base = join(from.directory, from.handler.slice(0, dot));
  const file = [".mjs", ".js", ".cjs"].map((extension) => base + extension).find(existsSync);
  if (file === undefined) {
    throw new Error(`${from.name}: no bundle at ${base}.{mjs,js,cjs} for handler "${from.handler}".`);
  }
  return { file, exportName: from.handler.slice(dot + 1) };
};

const environmentOf = (from: LocalFunction, endpoint: string): Record<string, string> => ({
  ...from.environment,
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  // Every SDK client reads this one, so no call of a function ever leaves the machine.
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: `${endpoint}${s3Path}`,
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: from.name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(from.memoryMb),
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${from.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: "local",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  // Only here does a carrier play the sandbox's waybills.
  SANDBOX_WAYBILLS: "played",
  LAMBDA_TASK_ROOT: from.directory,
  TZ: ":UTC",
});

export type EnvironmentOptions = {
  /** Address of the service's AWS APIs. */
  readonly endpoint: string;
  /** Where the worker's code lies (`worker-file.ts`). */
  readonly worker: URL;
  /** The clock's, shared with the thread. */
  readonly offset: SharedArrayBuffer;
};

/** One execution environment: a worker thread that holds the loaded bundle. */
export type Environment = {
  readonly loaded: Promise<FunctionError | undefined>;
  run(job: WorkerJob): Promise<{ result: InvocationResult; tookMs: number }>;
  readonly usable: () => boolean;
  stop(): Promise<void>;
};

export const startEnvironment = (
  from: LocalFunction,
  options: EnvironmentOptions & { log: (text: string) => void },
): Environment => {
  const setup: WorkerSetup = { ...bundleFile(from), functionArn: from.arn, offset: options.offset };
  const worker = new Worker(options.worker, {
    env: environmentOf(from, options.endpoint),
    workerData: setup,
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  let usable = true;
  let hear: ((message: WorkerMessage) => void) | undefined;
  let died: ((error: FunctionError) => void) | undefined;
  let crash: FunctionError | undefined;

  const exitError = (detail: string): FunctionError => ({
    errorType: "Runtime.ExitError",
    errorMessage: `Runtime exited without answering: ${detail}`,
    trace: [],
  });
  const end = (error: FunctionError) => {
    usable = false;
    crash ??= error;
    died?.(crash);
  };
  worker.on("error", (error: Error) => end(exitError(error.stack ?? error.message)));
  worker.on("exit", (code) => end(exitError(`exit status ${code}`)));
  worker.on("message", (message: WorkerMessage) => {
    if (message.kind === "log") options.log(message.text);
    else hear?.(message);
  });

  const loaded = new Promise<FunctionError | undefined>((resolve) => {
    const overdue = setTimeout(() => {
      end({ errorType: "Sandbox.Timedout", errorMessage: "Initialisation timed out after 10 s.", trace: [] });
      void worker.terminate();
    }, initialisationTimeoutMs);
    const settle = (error: FunctionError | undefined) => {
      clearTimeout(overdue);
      hear = undefined;
      died = undefined;
      resolve(error);
    };
    died = settle;
    hear = (message) => {
      if (message.kind === "ready") settle(undefined);
      if (message.kind !== "unusable") return;
      usable = false;
      settle(message.error);
    };
  });

  return {
    loaded,
    usable: () => usable,
    run: (job) =>
      new Promise((resolve) => {
        const started = performance.now();
        const settle = (result: InvocationResult, tookMs: number) => {
          clearTimeout(overdue);
          hear = undefined;
          died = undefined;
          resolve({ result, tookMs });
        };
        const overdue = setTimeout(() => {
          const seconds = (job.timeoutMs / 1000).toFixed(2);
          end({
            errorType: "Sandbox.Timedout",
            errorMessage: `RequestId: ${job.requestId} Error: Task timed out after ${seconds} seconds`,
            trace: [],
          });
          void worker.terminate();
        }, job.timeoutMs);
        died = (error) => settle({ ok: false, error }, performance.now() - started);
        hear = (message) => {
          if (message.kind === "answer")
            settle({ ok: true, payload: JSON.parse(message.payload) }, message.tookMs);
          if (message.kind === "failure") settle({ ok: false, error: message.error }, message.tookMs);
        };
        if (crash) died(crash);
        else worker.postMessage(job);
      }),
    stop: async () => {
      usable = false;
      await worker.terminate();
    },
  };
};
