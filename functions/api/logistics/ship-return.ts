import { CaseError } from "../../domain/errors.ts";
import { endpoint } from "../../http/endpoint.ts";
import { changeCase } from "../../store/cases.ts";
import { loadParcel, parcelWrite, trackingNumberConflict } from "../../store/parcels.ts";
import { Conflict, type Table } from "../../store/table.ts";
import { commandCase } from "../cases/command.ts";
import { shipReturnOperation } from "./operations.ts";

export const shipReturnEndpoint = endpoint(shipReturnOperation, async (request, { table }) => {
  const { tenantId } = request.caller;
  const { carrier, trackingNumber, freightMinor } = request.body;
  const command = { type: "ShipReturn", carrier, trackingNumber, freightMinor } as const;
  try {
    const reply = await commandCase(shipReturnOperation, request, table, command, ({ caseId }) => [
      parcelWrite(table, { tenantId, carrier, trackingNumber, leg: "return", caseId }),
    ]);
    await catchUpWithParcel(table, tenantId, request.params.caseId, trackingNumber, request.now);
    return reply;
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.includes(trackingNumberConflict)) throw error;
    throw new CaseError("tracking_number_taken", "Another parcel travels under this number.", [
      { pointer: "/trackingNumber", detail: "is already in use" },
    ]);
  }
});

/** A buyer may name the waybill after the carrier delivered it: what the carrier said then counts now. */
const catchUpWithParcel = async (
  table: Table,
  tenantId: string,
  caseId: string,
  trackingNumber: string,
  now: number,
): Promise<void> => {
  const deliveredAt = (await loadParcel(table, tenantId, trackingNumber))?.projection.deliveredAt;
  if (deliveredAt === undefined) return;
  await changeCase(
    table,
    { tenantId, caseId },
    {
      by: { role: "system", id: "tracking" },
      now,
      command: { type: "RecordDelivery", deliveredAt, trusted: false },
    },
  );
};
