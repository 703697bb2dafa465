import type { Actor } from "../domain/case.ts";
import { decideReview } from "../domain/decide-case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import type { Stage } from "../domain/lifecycle.ts";
import { changeCase } from "../store/cases.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";
import { raiseManualReviewAlarm } from "./manual-review-alarm.ts";

const machine: Actor = { role: "system", id: "case-machine" };

export type FailedStep = StepInput & {
  readonly failedState: string;
  /** The stage the machine was told of before it failed. */
  readonly stage: Stage;
  readonly error: string;
};

/**
 * Hands a case to an operator after an unexpected failure, with the state and the error by name. A case that
 * somebody has moved on meanwhile is left alone, and the machine follows it.
 */
export const openManualReview = async (
  table: Table,
  { tenantId, caseId, failedState, stage, error }: FailedStep,
  now: number,
): Promise<MachineAnswer> => {
  // The review itself failed. Answering would lead straight back into it; failing is tried again, ever slower.
  if (stage === "manual_review")
    throw new InvariantViolation(`${failedState} failed in manual review: ${error}`);
  const changed = await changeCase(
    table,
    { tenantId, caseId },
    {
      decide: decideReview,
      by: machine,
      now,
      command: { type: "OpenManualReview", cause: `${failedState}: ${error}`, failedStage: stage },
    },
  );
  if (!changed) throw new RangeError(`there is no case ${caseId}`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

export const handler = (input: FailedStep): Promise<MachineAnswer> =>
  openManualReview(deployedTable(), input, Date.now());
