import { routes } from "../../http/endpoint.ts";
import { deployedKeyService } from "../../store/key-service.ts";
import { listCarriersEndpoint } from "./list-carriers.ts";
import {
  endCarrierSubscriptionEndpoint,
  getCarrierSubscriptionEndpoint,
  listCarrierSubscriptionsEndpoint,
  rotateCarrierSecretEndpoint,
  subscribeCarrierEndpoint,
} from "./subscriptions.ts";

export const handler = routes(
  listCarriersEndpoint,
  subscribeCarrierEndpoint(deployedKeyService),
  listCarrierSubscriptionsEndpoint,
  getCarrierSubscriptionEndpoint,
  endCarrierSubscriptionEndpoint,
  rotateCarrierSecretEndpoint(deployedKeyService),
);
