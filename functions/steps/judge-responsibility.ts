import type { Actor } from "../domain/case.ts";
import { cnStandard } from "../domain/judgment/cn-standard.ts";
import { judge } from "../domain/judgment/judge.ts";
import { lifecycle } from "../domain/lifecycle.ts";
import { changeCase, loadCase } from "../store/cases.ts";
import { readJudgmentInput } from "../store/judgment-input.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";
import { raiseManualReviewAlarm } from "./manual-review-alarm.ts";

const judgment: Actor = { role: "system", id: "judgment" };

/**
 * Judges a case that waits for a judgment; a case that was judged meanwhile is left as it stands, so the
 * machine may run this twice.
 */
export const judgeResponsibility = async (
  table: Table,
  reference: StepInput,
  now: number,
): Promise<MachineAnswer> => {
  const standing = await loadCase(table, reference);
  if (!standing) throw new RangeError(`there is no case ${reference.caseId}`);
  if (lifecycle[standing.state.stage].task !== "JudgeResponsibility") {
    return machineAnswer(standing.state, now);
  }
  const changed = await changeCase(table, reference, {
    by: judgment,
    now,
    command: async (snapshot) => ({
      type: "RecordVerdict",
      verdict: judge(
        cnStandard,
        await readJudgmentInput(table, snapshot, now),
        snapshot.state.verdictNumber + 1,
      ),
    }),
  });
  if (!changed) throw new RangeError(`case ${reference.caseId} vanished`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

export const handler = (input: StepInput): Promise<MachineAnswer> =>
  judgeResponsibility(deployedTable(), input, Date.now());
