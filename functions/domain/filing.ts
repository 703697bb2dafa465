import type { CaseLine } from "./case.ts";
import { type Item, maximumRequestsPerLine, type OrderLine } from "./catalog.ts";
import { CaseError } from "./errors.ts";
import { flawsOnRecord } from "./judgment/inspections.ts";
import { claimFor } from "./money.ts";
import { type CaseType, goodsComeBack, type Reason } from "./request.ts";

/** What a request asks of one line; without an amount, what its units are worth. */
export type ClaimedLine = {
  readonly quantity: number;
  readonly amountMinor?: bigint | undefined;
  /** Another item that the buyer wants instead. */
  readonly exchangeFor?: Pick<Item, "itemId" | "title">;
};

/**
 * Why a line cannot be exchanged for an item; nothing where it can. It is the same merchant's, and costs what was paid for
 * each unit of the line, so that nobody owes a difference.
 */
export const exchangeBarredBy = (
  wanted: Item | undefined,
  line: Pick<OrderLine, "merchantId" | "quantity" | "paidMinor">,
  currency: string,
): string | undefined => {
  // Another merchant's answers like one that does not exist.
  if (wanted?.merchantId !== line.merchantId) return "is no item of the line's merchant";
  const { price } = wanted;
  if (!price) return "has no price on record";
  return price.currency === currency && price.amountMinor * BigInt(line.quantity) === line.paidMinor
    ? undefined
    : "does not cost what was paid for a unit of the line";
};

/**
 * What a case claims of a line. A return holds its units; where the goods stay with the buyer the case holds
 * money only: what is refunded, or would be if what is missing cannot be sent.
 *
 * @throws CaseError when the line has no requests, units or money left for it
 */
export const claimLine = (
  { type, reason }: { readonly type: CaseType; readonly reason: Reason },
  { quantity, amountMinor: asked, exchangeFor }: ClaimedLine,
  index: number,
  line: OrderLine,
  item: Item,
): CaseLine => {
  if (line.caseIds.length >= maximumRequestsPerLine) {
    throw new CaseError("requests_exceeded", `At most ${maximumRequestsPerLine} requests for one line.`, [
      { pointer: `/lines/${index}/lineId`, detail: `Line ${line.lineId} has had its requests.` },
    ]);
  }
  if (quantity > line.remainingQuantity) {
    throw new CaseError("quantity_exceeded", "More units than the line still has.", [
      { pointer: `/lines/${index}/quantity`, detail: `At most ${line.remainingQuantity}.` },
    ]);
  }
  if (asked !== undefined && goodsComeBack(type)) {
    throw new RangeError("whoever sends goods back asks for all they cost");
  }
  const claimable = claimFor(line.remainingMinor, line.remainingQuantity, quantity);
  const amountMinor = asked ?? claimable;
  if (amountMinor === 0n || amountMinor > claimable) {
    throw new CaseError("refundable_exceeded", "More money than the line still has for these units.", [
      { pointer: `/lines/${index}/amountMinor`, detail: `Between 1 and ${claimable}; nothing is left at 0.` },
    ]);
  }
  return {
    lineId: line.lineId,
    itemId: line.itemId,
    title: item.title,
    quantity,
    ...(exchangeFor ? { exchangeFor } : {}),
    amountMinor,
    heldQuantity: goodsComeBack(type) ? quantity : 0,
    commissionBps: line.commissionBps,
    ...(goodsComeBack(type) && line.outboundFreightMinor !== undefined
      ? { outboundFreightMinor: (line.outboundFreightMinor * BigInt(quantity)) / BigInt(line.quantity) }
      : {}),
    ...(item.marketValueMinor === undefined
      ? {}
      : { marketValueMinor: item.marketValueMinor * BigInt(quantity) }),
    ...(reason === "WRONG_ITEM" && line.packedBy === "platform" ? { strayPiece: true as const } : {}),
    knownFlaws: flawsOnRecord(item, line),
  };
};
