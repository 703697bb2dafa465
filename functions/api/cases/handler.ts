import { routes } from "../../http/endpoint.ts";
import { fileCaseEndpoint } from "./file-case.ts";
import { listCasesEndpoint } from "./list-cases.ts";
import { getCaseEndpoint } from "./read-case.ts";
import { getTimelineEndpoint } from "./timeline.ts";

export const handler = routes(fileCaseEndpoint, getCaseEndpoint, listCasesEndpoint, getTimelineEndpoint);
