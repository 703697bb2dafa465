import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { CaseSnapshot, CaseState, FiledCase } from "../../functions/domain/case.ts";
import { fileCase } from "../../functions/domain/case.ts";
import type { Item, Merchant, Order, OrderLine, ParcelReference } from "../../functions/domain/catalog.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import type { Stage } from "../../functions/domain/lifecycle.ts";
import { goodsComeBack } from "../../functions/domain/request.ts";
import type { Checkpoint, ParcelStatus } from "../../functions/domain/tracking.ts";
import { type CaseReference, changeCase, commitFiledCase, loadCase } from "../../functions/store/cases.ts";
import { createOrder, findOrder, putItem, putMerchant } from "../../functions/store/catalog.ts";
import { casePartition, orderPartition, parcelPartition } from "../../functions/store/keys.ts";
import { keepCheckpoints, type ReturnPointer } from "../../functions/store/parcels.ts";
import { openTable, queryAll, type Table } from "../../functions/store/table.ts";
import { parcelWrite } from "../../functions/store/waybills.ts";
import {
  aDetail,
  aLine,
  aRefundOnly,
  aReturn,
  buyer,
  day,
  merchant,
  monday,
  referenceOf,
} from "./builders.ts";
import { domestic, type Move, typeFor, waybillOf, wayTo } from "./cases.ts";
import { createTestTable } from "./table.ts";

/** The same stories on the real engine. Every test takes ids of its own, so that a file shares one table. */

export type OpenTestTable = { readonly table: Table; readonly cleanup: () => Promise<void> };

/** A fresh table; `config` is for tests that put something between the client and the engine. */
export const openTestTable = async (config: Partial<DynamoDBClientConfig> = {}): Promise<OpenTestTable> => {
  const created = await createTestTable();
  const client = new DynamoDBClient({ ...created.config, ...config });
  return {
    table: openTable(created.tableName, client),
    cleanup: async () => {
      client.destroy();
      await created.cleanup();
    },
  };
};

/** The same table through a client of its own. */
export const openAgain = (table: Table, config: Partial<DynamoDBClientConfig>): Table => {
  const { endpoint, region, credentials } = table.client.config;
  return openTable(
    table.name,
    new DynamoDBClient({ ...(endpoint ? { endpoint } : {}), region, credentials, ...config }),
  );
};

let counter = 0;
/** An id nothing else in this run has. */
export const fresh = (kind: string): string => {
  counter += 1;
  return `${kind}-${counter}`;
};

export const aMerchant: Merchant = {
  tenantId: "tenant-1",
  merchantId: merchant.id,
  name: "Vintage House",
  contracts: [{ effectiveFrom: 0, commissionBps: 3_000, transitRisk: "carrier", custodyRisk: "platform" }],
};

export const anItem: Item = {
  tenantId: "tenant-1",
  itemId: "item-1",
  merchantId: merchant.id,
  title: "Handbag, second hand",
  category: "bags",
  intakeInspection: { inspectedAt: monday - 60 * day, grade: "A", flaws: [], photoHashes: [] },
  disclosedFlaws: [],
};

const anOrderLine: OrderLine = {
  lineId: "line-1",
  itemId: "item-1",
  merchantId: merchant.id,
  quantity: 1,
  paidMinor: 128_000n,
  commissionBps: 3_000,
  exclusionConfirmed: false,
  packedBy: "platform",
  outboundInspection: { inspectedAt: monday - 9 * day, grade: "A", flaws: [], photoHashes: [] },
  signedOffAt: monday - 3 * day,
  remainingMinor: 128_000n,
  remainingQuantity: 1,
  caseIds: [],
  version: 1,
};

