import { type Announcement, announce } from "../domain/announcement.ts";
import {
  type Actor,
  type CaseCommand,
  type CaseDetail,
  type CaseEvent,
  type CaseSnapshot,
  type CaseState,
  type Hold,
  holdsOf,
} from "../domain/case.ts";
import { maximumRequestsPerLine, type OrderLine } from "../domain/catalog.ts";
import { type ClockExtension, extensionsDue } from "../domain/clock-extension.ts";
import type { Decide } from "../domain/decide-case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { applyEvents } from "../domain/evolve-case.ts";
import type { ReturnInspection } from "../domain/judgment/input.ts";
import type { Verdict } from "../domain/judgment/verdict.ts";
import { isEnd, type Stage } from "../domain/lifecycle.ts";
import type { Transfer } from "../domain/settlement/transfer.ts";
import { calendarsFrozen } from "./calendars.ts";
import { claimWrites, foundWrites } from "./carrier-claims.ts";
import { packedKnown, packedRecap, unpackedKnown } from "./case-recap.ts";
import { extensionsEndingAfter } from "./clock-extensions.ts";
import { disputeAmong, disputeWrites } from "./disputes.ts";
import {
  buyerPartition,
  caseDetailKey,
  caseEventKey,
  casePartition,
  caseStateKey,
  orderLineKey,
  outboxPrefixes,
  tableKeys,
  verdictKey,
  verdictPrefix,
} from "./keys.ts";
import { orderedLabelWrite, supersededLabelWrite } from "./labels.ts";
import { isTakenTransfer, transfersAmong, transferWrite } from "./ledger.ts";
import { queueAttributes, withoutQueue } from "./merchant-queue.ts";
import { watchWrite } from "./parcels.ts";
import { payoutConflict, payoutWrites } from "./payouts.ts";
import { retryRaces } from "./retry.ts";
import { returnOwedWrite } from "./returns-owed.ts";
import { type StoredVerdict, storedVerdict, verdictFrom } from "./stored-verdict.ts";
import {
  type Conflict,
  getItem,
  getItems,
  putOnce,
  putWrite,
  queryAll,
  queryPage,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

export type CaseReference = { readonly tenantId: string; readonly caseId: string };

/** What happened in one transaction: an entry of the timeline and, for the relay, the outbox. */
export type CaseRecord = CaseReference & {
  readonly merchantId: string;
  readonly buyerId: string;
  readonly version: number;
  readonly at: number;
  /** The stage the case stands in afterwards. */
  readonly stage: Stage;
  readonly waitSince?: number;
  readonly deadlineAt?: number;
  /** When the machine looks again before the deadline. */
  readonly wakeAt?: number;
  /** The wait this transaction put an end to; the machine is told. */
  readonly endedWait?: number;
  readonly announcements: readonly Announcement[];
  /** What was written along with it, for people, and the files it rests on. Not announced. */
  readonly note?: string;
  readonly evidenceIds?: readonly string[];
  /** What was found when the goods came back, where that is what happened. Not announced. */
  readonly inspection?: ReturnInspection;
};

type Stored<Item> = Item & { readonly PK: string; readonly SK: string };

/** Everything a command may look at, in one consistent query. `undefined` if there is no such case. */
export const loadCase = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<CaseSnapshot | undefined> => {
  const items = await queryAll<Stored<Record<string, unknown>>>(table, {
    KeyConditionExpression: "PK = :case AND SK >= :from",
    ExpressionAttributeValues: { ":case": casePartition(tenantId, caseId), ":from": "STATE" },
  });
  const stored = <Item>(sortKey: string): Item | undefined =>
    items.find((item) => item.SK === sortKey) as Item | undefined;
  const state = stored<CaseState>("STATE");
  const detail = stored<CaseDetail>(caseDetailKey(tenantId, caseId).SK);
  if (!state || !detail) return undefined;
  const judged = stored<StoredVerdict & { readonly known?: Uint8Array }>(
    verdictKey(tenantId, caseId, state.verdictNumber).SK,
  );
  const { known, ...said } = judged ?? {};
  const verdict = judged && verdictFrom(withoutKeys(said as StoredVerdict));
  const dispute = disputeAmong(items);
  return {
    state,
    detail,
    ledger: transfersAmong(items),
    ...(verdict ? { verdict } : {}),
    ...(state.calendars ? { calendars: await calendarsFrozen(table, tenantId, state.calendars) } : {}),
    ...(known ? { known: unpackedKnown(known) } : {}),
    ...(dispute ? { dispute } : {}),
  };
};

/** A case with every verdict it was given, the first one first. `undefined` if there is no such case. */
export const loadVerdicts = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<{ state: CaseState; verdicts: readonly Verdict[] } | undefined> => {
  const [state, stored] = await Promise.all([
    getItem<CaseState>(table, caseStateKey(tenantId, caseId)),
    queryAll<StoredVerdict>(table, {
      KeyConditionExpression: "PK = :case AND begins_with(SK, :verdict)",
      ExpressionAttributeValues: { ":case": casePartition(tenantId, caseId), ":verdict": verdictPrefix },
    }),
  ]);
  // Their keys do not sort as their numbers do.
  return (
    state && {
      state,
      verdicts: stored.map((each) => verdictFrom(withoutKeys(each))).sort((a, b) => a.number - b.number),
    }
  );
};

/** Where a case stands. `undefined` if there is no such case. */
export const findCaseState = (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<CaseState | undefined> => getItem<CaseState>(table, caseStateKey(tenantId, caseId));

/** The states of those cases that exist, in no particular order. */
export const findCaseStates = async (
  table: Table,
  tenantId: string,
  caseIds: readonly string[],
): Promise<readonly CaseState[]> =>
  caseIds.length === 0
    ? []
    : getItems<CaseState>(
        table,
        caseIds.map((caseId) => caseStateKey(tenantId, caseId)),
      );

/** The ids of a buyer's cases, oldest first, a page at a time. */
export const buyerCaseIds = async (
  table: Table,
  tenantId: string,
  buyerId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<{ caseIds: readonly string[]; lastKey?: Record<string, unknown> }> => {
  const { items, lastKey } = await queryPage<{ caseId: string }>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :buyer",
    ExpressionAttributeValues: { ":buyer": buyerPartition(tenantId, buyerId) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { caseIds: items.map(({ caseId }) => caseId), ...(lastKey ? { lastKey } : {}) };
};

/** A record with its sort key, from which a page goes on. */
export type StoredRecord = CaseRecord & { readonly SK: string };

/**
 * The case's history from a version or from a record on, oldest first, at most `limit` transactions of it. What
 * happened beside the case stands behind the version it found.
 */
export const caseRecords = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  from: number | string,
  limit: number,
): Promise<readonly StoredRecord[]> => {
  const { items } = await queryPage<StoredRecord>(table, {
    KeyConditionExpression: "PK = :case AND SK BETWEEN :from AND :to",
    ExpressionAttributeValues: {
      ":case": casePartition(tenantId, caseId),
      ":from": typeof from === "number" ? caseEventKey(tenantId, caseId, from).SK : from,
      ":to": `${outboxPrefixes.event}~`,
    },
    Limit: limit,
    ConsistentRead: true,
  });
  return items;
};

/** What was found when the goods came back, the latest if they were inspected more than once. */
export const latestReturnInspection = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<ReturnInspection | undefined> => {
  const records = await queryAll<CaseRecord>(table, {
    KeyConditionExpression: "PK = :case AND begins_with(SK, :event)",
    FilterExpression: "attribute_exists(inspection)",
    ExpressionAttributeValues: {
      ":case": casePartition(tenantId, caseId),
      ":event": outboxPrefixes.event,
    },
  });
  return records.at(-1)?.inspection;
};

/** The label under which losing a race for the case itself is reported. */
const versionConflict = "version";

/** The label of a line whose remaining amount, quantity or requests changed meanwhile. */
const linePrefix = "line:";
const lineConflict = (lineId: string): string => `${linePrefix}${lineId}`;
export const isLineConflict = (conflict: string): boolean => conflict.startsWith(linePrefix);

/** The wait a transaction ends, if the case waited and does not wait for the same thing any more. */
const endedWait = (before: CaseState | undefined, after: CaseState): number | undefined =>
  before?.waitSince !== undefined && before.waitSince !== after.waitSince ? before.waitSince : undefined;

const stateWrite = (
  table: Table,
  before: CaseState | undefined,
  after: CaseState,
  queue: Record<string, unknown>,
  recap: Uint8Array | undefined,
): Write => {
  const item = {
    ...caseStateKey(after.tenantId, after.caseId),
    ...withoutQueue(withoutKeys(after)),
    ...queue,
    ...(recap ? { recap } : {}),
  };
  return before
    ? putWrite(table, versionConflict, {
        Item: item,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": before.version },
      })
    : putOnce(table, versionConflict, item);
};

const writtenAlong = (events: readonly CaseEvent[]): Pick<CaseRecord, "note" | "evidenceIds"> => {
  const [note] = events.flatMap((event) => ("note" in event && event.note !== undefined ? [event.note] : []));
  const [shown] = events.flatMap((event) => (event.type === "CaseRefused" ? [event.evidenceIds ?? []] : []));
  return {
    ...(note === undefined ? {} : { note }),
    ...(shown && shown.length > 0 ? { evidenceIds: shown } : {}),
  };
};

const recordWrite = (
  table: Table,
  before: CaseState | undefined,
  after: CaseState,
  detail: CaseDetail,
  events: readonly CaseEvent[],
): Write => {
  const ended = endedWait(before, after);
  const inspected = events.find((event) => event.type === "ReturnInspected");
  const record: CaseRecord = {
    tenantId: after.tenantId,
    caseId: after.caseId,
    merchantId: after.merchantId,
    buyerId: after.buyerId,
    version: after.version,
    at: after.updatedAt,
    stage: after.stage,
    announcements: announce(events, after, detail),
    ...(after.waitSince === undefined ? {} : { waitSince: after.waitSince }),
    ...(after.deadlineAt === undefined ? {} : { deadlineAt: after.deadlineAt }),
    ...(after.wakeAt === undefined ? {} : { wakeAt: after.wakeAt }),
    ...(ended === undefined ? {} : { endedWait: ended }),
    ...(inspected ? { inspection: inspected.inspection } : {}),
    ...writtenAlong(events),
  };
  return putOnce(table, versionConflict, {
    ...caseEventKey(after.tenantId, after.caseId, after.version),
    ...record,
  });
};

/**
 * Gives back what a case held of its lines. The line's own version moves on, so that a claim computed from
 * the older remainder loses its race.
 */
const releaseWrite = (table: Table, state: CaseState, hold: Hold): Write => ({
  conflict: lineConflict(hold.lineId),
  item: {
    Update: {
      TableName: table.name,
      Key: orderLineKey(state.tenantId, state.orderId, hold.lineId),
      UpdateExpression:
        "SET remainingMinor = remainingMinor + :amount, remainingQuantity = remainingQuantity + :quantity, version = version + :one",
      ConditionExpression: "attribute_exists(PK)",
      ExpressionAttributeValues: { ":amount": hold.amountMinor, ":quantity": hold.quantity, ":one": 1 },
    },
  },
});

/**
 * Holds part of a line for a case. `remaining ≥ amount` stands beside the version, so that the cap holds
 * over all cases of the line even if the version were ever mishandled.
 */
const holdWrite = (table: Table, state: CaseState, hold: Hold, line: OrderLine): Write => ({
  conflict: lineConflict(hold.lineId),
  item: {
    Update: {
      TableName: table.name,
      Key: orderLineKey(state.tenantId, state.orderId, hold.lineId),
      UpdateExpression:
        "SET remainingMinor = remainingMinor - :amount, remainingQuantity = remainingQuantity - :quantity, version = version + :one, caseIds = list_append(caseIds, :cases)",
      ConditionExpression:
        "version = :version AND remainingMinor >= :amount AND remainingQuantity >= :quantity AND size(caseIds) < :most",
      ExpressionAttributeValues: {
        ":amount": hold.amountMinor,
        ":quantity": hold.quantity,
        ":one": 1,
        ":version": line.version,
        ":cases": [state.caseId],
        ":most": maximumRequestsPerLine,
      },
    },
  },
});

/** Holds units of a line that a case is about and had left with the buyer so far. */
const holdUnitsWrite = (table: Table, state: CaseState, { lineId, quantity }: Hold): Write => ({
  conflict: lineConflict(lineId),
  item: {
    Update: {
      TableName: table.name,
      Key: orderLineKey(state.tenantId, state.orderId, lineId),
      UpdateExpression: "SET remainingQuantity = remainingQuantity - :quantity, version = version + :one",
      ConditionExpression: "remainingQuantity >= :quantity",
      ExpressionAttributeValues: { ":quantity": quantity, ":one": 1 },
    },
  },
});

const eventWrites = (
  table: Table,
  after: CaseState,
  detail: CaseDetail,
  event: CaseEvent,
): readonly Write[] => {
  const { tenantId, caseId } = after;
  const transfersOf = (transfers: readonly Transfer[]): readonly Write[] =>
    transfers.map((transfer) => transferWrite(table, casePartition(tenantId, caseId), transfer));
  switch (event.type) {
    case "CaseFiled":
      return [
        putOnce(table, versionConflict, {
          ...caseDetailKey(tenantId, caseId),
          ...event.detail,
          caseId,
          GSI1PK: buyerPartition(tenantId, after.buyerId),
          GSI1SK: caseId,
        }),
      ];
    case "CaseJudged":
      return [
        putOnce(table, versionConflict, {
          ...verdictKey(tenantId, caseId, event.verdict.number),
          ...storedVerdict(event.verdict),
          ...(event.known ? { known: packedKnown(event.known) } : {}),
        }),
      ];
    case "FreightSettled":
    case "RefundSettled":
      return [
        ...transfersOf(event.transfers),
        ...claimWrites(table, after, detail, event.transfers, event.at),
      ];
    case "FundsReserved":
    case "CommissionReversed":
    case "ReserveReleased":
      return transfersOf(event.transfers);
    case "OfferAccepted":
    case "RulingFinalized":
    case "SettlementAgreed":
      return event.held.map((hold) => holdUnitsWrite(table, after, hold));
    case "ReturnLabelOrdered":
      return [orderedLabelWrite(table, after, event.at)];
    case "ReturnShipped":
      return after.label?.status === "superseded"
        ? [supersededLabelWrite(table, after, after.label.orderedAt, event.at)]
        : [];
    case "ParcelStuck":
      return [watchWrite(table, after, event.trackingNumber, true)];
    case "ParcelMovedOn":
      return [watchWrite(table, after, event.trackingNumber, false)];
    case "ParcelFound":
      return foundWrites(table, after, event.claimedFrom, event.at);
    case "GoodsKept":
      return [returnOwedWrite(table, after, event.at)];
    case "PayoutInstructed":
      return payoutWrites(table, event.change);
    case "CaseCancelled":
      return [
        ...transfersOf(event.transfers),
        ...event.released.map((hold) => releaseWrite(table, after, hold)),
      ];
    case "CaseClosed":
      return event.released.map((hold) => releaseWrite(table, after, hold));
    default:
      return [];
  }
};

/** What is known of a case once a verdict of this transaction stands. */
const knownAfter = (
  before: Pick<CaseSnapshot, "detail" | "verdict" | "known">,
  events: readonly CaseEvent[],
): Pick<CaseSnapshot, "detail" | "verdict" | "known"> => {
  const judged = events.findLast((event) => event.type === "CaseJudged");
  if (!judged) return before;
  const { detail } = before;
  return { detail, verdict: judged.verdict, ...(judged.known ? { known: judged.known } : {}) };
};

/** All writes of one transaction of a case, derived from its events and what stood before. */
const writesOf = (
  table: Table,
  before: Omit<CaseSnapshot, "ledger"> | { readonly state?: undefined; readonly detail: CaseDetail },
  after: CaseState,
  events: readonly CaseEvent[],
): readonly Write[] => [
  stateWrite(
    table,
    before.state,
    after,
    queueAttributes(before.state, after, knownAfter(before, events)),
    packedRecap(after, before),
  ),
  recordWrite(table, before.state, after, before.detail, events),
  ...disputeWrites(table, before, after, events),
  ...events.flatMap((event) => eventWrites(table, after, before.detail, event)),
];

/**
 * Commits a new case and the holds on its lines.
 *
 * @param lines the order lines the claim was computed from; if one changed since, the commit is refused
 * @throws Conflict
 */
export const commitFiledCase = async (
  table: Table,
  filed: Extract<CaseEvent, { type: "CaseFiled" }>,
  lines: readonly OrderLine[],
  extra: (after: CaseState) => readonly Write[],
): Promise<CaseState> => {
  const after = applyEvents(undefined, [filed]);
  const holds = holdsOf({ state: after, detail: filed.detail }).map((hold) => {
    const line = lines.find((candidate) => candidate.lineId === hold.lineId);
    if (!line) throw new InvariantViolation(`${hold.lineId} is claimed and was not read`);
    return holdWrite(table, after, hold, line);
  });
  await transact(table, [
    ...writesOf(table, { detail: filed.detail }, after, [filed]),
    ...holds,
    ...extra(after),
  ]);
  return after;
};

export type CaseChange<Command extends CaseCommand> = {
  /** The decider of commands such as this one; those of others stay out of the function. */
  readonly decide: Decide<Command>;
  /** A function decides on every read, and answers nothing if there is nothing left to do. */
  readonly command:
    | Command
    | ((snapshot: CaseSnapshot) => Command | undefined | Promise<Command | undefined>);
  readonly by: Actor;
  readonly now: number;
  /** Called on every read, before the command is decided; throws if the caller may not go on. */
  readonly precondition?: (snapshot: CaseSnapshot) => void;
  /** Writes that belong into the same transaction, such as the recorded reply. */
  readonly extra?: (after: CaseState, snapshot: CaseSnapshot) => readonly Write[];
};

/**
 * Reads a case, decides a command and commits what happened, all or nothing. Whoever loses the race for
 * the case's version reads again and decides anew, on what stands then.
 *
 * @returns the snapshot that was decided on and the state afterwards; equal states if nothing happened
 * @throws CaseError if the domain refuses the command, Conflict if another condition than the version failed
 */
export const changeCase = async <Command extends CaseCommand>(
  table: Table,
  reference: CaseReference,
  change: CaseChange<Command>,
): Promise<{ snapshot: CaseSnapshot; after: CaseState } | undefined> => {
  return retryRaces(async () => {
    const snapshot = await loadCase(table, reference);
    if (!snapshot) return undefined;
    change.precondition?.(snapshot);
    const command = typeof change.command === "function" ? await change.command(snapshot) : change.command;
    const events = command ? change.decide(command, snapshot, change.now, change.by) : [];
    if (events.length === 0) return { snapshot, after: snapshot.state };
    const decided = applyEvents(snapshot.state, events, snapshot.calendars);
    const given = await extensionsOfNewWait(table, snapshot, decided, change.now);
    const happened = [...events, ...given];
    const after = given.length === 0 ? decided : applyEvents(snapshot.state, happened, snapshot.calendars);
    await transact(table, [
      ...writesOf(table, snapshot, after, happened),
      ...(change.extra?.(after, snapshot) ?? []),
    ]);
    return { snapshot, after };
  }, isRaceForCase);
};

/** A wait that begins during an extension's period is promised the longer time from its first moment. */
const extensionsOfNewWait = async (
  table: Table,
  snapshot: CaseSnapshot,
  state: CaseState,
  now: number,
): Promise<readonly CaseEvent[]> =>
  state.waitSince === state.version
    ? extensionsDue({ ...snapshot, state }, await extensionsEndingAfter(table, state.tenantId, now), now)
    : [];

/**
 * Gives a case the extensions that are due to it.
 *
 * @returns whether its deadline moved
 */
export const extendOpenCase = async (
  table: Table,
  reference: CaseReference,
  extensions: readonly ClockExtension[],
  now: number,
): Promise<boolean> =>
  retryRaces(async () => {
    const snapshot = await loadCase(table, reference);
    if (!snapshot || isEnd(snapshot.state.stage)) return false;
    const events = extensionsDue(snapshot, extensions, now);
    if (events.length === 0) return false;
    const after = applyEvents(snapshot.state, events, snapshot.calendars);
    await transact(table, writesOf(table, snapshot, after, events));
    return true;
  }, isRaceForCase);

const isRaceForCase = ({ conflicts }: Conflict): boolean =>
  conflicts.every(
    (conflict) =>
      conflict === versionConflict ||
      conflict === payoutConflict ||
      conflict === "transaction" ||
      isTakenTransfer(conflict),
  );
