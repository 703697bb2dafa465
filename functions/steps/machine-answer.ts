import type { CaseState } from "../domain/case.ts";
import type { Stage } from "../domain/lifecycle.ts";

/** What a state of the machine is given: ids only, no personal data in Step Functions. */
export type StepInput = { readonly tenantId: string; readonly caseId: string };

/** What every task and every ended wait answers: the stage that stands, and how long the next wait lasts. */
export type MachineAnswer = StepInput & {
  readonly stage: Stage;
  /** Names the token of the next wait; 0 where nothing is waited for. */
  readonly wait: number;
  readonly timeoutSeconds: number;
};

/**
 * The answer for a case. The timeout is rounded up, so that the machine never wakes before the deadline
 * that stands in the table.
 */
export const machineAnswer = (
  {
    tenantId,
    caseId,
    stage,
    waitSince,
    deadlineAt,
  }: Pick<CaseState, "tenantId" | "caseId" | "stage" | "waitSince" | "deadlineAt">,
  now: number,
): MachineAnswer => ({
  tenantId,
  caseId,
  stage,
  wait: waitSince ?? 0,
  timeoutSeconds: deadlineAt === undefined ? 1 : Math.max(1, Math.ceil((deadlineAt - now) / 1000)),
});
