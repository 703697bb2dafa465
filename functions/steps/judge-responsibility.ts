import type { Actor } from "../domain/case.ts";
import { cnStandard } from "../domain/judgment/cn-standard.ts";
import { judge } from "../domain/judgment/judge.ts";
import { lifecycle } from "../domain/lifecycle.ts";
import { changeCase } from "../store/cases.ts";
import { readJudgmentInput } from "../store/judgment-input.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";
import { raiseManualReviewAlarm } from "./manual-review-alarm.ts";

const judgment: Actor = { role: "system", id: "judgment" };

/**
 * Judges a case that waits for a judgment; one that was judged or cancelled meanwhile is left as it
 * stands, so the machine may run this twice, and at the same time.
 */
export const judgeResponsibility = async (
  table: Table,
  reference: StepInput,
  now: number,
): Promise<MachineAnswer> => {
  const changed = await changeCase(table, reference, {
    by: judgment,
    now,
    command: async (snapshot) => {
      const { stage, verdictNumber } = snapshot.state;
      if (lifecycle[stage].task !== "JudgeResponsibility") return undefined;
      const input = await readJudgmentInput(table, snapshot, now);
      return { type: "RecordVerdict", verdict: judge(cnStandard, input, verdictNumber + 1) };
    },
  });
  if (!changed) throw new RangeError(`there is no case ${reference.caseId}`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

export const handler = (input: StepInput): Promise<MachineAnswer> =>
  judgeResponsibility(deployedTable(), input, Date.now());
