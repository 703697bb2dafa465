import { routes } from "../../http/endpoint.ts";
import { listDisputesEndpoint } from "./list-disputes.ts";
import { getDisputeFileEndpoint } from "./read-file.ts";

export const handler = routes(listDisputesEndpoint, getDisputeFileEndpoint);
