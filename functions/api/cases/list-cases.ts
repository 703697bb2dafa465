import type { CaseState } from "../../domain/case.ts";
import { type Caller, type Context, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { buyerCaseIds, findCaseStates } from "../../store/cases.ts";
import { findOrder } from "../../store/catalog.ts";
import type { Table } from "../../store/table.ts";
import { listCasesOperation } from "./operations.ts";
import { summaryOf } from "./summary.ts";

type Ids = { readonly caseIds: readonly string[]; readonly lastKey?: Record<string, unknown> };

/** An order's cases are named by its lines: at most five a line. */
const idsOfOrder = async (
  table: Table,
  caller: Caller,
  orderId: string,
  limit: number,
  after: Record<string, unknown> | undefined,
): Promise<Ids> => {
  const found = await findOrder(table, caller.tenantId, orderId);
  if (!found || (caller.role === "buyer" && found.order.buyerId !== caller.buyerId)) throw notFound("order");
  const caseIds = [...new Set(found.lines.flatMap((line) => line.caseIds))]
    .sort()
    .filter((caseId) => after === undefined || caseId > String(after.caseId));
  const page = caseIds.slice(0, limit);
  return { caseIds: page, ...(caseIds.length > limit ? { lastKey: { caseId: page.at(-1) } } : {}) };
};

const idsOfBuyer = async (
  table: Table,
  caller: Caller,
  buyerId: string,
  limit: number,
  after: Record<string, unknown> | undefined,
): Promise<Ids> =>
  caller.role === "buyer" && caller.buyerId !== buyerId
    ? { caseIds: [] }
    : buyerCaseIds(table, caller.tenantId, buyerId, limit, after);

const orderOf = (states: readonly CaseState[]): readonly CaseState[] =>
  [...states].sort((a, b) => (a.caseId < b.caseId ? -1 : 1));

export const listCasesEndpoint = endpoint(
  listCasesOperation,
  async ({ caller, query }, { table, cursors }: Context) => {
    const { orderId, buyerId, limit, cursor } = query;
    const scope = `${caller.tenantId}/listCases/${orderId ?? ""}/${buyerId ?? ""}`;
    const after = cursor === undefined ? undefined : cursors.verify(scope, cursor);
    const ids =
      orderId === undefined
        ? await idsOfBuyer(table, caller, String(buyerId), limit, after)
        : await idsOfOrder(table, caller, orderId, limit, after);
    const states = await findCaseStates(table, caller.tenantId, ids.caseIds);
    return {
      status: 200,
      body: {
        items: orderOf(states).map(summaryOf),
        ...(ids.lastKey ? { nextCursor: cursors.sign(scope, ids.lastKey) } : {}),
      },
    };
  },
);
