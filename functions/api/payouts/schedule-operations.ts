import * as z from "zod/mini";
import { isTimeZone } from "../../domain/calendar.ts";
import { defineOperation } from "../../http/operation.ts";
import { currency, documented, id, instant } from "../../http/schemas.ts";

const params = z.strictObject({ scheduleId: id });
const roles = ["partner", "operator"] as const;

const fields = {
  every: documented(z.enum(["day", "week"]), { example: "week" }),
  weekday: documented(z.optional(z.int().check(z.minimum(1), z.maximum(7))), {
    description: "Of a week, from 1 for Monday to 7 for Sunday.",
    example: 1,
  }),
  hour: documented(z.int().check(z.minimum(0), z.maximum(23)), {
    description: "On the wall of the time zone. A run begins within the hour from then on.",
    example: 9,
  }),
  timeZone: documented(
    z.string().check(z.maxLength(64), z.refine(isTimeZone, "must be the IANA name of a time zone")),
    { description: "IANA name.", example: "Asia/Shanghai" },
  ),
  currency: documented(z.optional(currency), { description: "Pays this currency alone; all if absent." }),
};

const weekdayForWeeks = z.superRefine<{ every: "day" | "week"; weekday?: number | undefined }>(
  ({ every, weekday }, context) => {
    if ((every === "week") === (weekday !== undefined)) return;
    const message = every === "week" ? "is required for every week" : "is for every week only";
    context.addIssue({ code: "custom", path: ["weekday"], message });
  },
);

const view = documented(
  z.object({
    scheduleId: id,
    ...fields,
    paused: z.boolean(),
    nextDueAt: documented(instant, {
      description:
        "When the next run begins, or the one began that is not through; nothing runs while paused.",
    }),
    version: z.int(),
  }),
  { id: "PayoutSchedule" },
);

export const putPayoutScheduleOperation = defineOperation({
  operationId: "putPayoutSchedule",
  method: "PUT",
  path: "/v1/payout-schedules/{scheduleId}",
  area: "payouts",
  roles,
  summary: "Say when merchants are paid by themselves.",
  description:
    "Its runs are those of `POST /v1/payout-runs`, named `<scheduleId>.<day>`: one that begins twice or late pays once, and runs that were missed are made up for by one. Several schedules may stand side by side, such as one a currency.",
  conditional: true,
  params,
  body: z
    .strictObject({
      ...fields,
      paused: documented(z.optional(z.boolean()), { description: "Runs nothing until it is put again." }),
    })
    .check(weekdayForWeeks),
  replies: {
    200: { description: "It replaces what stood, or changes nothing.", schema: view },
    201: { description: "It is new.", schema: view },
  },
  problems: [],
});

export const getPayoutScheduleOperation = defineOperation({
  operationId: "getPayoutSchedule",
  method: "GET",
  path: "/v1/payout-schedules/{scheduleId}",
  area: "payouts",
  roles,
  summary: "A schedule and when it runs next.",
  params,
  replies: { 200: { description: "The schedule.", schema: view } },
  problems: ["not_found"],
});

export const listPayoutSchedulesOperation = defineOperation({
  operationId: "listPayoutSchedules",
  method: "GET",
  path: "/v1/payout-schedules",
  area: "payouts",
  roles,
  summary: "All schedules of the platform.",
  replies: { 200: { description: "By their ids.", schema: z.object({ items: z.array(view) }) } },
  problems: [],
});
