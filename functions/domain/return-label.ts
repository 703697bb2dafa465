import { hourMs } from "./calendar.ts";
import type { CaseCommand, CaseEvent, CaseState } from "./case.ts";
import { deadlineAfter } from "./clock.ts";
import type { Decision } from "./consequences.ts";
import { CaseError } from "./errors.ts";
import { requireAction } from "./permissions.ts";

/**
 * A return waybill from the platform's own carrier account. The platform's label service is asked by event and answers
 * by a call; one that does not answer in time keeps no buyer from sending the goods with a waybill of their own.
 */

/** The label service is asked while the buyer waits; a day is a working day of a service that is down. */
export const labelAnswerMs = 24 * hourMs;

/** What the case knows of its label. */
export type CaseLabel = {
  readonly status: "ordered" | "issued" | "failed" | "superseded";
  readonly orderedAt: number;
};

/** One label a case, under one id, however often it is asked for. */
export const labelIdOf = (caseId: string): string => `${caseId}.label`;

export const labelExpectedBy = ({ orderedAt }: Pick<CaseLabel, "orderedAt">): number =>
  deadlineAfter(orderedAt, labelAnswerMs);

/** Asked again while the first answer is awaited, it is one order. */
export const orderReturnLabel = ({ snapshot: { state }, at, by }: Decision): readonly CaseEvent[] => {
  requireAction(state, by, "order_label");
  if (state.label?.status === "ordered") return [];
  if (state.label) {
    throw new CaseError(
      "stage_forbids",
      "This case's label was answered. Send the goods with a waybill of your own.",
    );
  }
  return [{ type: "ReturnLabelOrdered", at, by, labelId: labelIdOf(state.caseId) }];
};

export const failReturnLabel = ({ snapshot: { state }, at, by }: Decision): readonly CaseEvent[] =>
  state.label?.status === "ordered"
    ? [{ type: "ReturnLabelFailed", at, by, labelId: labelIdOf(state.caseId) }]
    : [];

/** Two waybills for the same goods would both be waited for, so the label service has its time first. */
export const isLabelAwaited = ({ label }: CaseState, at: number): boolean =>
  label?.status === "ordered" && at < labelExpectedBy(label);

export const requireNoLabelAwaited = (
  state: CaseState,
  { labelCostMinor }: Extract<CaseCommand, { type: "ShipReturn" }>,
  at: number,
): void => {
  const { label } = state;
  if (!label || !isLabelAwaited(state, at) || labelCostMinor !== undefined) return;
  throw new CaseError(
    "stage_forbids",
    `A label was ordered and is expected until ${new Date(labelExpectedBy(label)).toISOString()}; give a waybill of your own then.`,
  );
};

/** The label of a case whose goods travel under another waybill is of no use any more. */
export const labelAfterShipping = (
  { label }: CaseState,
  labelCostMinor: bigint | undefined,
): { readonly label?: CaseLabel } => {
  if (!label) return {};
  if (labelCostMinor !== undefined) return { label: { ...label, status: "issued" } };
  return label.status === "ordered" ? { label: { ...label, status: "superseded" } } : { label };
};
