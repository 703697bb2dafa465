import type { CaseState } from "../../domain/case.ts";
import { type Caller, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { type CaseRecord, caseRecords, findCaseStates } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { requireVisible } from "./access.ts";
import { getTimelineOperation } from "./operations.ts";

/** The state of a case the caller may see. */
export const requireCaseState = async (table: Table, caller: Caller, caseId: string): Promise<CaseState> => {
  const [state] = await findCaseStates(table, caller.tenantId, [caseId]);
  if (!state) throw notFound("case");
  requireVisible(caller, state);
  return state;
};

const entriesOf = ({ announcements, stage }: CaseRecord) =>
  announcements.map((announcement) => ({ ...announcement, stage }));

export const getTimelineEndpoint = endpoint(
  getTimelineOperation,
  async ({ caller, params, query }, { table, cursors }) => {
    const { caseId } = await requireCaseState(table, caller, params.caseId);
    const scope = `${caller.tenantId}/getCaseTimeline/${caseId}`;
    const after = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const reference = { tenantId: caller.tenantId, caseId };
    const { items, lastKey } = await caseRecords(table, reference, query.limit, after);
    return {
      status: 200,
      body: {
        items: items.flatMap(entriesOf),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
  },
);
