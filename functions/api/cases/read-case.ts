import type { CaseSnapshot, CaseState } from "../../domain/case.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import type { Verdict } from "../../domain/judgment/verdict.ts";
import { lifecycle } from "../../domain/lifecycle.ts";
import { actionsOf } from "../../domain/permissions.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Role } from "../../http/operation.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { type Parcel, returnParcelsOf } from "../../store/parcels.ts";
import { readerOf, requireVisible } from "./access.ts";
import { getCaseOperation } from "./operations.ts";

export const summaryOf = (state: CaseState) => ({
  ...state,
  nextActor: lifecycle[state.stage].nextActor,
});

const verdictFor = (role: Role, verdict: Verdict | undefined) => {
  const reader = readerOf[role];
  return verdict && reader ? { verdict: readAs(reader, verdict) } : {};
};

const returnsOf = ({ returnParcels = [] }: CaseState, parcels: readonly Parcel[]) =>
  returnParcels.map(({ notReceived, ...parcel }) => {
    const { projection } =
      parcels.find(({ pointer }) => pointer.trackingNumber === parcel.trackingNumber) ?? {};
    return {
      ...parcel,
      ...(projection ? { status: projection.status } : {}),
      ...(projection?.lastScanAt === undefined ? {} : { lastScanAt: projection.lastScanAt }),
      ...(notReceived ? { notReceivedAt: notReceived.at } : {}),
    };
  });

const viewOf = ({ state, detail, verdict }: CaseSnapshot, parcels: readonly Parcel[], role: Role) => ({
  ...summaryOf(state),
  ...(detail.description === "" ? {} : { description: detail.description }),
  ...(detail.claimedFlaw ? { claimedFlaw: detail.claimedFlaw } : {}),
  lines: detail.lines,
  ...(state.returnParcels ? { returnParcels: returnsOf(state, parcels) } : {}),
  actions: {
    partner: actionsOf(state.stage, "partner"),
    buyer: actionsOf(state.stage, "buyer"),
    merchant: actionsOf(state.stage, "merchant"),
    warehouse: actionsOf(state.stage, "warehouse"),
    operator: actionsOf(state.stage, "operator"),
  },
  ...verdictFor(role, verdict),
});

export const getCaseEndpoint = endpoint(getCaseOperation, async ({ caller, params }, { table }) => {
  const { tenantId } = caller;
  const snapshot = await loadCase(table, { tenantId, caseId: params.caseId });
  if (!snapshot) throw notFound("case");
  requireVisible(caller, snapshot.state);
  const parcels = await returnParcelsOf(table, snapshot.state);
  return { status: 200, body: viewOf(snapshot, parcels, caller.role), version: snapshot.state.version };
});
