import * as z from "zod/mini";
import type { AnnouncementPayload } from "../domain/announcement.ts";
import type { CaseRecord } from "../store/cases.ts";
import type { ClockExtensionRecord } from "../store/clock-extensions.ts";
import type { PayoutRecord } from "../store/payouts.ts";

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

/** Of what becomes of a buyer's refund once its case is settled; a payout to a merchant is no such. */
export const refundEventDetail = z.looseObject({
  eventId: z.string(),
  tenantId: z.string(),
  caseId: z.string(),
  payoutId: z.string(),
  at: z.int(),
  payload: z.looseObject({ kind: z.literal("refund"), amountMinor: z.int(), currency: z.string() }),
});

/** An event as EventBridge delivers it. */
export type DeliveredEvent = { readonly "detail-type": string; readonly detail: unknown };

/** What is told of a case, of a payout or of an extension of many cases. */
export type OutboxRecord = CaseRecord | PayoutRecord | ClockExtensionRecord;

/** Whatever of these a record has, a consumer reads. */
type Subject = Partial<Pick<CaseRecord, "caseId" | "merchantId" | "buyerId" | "stage" | "deadlineAt">> &
  Partial<Pick<PayoutRecord, "payoutId">> &
  Partial<Pick<ClockExtensionRecord, "extensionId">> & { readonly tenantId: string };

/** The JSON text of an announcement; amounts are integers. */
export const detailOf = (
  record: OutboxRecord,
  announcement: OutboxRecord["announcements"][number],
): string => {
  const subject: Subject = record;
  const instructed: AnnouncementPayload = announcement.payload;
  return JSON.stringify(
    {
      eventId: announcement.eventId,
      tenantId: subject.tenantId,
      caseId: subject.caseId,
      // The event of a case that instructs its refund names the payout, too.
      payoutId: subject.payoutId ?? instructed.payoutId,
      extensionId: subject.extensionId,
      merchantId: subject.merchantId,
      buyerId: subject.buyerId,
      at: announcement.at,
      stage: subject.stage,
      deadlineAt: subject.deadlineAt,
      by: announcement.by,
      payload: announcement.payload,
    },
    (_name, value: unknown) => (typeof value === "bigint" ? Number(value) : value),
  );
};
