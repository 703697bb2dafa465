import { messagesFor } from "../domain/notifications.ts";
import { keepNotification } from "../store/notifications.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { caseEventDetail, type DeliveredEvent, refundEventDetail } from "./contracts.ts";

const isOfPayout = (event: DeliveredEvent): boolean => event["detail-type"].startsWith("Payout");

/** Turns an event into messages for those it concerns, and keeps them. */
export const notify = async (table: Table, event: DeliveredEvent): Promise<void> => {
  const refund = refundEventDetail.safeParse(event.detail).data;
  if (isOfPayout(event) && !refund) return;
  const detail = refund ? { ...refund, stage: "closed" } : caseEventDetail.parse(event.detail);
  const messages = messagesFor({ ...detail, type: event["detail-type"] });
  if (messages.length === 0) return;
  const { tenantId, caseId, eventId, at } = detail;
  await keepNotification(table, { tenantId, caseId, eventId, at, messages });
};

export const handler = (event: DeliveredEvent): Promise<void> => notify(deployedTable(), event);
