import type { CaseState } from "../../domain/case.ts";
import type { Parcel } from "../../store/parcels.ts";

/** What a parcel's carrier says of it. */
export const seenOf = ({ projection }: Partial<Pick<Parcel, "projection">> = {}) => ({
  ...(projection ? { status: projection.status } : {}),
  ...(projection?.lastScanAt === undefined ? {} : { lastScanAt: projection.lastScanAt }),
});

/** The parcels of a return, each with what its carrier says. */
export const returnsOf = ({ caseId, returnParcels = [] }: CaseState, parcels: readonly Parcel[]) =>
  returnParcels.map(({ notReceived, ...parcel }) => {
    const found = parcels.find((each) => each.pointer.trackingNumber === parcel.trackingNumber);
    const pointer = found?.pointer;
    return {
      ...parcel,
      ...(pointer?.leg === "return" && pointer.caseId === caseId
        ? { freightMinor: pointer.freightMinor, ...(pointer.lines ? { lines: pointer.lines } : {}) }
        : {}),
      ...seenOf(found),
      ...(notReceived ? { notReceivedAt: notReceived.at } : {}),
    };
  });
