import {
  DynamoDBServiceException,
  InternalServerError,
  LimitExceededException,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide } from "../../functions/domain/decide-case.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { changeCase } from "../../functions/store/cases.ts";
import {
  Conflict,
  getItem,
  getItems,
  putItem,
  putOnce,
  queryAll,
  queryPage,
  StoreUnavailable,
  type Table,
  transact,
} from "../../functions/store/table.ts";
import { hour, merchant, referenceOf } from "../support/builders.ts";
import { caseInTable, fresh, openAgain, openTestTable, standingCase } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

/** The same table behind a client whose answers a test can choose. */
const mocked = () => {
  const behind = openAgain(table, {});
  return { behind, mock: mockClient(behind.client as DynamoDBDocumentClient) };
};

const aKey = () => ({ PK: fresh("partition"), SK: "ITEM" });
const told = (message: string) => ({ message, $metadata: {} });
const unmodelled = (name: string, httpStatusCode: number) =>
  new DynamoDBServiceException({ name, message: name, $fault: "client", $metadata: { httpStatusCode } });
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    ...told("cancelled"),
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** Each way to the table, so that none of them lets an error through unnamed. */
const accesses: readonly (readonly [string, (on: Table) => Promise<unknown>])[] = [
  ["getItem", (on) => getItem(on, aKey())],
  ["getItems", (on) => getItems(on, [aKey()])],
  [
    "queryPage",
    (on) => queryPage(on, { KeyConditionExpression: "PK = :p", ExpressionAttributeValues: { ":p": "p" } }),
  ],
  ["putItem", (on) => putItem(on, "item", { Item: aKey() })],
  ["transact", (on) => transact(on, [putOnce(on, "item", aKey())])],
];

