import document from "../../../docs/openapi.json" with { type: "json" };
import { endpoint } from "../../http/endpoint.ts";
import { getItem } from "../../store/table.ts";
import { getHealthOperation } from "./operations.ts";

/** One read of an item that need not exist: it fails if the table cannot be reached. */
export const getHealthEndpoint = endpoint(getHealthOperation, async (_request, { table }) => {
  await getItem(table, { PK: "HEALTH", SK: "HEALTH" });
  return { status: 200, body: { status: "ok", version: document.info.version } };
});
