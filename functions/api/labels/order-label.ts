import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { orderReturnLabelOperation } from "./operations.ts";

export const orderReturnLabelEndpoint = endpoint(orderReturnLabelOperation, (request, { table }) =>
  commandCase(orderReturnLabelOperation, request, table, { type: "OrderReturnLabel" }),
);
