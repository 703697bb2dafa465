import type { CaseSnapshot } from "../../domain/case.ts";
import { dispositionsOf } from "../../domain/inspected-goods.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import type { Verdict } from "../../domain/judgment/verdict.ts";
import { allowedDecisions } from "../../domain/merchant-decision.ts";
import { openActions } from "../../domain/open-actions.ts";
import { labelExpectedBy, labelIdOf } from "../../domain/return-label.ts";
import { type Payout, standingStatus } from "../../domain/settlement/payout.ts";
import { refundStanding } from "../../domain/settlement/refund.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Role } from "../../http/operation.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { carries, loadParcel, type Parcel, returnParcelsOf } from "../../store/parcels.ts";
import { refundsOf } from "../../store/payouts.ts";
import { readerOf, requireVisible } from "./access.ts";
import { getCaseOperation } from "./operations.ts";
import { returnsOf, seenOf } from "./returned-parcels.ts";
import { summaryOf } from "./summary.ts";

const verdictFor = (role: Role, verdict: Verdict | undefined) => {
  const reader = readerOf[role];
  return verdict && reader ? { verdict: readAs(reader, verdict) } : {};
};

/** Of a refund's payouts the buyer reads the sum: what the payment side said of each is the platform's. */
const refundFor = (role: Role, payouts: readonly Payout[], now: number) => {
  if (payouts.length === 0 || role === "merchant" || role === "warehouse") return {};
  const standing = refundStanding(payouts, now);
  if (role === "buyer") return { refund: standing };
  const told = payouts.map((payout) => ({ ...payout, status: standingStatus(payout, now) }));
  return { refund: { ...standing, payouts: told } };
};

/** The buyer is not to know what would be offered at most, nor a warehouse that anything is. */
const decisionsFor = (role: Role, snapshot: CaseSnapshot) => {
  const decisions = role === "buyer" || role === "warehouse" ? undefined : allowedDecisions(snapshot);
  return decisions ? { decisions } : {};
};

/** What becomes of the goods is no longer the buyer's. */
const dispositionsFor = (role: Role, snapshot: CaseSnapshot) => {
  const decided = role === "buyer" ? [] : dispositionsOf(snapshot);
  return decided.length > 0 ? { dispositions: decided } : {};
};

type SeenParcels = { readonly returned: readonly Parcel[]; readonly replacement: Parcel | undefined };

const viewOf = (snapshot: CaseSnapshot, { returned, replacement }: SeenParcels, role: Role, now: number) => {
  const { state, detail, verdict } = snapshot;
  return {
    ...summaryOf(state),
    ...(detail.description === "" ? {} : { description: detail.description }),
    ...(detail.claimedFlaw ? { claimedFlaw: detail.claimedFlaw } : {}),
    lines: detail.lines,
    ...(state.label
      ? {
          returnLabel: {
            labelId: labelIdOf(state.caseId),
            status: state.label.status,
            expectedBy: labelExpectedBy(state.label),
          },
        }
      : {}),
    ...(state.returnParcels ? { returnParcels: returnsOf(state, returned) } : {}),
    ...(state.replacementParcel
      ? { replacementParcel: { ...state.replacementParcel, ...seenOf(replacement) } }
      : {}),
    ...(state.sentFirst ? { shipsFirst: true } : {}),
    actions: {
      partner: openActions(snapshot, "partner", now),
      buyer: openActions(snapshot, "buyer", now),
      merchant: openActions(snapshot, "merchant", now),
      warehouse: openActions(snapshot, "warehouse", now),
      operator: openActions(snapshot, "operator", now),
    },
    ...verdictFor(role, verdict),
  };
};

export const getCaseEndpoint = endpoint(getCaseOperation, async ({ caller, params, now }, { table }) => {
  const { tenantId, role } = caller;
  const snapshot = await loadCase(table, { tenantId, caseId: params.caseId });
  if (!snapshot) throw notFound("case");
  requireVisible(caller, snapshot.state);
  const { caseId, replacementParcel: sent } = snapshot.state;
  const sentParcel = sent && (await loadParcel(table, tenantId, sent.trackingNumber));
  const parcels = {
    returned: await returnParcelsOf(table, snapshot.state),
    replacement: sentParcel && carries(sentParcel, caseId) ? sentParcel : undefined,
  };
  const refunds = snapshot.state.instructedRefundMinor ? await refundsOf(table, snapshot.state) : [];
  return {
    status: 200,
    body: {
      ...viewOf(snapshot, parcels, role, now),
      ...decisionsFor(role, snapshot),
      ...dispositionsFor(role, snapshot),
      ...refundFor(role, refunds, now),
    },
    version: snapshot.state.version,
  };
});
