import { routes } from "../../http/endpoint.ts";
import { inspectReturnEndpoint } from "./inspect-return.ts";
import { reportNotReceivedEndpoint } from "./report-not-received.ts";
import { shipReturnEndpoint } from "./ship-return.ts";

export const handler = routes(shipReturnEndpoint, reportNotReceivedEndpoint, inspectReturnEndpoint);
