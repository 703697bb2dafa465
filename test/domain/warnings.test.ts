import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { stages } from "../../functions/domain/lifecycle.ts";
import { owedBy } from "../../functions/domain/warnings.ts";
import { aReturn, day, hour, monday, system } from "../support/builders.ts";
import { anOffice } from "../support/calendars.ts";
import { afterEvents, at, filedFor, judged, played, silence, wayTo } from "../support/cases.ts";

/** The machine of a wait, run by hand: it wakes when it said it would, `lateMs` late, until something else happens. */
const wakes = (standing: CaseSnapshot, lateMs = 0) => {
  const heard: { readonly type: string; readonly at: number; readonly percent?: number }[] = [];
  let now = standing;
  while (now.state.stage === standing.state.stage && now.state.deadlineAt === standing.state.deadlineAt) {
    const wakeAt = (now.state.wakeAt ?? now.state.deadlineAt ?? 0) + lateMs;
    const events = decide({ type: "ExpireWait" }, now, wakeAt, system);
    const again = decide({ type: "ExpireWait" }, now, wakeAt, system);
    expect(again, "the same again, as nothing was written yet").toEqual(events);
    expect(events.length, "the machine never wakes for nothing").toBeGreaterThan(0);
    heard.push(...events);
    now = afterEvents(now, events);
    if (now.state.stage !== standing.state.stage) break;
    expect(decide({ type: "ExpireWait" }, now, wakeAt, system), "each is said once").toEqual([]);
  }
  return heard;
};

const owed = stages.filter((stage) => owedBy(stage).length > 0);

describe("who owes an answer is warned", () => {
  it.each(owed)("in %s at 50 and 80 %, each once, and told when the time has passed", (stage) => {
    const standing = played(filedFor(stage), ...wayTo[stage]);
    const durationMs = standing.state.clockMs ?? 0;
    expect(durationMs).toBe((standing.state.deadlineAt ?? 0) - standing.state.updatedAt);
    const heard = wakes(standing);
    const told = heard.filter(({ type }) => type.startsWith("Deadline"));
    expect(told.slice(0, 3)).toMatchObject([
      {
        type: "DeadlineApproaching",
        percent: 50,
        owedBy: owedBy(stage),
        at: standing.state.updatedAt + durationMs / 2,
      },
      { type: "DeadlineApproaching", percent: 80, at: standing.state.updatedAt + durationMs * 0.8 },
      { type: "DeadlinePassed", owedBy: owedBy(stage), at: standing.state.deadlineAt },
    ]);
    expect(heard.length, "and something follows from it").toBeGreaterThan(3);
  });

  it("on both sides, where either is heard", () => {
    for (const stage of ["awaiting_objection", "disputed", "ruled"] as const) {
      expect(owedBy(stage), stage).toEqual(["buyer", "merchant"]);
    }
  });

  it("and never a carrier", () => {
    expect(owedBy("in_transit")).toEqual([]);
    expect(wakes(played(aReturn(), ...wayTo.in_transit)).map(({ type }) => type)).toEqual([
      "ManualReviewOpened",
    ]);
  });

  it("never twice by a machine that is late: the warning that is true is given", () => {
    const standing = played(aReturn(), ...wayTo.awaiting_merchant);
    const late = wakes(standing, 20 * hour).filter(({ type }) => type === "DeadlineApproaching");
    expect(late).toMatchObject([{ percent: 80 }]);
  });

  it("not at all by one that comes after the deadline", () => {
    const standing = played(aReturn(), judged());
    const events = decide({ type: "ExpireWait" }, standing, monday + 10 * day, system);
    expect(events.map(({ type }) => type)).toEqual(["DeadlinePassed", "CaseApproved", "FundsReserved"]);
  });

  it("by the time that runs for it: half of sixteen office hours, not of a weekend", () => {
    const calendars = { merchant: compileCalendar(anOffice()) };
    const clocks = { merchantAnswerHours: 16, silence: "approve" } as const;
    const friday = Date.parse("2026-03-06T09:00+08:00");
    const filed = { ...played(aReturn()), calendars };
    const { command, by } = judged({ clocks })(filed);
    const standing = afterEvents(filed, decide(command, filed, friday, by));
    expect(new Date(standing.state.deadlineAt ?? 0)).toEqual(new Date("2026-03-09T18:00+08:00"));
    expect(wakes(standing).map((event) => [event.type, new Date(event.at)])).toEqual([
      ["DeadlineApproaching", new Date("2026-03-09T09:00+08:00")],
      ["DeadlineApproaching", new Date("2026-03-09T14:48+08:00")],
      ["DeadlinePassed", new Date("2026-03-09T18:00+08:00")],
      ["CaseApproved", new Date("2026-03-09T18:00+08:00")],
      ["FundsReserved", new Date("2026-03-09T18:00+08:00")],
    ]);
  });
});

describe("a clock that has run", () => {
  it.each(owed)("in %s is not kept by the stage that follows", (stage) => {
    const standing = played(filedFor(stage), ...wayTo[stage]);
    const half = afterEvents(
      standing,
      decide({ type: "ExpireWait" }, standing, standing.state.wakeAt ?? 0, system),
    );
    const next = afterEvents(half, decide(...argumentsOf(half)));
    if (next.state.stage === stage) return;
    expect(next.state.warned).toBeUndefined();
    expect(next.state.clockMs === undefined).toBe(next.state.deadlineAt === undefined);
  });
});

const argumentsOf = (standing: CaseSnapshot): Parameters<typeof decide> => {
  const { command, by, at: time } = at((state) => state.deadlineAt ?? 0, silence())(standing);
  return [command, standing, time, by];
};
