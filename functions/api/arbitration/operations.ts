import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { pageOf, paging } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { disputeFile, disputeRow, queueQuery } from "./schemas.ts";

/** What arbiters read; what they decide is with the disputes. */

export const listDisputesOperation = defineOperation({
  operationId: "listDisputes",
  method: "GET",
  path: "/v1/disputes",
  area: "arbitration",
  roles: ["operator"],
  summary: "The open disputes, the nearest deadline first.",
  description:
    "Goes on behind a place and not behind a count: rows that come and go meanwhile move no other. A page may be shorter than asked for and still have a cursor.",
  query: z.strictObject({ ...queueQuery, ...paging }),
  replies: { 200: { description: "One page.", schema: pageOf(disputeRow) } },
  problems: ["invalid_cursor"],
});

export const getDisputeFileOperation = defineOperation({
  operationId: "getDispute",
  method: "GET",
  path: "/v1/disputes/{caseId}",
  area: "arbitration",
  roles: ["operator"],
  summary: "Everything an arbiter needs of a disputed case, on one page.",
  params: caseParams,
  replies: { 200: { description: "The file.", schema: disputeFile } },
  problems: ["not_found"],
});

export const operations = [listDisputesOperation, getDisputeFileOperation] as const;
