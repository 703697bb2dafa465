import { TemplateRefused } from "./template.ts";

/**
 * EventBridge's schedule expressions, as far as they are played: `rate(…)`, counted from the start, and `cron(…)`
 * in UTC with numbers, lists of them or `*` for minute and hour and every day.
 */

/** The next moment behind an instant, in epoch milliseconds. */
export type Schedule = (after: number) => number;

const unitMs: { readonly [unit: string]: number } = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const numbersIn = (field: string, below: number): readonly number[] | undefined => {
  if (field === "*") return Array.from({ length: below }, (_, index) => index);
  const numbers = field.split(",").map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : Number.NaN));
  return numbers.every((number) => number < below) ? numbers.toSorted((a, b) => a - b) : undefined;
};

const everyDay = new Set(["* * ? *", "? * * *"]);

/** @throws TemplateRefused for what is not played */
export const compileSchedule = (expression: string, where: string): Schedule => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined && unit !== undefined && Number(count) > 0) {
    return (after) => after + Number(count) * (unitMs[unit] ?? 0);
  }
  const [, minute = "", hour = "", days = ""] =
    /^cron\((\S+) (\S+) (\S+ \S+ \S+ \S+)\)$/.exec(expression) ?? [];
  const minutes = numbersIn(minute, 60);
  const hours = numbersIn(hour, 24);
  if (!minutes || !hours || !everyDay.has(days)) {
    throw new TemplateRefused(`${where}: the schedule ${expression} is not played.`);
  }
  return (after) => {
    const midnight = Math.floor(after / 86_400_000) * 86_400_000;
    for (const day of [0, 1]) {
      for (const h of hours) {
        for (const m of minutes) {
          const at = midnight + day * 86_400_000 + h * 3_600_000 + m * 60_000;
          if (at > after) return at;
        }
      }
    }
    throw new TemplateRefused(`${where}: the schedule ${expression} never comes.`);
  };
};
