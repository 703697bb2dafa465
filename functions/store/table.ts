import {
  DynamoDBClient,
  DynamoDBServiceException,
  LimitExceededException,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Key } from "./keys.ts";

/**
 * The one way to the table. Amounts are bigint and stay exact: every attribute whose name ends in `Minor`
 * comes back as bigint, every other number as number.
 */
export type Table = {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
};

let deployed: Table | undefined;

/** The table of this deployed function, from its environment. Made once per execution environment. */
export const deployedTable = (): Table => {
  if (deployed) return deployed;
  const name = process.env.TABLE_NAME;
  if (!name) throw new Error("TABLE_NAME is not set");
  deployed = openTable(name, new DynamoDBClient({}));
  return deployed;
};

export const openTable = (name: string, client: DynamoDBClient): Table => ({
  name,
  client: DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  }),
});

const exactNumber = (text: string): number | bigint => {
  const number = Number(text);
  return Number.isSafeInteger(number) || text.includes(".") ? number : BigInt(text);
};

const revive = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name.endsWith("Minor") && typeof inner === "number" ? BigInt(inner) : revive(inner),
    ]),
  );
};

/** An item as it came from a command that this module has no function for. */
export const itemIn = <Item>(item: Record<string, unknown>): Item => revive(item) as Item;

/** The table did not answer or is too busy; the caller may try again later. Nothing is known to be lost. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/**
 * A conditional write found something else than it expected. `conflicts` names the conditions that failed,
 * by the labels the writes carried; nothing was written.
 */
export class Conflict extends Error {
  override readonly name = "Conflict";
  readonly conflicts: readonly string[];

  constructor(conflicts: readonly string[]) {
    super(`conflict on ${conflicts.join(", ")}`);
    this.conflicts = conflicts;
  }
}

/** Errors by name or code. A plain put meets `TransactionConflictException` where a transaction holds its item. */
const outOfReach = new Set([
  "TimeoutError",
  "AbortError",
  "NetworkingError",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "TransactionInProgressException",
  "TransactionConflictException",
]);

/** Whatever the service itself fails with, named or not; 503 comes without a class of its own. */
const failedInside = (error: unknown): error is DynamoDBServiceException =>
  error instanceof DynamoDBServiceException && (error.$metadata.httpStatusCode ?? 0) >= 500;

const named = (error: unknown): unknown => {
  if (
    error instanceof ProvisionedThroughputExceededException ||
    error instanceof ThrottlingException ||
    error instanceof RequestLimitExceeded ||
    error instanceof LimitExceededException ||
    failedInside(error) ||
    (error instanceof Error &&
      (outOfReach.has(error.name) || outOfReach.has(String((error as { code?: unknown }).code))))
  ) {
    return new StoreUnavailable(error.message, { cause: error });
  }
  return error;
};

/** One item, read consistently. */
export const getItem = async <Item>(table: Table, key: Key): Promise<Item | undefined> => {
  try {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }),
    );
    return Item && (revive(Item) as Item);
  } catch (error) {
    throw named(error);
  }
};

/**
 * Up to 100 items by key, in no particular order; those that do not exist are left out.
 *
 * @param names of the attributes that are wanted; by default all. It costs the same, and is sooner there
 */
export const getItems = async <Item>(
  table: Table,
  keys: readonly Key[],
  names?: readonly (keyof Item & string)[],
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let wanted: readonly Record<string, unknown>[] = keys;
  const projection = names && {
    ProjectionExpression: names.map((name) => `#${name}`).join(", "),
    // By placeholder: many a name is a reserved word.
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
  try {
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt === 5) throw new StoreUnavailable(`${wanted.length} items were not answered`);
      const { Responses, UnprocessedKeys } = await table.client.send(
        new BatchGetCommand({
          RequestItems: { [table.name]: { Keys: [...wanted], ConsistentRead: true, ...projection } },
        }),
      );
      items.push(...((Responses?.[table.name] ?? []).map(revive) as Item[]));
      wanted = UnprocessedKeys?.[table.name]?.Keys ?? [];
    }
    return items;
  } catch (error) {
    throw named(error);
  }
};

export type Page<Item> = { readonly items: readonly Item[]; readonly lastKey?: Record<string, unknown> };

