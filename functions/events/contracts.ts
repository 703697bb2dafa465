import * as z from "zod/mini";
import type { Announcement } from "../domain/announcement.ts";
import type { CaseRecord } from "../store/cases.ts";

/** The bus's name for who tells these events. */
export const eventSource = "consignment.after-sales";

/**
 * The detail of an event on the bus; its detail-type is the event's name in the past tense. Consumers may
 * meet an event twice and out of order: `eventId` is the same each time.
 */
export const caseEventDetail = z.looseObject({
  eventId: z.string(),
  tenantId: z.string(),
  caseId: z.string(),
  merchantId: z.string(),
  buyerId: z.string(),
  /** Epoch milliseconds. */
  at: z.int(),
  stage: z.string(),
  deadlineAt: z.optional(z.int()),
  by: z.object({ role: z.string(), id: z.string() }),
  payload: z.looseObject({
    reason: z.optional(z.string()),
    filedAt: z.optional(z.int()),
    outcome: z.optional(z.string()),
    cause: z.optional(z.string()),
  }),
});
export type CaseEventDetail = z.output<typeof caseEventDetail>;

/** An event as EventBridge delivers it. */
export type DeliveredEvent = { readonly "detail-type": string; readonly detail: unknown };

/** The JSON text of an announcement; amounts are integers. */
export const detailOf = (record: CaseRecord, announcement: Announcement): string =>
  JSON.stringify(
    {
      eventId: announcement.eventId,
      tenantId: record.tenantId,
      caseId: record.caseId,
      merchantId: record.merchantId,
      buyerId: record.buyerId,
      at: announcement.at,
      stage: record.stage,
      deadlineAt: record.deadlineAt,
      by: announcement.by,
      payload: announcement.payload,
    },
    (_name, value: unknown) => (typeof value === "bigint" ? Number(value) : value),
  );
