import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  ExecutionAlreadyExists,
  ExecutionLimitExceeded,
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";
import type { DynamoDBRecord } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { PayoutCommand } from "../../functions/domain/settlement/payout.ts";
import { refundPayoutId } from "../../functions/domain/settlement/refund.ts";
import { caseEventDetail } from "../../functions/events/contracts.ts";
import { type RelayEffects, relay } from "../../functions/events/relay.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import {
  backtestEventKey,
  caseDetailKey,
  casePartition,
  ledgerPartition,
} from "../../functions/store/keys.ts";
import { commandPayout } from "../../functions/store/payouts.ts";
import type { Table } from "../../functions/store/table.ts";
import { aDetail, day, hour, monday, operator, referenceOf } from "../support/builders.ts";
import {
  approves,
  cancels,
  delivered,
  inspected,
  judged,
  scannedAt,
  ships,
  silence,
} from "../support/cases.ts";
import { caseInTable, fileInTable, itemsOf, make, openTestTable } from "../support/cases-in-table.ts";
import { caseStream, putToken, sequenceOf, streamRecord } from "../support/cases-on-stream.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const stepFunctions = mockClient(SFNClient);
const eventBridge = mockClient(EventBridgeClient);
let effects: RelayEffects;
beforeEach(() => {
  stepFunctions.reset();
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  effects = {
    table,
    stepFunctions: new SFNClient({ region: "us-east-1" }),
    eventBridge: new EventBridgeClient({ region: "us-east-1" }),
    stateMachineArn: "arn:machine",
    backtestMachineArn: "arn:backtests",
    busName: "bus",
  };
  // A record that fails is logged; a test that makes it fail says so itself.
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const now = monday + day;
const relayed = (...Records: readonly DynamoDBRecord[]) => relay(effects, { Records: [...Records] }, now);
const done = { batchItemFailures: [] };
const told = (message: string) => ({ message, $metadata: {} });

const started = () => stepFunctions.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => input);
const resumed = () =>
  stepFunctions.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input }] }) => ({
    taskToken: input.taskToken,
    ...JSON.parse(input.output ?? ""),
  }));
const published = () =>
  eventBridge.commandCalls(PutEventsCommand).flatMap(({ args: [{ input }] }) => input.Entries ?? []);

describe("a case that was filed", () => {
  it("starts one execution that is named like the case and given ids only", async () => {
    const state = await fileInTable(table);
    expect(await relayed(...(await caseStream(table, state)))).toEqual(done);
    expect(started()).toEqual([
      {
        stateMachineArn: "arn:machine",
        name: state.caseId,
        input: JSON.stringify({ tenantId: state.tenantId, caseId: state.caseId }),
      },
    ]);
  });

  it("and is told again: the execution that exists already is the one", async () => {
    const state = await fileInTable(table);
    stepFunctions.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(told("exists")));
    const [filed] = await caseStream(table, state);
    if (!filed) throw new Error("filing is recorded");
    expect(await relayed(filed, filed)).toEqual(done);
    expect(published().map(({ DetailType }) => DetailType)).toEqual(["CaseFiled", "CaseFiled"]);
    expect(new Set(published().map(({ Detail }) => Detail)).size).toBe(1);
  });

  it("and the machine cannot be started now: the record comes again, nothing is published before", async () => {
    const state = await fileInTable(table);
    stepFunctions.on(StartExecutionCommand).rejects(new ExecutionLimitExceeded(told("too many")));
    expect(await relayed(...(await caseStream(table, state)))).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceOf(state, 1) }],
    });
    expect(published()).toEqual([]);
  });
});

describe("a backtest that was asked for", () => {
  it("starts one execution of its own machine, under its id, and tells nobody else", async () => {
    const ids = { tenantId: "tenant-1", backtestId: "backtest-1" };
    const queued = streamRecord({ ...backtestEventKey("tenant-1", "backtest-1"), ...ids });
    expect(await relayed(queued)).toEqual(done);
    expect(started()).toEqual([
      { stateMachineArn: "arn:backtests", name: "backtest-1", input: JSON.stringify(ids) },
    ]);
    stepFunctions.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(told("exists")));
    expect(await relayed(queued)).toEqual(done);
    expect(published()).toEqual([]);
  });
});

