import { routes } from "../../http/endpoint.ts";
import { changeDispositionEndpoint } from "./change-disposition.ts";
import { inspectReturnEndpoint } from "./inspect-return.ts";
import { reportNotReceivedEndpoint } from "./report-not-received.ts";
import { addReturnShipmentEndpoint, shipReturnEndpoint } from "./ship-return.ts";
import { listTransitClocksEndpoint, putTransitClockEndpoint } from "./transit-clocks.ts";

export const handler = routes(
  shipReturnEndpoint,
  addReturnShipmentEndpoint,
  putTransitClockEndpoint,
  listTransitClocksEndpoint,
  reportNotReceivedEndpoint,
  inspectReturnEndpoint,
  changeDispositionEndpoint,
);
