import type { Actor } from "../../domain/case.ts";
import { changeCase } from "../../store/cases.ts";
import { loadParcel, type ParcelPointer } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";

type ReturnPointer = Extract<ParcelPointer, { readonly leg: "return" }>;

/** `trusted`: whether somebody who may move money told it. */
type Delivery = { readonly deliveredAt: number; readonly trusted: boolean };

/**
 * Moves the case that waits for this parcel, or confirms to it what a weakly signed push had told. One that is past it,
 * or not there yet, is left as it stands.
 */
export const recordDelivery = async (
  table: Table,
  { tenantId, caseId, trackingNumber }: ReturnPointer,
  delivery: Delivery,
  by: Actor,
  now: number,
): Promise<void> => {
  const reference = { tenantId, caseId };
  await changeCase(table, reference, {
    by,
    now,
    command: ({ state }) => {
      if (state.returnParcel?.trackingNumber !== trackingNumber) return undefined;
      if (state.stage === "in_transit") return { type: "RecordDelivery", ...delivery };
      const confirmed = delivery.trusted && !state.deliveryTrusted;
      return state.stage === "awaiting_inspection" && confirmed ? { type: "ConfirmDelivery" } : undefined;
    },
  });
};

/**
 * Lets a return parcel's case hear of a delivery that was known before the case could listen: the buyer named
 * the waybill after the carrier had delivered, or an operator had the case in hand while the parcel arrived.
 */
export const catchUpWithParcel = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  now: number,
): Promise<void> => {
  const { pointer, projection } = (await loadParcel(table, tenantId, trackingNumber)) ?? {};
  if (pointer?.leg !== "return" || projection?.deliveredAt === undefined) return;
  const { deliveredAt, statusTrusted } = projection;
  const by = { role: "system", id: "tracking" } as const;
  await recordDelivery(table, pointer, { deliveredAt, trusted: statusTrusted }, by, now);
};
