import { isDeepStrictEqual } from "node:util";
import type { Order, OrderLine } from "../../domain/catalog.ts";
import type { FieldError } from "../../domain/errors.ts";
import type { Request } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import type { FoundOrder } from "../../store/catalog.ts";
import type { putOrderOperation } from "./operations.ts";

/** What a later sync may and may not say of an order that is already frozen. */

type SyncedOrder = Request<typeof putOrderOperation>["body"];
type SyncedLine = SyncedOrder["lines"][number];

const frozenOfOrder = [
  "buyerId",
  "currency",
  "placedAt",
  "buyerTrusted",
  "region",
  "discountMinor",
] as const satisfies readonly (keyof Order & keyof SyncedOrder)[];

const frozenOfLine = [
  "itemId",
  "quantity",
  "paidMinor",
  "listMinor",
  "commissionBps",
  "exclusionConfirmed",
  "exclusion",
  "informedOfWithdrawal",
  "packedBy",
  "outboundFreightMinor",
] as const satisfies readonly (keyof OrderLine & keyof SyncedLine)[];

const factsOfLine = ["outboundInspection", "outboundParcel", "signedOffAt"] as const;

const changed = (before: unknown, given: unknown): boolean =>
  given !== undefined && !isDeepStrictEqual(before, given);

const orderErrors = ({ order, lines }: FoundOrder, synced: SyncedOrder): readonly FieldError[] => [
  ...frozenOfOrder
    .filter((name) => changed(order[name], synced[name]))
    .map((name) => ({ pointer: `/${name}`, detail: "was frozen at the first sync" })),
  ...synced.lines.flatMap(({ lineId }, index) =>
    lines.some((line) => line.lineId === lineId)
      ? []
      : [{ pointer: `/lines/${index}`, detail: "is not among the order's lines" }],
  ),
  ...lines
    .filter(({ lineId }) => !synced.lines.some((line) => line.lineId === lineId))
    .map(({ lineId }) => ({ pointer: "/lines", detail: `Line ${lineId} is missing` })),
];

const lineErrors = (line: OrderLine, synced: SyncedLine, index: number): readonly FieldError[] => [
  ...frozenOfLine
    .filter((name) => changed(line[name], synced[name]))
    .map((name) => ({ pointer: `/lines/${index}/${name}`, detail: "was frozen at the first sync" })),
  ...factsOfLine
    .filter(
      (name) => line.caseIds.length > 0 && line[name] !== undefined && changed(line[name], synced[name]),
    )
    .map((name) => ({ pointer: `/lines/${index}/${name}`, detail: "was frozen when a case was filed" })),
];

const withFacts = (line: OrderLine, { outboundInspection, outboundParcel, signedOffAt }: SyncedLine) => ({
  ...line,
  ...(outboundInspection ? { outboundInspection } : {}),
  ...(outboundParcel ? { outboundParcel } : {}),
  ...(signedOffAt === undefined ? {} : { signedOffAt }),
});

/**
 * The lines of a frozen order with the facts a later sync adds; what it leaves out stays.
 *
 * @throws Problem `order_frozen` or `order_line_frozen`, naming every field that tries to change
 */
export const addToFrozen = (found: FoundOrder, synced: SyncedOrder): readonly OrderLine[] => {
  const ofOrder = orderErrors(found, synced);
  if (ofOrder.length > 0) {
    throw new Problem("order_frozen", "An order keeps its buyer, currency, time and lines.", ofOrder);
  }
  const pairs = synced.lines.flatMap((line, index) => {
    const frozen = found.lines.find(({ lineId }) => lineId === line.lineId);
    return frozen ? [{ frozen, line, index }] : [];
  });
  const ofLines = pairs.flatMap(({ frozen, line, index }) => lineErrors(frozen, line, index));
  if (ofLines.length > 0) {
    throw new Problem("order_line_frozen", "A line keeps what was sold and how.", ofLines);
  }
  return pairs.map(({ frozen, line }) => withFacts(frozen, line));
};
