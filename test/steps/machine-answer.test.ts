import { describe, expect, it } from "vitest";
import { machineAnswer } from "../../functions/steps/machine-answer.ts";
import { aReturn, hour, monday } from "../support/builders.ts";
import { played, wayTo } from "../support/cases.ts";

const { state } = played(aReturn(), ...wayTo.awaiting_merchant);
/** The merchant is reminded after half of its 48 hours. */
const wakeAt = state.wakeAt ?? 0;

describe("what the machine is answered", () => {
  it("names ids, stage, wait and clock, and nothing else", () => {
    expect(machineAnswer(state, wakeAt - hour)).toEqual({
      tenantId: "tenant-1",
      caseId: "case-1",
      stage: "awaiting_merchant",
      wait: 2,
      timeoutSeconds: 3_600,
    });
  });

  it.each([
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [0, 1],
    [-hour, 1],
  ])("%i ms before the next warning: %i s, never before it and never none", (left, timeoutSeconds) => {
    expect(machineAnswer(state, wakeAt - left).timeoutSeconds).toBe(timeoutSeconds);
  });

  it("waits for the deadline once the last warning is given, and for a carrier at once", () => {
    const { deadlineAt, wakeAt: _, ...rest } = state;
    const answer = machineAnswer({ ...rest, deadlineAt: deadlineAt ?? 0 }, (deadlineAt ?? 0) - hour);
    expect(answer.timeoutSeconds).toBe(3_600);
    expect(played(aReturn(), ...wayTo.in_transit).state.wakeAt).toBeUndefined();
  });

  it("names no wait where nobody is waited for", () => {
    const settling = played(aReturn(), ...wayTo.settling).state;
    expect(machineAnswer(settling, monday)).toMatchObject({ wait: 0, timeoutSeconds: 1 });
  });
});
