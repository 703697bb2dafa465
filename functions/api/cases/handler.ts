import { endpoint, routes } from "../../http/endpoint.ts";
import { commandCase } from "./command.ts";
import { fileCaseEndpoint } from "./file-case.ts";
import { listCasesEndpoint } from "./list-cases.ts";
import { getNotificationsEndpoint } from "./notifications.ts";
import { cancelCaseOperation } from "./operations.ts";
import { getCaseEndpoint } from "./read-case.ts";
import { getTimelineEndpoint } from "./timeline.ts";

const cancelCaseEndpoint = endpoint(cancelCaseOperation, (request, { table }) =>
  commandCase(cancelCaseOperation, request, table, { type: "CancelCase" }),
);

export const handler = routes(
  fileCaseEndpoint,
  getCaseEndpoint,
  listCasesEndpoint,
  getTimelineEndpoint,
  cancelCaseEndpoint,
  getNotificationsEndpoint,
);