describe("a wait that ended", () => {
  it("is answered when the token came first: with the stage that stands, its wait and its clock", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    await putToken(table, state, 2);
    const [, , approved] = await caseStream(table, state);
    if (!approved) throw new Error("the approval is recorded");
    expect(await relay(effects, { Records: [approved] }, state.updatedAt)).toEqual(done);
    expect(resumed()).toEqual([
      {
        taskToken: `token-of-${state.caseId}-2`,
        ...referenceOf(state),
        stage: "awaiting_shipment",
        wait: 3,
        timeoutSeconds: (3.5 * day) / 1000,
      },
    ]);
  });

  it("is answered when the token came last: the decision found none, the token finds the decision", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    expect(await relayed(...(await caseStream(table, state)))).toEqual(done);
    expect(resumed()).toEqual([]);
    expect(await relayed(await putToken(table, state, 2))).toEqual(done);
    expect(resumed()).toMatchObject([
      { taskToken: `token-of-${state.caseId}-2`, stage: "awaiting_shipment" },
    ]);
  });

  it("is answered with what stands now when more than one thing happened before the token came", async () => {
    const state = await caseInTable(table, [judged(), approves(), cancels()]);
    await relayed(await putToken(table, state, 2));
    expect(resumed()).toMatchObject([{ stage: "cancelled", wait: 0, timeoutSeconds: 1 }]);
  });

  it("is not answered while it goes on", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    expect(await relayed(await putToken(table, state, 2), ...(await caseStream(table, state)))).toEqual(done);
    expect(resumed()).toEqual([]);
  });

  it("goes on for what is left of its clock when a redrive would count the whole of it again", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    const untilWarningSeconds = day / 1000;
    const later = state.updatedAt + 6 * hour;
    const token = await putToken(table, state, 2, "redriven", untilWarningSeconds);
    expect(await relay(effects, { Records: [token] }, state.updatedAt)).toEqual(done);
    expect(resumed()).toEqual([]);
    expect(await relay(effects, { Records: [token] }, later)).toEqual(done);
    expect(resumed()).toMatchObject([
      { taskToken: "redriven", stage: "awaiting_merchant", wait: 2, timeoutSeconds: (18 * hour) / 1000 },
    ]);
  });

  it("is answered once for each token: one that was put again under the same wait is the one", async () => {
    const state = await caseInTable(table, "awaiting_merchant");
    await putToken(table, state, 2, "lost-by-a-retry");
    const again = await putToken(table, state, 2, "the-one");
    await relayed({ ...again, eventName: "MODIFY" });
    expect(resumed()).toEqual([]);
    await make(table, state, approves());
    await relayed(...(await caseStream(table, state)));
    expect(resumed().map(({ taskToken }) => taskToken)).toEqual(["the-one"]);
  });

  it("is answered for a token that replaces another one after the decision", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    const again = await putToken(table, state, 2, "put-again");
    await relayed({ ...again, eventName: "MODIFY" });
    expect(resumed()).toMatchObject([{ taskToken: "put-again", stage: "awaiting_shipment" }]);
  });

  it("ends when its deadline moves: the machine waits anew, for as long as is left", async () => {
    const state = await caseInTable(table, [judged(), approves(), ships()]);
    await putToken(table, state, 4);
    const extended = await make(table, state, silence(scannedAt((state.deadlineAt ?? 0) - 10 * day)));
    const at = extended.updatedAt;
    await relay(effects, { Records: (await caseStream(table, state)).slice(-1) }, at);
    expect(resumed()).toMatchObject([
      { stage: "in_transit", wait: 5, timeoutSeconds: ((extended.deadlineAt ?? 0) - at) / 1000 },
    ]);
  });

  it.each([
    ["has been answered or has timed out", new TaskTimedOut(told("closed"))],
    ["nobody knows", new TaskDoesNotExist(told("unknown"))],
    ["is none", new InvalidToken(told("invalid"))],
  ])("with a token that %s: done", async (_what, error) => {
    const state = await caseInTable(table, [judged(), approves()]);
    stepFunctions.on(SendTaskSuccessCommand).rejects(error);
    const token = await putToken(table, state, 2);
    expect(await relayed(token, ...(await caseStream(table, state)))).toEqual(done);
    expect(resumed()).toHaveLength(2);
    expect(published()).not.toHaveLength(0);
  });

  it("by a machine that cannot be reached: the record comes again, and so does the token", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    stepFunctions.on(SendTaskSuccessCommand).rejects(new Error("no answer"));
    const token = await putToken(table, state, 2);
    expect(await relayed(token)).toEqual({
      batchItemFailures: [{ itemIdentifier: token.dynamodb?.SequenceNumber }],
    });
    const [, , approved] = await caseStream(table, state);
    if (!approved) throw new Error("the approval is recorded");
    expect(await relayed(approved)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceOf(state, 3) }],
    });
  });
});

