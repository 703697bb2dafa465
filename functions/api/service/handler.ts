import { routes } from "../../http/endpoint.ts";
import { getHealthEndpoint } from "./get-health.ts";
import { getOpenApiEndpoint } from "./get-openapi.ts";

export const handler = routes(getOpenApiEndpoint, getHealthEndpoint);
