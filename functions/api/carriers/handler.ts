import { routes } from "../../http/endpoint.ts";
import { deployedKeyService } from "../../store/key-service.ts";
import { confirmParcelEndpoint } from "./confirm-parcel.ts";
import { listCarriersEndpoint } from "./list-carriers.ts";
import { listParcelExceptionsEndpoint, resolveParcelExceptionEndpoint } from "./parcel-exceptions.ts";
import { listParkedPushesEndpoint } from "./parked-pushes.ts";
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
  confirmParcelEndpoint,
  listParcelExceptionsEndpoint,
  resolveParcelExceptionEndpoint,
  listParkedPushesEndpoint,
);
