import type { CaseState } from "../../domain/case.ts";
import type { Caller } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { findCaseState } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { requireVisible } from "./access.ts";

/** The state of a case the caller may see. */
export const requireCaseState = async (table: Table, caller: Caller, caseId: string): Promise<CaseState> => {
  const state = await findCaseState(table, { tenantId: caller.tenantId, caseId });
  if (!state) throw notFound("case");
  requireVisible(caller, state);
  return state;
};
