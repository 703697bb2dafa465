import { decideReturn } from "../../domain/decide-case.ts";
import { inspectedGoods } from "../../domain/inspected-goods.ts";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { commandCase } from "../cases/command.ts";
import { inspectReturnOperation } from "./operations.ts";

export const inspectReturnEndpoint = endpoint(inspectReturnOperation, async (request, { table }) => {
  const { body, caller, now } = request;
  if (body.inspectedAt > now) throw invalidField("/inspectedAt", "An inspection lies in the past.");
  const inspectedBy = caller.role === "merchant" ? "merchant" : "warehouse";
  const lines = body.lines.map(({ disposition: _, ...found }) => found);
  const inspection = { ...body, inspectedBy, lines } as const;
  return commandCase(decideReturn, inspectReturnOperation, request, table, (snapshot) => ({
    type: "RecordInspection",
    inspection,
    goods: inspectedGoods(inspection, body.lines, snapshot),
  }));
});
