import type { CaseSnapshot, CaseState } from "../../domain/case.ts";
import { decideReturn } from "../../domain/decide-case.ts";
import { laneOf, type TransitClocks, transitClocksFor } from "../../domain/transit-clocks.ts";
import { endpoint, type Reply, type Request } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import {
  type CasePointer,
  findPointer,
  type ParcelPointer,
  type ReturnPointer,
} from "../../store/parcels.ts";
import type { Table, Write } from "../../store/table.ts";
import { findTransitClocks } from "../../store/transit-clocks.ts";
import { givingWaybill, isTaken, joinParcelWrite, parcelWrite } from "../../store/waybills.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
import { commandCase } from "../cases/command.ts";
import { addReturnShipmentOperation, shipReturnOperation } from "./operations.ts";
import { requireRealWaybill } from "./real-waybill.ts";
import { waybillTaken } from "./waybill-taken.ts";

type ShipOperation = typeof shipReturnOperation | typeof addReturnShipmentOperation;
type Shipment = Request<typeof shipReturnOperation> | Request<typeof addReturnShipmentOperation>;

const requireOwnLines = ({ lines = [] }: Shipment["body"], { detail }: CaseSnapshot): void => {
  for (const [index, { lineId, quantity }] of lines.entries()) {
    const line = detail.lines.find((each) => each.lineId === lineId);
    if (!line) throw invalidField(`/lines/${index}/lineId`, "is no line of this case");
    if (quantity > line.quantity) {
      throw invalidField(`/lines/${index}/quantity`, `must be at most ${line.quantity}, as claimed`);
    }
  }
};

/** Goods of one buyer for one merchant, handed to one carrier: one parcel, however many cases. */
const sharedBy = (
  pointer: ParcelPointer | undefined,
  { buyerId, merchantId }: Pick<CaseState, "buyerId" | "merchantId">,
  { carrier, freightMinor }: Shipment["body"],
): ReturnPointer => {
  if (pointer?.leg !== "return" || pointer.carrier !== carrier) throw waybillTaken();
  if (pointer.buyerId !== buyerId || pointer.merchantId !== merchantId) throw waybillTaken();
  if (freightMinor === 0n) return pointer;
  throw invalidField("/freightMinor", "must be 0: another case has claimed this parcel's cost");
};

const ship = async (
  operation: ShipOperation,
  type: "ShipReturn" | "AddReturnParcel",
  request: Shipment,
  table: Table,
): Promise<Reply> => {
  const { caller, body, now } = request;
  const { tenantId } = caller;
  const { carrier, trackingNumber, freightMinor, lines, to } = body;
  requireRealWaybill(trackingNumber);
  const own = transitClocksFor(carrier, laneOf(body), await findTransitClocks(table, tenantId));

  const shipBy = (clocks: TransitClocks, write: (state: CaseState) => Write): Promise<Reply> => {
    const command = (snapshot: CaseSnapshot) => {
      requireOwnLines(body, snapshot);
      return { type, carrier, trackingNumber, freightMinor, clockMs: clocks.firstScanMs } as const;
    };
    return commandCase(decideReturn, operation, request, table, command, (state) => [write(state)]);
  };
  const shipAlone = (spent?: CasePointer): Promise<Reply> =>
    shipBy(own, ({ caseId, buyerId, merchantId }) => {
      const parcel = {
        tenantId,
        carrier,
        trackingNumber,
        leg: "return",
        caseId,
        buyerId,
        merchantId,
        namedAt: now,
        clocks: own,
        freightMinor,
        ...(lines ? { lines } : {}),
        ...(to?.city === undefined ? {} : { destination: to.city }),
      } as const;
      return parcelWrite(table, parcel, spent);
    });
  const shipWithOthers = async (): Promise<Reply> => {
    const pointer = await findPointer(table, tenantId, trackingNumber);
    return shipBy(pointer?.leg === "return" ? pointer.clocks : own, (state) =>
      joinParcelWrite(table, sharedBy(pointer, state, body), state.caseId),
    );
  };

  // What is taken is looked at once: it may be a parcel that this case shares.
  const reply = await givingWaybill(table, { tenantId, trackingNumber }, now, shipAlone)
    .catch((error: unknown) => (isTaken(error) ? shipWithOthers() : Promise.reject(error)))
    .catch((error: unknown) => Promise.reject(isTaken(error) ? waybillTaken() : error));
  // The carrier may have delivered before the buyer named the waybill.
  await catchUpWithParcel(table, tenantId, trackingNumber, now);
  return reply;
};

export const shipReturnEndpoint = endpoint(shipReturnOperation, (request, { table }) =>
  ship(shipReturnOperation, "ShipReturn", request, table),
);

export const addReturnShipmentEndpoint = endpoint(addReturnShipmentOperation, (request, { table }) =>
  ship(addReturnShipmentOperation, "AddReturnParcel", request, table),
);
