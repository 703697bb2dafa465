import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import type { Clock } from "./clock.ts";
import type { EventPattern } from "./event-pattern.ts";
import type { Failures } from "./failures.ts";
import type { InvocationResult } from "./function-environment.ts";
import type { StreamPosition, StreamRecord, StreamSource } from "./stream-source.ts";

/** An event source mapping on the table's stream, as the template describes it. */
export type StreamMapping = {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** -1: until the record is too old. */
  readonly maximumRetries: number;
  /** -1: records never grow too old. */
  readonly maximumAgeSeconds: number;
  readonly bisect: boolean;
  readonly partialResponses: boolean;
  /** A record is handed on when one of them matches; none: all are. */
  readonly filters: readonly EventPattern[];
  readonly failureDestinationArn: string | undefined;
};

export type StreamConsumer = {
  /** Something was written. */
  poke(): void;
  /** Ends an open batching window: it is a longest wait, and nothing more is coming. */
  closeWindow(): boolean;
  stop(): void;
};

/** A batch on its way, with the times it failed before. */
type Attempt = { readonly records: readonly Arrived[]; readonly failedBefore: number };
type Arrived = { readonly record: StreamRecord; readonly shardId: string; readonly arrivedAt: number };

/** DynamoDB ends an answer at a thousand records or a megabyte: below both, everything has been read. */
const readLimit = { records: 1000, bytes: 500_000 } as const;

const firstRetryDelayMs = 1_000;
const longestRetryDelayMs = 60_000;

/** The place of the first record that the function reports as failed; -1: none; undefined: a malformed report. */
const firstFailed = (payload: unknown, records: readonly Arrived[]): number | undefined => {
  const failures = (payload as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return undefined;
  const places = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ record }) => record.dynamodb.SequenceNumber === failure?.itemIdentifier),
  );
  if (places.includes(-1)) return undefined;
  return places.length === 0 ? -1 : Math.min(...places);
};

/**
 * Hands the stream's records to a function in batches, in order and at least once: a batch that fails stands
 * in the way of the ones behind it until it succeeds or is given up.
 */
