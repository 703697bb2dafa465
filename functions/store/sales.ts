import { dayMs } from "../domain/calendar.ts";
import type { Merchant } from "../domain/catalog.ts";
import { heldUntil, saleTransfers } from "../domain/settlement/sale.ts";
import type { FoundOrder } from "./catalog.ts";
import { holdKey, ledgerPartition } from "./keys.ts";
import { transferWrite } from "./ledger.ts";
import type { Table, Write } from "./table.ts";

/** The money of a sale, as it is written with the order. */

/** Whether the proceeds of an order may be paid out to one of its merchants. */
export type Hold = {
  readonly orderId: string;
  /** When the sale was posted. */
  readonly soldAt: number;
  /** Absent while something of the order is not signed off. */
  readonly heldUntil?: number;
};

/** The transfers of a sale. Put once, with the order: a later sync changes no price. */
export const saleWrites = (table: Table, { order, lines }: FoundOrder, at: number): readonly Write[] =>
  saleTransfers(order, lines, at).map((transfer) =>
    transferWrite(table, ledgerPartition(order.tenantId, order.orderId), transfer),
  );

/** A hold that has ended is looked at no more and leaves the table a month later. */
const keptAfterMs = 30 * dayMs;

/** One hold a merchant. The order's version, in the same transaction, keeps an older one from coming last. */
export const holdWrites = (
  table: Table,
  { order, lines }: FoundOrder,
  merchants: readonly Merchant[],
  now: number,
): readonly Write[] =>
  merchants.map((merchant) => {
    const until = heldUntil(order, lines, merchant);
    const always = "orderId = :order, soldAt = if_not_exists(soldAt, :now)";
    return {
      conflict: "version",
      item: {
        Update: {
          TableName: table.name,
          Key: holdKey(order.tenantId, merchant.merchantId, order.orderId),
          UpdateExpression:
            until === undefined
              ? `SET ${always} REMOVE heldUntil, expiresAt`
              : `SET ${always}, heldUntil = :until, expiresAt = :expires`,
          ExpressionAttributeValues: {
            ":order": order.orderId,
            ":now": now,
            ...(until === undefined
              ? {}
              : { ":until": until, ":expires": Math.ceil((until + keptAfterMs) / 1000) }),
          },
        },
      },
    };
  });
