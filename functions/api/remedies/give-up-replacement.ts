import { decideRemedy } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { giveUpReplacementOperation } from "./operations.ts";

export const giveUpReplacementEndpoint = endpoint(giveUpReplacementOperation, (request, { table }) =>
  commandCase(decideRemedy, giveUpReplacementOperation, request, table, {
    type: "GiveUpRemedy",
    of: "awaiting_reshipment",
  }),
);
