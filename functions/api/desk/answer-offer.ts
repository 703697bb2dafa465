import { decideDesk } from "../../domain/decide-case.ts";
import { CaseError } from "../../domain/errors.ts";
import { endpoint } from "../../http/endpoint.ts";
import { isLineConflict } from "../../store/cases.ts";
import { Conflict } from "../../store/table.ts";
import { commandCase } from "../cases/command.ts";
import { answerOfferOperation } from "./operations.ts";

export const answerOfferEndpoint = endpoint(answerOfferOperation, async (request, { table }) => {
  const { answer } = request.body;
  try {
    return await commandCase(decideDesk, answerOfferOperation, request, table, {
      type: "AnswerOffer",
      answer,
    });
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.some(isLineConflict)) throw error;
    // Goods that were to stay are to come back, and another case has claimed them since.
    throw new CaseError(
      "quantity_exceeded",
      "Another case is about these units; the offer cannot be accepted.",
    );
  }
});
