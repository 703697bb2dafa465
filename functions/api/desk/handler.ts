import { routes } from "../../http/endpoint.ts";
import { answerOfferEndpoint } from "./answer-offer.ts";
import { decideCaseEndpoint } from "./decide-case.ts";
import { getQueueEndpoint } from "./queue.ts";

export const handler = routes(decideCaseEndpoint, answerOfferEndpoint, getQueueEndpoint);
