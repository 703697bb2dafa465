import * as z from "zod/mini";
import { weekdays } from "../../domain/business-calendar.ts";
import { dayMs } from "../../domain/calendar.ts";
import { extensionReasons, pauseReasons } from "../../domain/clock-changes.ts";
import { carrier, code, documented, id, instant } from "../../http/schemas.ts";

/** `@` separates a calendar from its revision where a case names it. */
export const calendarId = documented(
  z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,32}$/, "must be 1 to 32 of the characters A-Z a-z 0-9 _ . -")),
  { description: "The calendar's id.", example: "shanghai-office" },
);

const time = documented(
  z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be HH:MM, from 00:00 to 24:00")),
  { description: "A time on the wall.", example: "09:00" },
);

const hours = z.array(z.strictObject({ opens: time, closes: time })).check(z.maxLength(4));

const date = documented(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/, "must be YYYY-MM-DD")), {
  example: "2026-10-01",
});

export const calendarBody = z.strictObject({
  timeZone: documented(z.string().check(z.minLength(1), z.maxLength(64)), { example: "Asia/Shanghai" }),
  weekly: documented(z.strictObject(Object.fromEntries(weekdays.map((day) => [day, z.optional(hours)]))), {
    description: "Opening hours by weekday, in order and apart; a weekday that is left out is closed.",
    example: { monday: [{ opens: "09:00", closes: "18:00" }] },
  }),
  holidays: documented(z._default(z.array(date).check(z.maxLength(400)), []), {
    description: "Nobody works, whatever the weekday.",
  }),
  makeUpDays: documented(z._default(z.array(date).check(z.maxLength(100)), []), {
    description: "Everybody works, whatever the weekday, by `makeUpHours`.",
  }),
  makeUpHours: z._default(hours, []),
});

export const calendarView = documented(
  z.object({
    calendarId: z.string(),
    revision: z.int(),
    shipped: documented(z.optional(z.literal(true)), {
      description: "Comes with the service and cannot be replaced.",
    }),
    timeZone: z.string(),
    weekly: z.record(z.string(), z.array(z.object({ opens: z.string(), closes: z.string() }))),
    holidays: z.array(z.string()),
    makeUpDays: z.array(z.string()),
    makeUpHours: z.array(z.object({ opens: z.string(), closes: z.string() })),
  }),
  { id: "Calendar" },
);

const planned = z.optional(calendarId);

export const clockPlanBody = documented(
  z.strictObject({ merchant: planned, buyer: planned, warehouse: planned, operator: planned }),
  { description: "Who is asked by which calendar; who is left out is asked around the clock." },
);

export const clockPlanView = documented(
  z.object({
    merchant: z.optional(z.string()),
    buyer: z.optional(z.string()),
    warehouse: z.optional(z.string()),
    operator: z.optional(z.string()),
    version: documented(z.int(), {
      description: "0 as long as none was put: all clocks run around the clock.",
    }),
  }),
  { id: "ClockPlan" },
);

export const pauseBody = z.strictObject({
  until: documented(instant, { description: "When the clock goes on by itself: within 30 days." }),
  reason: z.enum(pauseReasons),
});

/** Either by so many hours or until a moment. */
export const extensionBody = z
  .strictObject({
    hours: documented(z.optional(z.int().check(z.minimum(1), z.maximum(720))), {
      description: "Open hours of the clock's calendar.",
      example: 48,
    }),
    until: documented(z.optional(instant), { description: "The new deadline, if it is later." }),
    reason: z.enum(extensionReasons),
  })
  .check(
    z.refine(({ hours, until }) => (hours === undefined) !== (until === undefined), {
      error: "must name either hours or until",
      path: ["hours"],
    }),
  );

const scope = z.union([
  z.strictObject({ merchantId: id }),
  z.strictObject({ region: code }),
  z.strictObject({ carrier }),
]);

const extensionFields = {
  scope: documented(scope, {
    description:
      "A merchant's cases, those of a region (as `region` of their orders says), or those that wait for a parcel a carrier has on the road.",
  }),
  from: documented(instant, {
    description: "Every wait that runs at some moment of the period is extended.",
  }),
  until: instant,
  hours: documented(z.optional(z.int().check(z.minimum(1), z.maximum(720))), {
    description: "By so many open hours of each clock's calendar.",
    example: 72,
  }),
  deadline: documented(z.optional(instant), { description: "So that none of them ends before this moment." }),
  reason: z.enum(extensionReasons),
};

/** Far more than any festival or flood. */
const longestPeriodMs = 90 * dayMs;

export const clockExtensionBody = z.strictObject(extensionFields).check(
  z.refine(({ hours, deadline }) => (hours === undefined) !== (deadline === undefined), {
    error: "must name either hours or a deadline",
    path: ["hours"],
  }),
  z.refine(({ from, until }) => from < until && until - from <= longestPeriodMs, {
    error: "must be after from, by 90 days at most",
    path: ["until"],
  }),
);

export const clockExtensionView = documented(
  z.object({
    extensionId: z.string(),
    ...extensionFields,
    declaredAt: instant,
    extendedCases: documented(z.int(), {
      description:
        "Open cases that have their new deadline; those that come into a wait later are not counted.",
    }),
    status: documented(z.enum(["extending", "extended"]), {
      description: "`extended` once every open case has been looked at.",
    }),
  }),
  { id: "ClockExtension" },
);
