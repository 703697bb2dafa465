import type { ParcelReference } from "../domain/catalog.ts";
import type { JudgedLine } from "../domain/judgment/input.ts";
import { lostIfSilentAt, mayFallSilent } from "../domain/outbound-parcel.ts";
import { transitClocksFor } from "../domain/transit-clocks.ts";
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
  const { carrier, from, to } = reference;
  const { checkpoints, projection } = parcel;
  if (!mayFallSilent(projection)) return { carrier, ...projection };
  const lane = { ...(from ? { from: from.country } : {}), ...(to ? { to: to.country } : {}) };
  const clocks = transitClocksFor(carrier, lane, await findTransitClocks(table, tenantId));
  return { carrier, ...projection, lostAt: lostIfSilentAt(checkpoints, clocks) };
};
