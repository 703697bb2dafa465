import { decideReturn } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { knownParcel, returnParcelsOf } from "../../store/parcels.ts";
import { commandCase } from "../cases/command.ts";
import { reportNotReceivedOperation } from "./operations.ts";

export const reportNotReceivedEndpoint = endpoint(reportNotReceivedOperation, (request, { table }) => {
  const { trackingNumber } = request.body;
  return commandCase(decideReturn, reportNotReceivedOperation, request, table, async ({ state }) => {
    const parcels = (await returnParcelsOf(table, state)).flatMap((parcel) => knownParcel(parcel) ?? []);
    return trackingNumber === undefined
      ? { type: "ReportNotReceived", parcels }
      : {
          type: "ReportNotReceived",
          parcels: parcels.filter((parcel) => parcel.trackingNumber === trackingNumber),
        };
  });
});
