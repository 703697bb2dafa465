import { contractAt, type Merchant, type OrderLine } from "../../domain/catalog.ts";
import type { FieldError } from "../../domain/errors.ts";
import { spreadDiscount } from "../../domain/money.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import {
  addLineFacts,
  createOrder,
  type FoundOrder,
  findItems,
  findMerchants,
  findOrder,
  TooManyChanges,
  takenTrackingNumbers,
} from "../../store/catalog.ts";
import { retryRaces } from "../../store/retry.ts";
import { holdWrites, saleWrites } from "../../store/sales.ts";
import { Conflict, type Table, type Write } from "../../store/table.ts";
import { addToFrozen } from "./frozen-order.ts";
import { viewOf } from "./get-order.ts";
import { putOrderOperation } from "./operations.ts";

type Sync = Request<typeof putOrderOperation>;

export const putOrderEndpoint = endpoint(putOrderOperation, (request, { table }) =>
  retryRaces(async () => {
    const { caller, params, body, ifMatch } = request;
    requirePossibleTimes(request);
    const found = await findOrder(table, caller.tenantId, params.orderId);
    if (ifMatch !== undefined && ifMatch !== found?.order.version) {
      throw new Problem("precondition_failed", "Another version stands. Read it again.");
    }
    try {
      if (found) {
        const lines = addToFrozen(found, body);
        const version = await addLineFacts(
          table,
          found,
          lines,
          await signedOff(table, found, lines, request.now),
        );
        return { status: 200, body: viewOf({ order: { ...found.order, version }, lines }), version };
      }
      const created = await freeze(table, request);
      await createOrder(table, created.found, [
        ...saleWrites(table, created.found, request.now),
        ...holdWrites(table, created.found, created.merchants, request.now),
      ]);
      return { status: 201, body: viewOf(created.found), version: created.found.order.version };
    } catch (error) {
      throw refusalOf(error, body);
    }
  }),
);

/** The clock of a platform may run ahead of ours by this much. */
const clockDriftMs = 5 * 60_000;

/** Windows are counted from these times, so a sign-off lies between the sale and now. */
const requirePossibleTimes = ({ body, now }: Sync): void => {
  const latest = now + clockDriftMs;
  const errors = [
    ...(body.placedAt > latest ? [{ pointer: "/placedAt", detail: "lies in the future" }] : []),
    ...body.lines.flatMap(({ signedOffAt }, index) => {
      const pointer = `/lines/${index}/signedOffAt`;
      if (signedOffAt === undefined) return [];
      if (signedOffAt > latest) return [{ pointer, detail: "lies in the future" }];
      return signedOffAt < body.placedAt ? [{ pointer, detail: "lies before the order" }] : [];
    }),
  ];
  if (errors.length > 0) throw new Problem("invalid_request", "The request has errors.", errors);
};

/** A new order with each line as it is frozen: the merchant is the item's, the rate the contract's. */
const freeze = async (
  table: Table,
  { caller, params, body }: Sync,
): Promise<{ found: FoundOrder; merchants: readonly Merchant[] }> => {
  const { tenantId } = caller;
  const { buyerId, currency, placedAt, buyerTrusted, region, discountMinor } = body;
  const prices = pricesOf(body);
  const items = await findItems(
    table,
    tenantId,
    body.lines.map(({ itemId }) => itemId),
  );
  const merchants = await findMerchants(
    table,
    tenantId,
    items.map(({ merchantId }) => merchantId),
  );
  const errors: FieldError[] = [];
  const lines = body.lines.flatMap((line, index): OrderLine[] => {
    const item = items.find(({ itemId }) => itemId === line.itemId);
    const merchant = merchants.find(({ merchantId }) => merchantId === item?.merchantId);
    if (!item || !merchant) {
      errors.push({ pointer: `/lines/${index}/itemId`, detail: "There is no such item. Sync it first." });
      return [];
    }
    const { paidMinor = 0n, ...price } = prices[index] ?? {};
    return [
      {
        ...line,
        ...price,
        paidMinor,
        merchantId: merchant.merchantId,
        commissionBps: line.commissionBps ?? contractAt(merchant, placedAt).commissionBps,
        remainingMinor: paidMinor,
        remainingQuantity: line.quantity,
        caseIds: [],
        version: 1,
      },
    ];
  });
  if (errors.length > 0) throw new Problem("invalid_request", "The request has errors.", errors);
  const order = { tenantId, orderId: params.orderId, buyerId, currency, placedAt, version: 1 };
  const discounted = {
    ...order,
    ...(buyerTrusted === undefined ? {} : { buyerTrusted }),
    ...(region === undefined ? {} : { region }),
    ...(discountMinor === undefined ? {} : { discountMinor }),
  };
  return { found: { order: discounted, lines }, merchants };
};

type Price = Pick<OrderLine, "paidMinor" | "listMinor" | "discountMinor">;

/** What was paid for each line; where the order had a discount, with the line's part of it. */
const pricesOf = ({ discountMinor, lines }: Sync["body"]): readonly Price[] => {
  if (discountMinor === undefined) return lines.map(({ paidMinor = 0n }) => ({ paidMinor }));
  const parts = spreadDiscount(
    discountMinor,
    lines.map(({ listMinor = 0n }) => listMinor),
  );
  return lines.map(({ listMinor = 0n }, index) => {
    const part = parts[index] ?? 0n;
    return { paidMinor: listMinor - part, listMinor, discountMinor: part };
  });
};

/** A line that is signed off starts the clock after which its merchant is paid. */
const signedOff = async (
  table: Table,
  { order, lines: before }: FoundOrder,
  after: readonly OrderLine[],
  now: number,
): Promise<readonly Write[]> => {
  const merchantIds = after
    .filter(({ lineId, signedOffAt }) => {
      const known = before.find((line) => line.lineId === lineId);
      return known?.signedOffAt !== signedOffAt;
    })
    .map(({ merchantId }) => merchantId);
  const merchants = await findMerchants(table, order.tenantId, merchantIds);
  return holdWrites(table, { order, lines: after }, merchants, now);
};

/** A write that was refused for a reason the caller can do something about. */
const refusalOf = (error: unknown, { lines }: Sync["body"]): unknown => {
  if (error instanceof TooManyChanges) {
    return invalidField(
      "/lines",
      "These are more parcels and merchants than one sync can take; add some of the parcels later.",
    );
  }
  if (!(error instanceof Conflict)) return error;
  const taken = takenTrackingNumbers(error);
  if (taken.length === 0) return error;
  const errors = lines.flatMap(({ outboundParcel }, index) =>
    outboundParcel && taken.includes(outboundParcel.trackingNumber)
      ? [{ pointer: `/lines/${index}/outboundParcel/trackingNumber`, detail: "carries something else" }]
      : [],
  );
  return new Problem("tracking_number_taken", "A tracking number belongs to one parcel.", errors);
};