/** A merchant, an item and an order with lines as given; each line by default one unit of 1,280.00. */
export const syncOrder = async (
  table: Table,
  lines: readonly Partial<OrderLine>[] = [{}],
  { tenantId = "tenant-1", ...order }: Partial<Pick<Order, "tenantId" | "buyerId" | "buyerTrusted">> = {},
): Promise<string> => {
  const orderId = fresh("order");
  await putMerchant(table, { ...aMerchant, tenantId });
  await putItem(table, { ...anItem, tenantId });
  await createOrder(table, {
    order: {
      tenantId,
      orderId,
      buyerId: buyer.id,
      currency: "CNY",
      placedAt: monday - 10 * day,
      version: 1,
      ...order,
    },
    lines: lines.map((but, index) => {
      const line = { ...anOrderLine, lineId: `line-${index + 1}`, ...but };
      return { ...line, remainingMinor: line.paidMinor, remainingQuantity: line.quantity };
    }),
  });
  return orderId;
};

export const linesOf = async (
  table: Table,
  orderId: string,
  tenantId = "tenant-1",
): Promise<readonly OrderLine[]> => (await findOrder(table, tenantId, orderId))?.lines ?? [];

/** Files a case about the first line of a new order. */
export const fileInTable = async (table: Table, but: Partial<FiledCase> = {}): Promise<CaseState> => {
  const tenantId = but.tenantId ?? "tenant-1";
  const orderId = await syncOrder(table, [{}], { tenantId });
  const keepsGoods = but.type !== undefined && !goodsComeBack(but.type);
  const detail = keepsGoods ? aDetail({ lines: [aLine({ heldQuantity: 0 })] }) : aDetail();
  const filed = aReturn({ caseId: fresh("case"), orderId, detail, ...but });
  return commitFiledCase(
    table,
    fileCase(filed, monday, buyer),
    await linesOf(table, orderId, tenantId),
    () => [],
  );
};

/** A case about goods that never arrived, and the number of the parcel they were sent in. */
export const fileUndelivered = async (
  table: Table,
  lane: Pick<ParcelReference, "from" | "to"> = {},
  tenantId = fresh("tenant"),
): Promise<{ readonly state: CaseState; readonly trackingNumber: string }> => {
  const trackingNumber = fresh("SF");
  const outboundParcel = { carrier: "shunfeng", trackingNumber, ...lane };
  const orderId = await syncOrder(table, [{ outboundParcel }], { tenantId });
  const detail = aDetail({ reason: "NOT_DELIVERED", lines: [aLine({ heldQuantity: 0 })] });
  const filed = aRefundOnly({ tenantId, caseId: fresh("case"), orderId, detail });
  const lines = await linesOf(table, orderId, tenantId);
  return {
    state: await commitFiledCase(table, fileCase(filed, monday, buyer), lines, () => []),
    trackingNumber,
  };
};

/** The case as it stands in the table. */
export const standingCase = async (table: Table, state: CaseReference): Promise<CaseSnapshot> => {
  const snapshot = await loadCase(table, state);
  if (!snapshot) throw new Error(`there is no case ${state.caseId}`);
  return snapshot;
};

/** What a waybill points to that a buyer gave for a return within the country. */
export const aReturnPointer = (
  reference: CaseReference,
  trackingNumber: string,
  namedAt = monday,
): ReturnPointer => ({
  ...referenceOf(reference),
  carrier: "kuaidi100",
  trackingNumber,
  leg: "return",
  buyerId: buyer.id,
  merchantId: merchant.id,
  freightMinor: 0n,
  namedAt,
  clocks: domestic,
});

/** Makes a move on the table, with what really belongs into the same transaction. */
export const make = async (table: Table, reference: CaseReference, move: Move): Promise<CaseState> => {
  const { command, by, at } = move(await standingCase(table, reference));
  const shipped =
    command.type === "ShipReturn" || command.type === "ShipReplacement"
      ? { ...command, trackingNumber: fresh("SF") }
      : undefined;
  const changed = await changeCase(table, referenceOf(reference), {
    command: shipped ?? command,
    decide,
    by,
    now: at,
    extra: () =>
      shipped
        ? [
            parcelWrite(table, {
              ...aReturnPointer(reference, shipped.trackingNumber, at),
              carrier: shipped.carrier,
              leg: shipped.type === "ShipReturn" ? "return" : "replacement",
            }),
          ]
        : [],
  });
  if (!changed) throw new Error(`there is no case ${reference.caseId}`);
  return changed.after;
};

