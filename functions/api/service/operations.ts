import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";

export const getOpenApiOperation = defineOperation({
  operationId: "getOpenApi",
  method: "GET",
  path: "/v1/openapi.json",
  area: "service",
  roles: "public",
  summary: "This document.",
  replies: { 200: { description: "OpenAPI 3.1.", schema: z.looseObject({ openapi: z.string() }) } },
  problems: [],
});

export const getHealthOperation = defineOperation({
  operationId: "getHealth",
  method: "GET",
  path: "/v1/health",
  area: "service",
  roles: "public",
  summary: "Whether the service answers and reaches its table.",
  replies: {
    200: {
      description: "It does.",
      schema: z.object({ status: z.literal("ok"), version: z.string() }),
    },
  },
  problems: [],
});

export const operations = [getOpenApiOperation, getHealthOperation] as const;