const tooBusy: readonly (readonly [string, Error])[] = [
  ["its throughput is used up", new ProvisionedThroughputExceededException(told("slow down"))],
  ["it throttles", new ThrottlingException(told("slow down"))],
  ["the account's limit is reached", new RequestLimitExceeded(told("slow down"))],
  ["a limit is exceeded", new LimitExceededException(told("slow down"))],
  [
    "it has an error of its own",
    new InternalServerError({ message: "sorry", $metadata: { httpStatusCode: 500 } }),
  ],
  ["it is away for a moment", unmodelled("ServiceUnavailable", 503)],
  ["another transaction holds the item", unmodelled("TransactionConflictException", 400)],
  ["it does not answer in time", Object.assign(new Error("no answer"), { name: "TimeoutError" })],
  ["the connection breaks", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
];

describe("a table that cannot answer now", () => {
  it.each(tooBusy)("is unavailable, by that name, on every way to it when %s", async (_what, error) => {
    for (const [, access] of accesses) {
      const { behind, mock } = mocked();
      mock.rejects(error);
      await expect(access(behind)).rejects.toThrow(StoreUnavailable);
    }
  });

  it("is unavailable when a transaction is cancelled because of throttling", async () => {
    const { behind, mock } = mocked();
    mock.on(TransactWriteCommand).rejects(cancelled("None", "ThrottlingError"));
    const writes = [putOnce(behind, "first", aKey()), putOnce(behind, "second", aKey())];
    await expect(transact(behind, writes)).rejects.toThrow(StoreUnavailable);
  });

  it("does not hide an error of ours behind that name", async () => {
    for (const [, access] of accesses) {
      const { behind, mock } = mocked();
      mock.rejects(unmodelled("ValidationException", 400));
      await expect(access(behind)).rejects.toMatchObject({ name: "ValidationException" });
    }
  });
});

describe("a transaction that loses", () => {
  it("names each condition that failed, and none that did not", async () => {
    const taken = aKey();
    await putItem(table, "setup", { Item: taken });
    const writes = ["free", "taken"].map((label) =>
      putOnce(table, label, label === "taken" ? taken : aKey()),
    );
    await expect(transact(table, writes)).rejects.toMatchObject({ name: "Conflict", conflicts: ["taken"] });
  });

  it("names a condition rather than the other transaction it met", async () => {
    const { behind, mock } = mocked();
    mock.on(TransactWriteCommand).rejects(cancelled("TransactionConflict", "ConditionalCheckFailed"));
    const writes = [putOnce(behind, "met", aKey()), putOnce(behind, "failed", aKey())];
    await expect(transact(behind, writes)).rejects.toMatchObject({ conflicts: ["failed"] });
  });

  it("says so when it only met another transaction", async () => {
    const { behind, mock } = mocked();
    mock.on(TransactWriteCommand).rejects(cancelled("None", "TransactionConflict"));
    const writes = [putOnce(behind, "first", aKey()), putOnce(behind, "second", aKey())];
    await expect(transact(behind, writes)).rejects.toThrow(new Conflict(["transaction"]));
  });
});

/** Everything goes through to the engine, except what a test does to the transactions. */
const throughTo = (mock: ReturnType<typeof mocked>["mock"]) => {
  mock.on(QueryCommand).callsFake((input) => table.client.send(new QueryCommand(input)));
  mock.on(GetCommand).callsFake((input) => table.client.send(new GetCommand(input)));
  return mock.on(TransactWriteCommand);
};
const commit = (input: TransactWriteCommandInput) => table.client.send(new TransactWriteCommand(input));

describe("a case whose transaction meets another one", () => {
  const approval = { decide, by: merchant, command: { type: "ApproveCase" } } as const;

  it("is decided again, and done once", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const { behind, mock } = mocked();
    throughTo(mock)
      .rejectsOnce(cancelled("TransactionConflict", "None"))
      .rejectsOnce(cancelled("None", "TransactionConflict"))
      .callsFake(commit);
    const changed = await changeCase(behind, referenceOf(state), {
      ...approval,
      now: state.updatedAt + hour,
    });
    expect(changed?.after).toMatchObject({ stage: "awaiting_shipment", version: state.version + 1 });
    expect((await standingCase(table, state)).state.version).toBe(state.version + 1);
  });

  it("is not tried for ever", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const { behind, mock } = mocked();
    throughTo(mock).rejects(cancelled("TransactionConflict"));
    const change = changeCase(behind, referenceOf(state), { ...approval, now: state.updatedAt });
    await expect(change).rejects.toThrow(Conflict);
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(8);
    expect((await standingCase(table, state)).state.stage).toBe("awaiting_merchant");
  });

  it("is left alone when the table is too busy: whoever asked may ask again", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const { behind, mock } = mocked();
    throughTo(mock).rejects(new ThrottlingException(told("slow down")));
    const change = changeCase(behind, referenceOf(state), { ...approval, now: state.updatedAt });
    await expect(change).rejects.toThrow(StoreUnavailable);
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });
});

/** The same table on a line that loses the first `lost` answers after the engine has committed. */
const onBadLine = (lost: number, maxAttempts: number) => {
  const behind = openAgain(table, { maxAttempts });
  const tokens: unknown[] = [];
  behind.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName !== "TransactWriteItemsCommand") return answer;
        tokens.push(
          JSON.parse(new TextDecoder().decode((args.request as { body: Uint8Array }).body))
            .ClientRequestToken,
        );
        if (tokens.length <= lost) throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
        return answer;
      },
    { step: "deserialize", priority: "high" },
  );
  return { behind, tokens };
};

describe("an answer that is lost after the commit", () => {
  it("is asked for again under the same token: done once, and not taken for somebody else's", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const { behind, tokens } = onBadLine(1, 3);
    const changed = await changeCase(behind, referenceOf(state), {
      decide,
      by: merchant,
      now: state.updatedAt + hour,
      command: { type: "ApproveCase" },
    });
    expect(changed?.after.stage).toBe("awaiting_shipment");
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBeTruthy();
    expect(tokens[1]).toBe(tokens[0]);
    const { state: standing, ledger } = await standingCase(table, state);
    expect(standing.version).toBe(state.version + 1);
    expect(ledger).toHaveLength(1);
  });

  it("and never comes: the step fails by name, and its next run goes on from what was committed", async () => {
    const state = await caseInTable(table, "settling");
    const now = state.updatedAt + hour;
    // Three stages, each committed by a run that never learns of it.
    for (let run = 1; run <= 3; run += 1) {
      const { behind } = onBadLine(1, 1);
      await expect(settleCase(behind, referenceOf(state), now)).rejects.toThrow(StoreUnavailable);
      expect((await standingCase(table, state)).state.version).toBe(state.version + run);
    }
    expect(await settleCase(table, referenceOf(state), now)).toMatchObject({ stage: "closed" });
    const { ledger } = await standingCase(table, state);
    expect(ledger).toHaveLength(5);
  });
});

