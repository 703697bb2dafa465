import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { Actor, CaseCommand, CaseEvent, CaseSnapshot } from "../../functions/domain/case.ts";
import { type CaseCalendars, timeLeft } from "../../functions/domain/clock.ts";
import { type ClockExtension, extensionsDue } from "../../functions/domain/clock-extension.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { aReturn, buyer, day, hour, merchant, monday, operator, system } from "../support/builders.ts";
import { anOffice, hours } from "../support/calendars.ts";
import { afterEvents, at, filedSnapshot, judged } from "../support/cases.ts";

/*
 * The merchant's time is the merchant's: whatever interrupts its wait, it has what it was promised altogether, and is
 * warned of each part of it once.
 */

/** Holidays, make-up days and a change to summer time lie where the walks pass. */
const office = (timeZone: string) =>
  compileCalendar(
    anOffice({
      timeZone,
      holidays: ["2026-03-04", "2026-03-05", "2026-03-30"],
      makeUpDays: ["2026-03-07", "2026-03-29"],
      makeUpHours: hours("01:00", "15:30"),
    }),
  );
const calendarsOf: readonly (readonly [string, CaseCalendars])[] = [
  ["around the clock", {}],
  ["in Shanghai", { merchant: office("Asia/Shanghai"), operator: office("Asia/Shanghai") }],
  ["in Berlin", { merchant: office("Europe/Berlin"), buyer: office("Asia/Shanghai") }],
];

/** A case whose machine wakes when it said it would; beside it, what its merchant was promised and has had. */
class Walk {
  standing: CaseSnapshot;
  now = monday;
  promisedMs: number;
  ranMs = 0;
  readonly told: (number | "passed")[] = [];
  readonly festivals: ClockExtension[] = [];
  readonly festive = new Set<string>();

  constructor(calendars: CaseCalendars, merchantAnswerHours: number) {
    this.promisedMs = merchantAnswerHours * hour;
    const filed = { ...filedSnapshot(aReturn()), calendars };
    const {
      command,
      by,
      at: time,
    } = at(monday, judged({ clocks: { merchantAnswerHours, silence: "refuse" } }))(filed);
    this.standing = afterEvents(filed, decide(command, filed, time, by));
  }

  get over(): boolean {
    return this.told.includes("passed");
  }

  private openMs(from: number, to: number): number {
    return timeLeft(from, to, this.standing.calendars?.merchant);
  }

  /** Nothing happens until then. */
  private pass(to: number): void {
    const { stage, paused, deadlineAt = to } = this.standing.state;
    if (stage === "awaiting_merchant" && !paused)
      this.ranMs += this.openMs(this.now, deadlineAt < to ? deadlineAt : to);
    this.now = to;
  }

  private happen(event: CaseEvent): void {
    const { stage, deadlineAt = 0 } = this.standing.state;
    this.standing = afterEvents(this.standing, [event]);
    if (stage !== "awaiting_merchant") return;
    if (event.type === "DeadlineApproaching") {
      this.told.push(event.percent);
      const leftMs = Math.floor((this.promisedMs * (100 - event.percent)) / 100);
      expect(this.promisedMs - this.ranMs, `${event.percent} % of all that was promised`).toBe(leftMs);
    }
    if (event.type === "DeadlinePassed") this.told.push("passed");
    if (event.type !== "DeadlineExtended") return;
    const festival = this.festivals.find(({ extensionId }) => extensionId === event.extensionId);
    if (festival) {
      expect(this.festive.has(festival.extensionId), "once a wait").toBe(false);
      this.festive.add(festival.extensionId);
    }
    this.promisedMs += this.openMs(deadlineAt, event.deadlineAt);
  }

  /** What a refusal refuses does not happen. */
  say(command: CaseCommand, by: Actor): void {
    try {
      const events = decide(command, this.standing, this.now, by);
      const before = this.standing.state.deadlineAt;
      for (const event of events) this.happen(event);
      // As the write of a wait that begins does.
      if (this.standing.state.deadlineAt !== before) this.celebrate();
    } catch (error) {
      if (!(error instanceof CaseError)) throw error;
    }
  }

  celebrate(): void {
    for (const event of extensionsDue(this.standing, this.festivals, this.now)) this.happen(event);
  }

