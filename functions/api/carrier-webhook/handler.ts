import { routes } from "../../http/endpoint.ts";
import { deployedKeyService } from "../../store/key-service.ts";
import { receivePushEndpoint } from "./receive-push.ts";

export const handler = routes(receivePushEndpoint(deployedKeyService));
