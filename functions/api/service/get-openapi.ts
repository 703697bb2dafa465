import document from "../../../docs/openapi.json" with { type: "json" };
import { endpoint } from "../../http/endpoint.ts";
import { getOpenApiOperation } from "./operations.ts";

export const getOpenApiEndpoint = endpoint(getOpenApiOperation, async () => ({
  status: 200,
  body: document,
  headers: { "cache-control": "public, max-age=300" },
}));
