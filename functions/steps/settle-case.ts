import type { Actor } from "../domain/case.ts";
import { decideSettlement } from "../domain/decide-case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { isEnd } from "../domain/lifecycle.ts";
import { settlementStages } from "../domain/settlement/transfer.ts";
import { changeCase } from "../store/cases.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";

const settlement: Actor = { role: "system", id: "settlement" };

/**
 * Runs the stages of a settlement one after the other, each in a transaction of its own. A run that is
 * cut off anywhere is continued by the next: what was posted is in the ledger and is not posted again. Of
 * two runs at the same time each does what the other has not done yet. The machine ends behind this step, so
 * it answers only for a case that has ended, and fails otherwise.
 */
export const settleCase = async (table: Table, reference: StepInput, now: number): Promise<MachineAnswer> => {
  for (const _stage of settlementStages) {
    const changed = await changeCase(table, reference, {
      decide: decideSettlement,
      by: settlement,
      now,
      command: ({ state }) => (state.stage === "settling" ? { type: "SettleNextStage" } : undefined),
    });
    if (!changed) throw new RangeError(`there is no case ${reference.caseId}`);
    if (isEnd(changed.after.stage)) return machineAnswer(changed.after, now);
  }
  throw new InvariantViolation(`the settlement of ${reference.caseId} does not end`);
};

export const handler = (input: StepInput): Promise<MachineAnswer> =>
  settleCase(deployedTable(), input, Date.now());
