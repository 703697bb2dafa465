import { describe, expect, it } from "vitest";
import { compileCalendar } from "../../functions/domain/business-calendar.ts";
import type { CaseCommand, CaseSnapshot } from "../../functions/domain/case.ts";
import { timeLeft } from "../../functions/domain/clock.ts";
import { lifecycle, stages } from "../../functions/domain/lifecycle.ts";
import { owedBy } from "../../functions/domain/warnings.ts";
import { aReturn, day, hour, operator } from "../support/builders.ts";
import { anOffice } from "../support/calendars.ts";
import {
  approves,
  at,
  delivered,
  filedFor,
  filedSnapshot,
  inspected,
  judged,
  type Move,
  machineFails,
  played,
  playedOn,
  reports,
  resumes,
  silence,
  wayTo,
} from "../support/cases.ts";

/** A case that an operator had to look at goes on as if nobody had: it was nobody else's time. */

const later = (ms: number, move: Move): Move => at(({ updatedAt }) => updatedAt + ms, move);
const warnedOnce: Move = at(({ wakeAt = 0 }) => wakeAt, silence());
const tooLate = (move: Move): Move => at(({ deadlineAt = 0 }) => deadlineAt, move);
const says =
  (command: (standing: CaseSnapshot) => CaseCommand): Move =>
  (standing) => ({ command: command(standing), by: operator, at: standing.state.updatedAt + hour });
const pauses = (ms: number): Move =>
  says(({ state }) => ({ type: "PauseClock", until: state.updatedAt + ms, reason: "other" }));
const looksInto = [machineFails(), later(9 * day, resumes())] as const;

const asked = stages.filter((stage) => owedBy(stage).length > 0 && stage !== "manual_review");

describe("the clock of whoever is waited for stands still while an operator looks at the case", () => {
  it.each(asked)("%s: it goes on with what was left, and the warnings that were given are given", (stage) => {
    const half = played(filedFor(stage), ...wayTo[stage], warnedOnce);
    const { state } = playedOn(half, ...looksInto);
    const clockMs = half.state.clockMs ?? 0;
    expect(state).toMatchObject({ stage, clockMs, warned: 50 });
    expect(state.deadlineAt).toBe(state.updatedAt + clockMs / 2 - hour);
    expect(state.wakeAt).toBe((state.deadlineAt ?? 0) - clockMs / 5);
    expect(state.interrupted, "an offer still interrupts the merchant's").toEqual(half.state.interrupted);
  });

  it.each(asked)("%s: by its own calendar", (stage) => {
    const owner = lifecycle[stage].nextActor;
    const calendar = compileCalendar(anOffice());
    const calendars = owner === "parties" ? {} : { [owner]: calendar };
    const waiting = playedOn({ ...filedSnapshot(filedFor(stage)), calendars }, ...wayTo[stage]);
    const { updatedAt, deadlineAt = 0 } = waiting.state;
    const { state } = playedOn(waiting, ...looksInto);
    const used = owner === "parties" ? undefined : calendar;
    expect(timeLeft(state.updatedAt, state.deadlineAt ?? 0, used)).toBe(
      timeLeft(updatedAt + hour, deadlineAt, used),
    );
  });

  it.each(asked)("%s: it is whole again where nothing was left of it", (stage) => {
    const waiting = played(filedFor(stage), ...wayTo[stage]);
    const { state } = playedOn(waiting, tooLate(machineFails()), resumes());
    expect(state.stage).toBe(stage);
    expect(state.clockMs).toBe(waiting.state.clockMs);
    expect(state.deadlineAt).toBe(state.updatedAt + (waiting.state.clockMs ?? 0));
    expect(state.warned).toBeUndefined();
  });

  it.each(["in_transit", "reshipping"] as const)(
    "%s: a parcel travels on, and is looked at anew",
    (stage) => {
      const { state } = played(filedFor(stage), ...wayTo[stage], ...looksInto);
      expect(state.deadlineAt).toBe(state.updatedAt + (lifecycle[stage].wait?.durationMs ?? 0));
    },
  );

  it("also while the operator looks into what the buyer finds wrong", () => {
    const way = wayTo.awaiting_confirmation;
    const { state } = played(filedFor("awaiting_confirmation"), ...way, reports("faulty"), resumes());
    expect(state).toMatchObject({
      stage: "awaiting_confirmation",
      deadlineAt: state.updatedAt + 7 * day - hour,
    });
  });

  it("and goes on if it had been stopped; what was not used of the pause is given back", () => {
    const { state } = played(aReturn(), judged(), pauses(20 * day), ...looksInto);
    expect(state).toMatchObject({ stage: "awaiting_merchant", pausedMs: hour });
    expect(state.deadlineAt).toBe(state.updatedAt + 47 * hour);
    expect(state.paused).toBeUndefined();
  });

  it("and a pause that was over had ended, though the machine had not looked yet", () => {
    const late = later(20 * day + 2 * hour, machineFails());
    const { state } = played(aReturn(), judged(), pauses(20 * day), late, resumes());
    expect(state.pausedMs).toBe(20 * day - hour);
    expect(state.deadlineAt).toBe(state.updatedAt + 44 * hour);
  });

  it("and keeps the extensions it was given, so that none is given twice", () => {
    const extended = says(() => ({
      type: "ExtendDeadline",
      extension: { byMs: day },
      reason: "festival",
      extensionId: "ext-1",
    }));
    const { state } = played(aReturn(), judged(), extended, ...looksInto);
    expect(state).toMatchObject({ extensions: ["ext-1"], clockMs: 72 * hour });
  });

  it("and is forgotten once the case goes another way", () => {
    const { state } = played(aReturn(), judged(), machineFails(), approves(operator));
    expect(state).toMatchObject({ stage: "awaiting_shipment", deadlineAt: state.updatedAt + 7 * day });
    expect(state.interrupted).toBeUndefined();
  });
});

describe("how fast a merchant or a warehouse was", () => {
  const answerMs = (...moves: readonly Move[]) => {
    const { merchantAskedAt = 0, merchantAnsweredAt = 0 } = played(aReturn(), judged(), ...moves).state;
    return merchantAnsweredAt - merchantAskedAt;
  };
  const inspectionMs = (...moves: readonly Move[]) => {
    const { deliveredAt = 0, inspectedAt = 0 } = played(aReturn(), ...wayTo.in_transit, ...moves).state;
    return inspectedAt - deliveredAt;
  };

  it("does not count an operator's time", () => {
    expect(answerMs(...looksInto, approves())).toBe(2 * hour);
    expect(answerMs(tooLate(machineFails()), later(9 * day, resumes()), approves())).toBe(49 * hour);
    expect(inspectionMs(delivered(), ...looksInto, inspected())).toBe(2 * hour);
    const silent = tooLate(silence());
    expect(inspectionMs(delivered(false), silent, later(9 * day, resumes()), inspected())).toBe(
      10 * day + hour,
    );
  });

  it("does not count a pause, whether it has ended or the answer ends it", () => {
    expect(answerMs(pauses(9 * day), tooLate(approves()))).toBe(48 * hour);
    expect(answerMs(pauses(9 * day), later(3 * day, approves()))).toBe(hour);
    expect(inspectionMs(delivered(), pauses(9 * day), later(3 * day, inspected()))).toBe(hour);
  });
});
