import { routes } from "../../http/endpoint.ts";
import { listVerdictsEndpoint } from "./list-verdicts.ts";
import { previewJudgmentEndpoint } from "./preview-judgment.ts";

export const handler = routes(previewJudgmentEndpoint, listVerdictsEndpoint);
