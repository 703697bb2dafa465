import { recommendationOf } from "../../domain/desk-advice.ts";
import { type EvidenceCounts, evidenceSides } from "../../domain/evidence.ts";
import { maximumOffers } from "../../domain/merchant-decision.ts";
import { type Caller, endpoint, type Request } from "../../http/endpoint.ts";
import { evidenceCounts } from "../../store/evidence.ts";
import {
  countQueue,
  type Queue,
  type QueuedCase,
  type QueuePlace,
  readQueue,
} from "../../store/merchant-queue.ts";
import type { Table } from "../../store/table.ts";
import { summaryOf } from "../cases/summary.ts";
import { visibleMerchant } from "../visible-merchant.ts";
import { getQueueCountsOperation, getQueueOperation } from "./operations.ts";

type Filter = Omit<Request<typeof getQueueOperation>["query"], "limit" | "cursor">;

const queueOf = async (table: Table, caller: Caller, merchantId: string): Promise<Queue> => {
  const { queueShards: shards = 1 } = await visibleMerchant(table, caller, merchantId);
  return { tenantId: caller.tenantId, merchantId, shards };
};

const isOverdue = ({ state: { deadlineAt = 0 } }: QueuedCase, now: number): boolean => deadlineAt <= now;

/** Nothing where every row is wanted, so that a page need not search. */
const matcherOf = (filter: Filter, now: number): ((row: QueuedCase) => boolean) | undefined => {
  const { stage, reason, amountFrom, amountTo, overdue, itemId, text } = filter;
  if (Object.values(filter).every((value) => value === undefined)) return undefined;
  return (row) => {
    const { state, itemIds } = row;
    return (
      (stage === undefined || state.stage === stage) &&
      (reason === undefined || state.reason === reason) &&
      (amountFrom === undefined || state.claimMinor >= amountFrom) &&
      (amountTo === undefined || state.claimMinor <= amountTo) &&
      (overdue === undefined || (overdue === "true") === isOverdue(row, now)) &&
      (itemId === undefined || itemIds.includes(itemId)) &&
      (text === undefined || state.caseId.toUpperCase().includes(text.toUpperCase()))
    );
  };
};

const bySide = (counts: EvidenceCounts = {}) =>
  Object.fromEntries(
    evidenceSides.map((side) => [
      side,
      Object.entries(counts).reduce((sum, [name, count]) => (name.startsWith(side) ? sum + count : sum), 0),
    ]),
  );

const rowOf = (row: QueuedCase, counts: EvidenceCounts | undefined, now: number) => {
  const { state, itemIds, wanted, advice } = row;
  return {
    ...summaryOf(state),
    overdue: isOverdue(row, now),
    timeLeftMs: Math.max(0, (state.deadlineAt ?? 0) - now),
    itemIds,
    ...(wanted ? { exchangeFor: wanted } : {}),
    ...(state.sentFirst ? { shipsFirst: true } : {}),
    evidence: bySide(counts),
    ...(advice
      ? {
          verdict: {
            liability: advice.liability,
            explanation: advice.told,
            ...(advice.rule === undefined ? {} : { rule: advice.rule }),
          },
          recommended: recommendationOf(advice),
          atStake: advice,
          refusals: advice.refusals,
          offersLeft: maximumOffers - (state.offersMade ?? 0),
        }
      : {}),
  };
};

export const getQueueEndpoint = endpoint(
  getQueueOperation,
  async ({ caller, params, query, now }, { table, cursors }) => {
    const { limit, cursor, ...filter } = query;
    const { amountFrom, amountTo, ...rest } = filter;
    const named = JSON.stringify({ ...rest, from: String(amountFrom), to: String(amountTo) });
    const scope = `${caller.tenantId}/getMerchantQueue/${params.merchantId}/${named}`;
    const place = cursor === undefined ? { since: now } : (cursors.verify(scope, cursor) as QueuePlace);
    const queue = await queueOf(table, caller, params.merchantId);
    const { rows, next } = await readQueue(table, queue, place, limit, matcherOf(filter, now));
    const counts = await evidenceCounts(
      table,
      caller.tenantId,
      rows.map(({ state }) => state.caseId),
    );
    return {
      status: 200,
      body: {
        items: rows.map((row) => rowOf(row, counts.get(row.state.caseId), now)),
        ...(next ? { nextCursor: cursors.sign(scope, next) } : {}),
      },
    };
  },
);

export const getQueueCountsEndpoint = endpoint(
  getQueueCountsOperation,
  async ({ caller, params, now }, { table }) => {
    const queue = await queueOf(table, caller, params.merchantId);
    return { status: 200, body: await countQueue(table, queue, now) };
  },
);
