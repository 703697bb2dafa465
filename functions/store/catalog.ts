import { isDeepStrictEqual } from "node:util";
import type { Item, Merchant, Order, OrderLine } from "../domain/catalog.ts";
import {
  itemKey,
  type Key,
  merchantKey,
  merchantsPartition,
  orderKey,
  orderLineKey,
  orderPartition,
  parcelKey,
  tableKeys,
} from "./keys.ts";
import type { ParcelPointer } from "./parcels.ts";
import { retryRaces } from "./retry.ts";
import {
  type Conflict,
  getItem,
  getItems,
  type Page,
  putItem as putConditionally,
  putOnce,
  putWrite,
  queryAll,
  queryPage,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

/** Merchants, consigned items and orders, as the partner platform syncs them. */

/** Every write of an entity is conditional on the version that was read. */
export type Versioned<Entity> = Entity & { readonly version: number };

export const find = async <Entity>(table: Table, key: Key): Promise<Versioned<Entity> | undefined> => {
  const stored = await getItem<Versioned<Entity> & Key>(table, key);
  return stored && withoutKeys(stored);
};

export const findMerchant = (
  table: Table,
  tenantId: string,
  merchantId: string,
): Promise<Versioned<Merchant> | undefined> => find(table, merchantKey(tenantId, merchantId));

export const findItem = (
  table: Table,
  tenantId: string,
  itemId: string,
): Promise<Versioned<Item> | undefined> => find(table, itemKey(tenantId, itemId));

const findEach = async <Entity>(table: Table, keys: readonly Key[]): Promise<readonly Entity[]> =>
  keys.length === 0
    ? []
    : (await getItems<Entity & Key>(table, keys)).map((item) => withoutKeys(item) as Entity);

/** Those of up to 100 items that exist. */
export const findItems = (table: Table, tenantId: string, itemIds: readonly string[]) =>
  findEach<Item>(
    table,
    [...new Set(itemIds)].map((itemId) => itemKey(tenantId, itemId)),
  );

/** Those of up to 100 merchants that exist. */
export const findMerchants = (table: Table, tenantId: string, merchantIds: readonly string[]) =>
  findEach<Merchant>(
    table,
    [...new Set(merchantIds)].map((merchantId) => merchantKey(tenantId, merchantId)),
  );

export type FoundOrder = { readonly order: Versioned<Order>; readonly lines: readonly OrderLine[] };

export const findOrder = async (
  table: Table,
  tenantId: string,
  orderId: string,
): Promise<FoundOrder | undefined> => {
  const stored = await queryAll<Key & (Versioned<Order> | OrderLine)>(table, {
    KeyConditionExpression: "PK = :order",
    ExpressionAttributeValues: { ":order": orderPartition(tenantId, orderId) },
  });
  const header = stored.find(({ SK }) => SK === orderKey(tenantId, orderId).SK);
  if (!header) return undefined;
  return {
    order: withoutKeys(header) as Versioned<Order>,
    lines: stored.filter((entry) => entry !== header).map((line) => withoutKeys(line) as OrderLine),
  };
};

/** `outdated`: the caller expected another version than the one that stands; nothing was written. */
export type Replacement =
  | { readonly outcome: "created" | "replaced" | "unchanged"; readonly version: number }
  | { readonly outcome: "outdated" };

const versionConflict = "version";

/**
 * Puts the whole entity, once: a repetition changes nothing, not even the version.
 *
 * @param admit throws if what stands must not be replaced by this
 */
export const replace = <Entity extends object>(
  table: Table,
  { PK, SK, ...index }: Key & { readonly GSI1PK?: string; readonly GSI1SK?: string },
  entity: Entity,
  expectedVersion: number | undefined,
  admit: (current: Versioned<Entity> | undefined) => void = () => {},
): Promise<Replacement> =>
  retryRaces(async () => {
    const key = { PK, SK };
    const current = await find<Entity>(table, key);
    if (expectedVersion !== undefined && current?.version !== expectedVersion) return { outcome: "outdated" };
    admit(current);
    if (!current) {
      await putConditionally(table, versionConflict, {
        Item: { ...key, ...index, ...entity, version: 1 },
        ConditionExpression: "attribute_not_exists(PK)",
      });
      return { outcome: "created", version: 1 };
    }
    const version = current.version;
    if (isDeepStrictEqual(current, { ...entity, version })) return { outcome: "unchanged", version };
    await putConditionally(table, versionConflict, {
      Item: { ...key, ...index, ...entity, version: version + 1 },
      ConditionExpression: "version = :version",
      ExpressionAttributeValues: { ":version": version },
    });
    return { outcome: "replaced", version: version + 1 };
  });

export const putMerchant = (
  table: Table,
  merchant: Merchant,
  expectedVersion?: number,
  admit?: (current: Versioned<Merchant> | undefined) => void,
): Promise<Replacement> =>
  replace(
    table,
    {
      ...merchantKey(merchant.tenantId, merchant.merchantId),
      GSI1PK: merchantsPartition(merchant.tenantId),
      GSI1SK: merchant.merchantId,
    },
    merchant,
    expectedVersion,
    admit,
  );

/** A tenant's merchants in the order of their ids, a page at a time. */
export const merchantsPage = async (
  table: Table,
  tenantId: string,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<Merchant>> => {
  const page = await queryPage<Merchant & Key>(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :merchants",
    ExpressionAttributeValues: { ":merchants": merchantsPartition(tenantId) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
  return { ...page, items: page.items.map((stored) => withoutKeys(stored) as Merchant) };
};

export const putItem = (table: Table, item: Item, expectedVersion?: number): Promise<Replacement> =>
  replace(table, itemKey(item.tenantId, item.itemId), item, expectedVersion);

const parcelLabel = "trackingNumber:";

/** The tracking numbers of a lost write that belong to something else of the tenant. */
export const takenTrackingNumbers = ({ conflicts }: Conflict): readonly string[] =>
  conflicts.filter((label) => label.startsWith(parcelLabel)).map((label) => label.slice(parcelLabel.length));

type OutboundParcel = Extract<ParcelPointer, { readonly leg: "outbound" }>;

const outboundParcels = ({ order, lines }: FoundOrder): readonly OutboundParcel[] => {
  const byNumber = new Map<string, OutboundParcel>();
  for (const { lineId, outboundParcel } of lines) {
    if (!outboundParcel) continue;
    const { carrier, trackingNumber } = outboundParcel;
    const lineIds = [...(byNumber.get(trackingNumber)?.lineIds ?? []), lineId].sort();
    const { tenantId, orderId } = order;
    byNumber.set(trackingNumber, { tenantId, carrier, trackingNumber, leg: "outbound", orderId, lineIds });
  }
  return [...byNumber.values()];
};

const ownParcel = (orderId: string) => ({
  ConditionExpression: "attribute_not_exists(PK) OR (leg = :outbound AND orderId = :orderId)",
  ExpressionAttributeValues: { ":outbound": "outbound", ":orderId": orderId },
});

/** Registers the parcels an order has now and gives back the numbers it no longer uses. */
const parcelWrites = (table: Table, before: FoundOrder | undefined, after: FoundOrder): readonly Write[] => {
  const old = before ? outboundParcels(before) : [];
  const now = outboundParcels(after);
  const changed = now.filter((parcel) => !old.some((known) => isDeepStrictEqual(known, parcel)));
  const dropped = old.filter(
    ({ trackingNumber }) => !now.some((kept) => kept.trackingNumber === trackingNumber),
  );
  const { tenantId, orderId } = after.order;
  return [
    ...changed.map((parcel) =>
      putWrite(table, `${parcelLabel}${parcel.trackingNumber}`, {
        Item: { ...parcelKey(tenantId, parcel.trackingNumber), ...parcel },
        ...ownParcel(orderId),
      }),
    ),
    ...dropped.map(({ trackingNumber }) => ({
      conflict: versionConflict,
      item: {
        Delete: {
          TableName: table.name,
          Key: parcelKey(tenantId, trackingNumber),
          ...ownParcel(orderId),
        },
      },
    })),
  ];
};

/** What may still be said of a line after its first sync. */
type LineFacts = Pick<OrderLine, "outboundInspection" | "outboundParcel" | "signedOffAt">;

const factsOf = ({ outboundInspection, outboundParcel, signedOffAt }: OrderLine): LineFacts => ({
  ...(outboundInspection ? { outboundInspection } : {}),
  ...(outboundParcel ? { outboundParcel } : {}),
  ...(signedOffAt === undefined ? {} : { signedOffAt }),
});

/**
 * Sets a line's facts and nothing else, so what is left to refund is never touched. The version makes a
 * case that is filed meanwhile win or lose, never overlap.
 */
const factsWrite = (table: Table, { tenantId, orderId }: Order, line: OrderLine): Write => {
  const facts = Object.entries(factsOf(line));
  return {
    conflict: versionConflict,
    item: {
      Update: {
        TableName: table.name,
        Key: orderLineKey(tenantId, orderId, line.lineId),
        UpdateExpression: `SET version = version + :one, ${facts.map(([name]) => `${name} = :${name}`).join(", ")}`,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: {
          ":one": 1,
          ":version": line.version,
          ...Object.fromEntries(facts.map(([name, value]) => [`:${name}`, value])),
        },
      },
    },
  };
};

/** Two syncs of one order never interleave: each moves the order's version on. */
const orderVersionWrite = (table: Table, { tenantId, orderId, version }: Versioned<Order>): Write => ({
  conflict: versionConflict,
  item: {
    Update: {
      TableName: table.name,
      Key: orderKey(tenantId, orderId),
      UpdateExpression: "SET version = :next",
      ConditionExpression: "version = :version",
      ExpressionAttributeValues: { ":version": version, ":next": version + 1 },
    },
  },
});

/** DynamoDB's limit of one transaction. */
const maximumWrites = 100;

/** An order that changes more than one transaction holds; nothing was written. */
export class TooManyChanges extends Error {
  override readonly name = "TooManyChanges";
}

const commit = async (table: Table, writes: readonly Write[]): Promise<void> => {
  if (writes.length > maximumWrites) throw new TooManyChanges(`${writes.length} changes at once`);
  await transact(table, writes);
};

/**
 * Writes a new order with its lines and parcels.
 *
 * @param money what the sale moves, in the same transaction
 * @throws Conflict if the order exists or a tracking number is taken (`takenTrackingNumbers`)
 */
export const createOrder = (
  table: Table,
  created: FoundOrder,
  money: readonly Write[] = [],
): Promise<void> => {
  const { order, lines } = created;
  const { tenantId, orderId } = order;
  return commit(table, [
    putOnce(table, versionConflict, { ...orderKey(tenantId, orderId), ...order }),
    ...lines.map((line) =>
      putOnce(table, versionConflict, { ...orderLineKey(tenantId, orderId, line.lineId), ...line }),
    ),
    ...parcelWrites(table, undefined, created),
    ...money,
  ]);
};

/**
 * Writes what was added to an order's lines.
 *
 * @param after the lines of `before` with their new facts and their old versions
 * @param money what a sign-off changes about the sale's money, in the same transaction
 * @returns the order's version afterwards; the old one if nothing was added
 * @throws Conflict if the order or a line changed since it was read, or a tracking number is taken
 */
export const addLineFacts = async (
  table: Table,
  before: FoundOrder,
  after: readonly OrderLine[],
  money: readonly Write[] = [],
): Promise<number> => {
  const { order } = before;
  const changed = after.filter((line) => !before.lines.some((known) => isDeepStrictEqual(known, line)));
  if (changed.length === 0) return order.version;
  await commit(table, [
    orderVersionWrite(table, order),
    ...changed.map((line) => factsWrite(table, order, line)),
    ...parcelWrites(table, before, { order, lines: after }),
    ...money,
  ]);
  return order.version + 1;
};
