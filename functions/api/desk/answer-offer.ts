import { decideDesk } from "../../domain/decide-case.ts";
import { endpoint } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { unlessHeldElsewhere } from "../cases/held-elsewhere.ts";
import { answerOfferOperation } from "./operations.ts";

export const answerOfferEndpoint = endpoint(answerOfferOperation, (request, { table }) =>
  unlessHeldElsewhere(
    commandCase(decideDesk, answerOfferOperation, request, table, {
      type: "AnswerOffer",
      answer: request.body.answer,
    }),
  ),
);
