import type { Actor } from "../../domain/case.ts";
import { checkpointId, projectParcel } from "../../domain/tracking.ts";
import { keepCheckpoint, loadParcel } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";
import { recordDelivery } from "../cases/catch-up.ts";
import { reconsiderCases } from "../cases/reconsider.ts";
import type { Push } from "./adapter.ts";

/**
 * Stores what a push tells that was not known yet, one conditional put a checkpoint, and then moves the case
 * whose return parcel stands delivered, whoever told that and whenever: so a push that was cut off behind its
 * puts is made good by the next one. The end of a parcel on its way to the buyer is told to the cases that wait
 * for it. While a parcel travels, no case is even read.
 */
export const recordPush = async (
  table: Table,
  tenantId: string,
  carrier: string,
  trusted: boolean,
  { trackingNumber, checkpoints }: Push,
  now: number,
): Promise<void> => {
  const before = await loadParcel(table, tenantId, trackingNumber);
  const known = new Set((before?.checkpoints ?? []).map(checkpointId));
  const fresh = [
    ...new Map(checkpoints.map((checkpoint) => [checkpointId(checkpoint), checkpoint])).values(),
  ].filter((checkpoint) => !known.has(checkpointId(checkpoint)));
  await Promise.all(
    fresh.map((checkpoint) => keepCheckpoint(table, tenantId, trackingNumber, { ...checkpoint, trusted })),
  );

  // A waybill that was given since the first read caught up with less than is stored now: look again.
  const unnamed = !before && fresh.some(({ status }) => status === "delivered");
  const parcel = unnamed ? await loadParcel(table, tenantId, trackingNumber) : before;
  if (!parcel) return;
  const { status: standing, deliveredAt } = projectParcel([...parcel.checkpoints, ...fresh]);
  const by: Actor = { role: "carrier", id: carrier };
  if (parcel.pointer.leg === "outbound") {
    await reconsiderCases(table, parcel.pointer, standing, by, now);
    return;
  }
  if (deliveredAt === undefined) return;
  const told = checkpoints.some(({ status, at }) => status === "delivered" && at === deliveredAt);
  await recordDelivery(table, parcel.pointer, { deliveredAt, trusted: trusted && told }, by, now);
};
