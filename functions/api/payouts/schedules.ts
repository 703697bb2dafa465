import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findSchedule, findSchedules, putSchedule } from "../../store/payout-schedules.ts";
import { replacementReply } from "../sync/replacement.ts";
import {
  getPayoutScheduleOperation,
  listPayoutSchedulesOperation,
  putPayoutScheduleOperation,
} from "./schedule-operations.ts";

export const putPayoutScheduleEndpoint = endpoint(
  putPayoutScheduleOperation,
  async ({ caller, params, body, ifMatch, now }, { table }) => {
    const { every, weekday, hour, timeZone, currency, paused = false } = body;
    const wanted = {
      tenantId: caller.tenantId,
      scheduleId: params.scheduleId,
      every,
      ...(weekday === undefined ? {} : { weekday }),
      hour,
      timeZone,
      ...(currency === undefined ? {} : { currency }),
      paused,
    };
    const { replacement, nextDueAt } = await putSchedule(table, wanted, ifMatch, now);
    return replacementReply(replacement, { ...wanted, nextDueAt });
  },
);

export const getPayoutScheduleEndpoint = endpoint(
  getPayoutScheduleOperation,
  async ({ caller, params }, { table }) => {
    const found = await findSchedule(table, { tenantId: caller.tenantId, ...params });
    if (!found) throw notFound("schedule");
    return { status: 200, body: found, version: found.version };
  },
);

export const listPayoutSchedulesEndpoint = endpoint(
  listPayoutSchedulesOperation,
  async ({ caller }, { table }) => ({
    status: 200,
    body: { items: await findSchedules(table, caller.tenantId) },
  }),
);
