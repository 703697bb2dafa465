import { endpoint } from "../../http/endpoint.ts";
import { type DisputeRow, disputeQueue } from "../../store/disputes.ts";
import { summaryOf } from "../cases/summary.ts";
import { listDisputesOperation } from "./operations.ts";
import { arbitersOf } from "./read-file.ts";

const rowView =
  (now: number) =>
  ({ dispute, ...row }: DisputeRow) => ({
    ...summaryOf(row),
    number: dispute.number,
    openedAt: dispute.openedAt,
    round: dispute.round,
    rested: dispute.rested,
    statements: dispute.statements,
    evidence: dispute.evidenceInRound,
    ...arbitersOf(dispute),
    overdue: row.deadlineAt !== undefined && row.deadlineAt <= now,
  });

export const listDisputesEndpoint = endpoint(
  listDisputesOperation,
  async ({ caller, query, now }, { table, cursors }) => {
    const { limit, cursor, assigned, overdue, ...filter } = query;
    const scope = `${caller.tenantId}/listDisputes/${JSON.stringify({ ...query, limit: 0, cursor: "", minimumMinor: String(query.minimumMinor) })}`;
    const after = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const { rows, next } = await disputeQueue(
      table,
      caller.tenantId,
      limit,
      {
        ...filter,
        ...(assigned === "me" ? { arbiterId: caller.id } : {}),
        unassigned: assigned === "nobody",
        ...(overdue === undefined ? {} : { dueBefore: now }),
      },
      after === undefined ? undefined : String(after.place),
    );
    return {
      status: 200,
      body: {
        items: rows.map(rowView(now)),
        ...(next === undefined ? {} : { nextCursor: cursors.sign(scope, { place: next }) }),
      },
    };
  },
);
