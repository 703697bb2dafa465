import type { Announcement } from "../domain/announcement.ts";
import type { CaseState } from "../domain/case.ts";
import type { CaseRecord } from "./cases.ts";
import { besideEventKey } from "./keys.ts";
import { putOnce, type Table, type Write } from "./table.ts";

/**
 * The entry of the timeline and the outbox for what happens beside a case. The case's version stays: a party that
 * uploads or writes must not be able to make another's decision fail again and again, and no clock depends on it.
 *
 * @param id what happened, unique within the case
 */
export const besideRecordWrite = (
  table: Table,
  state: CaseState,
  id: string,
  { type, at, by, payload }: Omit<Announcement, "eventId">,
): Write => {
  const { tenantId, caseId, merchantId, buyerId, version, stage } = state;
  const record: CaseRecord = {
    tenantId,
    caseId,
    merchantId,
    buyerId,
    version,
    at,
    stage,
    announcements: [{ eventId: `${caseId}.${id}`, type, at, by, payload }],
  };
  return putOnce(table, "record", { ...besideEventKey(tenantId, caseId, version, { at, id }), ...record });
};
