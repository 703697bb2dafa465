import type { Activity } from "./activity.ts";
import type { WireReply, WireRequest } from "./aws-wire.ts";
import type { EngineClient } from "./engine-client.ts";
import { type Counts, caseIdsIn, type Meter } from "./meter.ts";

/**
 * Stands between the service and the engine: every request passes unchanged but for the question what it
 * consumed, which the meter needs. Whoever writes wakes the stream's reader, so nobody has to poll.
 */
export type DynamoDbProxy = {
  handle(request: WireRequest): Promise<WireReply>;
};

const reads = new Set(["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"]);
const writes = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"]);

type Capacity = { CapacityUnits?: number };
type Request = { ReturnConsumedCapacity?: string; TransactItems?: unknown[] };
type Reply = { ConsumedCapacity?: Capacity | Capacity[]; __type?: string };

const units = (capacity: Capacity | Capacity[] | undefined): number =>
  [capacity ?? []].flat().reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0);

/**
 * A write whose condition does not hold is billed too, but neither DynamoDB nor the engine says how much.
 * Counted at the least there is: one unit, in a transaction two for each action.
 */
const unitsOfRefusal = (asked: Request, reply: Reply): number => {
  if (reply.__type?.endsWith("ConditionalCheckFailedException")) return 1;
  if (reply.__type?.endsWith("TransactionCanceledException")) return 2 * (asked.TransactItems?.length ?? 0);
  return 0;
};

/** Names what it consumed by kind; the engine reports writes and reads under one number. */
const consumed = (operation: string, asked: Request, reply: Reply): Partial<Counts> =>
  writes.has(operation)
    ? { writeUnits: units(reply.ConsumedCapacity) + unitsOfRefusal(asked, reply) }
    : { readUnits: units(reply.ConsumedCapacity) };

const traceIdOf = (headers: WireRequest["headers"]): string | undefined => {
  const header = headers["x-amzn-trace-id"];
  return Array.isArray(header) ? header[0] : header;
};

export const createDynamoDbProxy = (options: {
  engine: EngineClient;
  meter: Meter;
  activity: Activity;
  /** Called after each accepted write, before its caller hears of it. */
  written: () => void;
}): DynamoDbProxy => {
  const metered = async (operation: string, wire: WireRequest): Promise<WireReply> => {
    const asked = JSON.parse(wire.body.toString()) as Request;
    const strip = asked.ReturnConsumedCapacity === undefined || asked.ReturnConsumedCapacity === "NONE";
    const body = strip
      ? Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: "TOTAL" }))
      : wire.body;
    const answer = await options.engine.call(wire.target, body);
    const text = answer.body.toString();
    const reply = JSON.parse(text) as Reply;

    const account = options.meter.find(traceIdOf(wire.headers));
    const seen = operation === "GetItem" ? `${wire.body}${text}` : wire.body.toString();
    const counts = consumed(operation, asked, reply);
    account?.see(seen);
    if (account) account.add(counts);
    else options.meter.charge(counts, caseIdsIn(seen));

    if (writes.has(operation) && answer.status === 200) options.written();
    if (!strip) return answer;
    delete reply.ConsumedCapacity;
    return { status: answer.status, body: JSON.stringify(reply) };
  };

  return {
    handle: async (wire) => {
      const done = options.activity.begin();
      try {
        const operation = wire.target.slice(wire.target.indexOf(".") + 1);
        if (reads.has(operation) || writes.has(operation)) return await metered(operation, wire);
        return await options.engine.call(wire.target, wire.body);
      } finally {
        done();
      }
    },
  };
};
