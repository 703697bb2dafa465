import type { Actor } from "../../domain/case.ts";
import { decideParcel } from "../../domain/decide-case.ts";
import type { ParcelProjection, ParcelStatus } from "../../domain/tracking.ts";
import { changeCase } from "../../store/cases.ts";
import { findOrder } from "../../store/catalog.ts";
import type { ParcelPointer } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";

type OutboundPointer = Extract<ParcelPointer, { readonly leg: "outbound" }>;

/** What ends a parcel's way to the buyer, one way or the other. */
const ends: readonly ParcelStatus[] = ["returning", "returned", "delivered"];

/** That a carrier has lost it is news once somebody says so who may move money; until then silence decides. */
const isDecisive = ({ status, statusTrusted }: ParcelProjection): boolean =>
  ends.includes(status) || (status === "lost" && statusTrusted);

/**
 * Has the cases judged again that were filed about a parcel on its way to the buyer while nobody knew what had
 * become of it, and tells those that were settled for its loss that it was delivered. Any other case is left as it
 * stands.
 */
export const reconsiderCases = async (
  table: Table,
  { tenantId, orderId, lineIds, trackingNumber }: OutboundPointer,
  projection: ParcelProjection,
  by: Actor,
  now: number,
): Promise<void> => {
  if (!isDecisive(projection)) return;
  const { status, statusTrusted, deliveredAt } = projection;
  const command = {
    type: "ReconsiderCase",
    trackingNumber,
    status,
    statusTrusted,
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
  } as const;
  const order = await findOrder(table, tenantId, orderId);
  const caseIds = new Set(
    order?.lines.filter(({ lineId }) => lineIds.includes(lineId)).flatMap((line) => line.caseIds),
  );
  for (const caseId of caseIds) {
    await changeCase(table, { tenantId, caseId }, { decide: decideParcel, by, now, command });
  }
};
