import { routes } from "../../http/endpoint.ts";
import { deployedUploads } from "../../store/uploads.ts";
import { getNotificationsEndpoint } from "../cases/notifications.ts";
import { listMessagesEndpoint } from "./list-messages.ts";
import { markReadEndpoint } from "./mark-read.ts";
import { postMessageEndpoint } from "./post-message.ts";

export const handler = routes(
  postMessageEndpoint(deployedUploads),
  listMessagesEndpoint(deployedUploads),
  markReadEndpoint,
  getNotificationsEndpoint,
);