describe("a batch of records", () => {
  it("is relayed in its order, and nothing behind the first failure", async () => {
    const state = await caseInTable(table, "in_transit");
    const records = await caseStream(table, state);
    eventBridge
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 0 })
      .resolvesOnce({ FailedEntryCount: 0 })
      .rejectsOnce(new Error("no answer"))
      .resolves({ FailedEntryCount: 0 });
    expect(await relayed(...records)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceOf(state, 3) }],
    });
    expect(published().map(({ DetailType }) => DetailType)).toEqual([
      "CaseFiled",
      "CaseJudged",
      "CaseApproved",
      "FundsReserved",
    ]);
    // Lambda sends it again from the failed record on.
    expect(await relayed(...records.slice(2))).toEqual(done);
    expect(
      published()
        .slice(-3)
        .map(({ DetailType }) => DetailType),
    ).toEqual(["CaseApproved", "FundsReserved", "ReturnShipped"]);
  });

  it("of which the bus took only part is sent again whole, each event under the same id", async () => {
    const state = await caseInTable(table, "awaiting_shipment");
    const [, , approved] = await caseStream(table, state);
    if (!approved) throw new Error("the approval is recorded");
    eventBridge
      .on(PutEventsCommand)
      .resolvesOnce({
        FailedEntryCount: 1,
        Entries: [{ EventId: "1" }, { ErrorCode: "ThrottlingException" }],
      })
      .resolves({ FailedEntryCount: 0 });
    expect(await relayed(approved)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceOf(state, 3) }],
    });
    expect(await relayed(approved)).toEqual(done);
    const ids = published().map(({ Detail }) => JSON.parse(Detail ?? "").eventId);
    expect(ids).toEqual([...ids.slice(0, 2), ...ids.slice(0, 2)]);
    expect(new Set(ids)).toEqual(new Set([`${state.caseId}.3.0`, `${state.caseId}.3.1`]));
  });

  it("leaves alone what is not for it", async () => {
    const state = await fileInTable(table);
    const key = caseDetailKey(state.tenantId, state.caseId);
    const removed: DynamoDBRecord = {
      eventName: "REMOVE",
      dynamodb: { Keys: { SK: { S: "EVENT#000001" } } },
    };
    expect(await relayed(streamRecord({ ...key, lines: [] }), removed)).toEqual(done);
    expect([...started(), ...resumed(), ...published()]).toEqual([]);
  });
});

describe("records of one case in any order", () => {
  const permutations = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
    items.length < 2
      ? [items]
      : items.flatMap((item, index) =>
          permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
        );

  it("start one execution, answer every ended wait alike, and publish the same events", async () => {
    const state = await caseInTable(table, [judged(), approves(), ships()]);
    // The merchant's answer and the shipment were waited for; the delivery still is.
    const tokens = [
      await putToken(table, state, 2),
      await putToken(table, state, 3),
      await putToken(table, state, state.waitSince ?? 0),
    ];
    const orders = permutations([...(await caseStream(table, state)).slice(1), ...tokens]);
    const [filed] = await caseStream(table, state);
    if (!filed) throw new Error("filing is recorded");
    const outcomes = new Set<string>();
    for (const order of orders) {
      stepFunctions.resetHistory();
      eventBridge.resetHistory();
      // The filing comes in the middle, so that waits end before the execution has begun.
      expect(await relayed(...order.slice(0, 3), filed, ...order.slice(3))).toEqual(done);
      expect(started()).toHaveLength(1);
      outcomes.add(
        JSON.stringify([
          resumed()
            .map((answer) => JSON.stringify(answer))
            .sort(),
          published()
            .map(({ Detail }) => Detail)
            .sort(),
        ]),
      );
    }
    expect(orders).toHaveLength(720);
    expect(outcomes.size).toBe(1);
    const answered = new Set(resumed().map(({ taskToken }) => taskToken));
    expect(answered).toEqual(new Set([2, 3].map((wait) => `token-of-${state.caseId}-${wait}`)));
  });
});