describe("items read together", () => {
  const batch = async () => {
    const keys = [aKey(), aKey(), aKey()];
    for (const key of keys) await putItem(table, "setup", { Item: { ...key, paidMinor: 5n } });
    return keys;
  };

  it("are asked for again until all are answered", async () => {
    const keys = await batch();
    const { behind, mock } = mocked();
    mock.on(BatchGetCommand).callsFake(async ({ RequestItems }) => {
      const [first, ...rest] = RequestItems[table.name].Keys;
      const only = { ...RequestItems[table.name], Keys: [first] };
      const answer = await table.client.send(new BatchGetCommand({ RequestItems: { [table.name]: only } }));
      const left = { [table.name]: { ...RequestItems[table.name], Keys: rest } };
      return { ...answer, UnprocessedKeys: rest.length > 0 ? left : {} };
    });
    const items = await getItems<{ PK: string; paidMinor: bigint }>(behind, keys);
    expect(items.map(({ PK }) => PK).sort()).toEqual(keys.map(({ PK }) => PK).sort());
    expect(items.every(({ paidMinor }) => paidMinor === 5n)).toBe(true);
    expect(mock.commandCalls(BatchGetCommand)).toHaveLength(3);
  });

  it("are not asked for for ever", async () => {
    const keys = await batch();
    const { behind, mock } = mocked();
    mock.on(BatchGetCommand).resolves({ UnprocessedKeys: { [table.name]: { Keys: keys } } });
    await expect(getItems(behind, keys)).rejects.toThrow(StoreUnavailable);
    expect(mock.commandCalls(BatchGetCommand)).toHaveLength(5);
  });

  it("are all read, page after page", async () => {
    const PK = fresh("partition");
    for (const SK of ["1", "2", "3", "4", "5"]) await putItem(table, "setup", { Item: { PK, SK } });
    const items = await queryAll<{ SK: string }>(table, {
      KeyConditionExpression: "PK = :p",
      ExpressionAttributeValues: { ":p": PK },
      Limit: 2,
    });
    expect(items.map(({ SK }) => SK)).toEqual(["1", "2", "3", "4", "5"]);
  });
});

describe("numbers", () => {
  it("are bigint where they are money, at any depth and size, and numbers elsewhere", async () => {
    const key = aKey();
    const item = {
      ...key,
      claimMinor: 0n,
      hugeMinor: 10n ** 30n + 1n,
      bps: 10_000,
      rate: 0.25,
      at: 1_772_424_000_000,
      nested: { capMinor: -7n, list: [{ amountMinor: 3n, quantity: 2 }] },
    };
    await putItem(table, "setup", { Item: item });
    expect(await getItem(table, key)).toEqual(item);
  });

  it("that are absent stay absent, and an item that is not there is undefined", async () => {
    const key = aKey();
    await putItem(table, "setup", { Item: { ...key, deadlineAt: undefined } });
    expect(await getItem(table, key)).toEqual(key);
    expect(await getItem(table, aKey())).toBeUndefined();
  });
});

describe("a conditional put", () => {
  it("reports the label of its condition", async () => {
    const key = aKey();
    const once = { Item: key, ConditionExpression: "attribute_not_exists(PK)" };
    await putItem(table, "checkpoint", once);
    await expect(putItem(table, "checkpoint", once)).rejects.toMatchObject({ conflicts: ["checkpoint"] });
    const { behind, mock } = mocked();
    mock.on(PutCommand).resolves({});
    await expect(putItem(behind, "checkpoint", once)).resolves.toBeUndefined();
  });
});
