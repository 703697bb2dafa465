import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { commandCase } from "../cases/command.ts";
import { inspectReturnOperation } from "./operations.ts";

export const inspectReturnEndpoint = endpoint(inspectReturnOperation, async (request, { table }) => {
  const { body, caller, now } = request;
  if (body.inspectedAt > now) throw invalidField("/inspectedAt", "An inspection lies in the past.");
  const inspectedBy = caller.role === "merchant" ? "merchant" : "warehouse";
  return commandCase(inspectReturnOperation, request, table, {
    type: "RecordInspection",
    inspection: { ...body, inspectedBy },
  });
});