describe("what is published", () => {
  it("fits the contract for every event of a whole case, and carries no word a buyer wrote", async () => {
    const secret = "My phone is 138-0013-8000, call after six.";
    const detail = aDetail({ description: secret, claimedFlaw: { code: "scratch", place: "front" } });
    const state = await caseInTable(table, [judged(), approves(), ships(), delivered(), inspected()], {
      detail,
    });
    await settleCase(table, referenceOf(state), state.updatedAt + hour);
    expect(
      JSON.stringify(
        await itemsOf(table, casePartition(state.tenantId, state.caseId), "SUBMISSION"),
        (_, value) => (typeof value === "bigint" ? Number(value) : value),
      ),
    ).toContain(secret);
    expect(await relayed(...(await caseStream(table, state)))).toEqual(done);

    expect(published().map(({ DetailType }) => DetailType)).toEqual([
      "CaseFiled",
      "CaseJudged",
      "CaseApproved",
      "FundsReserved",
      "ReturnShipped",
      "ParcelDelivered",
      "ReturnInspected",
      "DispositionDecided",
      "FreightSettled",
      "RefundSettled",
      "PayoutInstructed",
      "CommissionReversed",
      "CaseClosed",
    ]);
    for (const entry of published()) {
      expect(entry).toMatchObject({ EventBusName: "bus", Source: "consignment.after-sales" });
      const parsed = caseEventDetail.parse(JSON.parse(entry.Detail ?? ""));
      expect(parsed).toMatchObject({ ...referenceOf(state), merchantId: state.merchantId });
      expect(entry.Time?.getTime()).toBe(parsed.at);
      expect(entry.Detail).not.toContain("138-0013-8000");
    }
    const refund = published().find(({ DetailType }) => DetailType === "RefundSettled");
    expect(JSON.parse(refund?.Detail ?? "").payload).toEqual({ amountMinor: 128_000, currency: "CNY" });
    const instructed = published().find(({ DetailType }) => DetailType === "PayoutInstructed");
    expect(JSON.parse(instructed?.Detail ?? "")).toMatchObject({
      payoutId: `rf-${state.caseId}.v1`,
      payload: { kind: "refund", amountMinor: 129_500, currency: "CNY", attempt: 1 },
    });
  });

  it("keeps the note of a decision to itself", async () => {
    const state = await caseInTable(table, [
      judged(),
      (standing) => ({ ...approves()(standing), command: { type: "ApproveCase", note: "Ms Li, room 8" } }),
    ]);
    await relayed(...(await caseStream(table, state)));
    expect(
      published()
        .map(({ Detail }) => Detail)
        .join(),
    ).not.toContain("Ms Li");
  });
});

describe("money that leaves, when whoever tells of it dies between the commit and the telling", () => {
  /** A payment side knows an instruction by payout and attempt: whatever it hears twice it pays once. */
  const instructions = () =>
    published()
      .filter(({ DetailType }) => DetailType === "PayoutInstructed")
      .map(({ Detail }) => JSON.parse(Detail ?? ""))
      .map(
        ({ eventId, payoutId, payload }) =>
          `${eventId} ${payoutId} ${payload.attempt} ${payload.amountMinor}`,
      );
  const dies = () => eventBridge.on(PutEventsCommand).rejects(new Error("the relay died"));
  const lives = () => eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });

  it("a buyer's refund is told under the same id when the record comes again, and stands once", async () => {
    const state = await caseInTable(table, "settling");
    await settleCase(table, referenceOf(state), state.updatedAt + hour);
    const before = await itemsOf(table, ledgerPartition(state.tenantId, refundPayoutId(state.caseId, 1)));
    const records = await caseStream(table, state);
    dies();
    expect((await relayed(...records)).batchItemFailures).toHaveLength(1);
    lives();
    eventBridge.resetHistory();
    // Twice: it also died after the bus had taken it.
    expect(await relayed(...records, ...records)).toEqual(done);
    // A stage that is run again meanwhile finds everything done.
    await settleCase(table, referenceOf(state), state.updatedAt + 2 * hour);
    const [told, ...again] = instructions();
    expect(told).toContain(` rf-${state.caseId}.v1 1 129500`);
    expect(again).toEqual([told]);
    expect(await itemsOf(table, ledgerPartition(state.tenantId, refundPayoutId(state.caseId, 1)))).toEqual(
      before,
    );
  });

  it("a retry is told once more under the id it always had, as the attempt it is", async () => {
    const state = await caseInTable(table, "settling");
    await settleCase(table, referenceOf(state), state.updatedAt + hour);
    const payoutId = refundPayoutId(state.caseId, 1);
    const command = (what: PayoutCommand) =>
      commandPayout(table, { tenantId: state.tenantId, payoutId }, what, {
        now: state.updatedAt + 2 * hour,
        by: operator,
        extra: () => [],
      });
    await command({ type: "Confirm", attempt: 1, result: "failed", reason: "card expired" });
    await command({ type: "Retry" });
    const items = await itemsOf(table, ledgerPartition(state.tenantId, payoutId), "EVENT#");
    const records = items.map((item) => streamRecord(item));
    dies();
    await relayed(...records);
    lives();
    eventBridge.resetHistory();
    expect(await relayed(...records, ...records)).toEqual(done);
    expect(published().map(({ DetailType }) => DetailType)).toEqual([
      "PayoutFailed",
      "PayoutInstructed",
      "PayoutFailed",
      "PayoutInstructed",
    ]);
    expect(
      published()
        .map(({ Detail }) => Detail)
        .join(),
    ).not.toContain("card expired");
    const [told, ...again] = instructions();
    expect(told).toContain(` ${payoutId} 2 129500`);
    expect(again).toEqual([told]);
  });
});
