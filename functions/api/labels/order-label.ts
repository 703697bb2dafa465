import { decideLabel } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { orderReturnLabelOperation } from "./operations.ts";

export const orderReturnLabelEndpoint = endpoint(orderReturnLabelOperation, (request, { table }) =>
  commandCase(decideLabel, orderReturnLabelOperation, request, table, { type: "OrderReturnLabel" }),
);
