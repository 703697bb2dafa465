import { routes } from "../../http/endpoint.ts";
import { cancelCaseEndpoint } from "../cases/cancel-case.ts";
import { answerOfferEndpoint } from "./answer-offer.ts";
import { decideCaseEndpoint } from "./decide-case.ts";
import { decideCasesEndpoint } from "./decide-cases.ts";
import { getQueueCountsEndpoint, getQueueEndpoint } from "./queue.ts";

export const handler = routes(
  decideCaseEndpoint,
  decideCasesEndpoint,
  answerOfferEndpoint,
  cancelCaseEndpoint,
  getQueueEndpoint,
  getQueueCountsEndpoint,
);
