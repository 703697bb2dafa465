import { routes } from "../../http/endpoint.ts";
import { deployedKeyService } from "../../store/key-service.ts";
import { receivePushEndpoint } from "./receive-push.ts";
import { replayParkedPushEndpoint } from "./replay-push.ts";

export const handler = routes(
  receivePushEndpoint(deployedKeyService),
  replayParkedPushEndpoint(deployedKeyService),
);
