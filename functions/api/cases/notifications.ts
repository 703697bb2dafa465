import { type Audience, renderMessage } from "../../domain/notifications.ts";
import { type Caller, endpoint } from "../../http/endpoint.ts";
import { caseNotifications } from "../../store/notifications.ts";
import { getNotificationsOperation } from "./operations.ts";
import { requireCaseState } from "./visible-case.ts";

/** A buyer and a merchant read what was said to them; the platform reads everything. */
const mayRead = ({ role }: Caller, audience: Audience): boolean =>
  (role !== "buyer" && role !== "merchant") || role === audience;

export const getNotificationsEndpoint = endpoint(
  getNotificationsOperation,
  async ({ caller, params }, { table }) => {
    const state = await requireCaseState(table, caller, params.caseId);
    const notifications = await caseNotifications(table, state);
    const items = notifications.flatMap(({ eventId, at, messages }) =>
      messages
        .filter((message) => mayRead(caller, message.audience))
        .map((message) => ({
          eventId,
          at: new Date(at).toISOString(),
          audience: message.audience,
          template: message.template,
          text: renderMessage(message),
        })),
    );
    return { status: 200, body: { items } };
  },
);
