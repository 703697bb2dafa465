import { routes } from "../../http/endpoint.ts";
import { answerLabelEndpoint } from "./answer-label.ts";
import { getLabelEndpoint, listLabelsEndpoint } from "./list-labels.ts";
import { orderReturnLabelEndpoint } from "./order-label.ts";

export const handler = routes(
  orderReturnLabelEndpoint,
  listLabelsEndpoint,
  getLabelEndpoint,
  answerLabelEndpoint,
);