/** One page of a query. */
export const queryPage = async <Item>(
  table: Table,
  input: Omit<QueryCommandInput, "TableName">,
): Promise<Page<Item>> => {
  try {
    const { Items, LastEvaluatedKey } = await table.client.send(
      new QueryCommand({ TableName: table.name, ...input }),
    );
    return {
      items: (Items ?? []).map(revive) as Item[],
      ...(LastEvaluatedKey ? { lastKey: LastEvaluatedKey } : {}),
    };
  } catch (error) {
    throw named(error);
  }
};

/** Every item of a query, page after page, read consistently. Only for partitions that stay small. */
export const queryAll = async <Item>(
  table: Table,
  input: Omit<QueryCommandInput, "TableName" | "ExclusiveStartKey">,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await queryPage<Item>(table, {
      ConsistentRead: true,
      ...input,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    items.push(...page.items);
    start = page.lastKey;
  } while (start);
  return items;
};

/** A write with a name for its condition, so that the loser of a race knows which race it lost. */
export type Write = {
  readonly conflict: string;
  readonly item: NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
};

type PutInput = Omit<PutCommandInput, "TableName">;

/** A conditional put as part of a transaction. */
export const putWrite = (table: Table, conflict: string, input: PutInput): Write => ({
  conflict,
  item: { Put: { TableName: table.name, ...input } },
});

/** A put that only ever succeeds once for its key. */
export const putOnce = (table: Table, conflict: string, item: Record<string, unknown>): Write =>
  putWrite(table, conflict, { Item: item, ConditionExpression: "attribute_not_exists(PK)" });

/**
 * Writes all or nothing.
 *
 * @throws Conflict with the labels of the conditions that failed
 * @throws StoreUnavailable if the table did not take it; the SDK's own retries carry one request token, so
 *   a reply that was lost after the commit is not written twice
 */
export const transact = async (table: Table, writes: readonly Write[]): Promise<void> => {
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: writes.map((write) => write.item) }));
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw named(error);
    const reasons = error.CancellationReasons ?? [];
    const failed = writes.filter((_, index) => reasons[index]?.Code === "ConditionalCheckFailed");
    if (failed.length > 0) throw new Conflict(failed.map((write) => write.conflict));
    const raced = writes.filter((_, index) => reasons[index]?.Code === "TransactionConflict");
    if (raced.length > 0) throw new Conflict(["transaction"]);
    throw new StoreUnavailable(reasons.map((reason) => reason.Code).join(", "), { cause: error });
  }
};

/** One conditional put outside a transaction, at half its price. */
export const putItem = async (table: Table, conflict: string, input: PutInput): Promise<void> => {
  try {
    await table.client.send(new PutCommand({ TableName: table.name, ...input }));
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
      throw new Conflict([conflict]);
    }
    throw named(error);
  }
};

/** One conditional update. @throws Conflict if its condition does not hold */
export const updateItem = async (
  table: Table,
  conflict: string,
  input: Omit<UpdateCommandInput, "TableName">,
): Promise<void> => {
  try {
    await table.client.send(new UpdateCommand({ TableName: table.name, ...input }));
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
      throw new Conflict([conflict]);
    }
    throw named(error);
  }
};

/** One conditional deletion. @throws Conflict if its condition does not hold */
export const deleteItem = async (
  table: Table,
  input: Omit<DeleteCommandInput, "TableName">,
): Promise<void> => {
  try {
    await table.client.send(new DeleteCommand({ TableName: table.name, ...input }));
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
      throw new Conflict(["deletion"]);
    }
    throw named(error);
  }
};

/** Puts an item unless its key is taken: whoever came first stands, and the second is content. */
export const putIfAbsent = async (table: Table, item: Record<string, unknown>): Promise<void> => {
  try {
    await putItem(table, "taken", { Item: item, ConditionExpression: "attribute_not_exists(PK)" });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
};

/** What was stored, without where it lies: the keys are made anew on every write. */
export const withoutKeys = <Stored>(stored: Stored): Stored => {
  const { PK, SK, GSI1PK, GSI1SK, ...entity } = stored as Stored & Record<string, unknown>;
  return entity as Stored;
};