export const createStreamConsumer = (options: {
  mapping: StreamMapping;
  source: StreamSource;
  invoke: (functionArn: string, event: unknown) => Promise<InvocationResult>;
  clock: Clock;
  activity: Activity;
  failures: Failures;
  /** Called with each position behind which everything is done. */
  reached: (position: StreamPosition) => void;
  failed: (error: unknown) => void;
}): StreamConsumer => {
  const { mapping, source, clock } = options;
  const buffer: Arrived[] = [];
  const attempts: Attempt[] = [];
  let unread = true;
  let running = false;
  let waitsForRetry = false;
  let window: { cancel(): void } | undefined;
  let windowClosed = false;
  let stopped = false;

  const read = async (): Promise<void> => {
    unread = false;
    const { records, shardId } = await source.read();
    const bytes = records.reduce((sum, record) => sum + record.dynamodb.SizeBytes, 0);
    if (records.length >= readLimit.records || bytes >= readLimit.bytes) unread = true;
    for (const record of records) {
      const wanted = mapping.filters.length === 0 || mapping.filters.some((matches) => matches(record));
      if (wanted) buffer.push({ record, shardId, arrivedAt: clock.now() });
    }
    const last = records.at(-1);
    if (last && buffer.length === 0 && attempts.length === 0) {
      options.reached({ shardId, sequenceNumber: last.dynamodb.SequenceNumber });
    }
  };

  /** The next batch, unless a batching window holds it back. */
  const nextBatch = (): Attempt | undefined => {
    if (buffer.length === 0) return undefined;
    const full = buffer.length >= mapping.batchSize;
    if (mapping.windowSeconds > 0 && !full && !windowClosed) {
      window ??= clock.schedule(clock.now() + mapping.windowSeconds * 1000, closeAndRun);
      return undefined;
    }
    window?.cancel();
    window = undefined;
    windowClosed = false;
    return { records: buffer.splice(0, mapping.batchSize), failedBefore: 0 };
  };

  const done = (records: readonly Arrived[]): void => {
    const last = records.at(-1);
    if (last) {
      options.reached({ shardId: last.shardId, sequenceNumber: last.record.dynamodb.SequenceNumber });
    }
  };

  const giveUp = (
    records: readonly Arrived[],
    condition: string,
    invokeCount: number,
    answer: unknown,
  ): void => {
    const [first, last] = [records[0], records.at(-1)];
    if (mapping.failureDestinationArn && first && last) {
      options.failures.put(mapping.failureDestinationArn, {
        version: "1.0",
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          requestId: randomUUID(),
          functionArn: mapping.functionArn,
          condition,
          approximateInvokeCount: invokeCount,
        },
        responsePayload: answer,
        DDBStreamBatchInfo: {
          shardId: first.shardId,
          startSequenceNumber: first.record.dynamodb.SequenceNumber,
          endSequenceNumber: last.record.dynamodb.SequenceNumber,
          batchSize: records.length,
          streamArn: mapping.streamArn,
        },
        payload: JSON.stringify({ Records: records.map(({ record }) => record) }),
      });
    }
    done(records);
  };

  const waitForRetry = (failedBefore: number): void => {
    const delay = Math.min(firstRetryDelayMs * 2 ** failedBefore, longestRetryDelayMs);
    waitsForRetry = true;
    clock.schedule(clock.now() + delay, () => {
      waitsForRetry = false;
      run();
    });
  };

  const retry = (records: readonly Arrived[], failedBefore: number, answer: unknown): void => {
    const [middle, more] = [Math.ceil(records.length / 2), records.length > 1];
    if (mapping.bisect && more) {
      // Splitting does not use up a retry: each half starts with what the whole had left.
      attempts.unshift(
        { records: records.slice(0, middle), failedBefore },
        { records: records.slice(middle), failedBefore },
      );
    } else if (mapping.maximumRetries >= 0 && failedBefore >= mapping.maximumRetries) {
      giveUp(records, "RetryAttemptsExhausted", failedBefore + 1, answer);
      return;
    } else {
      attempts.unshift({ records, failedBefore: failedBefore + 1 });
    }
    waitForRetry(failedBefore);
  };

  const deliver = async (attempt: Attempt): Promise<void> => {
    const oldestAllowed =
      mapping.maximumAgeSeconds < 0 ? -Infinity : clock.now() - mapping.maximumAgeSeconds * 1000;
    const expired = attempt.records.filter(({ arrivedAt }) => arrivedAt < oldestAllowed);
    if (expired.length > 0) giveUp(expired, "MaximumRecordAgeExceeded", attempt.failedBefore, undefined);
    const records = attempt.records.slice(expired.length);
    if (records.length === 0) return;

    const result = await options.invoke(mapping.functionArn, {
      Records: records.map(({ record }) => record),
    });
    if (!result.ok) return retry(records, attempt.failedBefore, result.error);
    const failed = mapping.partialResponses ? firstFailed(result.payload, records) : -1;
    if (failed === undefined) return retry(records, attempt.failedBefore, result.payload);
    if (failed === -1) return done(records);
    done(records.slice(0, failed));
    return retry(records.slice(failed), attempt.failedBefore, result.payload);
  };

  const drain = async (): Promise<void> => {
    while (!stopped && !waitsForRetry) {
      const attempt = attempts.shift();
      if (attempt) {
        await deliver(attempt);
      } else if (unread) {
        await read();
      } else {
        const batch = nextBatch();
        if (batch === undefined) return;
        attempts.push(batch);
      }
    }
  };

  const run = (): void => {
    if (running || stopped) return;
    running = true;
    const finish = options.activity.begin();
    drain()
      .catch(options.failed)
      .finally(() => {
        running = false;
        if (unread && !waitsForRetry) run();
        finish();
      });
  };

  const closeAndRun = (): void => {
    window?.cancel();
    window = undefined;
    windowClosed = true;
    run();
  };

  return {
    poke: () => {
      unread = true;
      run();
    },
    closeWindow: () => {
      if (window === undefined) return false;
      closeAndRun();
      return true;
    },
    stop: () => {
      stopped = true;
      window?.cancel();
      source.stop();
    },
  };
};
