import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import {
  type Environment,
  type EnvironmentOptions,
  type InvocationResult,
  type LocalFunction,
  startEnvironment,
} from "./function-environment.ts";
import type { FunctionLogs } from "./function-logs.ts";
import type { Account, Counts, Meter } from "./meter.ts";

export type Functions = {
  /**
   * Invokes and waits, as `lambda:Invoke` does. A failing function is an answer, not an exception.
   * `extra` is what else is billed for the event, to the same cases.
   */
  invoke(functionArn: string, event: unknown, extra?: Partial<Counts>): Promise<InvocationResult>;
  stop(): Promise<void>;
};

type Waiting = {
  readonly event: unknown;
  readonly extra: Partial<Counts>;
  readonly resolve: (result: InvocationResult) => void;
};

/** The environments of one function and the line in front of them. */
const createPool = (
  from: LocalFunction,
  options: EnvironmentOptions & { meter: Meter; logs: FunctionLogs },
) => {
  const idle: Environment[] = [];
  const line: Waiting[] = [];
  const all = new Set<Environment>();
  const accounts = new Map<Environment, Account>();

  const grow = (): void => {
    const environment: Environment = startEnvironment(from, {
      ...options,
      log: (text) => {
        accounts.get(environment)?.add({ logBytes: Buffer.byteLength(text) });
        options.logs.write(from.name, text);
      },
    });
    all.add(environment);
    environment.loaded.then((error) => {
      if (error === undefined) {
        idle.push(environment);
      } else {
        all.delete(environment);
        void environment.stop();
        line.shift()?.resolve({ ok: false, error });
      }
      next();
    });
  };

  const serve = async (environment: Environment, waiting: Waiting): Promise<void> => {
    const requestId = randomUUID();
    const traceId = `Root=1-00000000-${requestId.replaceAll("-", "").slice(0, 24)};Sampled=0`;
    const event = JSON.stringify(waiting.event) ?? "null";
    const account = options.meter.open(traceId);
    account.see(event);
    account.add(waiting.extra);
    accounts.set(environment, account);
    const { result, tookMs } = await environment.run({
      event,
      requestId,
      traceId,
      timeoutMs: from.timeoutSeconds * 1000,
    });
    const billedMs = Math.max(1, Math.ceil(tookMs));
    if (!result.ok)
      options.logs.write(from.name, `${requestId}\tInvoke Error\t${JSON.stringify(result.error)}\n`);
    account.add({ invocations: 1, gbSeconds: (billedMs / 1000) * (from.memoryMb / 1024) });
    account.close();
    accounts.delete(environment);
    if (environment.usable()) idle.push(environment);
    else all.delete(environment);
    waiting.resolve(result);
    next();
  };

  const next = (): void => {
    while (line.length > 0) {
      const environment = idle.pop();
      if (environment === undefined) break;
      if (!environment.usable()) {
        all.delete(environment);
        continue;
      }
      const waiting = line.shift();
      if (waiting) void serve(environment, waiting);
    }
    const loading = all.size - idle.length - accounts.size;
    if (line.length > loading && all.size < from.concurrency) grow();
  };

  return {
    invoke: (event: unknown, extra: Partial<Counts>) =>
      new Promise<InvocationResult>((resolve) => {
        line.push({ event, extra, resolve });
        next();
      }),
    stop: async () => {
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
};

export const createFunctions = (
  functions: readonly LocalFunction[],
  options: EnvironmentOptions & { meter: Meter; activity: Activity; logs: FunctionLogs },
): Functions => {
  const pools = new Map(functions.map((one) => [one.arn, createPool(one, options)]));
  return {
    invoke: async (functionArn, event, extra = {}) => {
      const pool = pools.get(functionArn);
      if (pool === undefined) throw new Error(`No function ${functionArn} in the template.`);
      const done = options.activity.begin();
      try {
        return await pool.invoke(event, extra);
      } finally {
        done();
      }
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
};
