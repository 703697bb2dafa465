import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as SdkRecord,
} from "@aws-sdk/client-dynamodb-streams";
import { localClientConfig } from "./dynamodb.ts";

/** A change of the table, in the shape in which Lambda hands it to a function. */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventSource: "aws:dynamodb";
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: {
    /** Epoch seconds of the service's clock: the engine knows the wall clock only. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
};

/** How far a consumer has come. */
export type StreamPosition = { readonly shardId: string; readonly sequenceNumber: string };

export type StreamSource = {
  /** The records after the ones read last, at most a thousand; an empty list means: all read. */
  read(): Promise<{ records: StreamRecord[]; shardId: string }>;
  stop(): void;
};

/** Bytes travel as base64 in Lambda's event. */
const asJson = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asJson(one)]));
};

const toEvent = (record: SdkRecord, streamArn: string, region: string, at: number): StreamRecord => ({
  eventID: record.eventID ?? "",
  eventName: record.eventName ?? "",
  eventVersion: record.eventVersion ?? "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: region,
  eventSourceARN: streamArn,
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(at / 1000),
    Keys: asJson(record.dynamodb?.Keys),
    ...(record.dynamodb?.NewImage && { NewImage: asJson(record.dynamodb.NewImage) }),
    ...(record.dynamodb?.OldImage && { OldImage: asJson(record.dynamodb.OldImage) }),
    SequenceNumber: record.dynamodb?.SequenceNumber ?? "",
    SizeBytes: record.dynamodb?.SizeBytes ?? 0,
    StreamViewType: record.dynamodb?.StreamViewType ?? "",
  },
});

/**
 * Reads the engine's stream of a table, from its beginning or after `position`. A closed shard is followed
 * by the next one; the bundled engine has one shard that never closes.
 */
export const openStream = async (options: {
  endpoint: string;
  tableName: string;
  /** The stream's ARN as the template names it. */
  streamArn: string;
  region: string;
  position: StreamPosition | undefined;
  now: () => number;
}): Promise<StreamSource> => {
  const config = localClientConfig(options.endpoint);
  const tables = new DynamoDBClient(config);
  const { Table } = await tables.send(new DescribeTableCommand({ TableName: options.tableName }));
  tables.destroy();
  const StreamArn = Table?.LatestStreamArn;
  if (StreamArn === undefined) throw new Error(`Table ${options.tableName} has no stream.`);

  const client = new DynamoDBStreamsClient(config);
  let position = options.position;
  let iterator: string | undefined;
  let shardId: string | undefined;

  const shards = async (): Promise<string[]> => {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    return (StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []);
  };

  const open = async (shard: string): Promise<void> => {
    const after = position?.shardId === shard ? position.sequenceNumber : undefined;
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn,
        ShardId: shard,
        ...(after === undefined
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after }),
      }),
    );
    shardId = shard;
    iterator = ShardIterator;
  };

  const openNext = async (): Promise<boolean> => {
    const all = await shards();
    const known = shardId ?? position?.shardId;
    const current = known === undefined ? -1 : all.indexOf(known);
    const next = shardId === undefined && current >= 0 ? all[current] : all[current + 1];
    if (next === undefined) return false;
    await open(next);
    return true;
  };

  const read = async (): Promise<{ records: StreamRecord[]; shardId: string }> => {
    if (iterator === undefined && !(await openNext())) return { records: [], shardId: "" };
    const shard = shardId ?? "";
    try {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1000 }));
      iterator = answer.NextShardIterator;
      const at = options.now();
      const records = (answer.Records ?? []).map((one) =>
        toEvent(one, options.streamArn, options.region, at),
      );
      const last = records.at(-1);
      if (last) position = { shardId: shard, sequenceNumber: last.dynamodb.SequenceNumber };
      if (records.length === 0 && iterator === undefined && (await openNext())) return await read();
      return { records, shardId: shard };
    } catch (error) {
      if (!(error instanceof ExpiredIteratorException)) throw error;
      await open(shard);
      return await read();
    }
  };

  return { read, stop: () => client.destroy() };
};
