import { decideRemedy } from "../../domain/decide-case.ts";
import { laneOf, transitClocksFor } from "../../domain/transit-clocks.ts";
import { endpoint, type Reply } from "../../http/endpoint.ts";
import type { CasePointer } from "../../store/parcels.ts";
import { findTransitClocks } from "../../store/transit-clocks.ts";
import { givingWaybill, parcelWrite } from "../../store/waybills.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
import { commandCase } from "../cases/command.ts";
import { requireRealWaybill } from "../logistics/real-waybill.ts";
import { unlessWaybillTaken } from "../logistics/waybill-taken.ts";
import { shipReplacementOperation } from "./operations.ts";

export const shipReplacementEndpoint = endpoint(shipReplacementOperation, async (request, { table }) => {
  const { caller, body, now } = request;
  const { tenantId } = caller;
  const { from, to, ...waybill } = body;
  const { carrier, trackingNumber } = waybill;
  requireRealWaybill(trackingNumber);
  const clocks = transitClocksFor(carrier, laneOf(body), await findTransitClocks(table, tenantId));
  const command = { type: "ShipReplacement", ...waybill, clockMs: clocks.firstScanMs } as const;
  const ship = (spent?: CasePointer): Promise<Reply> =>
    commandCase(decideRemedy, shipReplacementOperation, request, table, command, ({ caseId }) => {
      const parcel = {
        tenantId,
        carrier,
        trackingNumber,
        leg: "replacement",
        caseId,
        namedAt: now,
        clocks,
        ...(to?.city === undefined ? {} : { destination: to.city }),
      } as const;
      return [parcelWrite(table, parcel, spent)];
    });
  const reply = await unlessWaybillTaken(givingWaybill(table, { tenantId, trackingNumber }, now, ship));
  // The carrier may have delivered before the waybill was given here.
  await catchUpWithParcel(table, tenantId, trackingNumber, now);
  return reply;
});
