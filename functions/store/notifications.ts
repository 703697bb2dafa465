import type { Message } from "../domain/notifications.ts";
import { casePartition, notificationKey } from "./keys.ts";
import { putIfAbsent, queryAll, type Table } from "./table.ts";

/** The messages one event gave rise to. */
export type Notification = {
  readonly tenantId: string;
  readonly caseId: string;
  readonly eventId: string;
  readonly at: number;
  readonly messages: readonly Message[];
};

/** Keeps the messages of an event, once however often it is delivered. */
export const keepNotification = (table: Table, notification: Notification): Promise<void> =>
  putIfAbsent(table, {
    ...notificationKey(notification.tenantId, notification.caseId, notification.eventId),
    ...notification,
  });

/** Every notification of a case, oldest first. A case has a dozen at most. */
export const caseNotifications = async (
  table: Table,
  { tenantId, caseId }: { readonly tenantId: string; readonly caseId: string },
): Promise<readonly Notification[]> => {
  const found = await queryAll<Notification>(table, {
    KeyConditionExpression: "PK = :case AND begins_with(SK, :notification)",
    ExpressionAttributeValues: {
      ":case": casePartition(tenantId, caseId),
      ":notification": "NOTIFICATION#",
    },
  });
  return [...found].sort((a, b) => a.at - b.at || a.eventId.localeCompare(b.eventId, "en"));
};
