import type { CaseState } from "../domain/case.ts";
import type { Stage } from "../domain/lifecycle.ts";

/** What a state of the machine is given: ids only, no personal data in Step Functions. */
export type StepInput = { readonly tenantId: string; readonly caseId: string };

/** What every task and every ended wait answers: the stage that stands, and how long it waits until it looks again. */
export type MachineAnswer = StepInput & {
  readonly stage: Stage;
  /** Names the token of the next wait; 0 where nothing is waited for. */
  readonly wait: number;
  readonly timeoutSeconds: number;
};

/**
 * The answer for a case. It waits until the next warning or until the deadline; the timeout is rounded up, so
 * that the machine never wakes before the moment that stands in the table.
 */
export const machineAnswer = (
  {
    tenantId,
    caseId,
    stage,
    waitSince,
    deadlineAt,
    wakeAt = deadlineAt,
  }: Pick<CaseState, "tenantId" | "caseId" | "stage" | "waitSince" | "deadlineAt" | "wakeAt">,
  now: number,
): MachineAnswer => ({
  tenantId,
  caseId,
  stage,
  wait: waitSince ?? 0,
  timeoutSeconds: wakeAt === undefined ? 1 : Math.max(1, Math.ceil((wakeAt - now) / 1000)),
});
