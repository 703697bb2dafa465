import { routes } from "../../http/endpoint.ts";
import { receivePushEndpoint } from "./receive-push.ts";

export const handler = routes(receivePushEndpoint);
