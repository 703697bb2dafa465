import { settlementBasis } from "../../domain/case.ts";
import { planSettlement, type SettlementBasis, type SettlementPlan } from "../../domain/settlement/plan.ts";
import { flowsOf, postedMinor } from "../../domain/settlement/stages.ts";
import { type Account, accounts, type Transfer } from "../../domain/settlement/transfer.ts";
import { type Caller, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { requireVisible } from "../cases/access.ts";
import { getSettlementOperation } from "./operations.ts";

/** A buyer and a merchant see what touches their own account; the platform sees all. */
const isVisible =
  (caller: Caller) =>
  ({ from, to }: { readonly from: Account; readonly to: Account }): boolean => {
    const own =
      caller.role === "buyer"
        ? accounts.buyer(caller.id)
        : caller.role === "merchant"
          ? accounts.merchantPayable(caller.id)
          : undefined;
    return own === undefined || from === own || to === own;
  };

/** What the plan wants moved beside what the ledger shows of it. */
const progressOf = (basis: SettlementBasis, ledger: readonly Transfer[]) =>
  flowsOf(basis).map((flow) => ({ ...flow, postedMinor: postedMinor(flow, ledger) }));

/** What the others bear is not a buyer's business. */
const visiblePlan = (caller: Caller, plan: SettlementPlan) => {
  if (caller.role !== "buyer") return plan;
  const { refundMinor, freightMinor, freightPayer, outboundFreightMinor, compensationMinor } = plan;
  const labelMinor = freightPayer === "buyer" ? plan.labelMinor : 0n;
  return { refundMinor, freightMinor, freightPayer, labelMinor, outboundFreightMinor, compensationMinor };
};

export const getSettlementEndpoint = endpoint(
  getSettlementOperation,
  async ({ caller, params }, { table }) => {
    const snapshot = await loadCase(table, { tenantId: caller.tenantId, caseId: params.caseId });
    if (!snapshot) throw notFound("case");
    const { state, verdict, ledger } = snapshot;
    requireVisible(caller, state);
    const basis = verdict && settlementBasis(snapshot, verdict);
    return {
      status: 200,
      version: state.version,
      body: {
        caseId: state.caseId,
        currency: state.currency,
        claimMinor: state.claimMinor,
        ...(basis
          ? {
              plan: {
                ...visiblePlan(caller, planSettlement(basis)),
                flows: progressOf(basis, ledger).filter(isVisible(caller)),
              },
            }
          : {}),
        postings: ledger.filter(isVisible(caller)),
      },
    };
  },
);
