import { decideRemedy } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { recordRepairOperation } from "./operations.ts";

export const recordRepairEndpoint = endpoint(recordRepairOperation, (request, { table }) => {
  const { body } = request;
  return commandCase(
    decideRemedy,
    recordRepairOperation,
    request,
    table,
    body.outcome === "repaired"
      ? { type: "FinishRepair", costMinor: body.costMinor }
      : { type: "GiveUpRemedy", of: "repairing" },
  );
});
