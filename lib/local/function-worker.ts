/**
 * Runs inside a worker thread and plays Lambda's runtime for one function: the service's time instead of
 * the machine's, the bundle imported once, one event at a time.
 */
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

export type WorkerSetup = {
  readonly file: string;
  readonly exportName: string;
  readonly functionArn: string;
  readonly offset: SharedArrayBuffer;
};

export type WorkerJob = {
  readonly event: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly timeoutMs: number;
};

export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly text: string }
  | { readonly kind: "unusable"; readonly error: FunctionError }
  | { readonly kind: "answer"; readonly payload: string; readonly tookMs: number }
  | { readonly kind: "failure"; readonly error: FunctionError; readonly tookMs: number };

const port = parentPort;
if (port === null) throw new Error("This file runs in a worker thread only.");
const setup = workerData as WorkerSetup;
const say = (message: WorkerMessage) => port.postMessage(message);

/** Replaces `Date` before any code of the bundle can keep a reference to the real one. */
const useServiceTime = (offset: SharedArrayBuffer): void => {
  const offsetMs = new BigInt64Array(offset);
  const RealDate = Date;
  const now = () => RealDate.now() + Number(Atomics.load(offsetMs, 0));
  const ServiceDate = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === "now" ? now : Reflect.get(target, property, receiver)),
  });
  RealDate.prototype.constructor = ServiceDate;
  globalThis.Date = ServiceDate;
};

const describeError = (error: unknown): FunctionError =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const passLogsOn = (): void => {
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    say({ kind: "log", text: typeof chunk === "string" ? chunk : Buffer.from(chunk).toString() });
    const last = rest.at(-1);
    if (typeof last === "function") last();
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
};

type Handler = (event: unknown, context: unknown) => unknown;

const invoke = async (handler: Handler, job: WorkerJob): Promise<void> => {
  const started = performance.now();
  const tookMs = () => performance.now() - started;
  process.env._X_AMZN_TRACE_ID = job.traceId;
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: job.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(job.timeoutMs - tookMs())),
  };
  try {
    const answer = await handler(JSON.parse(job.event), context);
    say({ kind: "answer", payload: JSON.stringify(answer) ?? "null", tookMs: tookMs() });
  } catch (error) {
    say({ kind: "failure", error: describeError(error), tookMs: tookMs() });
  }
};

useServiceTime(setup.offset);
passLogsOn();
try {
  const bundle = (await import(pathToFileURL(setup.file).href)) as Record<string, unknown>;
  const handler = bundle[setup.exportName];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${setup.exportName} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  }
  port.on("message", (job: WorkerJob) => invoke(handler as Handler, job));
  say({ kind: "ready" });
} catch (error) {
  say({ kind: "unusable", error: describeError(error) });
}
