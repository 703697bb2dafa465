import { describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { createBus } from "../../lib/local/bus.ts";
import { createClock } from "../../lib/local/clock.ts";
import { createFailures } from "../../lib/local/failures.ts";
import { createMeter } from "../../lib/local/meter.ts";
import { compileSchedule } from "../../lib/local/schedule-expression.ts";
import { TemplateRefused } from "../../lib/local/template.ts";

const next = (expression: string, after: string): string =>
  new Date(compileSchedule(expression, "here")(Date.parse(after))).toISOString();

describe("a schedule expression", () => {
  it.each([
    ["cron(0 * * * ? *)", "2026-03-01T09:59:59Z", "2026-03-01T10:00:00.000Z"],
    ["cron(0 * * * ? *)", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00.000Z"],
    ["cron(0 * * * ? *)", "2026-03-01T23:30:00Z", "2026-03-02T00:00:00.000Z"],
    ["cron(15,45 6,18 * * ? *)", "2026-03-01T06:15:00Z", "2026-03-01T06:45:00.000Z"],
    ["cron(15,45 6,18 * * ? *)", "2026-03-01T18:45:00Z", "2026-03-02T06:15:00.000Z"],
    ["rate(15 minutes)", "2026-03-01T06:07:00Z", "2026-03-01T06:22:00.000Z"],
    ["rate(1 day)", "2026-03-01T06:07:00Z", "2026-03-02T06:07:00.000Z"],
  ])("%s comes after %s at %s", (expression, after, at) => {
    expect(next(expression, after)).toBe(at);
  });

  it.each([
    "cron(0 9 ? * MON *)",
    "cron(0/5 * * * ? *)",
    "cron(60 * * * ? *)",
    "at(2026-03-01T00:00:00)",
    "rate(0 hours)",
  ])("that is not played is refused: %s", (expression) => {
    expect(() => compileSchedule(expression, "here")).toThrow(TemplateRefused);
  });
});

it("a rule for times fires on the service's clock, once at each of its times", async () => {
  const activity = createActivity();
  const startAt = Date.UTC(2026, 2, 1, 9, 30);
  const clock = createClock({ settle: activity.settled, failed: () => {}, startAt });
  const heard: string[] = [];
  const schedule = compileSchedule("cron(0 * * * ? *)", "here");
  const target = {
    id: "t",
    arn: "arn:f",
    maximumRetries: 0,
    maximumAgeSeconds: 60,
    deadLetterArn: undefined,
  };
  const bus = createBus({
    buses: new Set(["default"]),
    rules: [{ name: "rule", arn: "arn:rule", bus: "default", schedule, targets: [target] }],
    deliver: (_arn, event) => void heard.push(`${event["detail-type"]} ${event.time}`),
    clock,
    activity,
    meter: createMeter(),
    failures: createFailures(clock.now, undefined),
    account: "000000000000",
    region: "us-east-1",
    lost: () => {},
  });
  bus.startSchedules();
  await clock.advance(2 * 3_600_000);
  clock.stop();
  expect(heard).toEqual(["Scheduled Event 2026-03-01T10:00:00Z", "Scheduled Event 2026-03-01T11:00:00Z"]);
});
