import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import type { Clock } from "./clock.ts";
import type { Failures } from "./failures.ts";
import type { InvocationResult } from "./function-environment.ts";
import type { FunctionError } from "./function-worker.ts";

/** How Lambda treats events that nobody waits for, as the template sets it for a function. */
export type AsyncConfig = {
  readonly maximumRetries: number;
  readonly maximumAgeSeconds: number;
  /** Gets a record of the invocation with the error. */
  readonly onFailureArn: string | undefined;
  /** Gets the bare event; Lambda's older way. */
  readonly deadLetterArn: string | undefined;
};

/** Lambda's own settings where the template says nothing. */
export const defaultAsyncConfig: AsyncConfig = {
  maximumRetries: 2,
  maximumAgeSeconds: 6 * 60 * 60,
  onFailureArn: undefined,
  deadLetterArn: undefined,
};

/** Lambda waits a minute before its first retry and two before its second. */
const retryDelaysMs = [60_000, 120_000];

/** Accepts an event for a function and sees it through: retries, then what the template says, else it is lost. */
export type AsyncInvoke = (functionArn: string, event: unknown) => void;

export const createAsyncInvoke = (options: {
  configs: ReadonlyMap<string, AsyncConfig>;
  invoke: (functionArn: string, event: unknown) => Promise<InvocationResult>;
  clock: Clock;
  activity: Activity;
  failures: Failures;
  /** Told of an event that went nowhere. */
  lost: (functionArn: string, event: unknown, error: FunctionError) => void;
}): AsyncInvoke => {
  const { clock } = options;

  const giveUp = (functionArn: string, event: unknown, error: FunctionError, attempts: number): void => {
    const { onFailureArn, deadLetterArn } = options.configs.get(functionArn) ?? defaultAsyncConfig;
    if (onFailureArn) {
      options.failures.put(onFailureArn, {
        version: "1.0",
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          requestId: randomUUID(),
          functionArn,
          condition: "RetriesExhausted",
          approximateInvokeCount: attempts,
        },
        requestPayload: event,
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        responsePayload: error,
      });
    }
    if (deadLetterArn) options.failures.put(deadLetterArn, event);
    if (!onFailureArn && !deadLetterArn) options.lost(functionArn, event, error);
  };

  const attempt = async (functionArn: string, event: unknown, acceptedAt: number, before: number) => {
    const done = options.activity.begin();
    try {
      const result = await options.invoke(functionArn, event);
      if (result.ok) return;
      const { maximumRetries, maximumAgeSeconds } = options.configs.get(functionArn) ?? defaultAsyncConfig;
      const at = clock.now() + (retryDelaysMs[before] ?? 120_000);
      if (before >= maximumRetries || at - acceptedAt > maximumAgeSeconds * 1000) {
        giveUp(functionArn, event, result.error, before + 1);
      } else {
        clock.schedule(at, () => attempt(functionArn, event, acceptedAt, before + 1));
      }
    } finally {
      done();
    }
  };

  return (functionArn, event) => void attempt(functionArn, event, clock.now(), 0);
};
