import { CaseError } from "../../domain/errors.ts";
import { transitClocksFor } from "../../domain/transit-clocks.ts";
import { endpoint } from "../../http/endpoint.ts";
import { parcelWrite, trackingNumberConflict } from "../../store/parcels.ts";
import { Conflict } from "../../store/table.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
import { commandCase } from "../cases/command.ts";
import { shipReturnOperation } from "./operations.ts";

export const shipReturnEndpoint = endpoint(shipReturnOperation, async (request, { table }) => {
  const { caller, body, now } = request;
  const { tenantId } = caller;
  const { carrier, trackingNumber, freightMinor, from, to } = body;
  const clocks = transitClocksFor(carrier, {
    ...(from ? { from: from.country } : {}),
    ...(to ? { to: to.country } : {}),
  });
  const clockMs = clocks.firstScanMs;
  const command = { type: "ShipReturn", carrier, trackingNumber, freightMinor, clockMs } as const;
  try {
    const reply = await commandCase(shipReturnOperation, request, table, command, ({ caseId }) => [
      parcelWrite(table, {
        tenantId,
        carrier,
        trackingNumber,
        leg: "return",
        caseId,
        namedAt: now,
        clocks,
        ...(to?.city === undefined ? {} : { destination: to.city }),
      }),
    ]);
    // The carrier may have delivered before the buyer named the waybill.
    await catchUpWithParcel(table, tenantId, trackingNumber, now);
    return reply;
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.includes(trackingNumberConflict)) throw error;
    throw new CaseError("tracking_number_taken", "Another parcel travels under this number.", [
      { pointer: "/trackingNumber", detail: "is already in use" },
    ]);
  }
});
