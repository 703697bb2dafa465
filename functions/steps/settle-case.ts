import type { Actor } from "../domain/case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { settlementStages } from "../domain/settlement/transfer.ts";
import { changeCase, loadCase } from "../store/cases.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";

const settlement: Actor = { role: "system", id: "settlement" };

/**
 * Runs the stages of a settlement one after the other, each in a transaction of its own. A run that is
 * cut off anywhere is continued by the next: what was posted is in the ledger and is not posted again.
 */
export const settleCase = async (table: Table, reference: StepInput, now: number): Promise<MachineAnswer> => {
  let state = (await loadCase(table, reference))?.state;
  if (!state) throw new RangeError(`there is no case ${reference.caseId}`);
  for (const _stage of settlementStages) {
    if (state.stage !== "settling") break;
    const changed = await changeCase(table, reference, {
      by: settlement,
      now,
      command: { type: "SettleNextStage" },
    });
    if (!changed) throw new RangeError(`case ${reference.caseId} vanished`);
    state = changed.after;
  }
  if (state.stage === "settling") {
    throw new InvariantViolation(`the settlement of ${reference.caseId} does not end`);
  }
  return machineAnswer(state, now);
};

export const handler = (input: StepInput): Promise<MachineAnswer> =>
  settleCase(deployedTable(), input, Date.now());
