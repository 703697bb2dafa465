import type { Actor } from "../domain/case.ts";
import { changeCase } from "../store/cases.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";
import { raiseManualReviewAlarm } from "./manual-review-alarm.ts";

const machine: Actor = { role: "system", id: "case-machine" };

export type FailedStep = StepInput & { readonly failedState: string; readonly error: string };

/** Hands a case to an operator after an unexpected failure, with the state and the error by name. */
export const openManualReview = async (
  table: Table,
  { tenantId, caseId, failedState, error }: FailedStep,
  now: number,
): Promise<MachineAnswer> => {
  const changed = await changeCase(
    table,
    { tenantId, caseId },
    { by: machine, now, command: { type: "OpenManualReview", cause: `${failedState}: ${error}` } },
  );
  if (!changed) throw new RangeError(`there is no case ${caseId}`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

export const handler = (input: FailedStep): Promise<MachineAnswer> =>
  openManualReview(deployedTable(), input, Date.now());
