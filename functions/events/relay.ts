import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { CaseState } from "../domain/case.ts";
import { machineAnswer } from "../steps/machine-answer.ts";
import type { BacktestReference } from "../store/backtests.ts";
import type { CaseRecord, CaseReference } from "../store/cases.ts";
import { caseStateKey, outboxPrefixes, taskTokenKey } from "../store/keys.ts";
import { deployedTable, getItem, type Table } from "../store/table.ts";
import { detailOf, eventSource, type OutboxRecord } from "./contracts.ts";

/**
 * Tells the world what the table decided: publishes each event, starts the case's execution, and resumes
 * it where a wait has ended. It may run twice on the same record without harm, and a record that fails is
 * delivered again together with everything behind it.
 */
export type RelayEffects = {
  readonly table: Table;
  readonly stepFunctions: SFNClient;
  readonly eventBridge: EventBridgeClient;
  readonly stateMachineArn: string;
  readonly backtestMachineArn: string;
  readonly busName: string;
};

type TaskToken = {
  readonly tenantId: string;
  readonly caseId: string;
  readonly wait: number;
  /** How long the machine waits from now on; counted when the wait was first entered. */
  readonly timeoutSeconds: number;
  readonly taskToken: string;
};

/** Under the name of what it is for, so that it is started once. */
const startExecution = async (
  { stepFunctions }: RelayEffects,
  stateMachineArn: string,
  name: string,
  input: BacktestReference | CaseReference,
): Promise<void> => {
  try {
    await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
};

/** A token that is closed or unknown has been answered before, or its wait has timed out: nothing to do. */
const resume = async (
  effects: RelayEffects,
  taskToken: string,
  standing: Parameters<typeof machineAnswer>[0],
  now: number,
): Promise<void> => {
  try {
    await effects.stepFunctions.send(
      new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(machineAnswer(standing, now)) }),
    );
  } catch (error) {
    if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken) {
      return;
    }
    throw error;
  }
};

/** The decision came first or second; if the token is not there yet, its own arrival resumes. */
const endWait = async (effects: RelayEffects, record: CaseRecord, now: number): Promise<void> => {
  if (record.endedWait === undefined) return;
  const token = await getItem<TaskToken>(
    effects.table,
    taskTokenKey(record.tenantId, record.caseId, record.endedWait),
  );
  if (token) await resume(effects, token.taskToken, record, now);
};

/** Far more than a record is ever late on its way through the stream. */
const clockToleranceMs = 5 * 60_000;

/** A redriven or retried wait counts its whole time again, although neither warning nor deadline has moved. */
const waitsTooLong = (
  { deadlineAt, wakeAt = deadlineAt }: CaseState,
  token: TaskToken,
  now: number,
): boolean => wakeAt !== undefined && now + token.timeoutSeconds * 1000 > wakeAt + clockToleranceMs;

/**
 * A token that arrives after its wait has ended is answered at once; one whose clock disagrees with the
 * case's deadline is sent back to wait for what is left.
 */
const receiveToken = async (effects: RelayEffects, token: TaskToken, now: number): Promise<void> => {
  const state = await getItem<CaseState>(effects.table, caseStateKey(token.tenantId, token.caseId));
  if (!state) return;
  if (state.waitSince !== token.wait || waitsTooLong(state, token, now)) {
    await resume(effects, token.taskToken, state, now);
  }
};

/** EventBridge takes at most ten entries a call. */
const entriesPerCall = 10;

const publish = async (effects: RelayEffects, record: OutboxRecord): Promise<void> => {
  for (let from = 0; from < record.announcements.length; from += entriesPerCall) {
    const { FailedEntryCount, Entries } = await effects.eventBridge.send(
      new PutEventsCommand({
        Entries: record.announcements.slice(from, from + entriesPerCall).map((announcement) => ({
          EventBusName: effects.busName,
          Source: eventSource,
          DetailType: announcement.type,
          Time: new Date(announcement.at),
          Detail: detailOf(record, announcement),
        })),
      }),
    );
    if (FailedEntryCount) {
      const codes = (Entries ?? []).flatMap((entry) => entry.ErrorCode ?? []);
      throw new Error(`the bus did not take ${FailedEntryCount} events: ${codes.join(", ")}`);
    }
  }
};

const isQueuedBacktest = (item: unknown): item is BacktestReference =>
  (item as Partial<BacktestReference>).backtestId !== undefined;

const relayRecord = async (effects: RelayEffects, record: DynamoDBRecord, now: number): Promise<void> => {
  const image = record.dynamodb?.NewImage;
  if (!image) return;
  const item: unknown = unmarshall(image as Record<string, AttributeValue>);
  const sortKey = record.dynamodb?.Keys?.SK?.S ?? "";
  if (sortKey.startsWith(outboxPrefixes.token)) {
    await receiveToken(effects, item as TaskToken, now);
    return;
  }
  if (!sortKey.startsWith(outboxPrefixes.event)) return;
  if (isQueuedBacktest(item)) {
    const { tenantId, backtestId } = item;
    await startExecution(effects, effects.backtestMachineArn, backtestId, { tenantId, backtestId });
    return;
  }
  const happened = item as OutboxRecord;
  if ("payoutId" in happened || "extensionId" in happened) {
    await publish(effects, happened);
    return;
  }
  if (happened.announcements.some(({ type }) => type === "CaseFiled")) {
    const { tenantId, caseId } = happened;
    await startExecution(effects, effects.stateMachineArn, caseId, { tenantId, caseId });
  }
  await endWait(effects, happened, now);
  await publish(effects, happened);
};

/** Relays the records in order and stops at the first that fails, so that order holds when it is retried. */
export const relay = async (
  effects: RelayEffects,
  { Records }: DynamoDBStreamEvent,
  now: number,
): Promise<DynamoDBBatchResponse> => {
  for (const record of Records) {
    try {
      await relayRecord(effects, record, now);
    } catch (error) {
      console.error(error);
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    }
  }
  return { batchItemFailures: [] };
};

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const effectsFromEnvironment = (): RelayEffects => ({
  table: deployedTable(),
  stepFunctions: new SFNClient({}),
  eventBridge: new EventBridgeClient({}),
  stateMachineArn: required("STATE_MACHINE_ARN"),
  backtestMachineArn: required("BACKTEST_MACHINE_ARN"),
  busName: required("BUS_NAME"),
});

let effects: RelayEffects | undefined;

export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  effects ??= effectsFromEnvironment();
  return relay(effects, event, Date.now());
};
