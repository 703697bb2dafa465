import { decideRemedy } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { answerReplacementOperation } from "./operations.ts";

export const answerReplacementEndpoint = endpoint(answerReplacementOperation, (request, { table }) => {
  const { body } = request;
  return commandCase(
    decideRemedy,
    answerReplacementOperation,
    request,
    table,
    body.outcome === "confirmed"
      ? { type: "ConfirmReplacement" }
      : { type: "ReportProblem", problem: body.problem },
  );
});
