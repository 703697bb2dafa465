import { routes } from "../../http/endpoint.ts";
import { answerReplacementEndpoint } from "./answer-replacement.ts";
import { giveUpReplacementEndpoint } from "./give-up-replacement.ts";
import { recordRepairEndpoint } from "./record-repair.ts";
import { shipReplacementEndpoint } from "./ship-replacement.ts";

export const handler = routes(
  recordRepairEndpoint,
  shipReplacementEndpoint,
  giveUpReplacementEndpoint,
  answerReplacementEndpoint,
);
