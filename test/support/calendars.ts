import type { CalendarDocument, OpeningHours } from "../../functions/domain/business-calendar.ts";

/** One stretch of hours, `HH:MM` to `HH:MM`. */
export const hours = (opens: string, closes: string): readonly OpeningHours[] => [{ opens, closes }];

/** Monday to Friday, the same hours each day. */
export const weekly = (opens: string, closes: string): CalendarDocument["weekly"] => {
  const daily = hours(opens, closes);
  return { monday: daily, tuesday: daily, wednesday: daily, thursday: daily, friday: daily };
};

/** An office, nine to six with an hour for lunch, without holidays. */
export const anOffice = (but: Partial<CalendarDocument> = {}): CalendarDocument => {
  const daily = [...hours("09:00", "12:00"), ...hours("13:00", "18:00")];
  return {
    timeZone: "Asia/Shanghai",
    weekly: { monday: daily, tuesday: daily, wednesday: daily, thursday: daily, friday: daily },
    holidays: [],
    makeUpDays: [],
    makeUpHours: [],
    ...but,
  };
};
