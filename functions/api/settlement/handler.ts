import { settlementBasis } from "../../domain/case.ts";
import { planSettlement, type SettlementPlan } from "../../domain/settlement/plan.ts";
import { accounts, type Transfer } from "../../domain/settlement/transfer.ts";
import { type Caller, endpoint, routes } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { requireVisible } from "../cases/access.ts";
import { getSettlementOperation } from "./operations.ts";

/** A buyer and a merchant see the transfers that touch their own account; the platform sees all. */
const visiblePostings = (caller: Caller, postings: readonly Transfer[]): readonly Transfer[] => {
  const own =
    caller.role === "buyer"
      ? accounts.buyer(caller.id)
      : caller.role === "merchant"
        ? accounts.merchantPayable(caller.id)
        : undefined;
  return own === undefined ? postings : postings.filter(({ from, to }) => from === own || to === own);
};

/** What the others bear is not a buyer's business. */
const visiblePlan = (caller: Caller, plan: SettlementPlan) => {
  if (caller.role !== "buyer") return plan;
  const { refundMinor, freightMinor, freightPayer } = plan;
  return { refundMinor, freightMinor, freightPayer };
};

const getSettlementEndpoint = endpoint(getSettlementOperation, async ({ caller, params }, { table }) => {
  const snapshot = await loadCase(table, { tenantId: caller.tenantId, caseId: params.caseId });
  if (!snapshot) throw notFound("case");
  const { state, verdict, ledger } = snapshot;
  requireVisible(caller, state);
  return {
    status: 200,
    version: state.version,
    body: {
      caseId: state.caseId,
      currency: state.currency,
      claimMinor: state.claimMinor,
      ...(verdict ? { plan: visiblePlan(caller, planSettlement(settlementBasis(snapshot, verdict))) } : {}),
      postings: visiblePostings(caller, ledger),
    },
  };
});

export const handler = routes(getSettlementEndpoint);
