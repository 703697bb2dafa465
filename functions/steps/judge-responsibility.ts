import type { Actor, CaseSnapshot } from "../domain/case.ts";
import { decideVerdict } from "../domain/decide-case.ts";
import { judge } from "../domain/judgment/judge.ts";
import { knownLinesOf } from "../domain/judgment/known-case.ts";
import { lossDueAt } from "../domain/judgment/loss-due.ts";
import type { CompiledRuleSet } from "../domain/judgment/rule-set.ts";
import { lifecycle } from "../domain/lifecycle.ts";
import { changeCase } from "../store/cases.ts";
import { readJudgmentInput } from "../store/judgment-input.ts";
import { rulesFiledUnder, rulesOfVersion } from "../store/rules-in-force.ts";
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
    decide: decideVerdict,
    by: judgment,
    now,
    command: async (snapshot) => {
      const { stage, verdictNumber } = snapshot.state;
      if (lifecycle[stage].task !== "JudgeResponsibility") return undefined;
      const [rules, input] = await Promise.all([
        rulesFor(table, snapshot),
        readJudgmentInput(table, snapshot, now),
      ]);
      const verdict = judge(rules, input, verdictNumber + 1);
      const dueAt = lossDueAt(rules, input, verdict);
      return {
        type: "RecordVerdict",
        verdict,
        known: knownLinesOf(input),
        ...(dueAt === undefined ? {} : { lossDueAt: dueAt }),
      };
    },
  });
  if (!changed) throw new RangeError(`there is no case ${reference.caseId}`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

/**
 * A case keeps the rules it was first judged by, and those are the ones in force when it was filed: neither a
 * slow judgment nor a new version changes what the buyer could count on.
 */
const rulesFor = (table: Table, { state, verdict }: CaseSnapshot): Promise<CompiledRuleSet> =>
  verdict
    ? rulesOfVersion(table, state.tenantId, verdict.rulesVersion)
    : rulesFiledUnder(table, state.tenantId, state.filedAt);

export const handler = (input: StepInput): Promise<MachineAnswer> =>
  judgeResponsibility(deployedTable(), input, Date.now());
