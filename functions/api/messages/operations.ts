import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { pageOf, paging } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { messageId, messageView, newMessage, postedMessage, readState } from "./schemas.ts";

const participants = ["partner", "buyer", "merchant", "operator"] as const;

export const postMessageOperation = defineOperation({
  operationId: "postMessage",
  method: "POST",
  path: "/v1/cases/{caseId}/messages",
  area: "messages",
  roles: participants,
  summary: "Write to the others of a case, with up to five files.",
  description:
    "A message cannot be changed. A partner writes for its buyers. A case that has ended can be written about for seven days more. Attachments are uploaded like evidence and are none: no rule counts them.",
  params: caseParams,
  body: newMessage,
  replies: { 201: { description: "The message was posted.", schema: postedMessage } },
  problems: ["not_found", "thread_closed", "thread_full", "audience_forbidden"],
});

export const listMessagesOperation = defineOperation({
  operationId: "listMessages",
  method: "GET",
  path: "/v1/cases/{caseId}/messages",
  area: "messages",
  roles: participants,
  summary: "The messages the caller reads, oldest first, and how many of them are new to it.",
  params: caseParams,
  query: z.strictObject(paging),
  replies: { 200: { description: "One page.", schema: z.extend(pageOf(messageView), readState) } },
  problems: ["not_found", "invalid_cursor"],
});

export const markReadOperation = defineOperation({
  operationId: "markMessagesRead",
  method: "PUT",
  path: "/v1/cases/{caseId}/messages/read",
  area: "messages",
  roles: participants,
  summary: "Mark all messages up to one as read by the caller. A mark never goes back.",
  params: caseParams,
  body: z.strictObject({ upTo: messageId }),
  replies: { 200: { description: "What is still unread.", schema: z.object(readState) } },
  problems: ["not_found"],
});

export const operations = [postMessageOperation, listMessagesOperation, markReadOperation] as const;
