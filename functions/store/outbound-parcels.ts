import type { CaseSnapshot } from "../domain/case.ts";
import type { ParcelReference } from "../domain/catalog.ts";
import type { JudgedLine } from "../domain/judgment/input.ts";
import { allLostAt, lostIfSilentAt, mayFallSilent } from "../domain/outbound-parcel.ts";
import { laneOf, transitClocksFor } from "../domain/transit-clocks.ts";
import { findOrder } from "./catalog.ts";
import { loadParcel } from "./parcels.ts";
import type { Table } from "./table.ts";
import { findTransitClocks } from "./transit-clocks.ts";

/**
 * What is known of the parcel of an order line. Only while it is on its way are the clocks of its lane read: the
 * platform's as they are now, since nobody froze any with a parcel that no case was about.
 */
export const outboundParcelOf = async (
  table: Table,
  tenantId: string,
  reference: ParcelReference | undefined,
): Promise<JudgedLine["outboundParcel"]> => {
  const parcel = reference && (await loadParcel(table, tenantId, reference.trackingNumber));
  if (!parcel) return undefined;
  const { carrier } = reference;
  const { checkpoints, projection } = parcel;
  if (!mayFallSilent(projection)) return { carrier, ...projection };
  const clocks = transitClocksFor(carrier, laneOf(reference), await findTransitClocks(table, tenantId));
  return { carrier, ...projection, lostAt: lostIfSilentAt(checkpoints, clocks) };
};

/** When all parcels with what a case is about count as lost if they stay silent; nothing if one cannot be any more. */
export const outboundLostAt = async (
  table: Table,
  { state: { tenantId, orderId }, detail }: Pick<CaseSnapshot, "state" | "detail">,
): Promise<number | undefined> => {
  const order = await findOrder(table, tenantId, orderId);
  const parcels = await Promise.all(
    detail.lines.map(({ lineId }) => {
      const line = order?.lines.find((each) => each.lineId === lineId);
      return outboundParcelOf(table, tenantId, line?.outboundParcel);
    }),
  );
  return allLostAt(parcels);
};
