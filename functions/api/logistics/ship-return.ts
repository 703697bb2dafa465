import { CaseError } from "../../domain/errors.ts";
import { endpoint } from "../../http/endpoint.ts";
import { parcelWrite, trackingNumberConflict } from "../../store/parcels.ts";
import { Conflict } from "../../store/table.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
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
    // The carrier may have delivered before the buyer named the waybill.
    await catchUpWithParcel(table, tenantId, trackingNumber, request.now);
    return reply;
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.includes(trackingNumberConflict)) throw error;
    throw new CaseError("tracking_number_taken", "Another parcel travels under this number.", [
      { pointer: "/trackingNumber", detail: "is already in use" },
    ]);
  }
});