/** A case that was brought, over the table, by these moves or into this stage. */
export const caseInTable = async (
  table: Table,
  history: Stage | readonly Move[],
  but: Partial<FiledCase> = {},
): Promise<CaseState> => {
  const type = typeof history === "string" ? typeFor(history) : "return_and_refund";
  let state = await fileInTable(table, { type, ...but });
  for (const move of typeof history === "string" ? wayTo[history] : history) {
    state = await make(table, state, move);
  }
  return state;
};

/** Keeps one checkpoint, as a push that tells no more. */
export const keepCheckpoint = (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  { source, heardAt, trusted, ...scan }: Checkpoint,
): Promise<void> => {
  const shared = {
    source,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(trusted === undefined ? {} : { trusted }),
  };
  return keepCheckpoints(table, tenantId, trackingNumber, shared, [scan]);
};

/** The carrier's scan of a case's returned parcel, as the webhook keeps it. */
export const scanned = (
  table: Table,
  state: CaseState,
  time: number,
  status: ParcelStatus = "in_transit",
  place = "上海",
): Promise<void> =>
  keepCheckpoint(table, state.tenantId, waybillOf(state), {
    source: "kuaidi100",
    at: time,
    status,
    code: "0",
    place,
    text: "",
  });

/** Every item of a partition whose sort key begins so, as it is stored. */
export const itemsOf = (
  table: Table,
  partition: string,
  prefix = "",
): Promise<readonly (Record<string, unknown> & { readonly SK: string })[]> =>
  queryAll(table, {
    KeyConditionExpression: prefix ? "PK = :partition AND begins_with(SK, :prefix)" : "PK = :partition",
    ExpressionAttributeValues: { ":partition": partition, ...(prefix ? { ":prefix": prefix } : {}) },
  });

const renamed = (value: unknown, rename: (text: string) => string): unknown => {
  if (typeof value === "string") return rename(value);
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, renamed(inner, rename)]));
};

/** As many items as one BatchWriteItem takes. */
const mostItemsAtOnce = 25;

/**
 * Makes copies of a case as it stands, with its order and its parcels, under ids of their own: one write each, where
 * living through the same story again would take some.
 */
export const copierOf = async (table: Table, state: CaseState): Promise<() => Promise<CaseState>> => {
  const { tenantId, caseId, orderId, returnParcels = [], replacementParcel } = state;
  const sent = [...returnParcels, ...(replacementParcel ? [replacementParcel] : [])];
  const waybills = sent.map(({ trackingNumber }) => trackingNumber);
  const partitions = [
    casePartition(tenantId, caseId),
    orderPartition(tenantId, orderId),
    ...waybills.map((waybill) => parcelPartition(tenantId, waybill)),
  ];
  const items = (await Promise.all(partitions.map((partition) => itemsOf(table, partition)))).flat();
  if (items.length > mostItemsAtOnce) throw new RangeError(`a copy of ${caseId} has ${items.length} items`);
  const ids = new RegExp(`\\b(${[caseId, orderId, ...waybills].join("|")})\\b`, "g");
  return async () => {
    // In capitals, since that is how waybills are looked up.
    const copy = fresh("COPY");
    const named = <Item>(item: Item) => renamed(item, (text) => text.replace(ids, `$1-${copy}`)) as Item;
    await table.client.send(
      new BatchWriteCommand({
        RequestItems: { [table.name]: items.map((item) => ({ PutRequest: { Item: named(item) } })) },
      }),
    );
    return named(state);
  };
};
