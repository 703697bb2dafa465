import type { Merchant } from "../domain/catalog.ts";
import { heldUntil, saleTransfers } from "../domain/settlement/sale.ts";
import type { FoundOrder } from "./catalog.ts";
import { holdKey, ledgerPartition } from "./keys.ts";
import { transferWrite } from "./ledger.ts";
import { putWrite, type Table, type Write } from "./table.ts";

/** The money of a sale, as it is written with the order. */

/** Whether the proceeds of an order may be paid out to one of its merchants. */
export type Hold = {
  readonly orderId: string;
  readonly placedAt: number;
  /** Absent while something of the order is not signed off. */
  readonly heldUntil?: number;
};

/** The transfers of a sale. Put once, with the order: a later sync changes no price. */
export const saleWrites = (table: Table, { order, lines }: FoundOrder, at: number): readonly Write[] =>
  saleTransfers(order, lines, at).map((transfer) =>
    transferWrite(table, ledgerPartition(order.tenantId, order.orderId), transfer),
  );

/** A hold that has ended is looked at no more and leaves the table a month later. */
const keptAfterMs = 30 * 24 * 3_600_000;

/** One hold a merchant. The order's version, in the same transaction, keeps an older one from coming last. */
export const holdWrites = (
  table: Table,
  { order, lines }: FoundOrder,
  merchants: readonly Merchant[],
): readonly Write[] =>
  merchants.map((merchant) => {
    const until = heldUntil(order, lines, merchant);
    const hold: Hold = {
      orderId: order.orderId,
      placedAt: order.placedAt,
      ...(until === undefined ? {} : { heldUntil: until }),
    };
    return putWrite(table, "version", {
      Item: {
        ...holdKey(order.tenantId, merchant.merchantId, order.orderId),
        ...hold,
        ...(until === undefined ? {} : { expiresAt: Math.ceil((until + keptAfterMs) / 1000) }),
      },
    });
  });
