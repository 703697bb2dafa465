import { routes } from "../../http/endpoint.ts";
import { decideCaseEndpoint } from "./decide-case.ts";
import { getQueueEndpoint } from "./queue.ts";

export const handler = routes(decideCaseEndpoint, getQueueEndpoint);
