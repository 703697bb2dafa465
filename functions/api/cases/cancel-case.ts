import { decideCancellation } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "./command.ts";
import { cancelCaseOperation } from "./operations.ts";

export const cancelCaseEndpoint = endpoint(cancelCaseOperation, (request, { table }) =>
  commandCase(decideCancellation, cancelCaseOperation, request, table, { type: "CancelCase" }),
);
