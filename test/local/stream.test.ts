import { describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { createClock } from "../../lib/local/clock.ts";
import { compilePattern } from "../../lib/local/event-pattern.ts";
import { createFailures } from "../../lib/local/failures.ts";
import type { InvocationResult } from "../../lib/local/function-environment.ts";
import { createStreamConsumer, type StreamMapping } from "../../lib/local/stream.ts";
import type { StreamPosition, StreamRecord } from "../../lib/local/stream-source.ts";

const minute = 60_000;
const bucket = "arn:aws:s3:::failures";
const broken: InvocationResult = {
  ok: false,
  error: { errorType: "Error", errorMessage: "broken", trace: [] },
};
const fine: InvocationResult = { ok: true, payload: { batchItemFailures: [] } };
const failedAt = (sequenceNumber: string): InvocationResult => ({
  ok: true,
  payload: { batchItemFailures: [{ itemIdentifier: sequenceNumber }] },
});

const record = (sequenceNumber: number): StreamRecord => ({
  eventID: String(sequenceNumber),
  eventName: "INSERT",
  eventVersion: "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: "us-east-1",
  eventSourceARN: "arn:stream",
  dynamodb: {
    ApproximateCreationDateTime: 0,
    Keys: {},
    NewImage: { SK: { S: `EVENT#${sequenceNumber}` } },
    SequenceNumber: String(sequenceNumber),
    SizeBytes: 10,
    StreamViewType: "NEW_IMAGE",
  },
});

/** A consumer of records 1, 2, 3 … that are all there at once; `answer` plays the function. */
const given = (
  mapping: Partial<StreamMapping>,
  answer: (batch: string[], call: number) => InvocationResult,
  count = 4,
) => {
  const activity = createActivity();
  const clock = createClock({ settle: activity.settled, failed: () => {} });
  const failures = createFailures(clock.now, undefined);
  const batches: string[][] = [];
  const reached: StreamPosition[] = [];
  const unread = Array.from({ length: count }, (_, index) => record(index + 1));
  const consumer = createStreamConsumer({
    mapping: {
      functionArn: "arn:function",
      streamArn: "arn:stream",
      batchSize: 10,
      windowSeconds: 0,
      maximumRetries: 2,
      maximumAgeSeconds: -1,
      bisect: false,
      partialResponses: true,
      filters: [],
      failureDestinationArn: bucket,
      ...mapping,
    },
    source: {
      read: async () => ({ records: unread.splice(0), shardId: "shard" }),
      stop: () => {},
    },
    invoke: async (_, event) => {
      const batch = (event as { Records: StreamRecord[] }).Records.map((one) => one.dynamodb.SequenceNumber);
      batches.push(batch);
      return answer(batch, batches.length);
    },
    clock,
    activity,
    failures,
    reached: (position) => void reached.push(position),
    failed: (error) => {
      throw error;
    },
  });
  const settle = async () => {
    consumer.poke();
    await activity.settled();
  };
  const last = () => reached.at(-1)?.sequenceNumber;
  return { batches, clock, consumer, failures, last, settle };
};

describe("the stream's consumer", () => {
  it("hands on in order, no more than a batch at a time, and remembers how far it came", async () => {
    const { batches, last, settle } = given({ batchSize: 3 }, () => fine);
    await settle();
    expect(batches).toEqual([["1", "2", "3"], ["4"]]);
    expect(last()).toBe("4");
  });

  it("hands on what its filters let through, and goes past the rest", async () => {
    const filters = [compilePattern({ dynamodb: { NewImage: { SK: { S: [{ prefix: "EVENT#3" }] } } } })];
    const { batches, last, settle } = given({ filters }, () => fine);
    await settle();
    expect(batches).toEqual([["3"]]);
    expect(last()).toBe("3");
  });

  it("waits for a fuller batch while its window is open, but not when nothing more is coming", async () => {
    const { batches, consumer, settle } = given({ windowSeconds: 60 }, () => fine);
    await settle();
    expect(batches).toEqual([]);
    expect(consumer.closeWindow()).toBe(true);
    await settle();
    expect(batches).toEqual([["1", "2", "3", "4"]]);
    expect(consumer.closeWindow()).toBe(false);
  });

  it("retries from the first record that failed, and holds nothing after it back for good", async () => {
    const { batches, clock, last, settle } = given({}, (_, call) => (call === 1 ? failedAt("3") : fine));
    await settle();
    expect(batches).toEqual([["1", "2", "3", "4"]]);
    expect(last()).toBe("2");
    await clock.advance(minute);
    expect(batches.slice(1)).toEqual([["3", "4"]]);
    expect(last()).toBe("4");
  });

  it("gives up after its retries, keeps the records, and goes on", async () => {
    const { batches, clock, failures, last, settle } = given({ batchSize: 2 }, (batch) =>
      batch.includes("1") ? broken : fine,
    );
    await settle();
    await clock.advance(10 * minute);
    expect(batches).toEqual([
      ["1", "2"],
      ["1", "2"],
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(last()).toBe("4");
    const [failure, ...more] = failures.list();
    expect(more).toEqual([]);
    expect(failure).toMatchObject({
      destinationArn: bucket,
      document: {
        requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 3 },
        DDBStreamBatchInfo: { startSequenceNumber: "1", endSequenceNumber: "2", batchSize: 2 },
      },
    });
    const document = failure?.document as { payload: string } | undefined;
    expect(JSON.parse(document?.payload ?? "{}").Records).toEqual([record(1), record(2)]);
  });

  it("splits a failing batch until the bad record stands alone", async () => {
    const { clock, failures, last, settle } = given({ bisect: true, maximumRetries: 0 }, (batch) =>
      batch.includes("3") ? broken : fine,
    );
    await settle();
    await clock.advance(10 * minute);
    expect(failures.list().map(({ document }) => document)).toEqual([
      expect.objectContaining({
        DDBStreamBatchInfo: expect.objectContaining({ startSequenceNumber: "3", batchSize: 1 }),
      }),
    ]);
    expect(last()).toBe("4");
  });

  it("gives up on records that grew too old while it retried", async () => {
    const { clock, failures, settle } = given({ maximumRetries: -1, maximumAgeSeconds: 300 }, () => broken);
    await settle();
    await clock.advance(10 * minute);
    expect(failures.list().map(({ document }) => document)).toEqual([
      expect.objectContaining({
        requestContext: expect.objectContaining({ condition: "MaximumRecordAgeExceeded" }),
      }),
    ]);
  });

  it("takes a report of a record it never sent for a failure of all", async () => {
    const { batches, clock, settle } = given({}, (_, call) => (call === 1 ? failedAt("99") : fine));
    await settle();
    await clock.advance(minute);
    expect(batches).toEqual([
      ["1", "2", "3", "4"],
      ["1", "2", "3", "4"],
    ]);
  });
});
