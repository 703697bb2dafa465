import { counterDay, countOnce } from "../store/daily-counters.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type CaseEventDetail, caseEventDetail, type DeliveredEvent } from "./contracts.ts";

const countersOf = (
  type: string,
  { at, payload }: CaseEventDetail,
): { readonly [counter: string]: number } => {
  switch (type) {
    case "CaseFiled":
      return { filed: 1, [`filed.${payload.reason}`]: 1 };
    case "CaseClosed":
    case "CaseCancelled":
      return {
        ended: 1,
        [`ended.${payload.outcome}`]: 1,
        handlingMs: at - (payload.filedAt ?? at),
      };
    default:
      return {};
  }
};

/** Keeps a merchant's counters of the day: cases, by reason, by outcome, and the time they took. */
export const recordAnalytics = async (table: Table, event: DeliveredEvent): Promise<void> => {
  const detail = caseEventDetail.parse(event.detail);
  const add = countersOf(event["detail-type"], detail);
  if (Object.keys(add).length === 0) return;
  const { tenantId, merchantId, caseId, eventId, at } = detail;
  const filed = event["detail-type"] === "CaseFiled" ? { filedCaseId: caseId } : {};
  await countOnce(table, { tenantId, merchantId, eventId, ...filed, day: counterDay(at), add }, at);
};

export const handler = (event: DeliveredEvent): Promise<void> => recordAnalytics(deployedTable(), event);
