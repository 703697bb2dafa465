import type { Transfer } from "../domain/settlement/transfer.ts";
import { type Key, transferKey, transferPrefix } from "./keys.ts";
import { putOnce, type Table, type Write } from "./table.ts";

/** Where transfers lie: beside what they were made for, each put once and never touched again. */

const transferLabel = "transfer:";

/** Whether a condition that failed says that a transfer of this id stands already. */
export const isTakenTransfer = (conflict: string): boolean => conflict.startsWith(transferLabel);

/**
 * Puts a transfer only if its id is free.
 *
 * @param partition of the case, order or payout the money moves for
 */
export const transferWrite = (table: Table, partition: string, transfer: Transfer): Write =>
  putOnce(table, `${transferLabel}${transfer.transferId}`, {
    ...transferKey(partition, transfer.stage, transfer.purpose),
    ...transfer,
  });

/** Those of a partition's items that are transfers, oldest first. */
export const transfersAmong = (items: readonly Key[]): readonly Transfer[] =>
  items
    .filter(({ SK }) => SK.startsWith(transferPrefix))
    .map((item) => {
      const { PK: _PK, SK: _SK, ...transfer } = item as Key & Transfer;
      return transfer;
    })
    .sort((a, b) => a.at - b.at || a.transferId.localeCompare(b.transferId, "en"));
