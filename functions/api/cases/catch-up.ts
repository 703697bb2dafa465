import type { Actor, CaseState } from "../../domain/case.ts";
import { decideParcel, type ParcelCommand } from "../../domain/decide-case.ts";
import { needsTelling } from "../../domain/stuck-parcel.ts";
import { changeCase } from "../../store/cases.ts";
import { casesIn, knownParcel, loadParcel, type Parcel } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";

/** What a parcel's news means to the case whose buyer it goes to: that it is there, and nothing before. */
const newsOfReplacement = (
  { stage, replacementParcel }: CaseState,
  { pointer, projection }: Parcel,
): ParcelCommand | undefined => {
  const { deliveredAt, statusTrusted: trusted } = projection;
  const awaited = stage === "reshipping" && replacementParcel?.trackingNumber === pointer.trackingNumber;
  return awaited && deliveredAt !== undefined
    ? { type: "RecordReplacementDelivery", deliveredAt, trusted }
    : undefined;
};

/** What a parcel's news means to a case whose goods it brings back. A case past it, or not there yet, is left alone. */
const newsOfReturn = (state: CaseState, parcel: Parcel): ParcelCommand | undefined => {
  const known = knownParcel(parcel);
  if (!known) return undefined;
  const { trackingNumber, elsewhere } = known;
  const { deliveredAt, statusTrusted: trusted } = parcel.projection;
  const { stage, reception, returnParcels = [] } = state;
  if (!returnParcels.some((each) => each.trackingNumber === trackingNumber)) return undefined;
  if (deliveredAt === undefined) {
    return stage === "in_transit" ? { type: "FollowParcel", parcel: known } : undefined;
  }
  if (stage === "in_transit" || reception === "lost" || reception === "found") {
    return {
      type: "RecordDelivery",
      trackingNumber,
      deliveredAt,
      trusted,
      ...(elsewhere ? { elsewhere } : {}),
    };
  }
  const confirmed = trusted && !elsewhere && !state.deliveryTrusted;
  return stage === "awaiting_inspection" && confirmed ? { type: "ConfirmDelivery" } : undefined;
};

export const newsFor = (state: CaseState, parcel: Parcel): ParcelCommand | undefined =>
  parcel.pointer.leg === "replacement" ? newsOfReplacement(state, parcel) : newsOfReturn(state, parcel);

/**
 * Tells the cases whose goods a parcel carries what became of it: it arrived, turns back, moves again, or turned up
 * after it had counted as lost. While it travels, no case is even read.
 */
export const tellCases = async (table: Table, parcel: Parcel, by: Actor, now: number): Promise<void> => {
  const { pointer, projection } = parcel;
  if (
    pointer.leg === "outbound" ||
    !((pointer.leg === "return" && pointer.watched) || needsTelling(projection.status))
  )
    return;
  for (const caseId of casesIn(pointer)) {
    await changeCase(
      table,
      { tenantId: pointer.tenantId, caseId },
      { decide: decideParcel, by, now, command: ({ state }) => newsFor(state, parcel) },
    );
  }
};

/**
 * Lets a parcel's case hear of what was known before the case could listen: somebody named the waybill after
 * the carrier had delivered, or an operator had the case in hand while the parcel arrived.
 */
export const catchUpWithParcel = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  now: number,
): Promise<void> => {
  const parcel = await loadParcel(table, tenantId, trackingNumber);
  if (parcel) await tellCases(table, parcel, { role: "system", id: "tracking" }, now);
};
