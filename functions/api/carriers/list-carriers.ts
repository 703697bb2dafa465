import { carrierCodes, carriers, mayMoveMoney } from "../../domain/carriers.ts";
import { endpoint } from "../../http/endpoint.ts";
import { listCarriersOperation } from "./operations.ts";

export const listCarriersEndpoint = endpoint(listCarriersOperation, async () => ({
  status: 200,
  body: {
    items: carrierCodes.map((carrier) => ({
      carrier,
      ...carriers[carrier],
      movesMoney: mayMoveMoney(carrier),
    })),
  },
}));
