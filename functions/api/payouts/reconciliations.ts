import { type Caller, endpoint } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import { closeFurther } from "../../store/reconciliation-closing.ts";
import {
  closingConflict,
  countsOf,
  findingsPage,
  findReconciliation,
  matchPart,
  openReconciliation,
  type Reconciliation,
} from "../../store/reconciliations.ts";
import { retryRaces } from "../../store/retry.ts";
import { Conflict, type Table, transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import {
  closeReconciliationOperation,
  createReconciliationOperation,
  getReconciliationOperation,
  listFindingsOperation,
  putReconciliationPartOperation,
} from "./reconciliation-operations.ts";

const found = async (
  table: Table,
  { tenantId }: Caller,
  reconciliationId: string,
): Promise<Reconciliation> => {
  const reconciliation = await findReconciliation(table, { tenantId, reconciliationId });
  if (!reconciliation) throw notFound("reconciliation");
  return reconciliation;
};

const viewOf = async (table: Table, reconciliation: Reconciliation) => ({
  ...reconciliation,
  ...(await countsOf(table, reconciliation)),
});

export const createReconciliationEndpoint = endpoint(
  createReconciliationOperation,
  async ({ caller, body, idempotency, now }, { table }) => {
    if (body.from >= body.to) throw invalidField("/to", "must lie behind the beginning");
    const { tenantId } = caller;
    const opened = await openReconciliation(table, { tenantId, ...body });
    if (opened.from !== body.from || opened.to !== body.to) {
      throw invalidField("/reconciliationId", "names a reconciliation of another time");
    }
    const reply = { status: 200, body: await viewOf(table, opened) };
    const recorded = replyWrites(table, createReconciliationOperation, caller, idempotency, reply, now);
    if (recorded.length > 0) await transact(table, recorded);
    return reply;
  },
);

export const putReconciliationPartEndpoint = endpoint(
  putReconciliationPartOperation,
  async ({ caller, params, body, now }, { table }) => {
    const reconciliation = await found(table, caller, params.reconciliationId);
    if (reconciliation.status !== "open") throw partsAreClosed();
    try {
      const part = await matchPart(table, reconciliation, params.part, body.lines, now);
      return { status: 200, body: { part: params.part, ...part } };
    } catch (error) {
      throw error instanceof Conflict && error.conflicts.includes(closingConflict) ? partsAreClosed() : error;
    }
  },
);

const partsAreClosed = (): Problem =>
  new Problem("reconciliation_closed", "Its parts cannot change any more; open another one.");

export const closeReconciliationEndpoint = endpoint(
  closeReconciliationOperation,
  async ({ caller, params, idempotency, now }, { table }) => {
    const after = await retryRaces(async () =>
      closeFurther(table, await found(table, caller, params.reconciliationId), now),
    );
    const reply = { status: 200, body: await viewOf(table, after) };
    const recorded = replyWrites(table, closeReconciliationOperation, caller, idempotency, reply, now);
    if (recorded.length > 0) await transact(table, recorded);
    return reply;
  },
);

export const getReconciliationEndpoint = endpoint(
  getReconciliationOperation,
  async ({ caller, params }, { table }) => ({
    status: 200,
    body: await viewOf(table, await found(table, caller, params.reconciliationId)),
  }),
);

export const listFindingsEndpoint = endpoint(
  listFindingsOperation,
  async ({ caller, params, query }, { table, cursors }) => {
    const reconciliation = await found(table, caller, params.reconciliationId);
    const scope = `${caller.tenantId}/listFindings/${params.reconciliationId}`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await findingsPage(table, reconciliation, start);
    return {
      status: 200,
      body: { items, ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}) },
    };
  },
);