  /** The machine for so long. */
  lives(ms: number): void {
    const to = this.now + ms;
    while (!this.over) {
      const { wakeAt, deadlineAt = to } = this.standing.state;
      const next = wakeAt ?? deadlineAt;
      if (next >= to) break;
      this.pass(Math.max(this.now, next));
      this.say({ type: "ExpireWait" }, system);
    }
    if (!this.over) this.pass(to);
  }

  /** Everybody lets the merchant be asked again, and the merchant stays silent. */
  untilSilence(): void {
    for (let turn = 0; turn < 100 && !this.over; turn += 1) {
      this.say({ type: "ResumeCase" }, operator);
      this.lives((this.standing.state.deadlineAt ?? 0) - this.now + 1);
    }
  }
}

type Step = readonly [name: string, (walk: Walk) => void];
const says = (name: string, command: CaseCommand, by: Actor): fc.Arbitrary<Step> =>
  fc.constant([name, (walk) => walk.say(command, by)]);

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 9 * day }), fc.option(fc.nat(6 * day))).map(
    ([ms, endsAfter]): Step => [
      `pauses for ${ms} ms, ends after ${endsAfter}`,
      (walk) => {
        walk.say({ type: "PauseClock", until: walk.now + ms, reason: "other" }, operator);
        if (endsAfter === null) return;
        walk.lives(endsAfter);
        walk.say({ type: "ResumeClock" }, operator);
      },
    ],
  ),
  fc.integer({ min: 1, max: 40 * hour }).map(
    (byMs): Step => [
      `extends by ${byMs} ms`,
      (walk) => {
        const before = walk.promisedMs;
        walk.say({ type: "ExtendDeadline", extension: { byMs }, reason: "other" }, operator);
        expect([before, before + byMs]).toContain(walk.promisedMs);
      },
    ],
  ),
  fc
    .integer({ min: 1, max: 6 * day })
    .map(
      (ms): Step => [
        `extends until ${ms} ms ahead`,
        (walk) =>
          walk.say(
            { type: "ExtendDeadline", extension: { until: walk.now + ms }, reason: "other" },
            operator,
          ),
      ],
    ),
  fc.tuple(fc.integer({ min: 1, max: 20 * day }), fc.integer({ min: 1, max: 40 * hour })).map(
    ([ms, byMs]): Step => [
      `festival of ${ms} ms gives ${byMs}`,
      (walk) => {
        walk.festivals.push({
          extensionId: `festival-${walk.festivals.length}`,
          scope: { merchantId: merchant.id },
          from: walk.now,
          until: walk.now + ms,
          extension: { byMs },
          reason: "festival",
          declaredAt: walk.now,
        });
        walk.celebrate();
      },
    ],
  ),
  says("offers", { type: "MakeOffer", offer: { remedy: "refund_only", amountMinor: 1n } }, merchant),
  says("declines", { type: "AnswerOffer", answer: "decline" }, buyer),
  says("fails", { type: "OpenManualReview", cause: "failed" }, system),
  says("resumes", { type: "ResumeCase" }, operator),
);

describe("a merchant's time", () => {
  it.each(calendarsOf)(
    "is what was promised, to the millisecond, and warned of once, %s",
    (_name, calendars) => {
      const roads = new Set<string>();
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 72 }),
          fc.array(fc.tuple(fc.nat(30 * hour), stepOf), { maxLength: 14 }),
          (answerHours, steps) => {
            const walk = new Walk(calendars, answerHours);
            for (const [ms, [, step]] of steps) {
              walk.lives(ms);
              const { stage, interrupted, paused } = walk.standing.state;
              roads.add(
                `${stage}${interrupted?.interrupted ? " twice interrupted" : ""}${paused ? " paused" : ""}`,
              );
              if (!walk.over) step(walk);
            }
            walk.untilSilence();
            expect(walk.ranMs).toBe(walk.promisedMs);
            expect(walk.told).toEqual([50, 80, "passed"]);
          },
        ),
        { seed: 20_261_130, numRuns: 400 },
      );
      for (const road of ["awaiting_merchant paused", "offered paused", "manual_review twice interrupted"]) {
        expect(roads).toContain(road);
      }
    },
  );
});
