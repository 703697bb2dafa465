import type { CaseSnapshot } from "../../domain/case.ts";
import type { Dispute } from "../../domain/dispute.ts";
import { fittingRemedies } from "../../domain/ruled-remedy.ts";
import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { disputeStatements } from "../../store/disputes.ts";
import type { Table } from "../../store/table.ts";
import { requireVisible } from "../cases/access.ts";
import { getDisputeOperation } from "./operations.ts";

export type Disputed = CaseSnapshot & { readonly dispute: Dispute };

/** @throws Problem `not_found` too for a case that was never disputed */
export const requireDisputed = async (table: Table, tenantId: string, caseId: string): Promise<Disputed> => {
  const snapshot = await loadCase(table, { tenantId, caseId });
  if (!snapshot?.dispute) throw notFound("dispute");
  return { ...snapshot, dispute: snapshot.dispute };
};

/** What both sides and the arbiter read of it. */
export const disputeViewOf = ({ state, dispute }: Disputed) => {
  const { caseId, stage, version, deadlineAt } = state;
  return {
    caseId,
    stage,
    version,
    ...(deadlineAt === undefined || dispute.end !== undefined ? {} : { deadlineAt }),
    ...dispute,
    remedies: fittingRemedies(state),
  };
};

export const getDisputeEndpoint = endpoint(getDisputeOperation, async ({ caller, params }, { table }) => {
  const snapshot = await requireDisputed(table, caller.tenantId, params.caseId);
  requireVisible(caller, snapshot.state, "dispute");
  const statements = await disputeStatements(table, snapshot.state);
  return { status: 200, body: { ...disputeViewOf(snapshot), statements }, version: snapshot.state.version };
});
