import { settlementBasis } from "../../domain/case.ts";
import type { Dispute } from "../../domain/dispute.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import { withRemedy } from "../../domain/ruled-remedy.ts";
import { compensationCapMinor } from "../../domain/ruling.ts";
import { planSettlement } from "../../domain/settlement/plan.ts";
import { endpoint } from "../../http/endpoint.ts";
import { caseRecords, latestReturnInspection, loadVerdicts } from "../../store/cases.ts";
import { findItem, findOrder } from "../../store/catalog.ts";
import { type DisputeRow, disputeStatements, similarDisputes } from "../../store/disputes.ts";
import { loadEvidence } from "../../store/evidence.ts";
import { loadParcel, returnParcelsOf } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";
import { returnsOf } from "../cases/returned-parcels.ts";
import { summaryOf } from "../cases/summary.ts";
import { type Disputed, disputeViewOf, requireDisputed } from "../disputes/read-dispute.ts";
import { getDisputeFileOperation } from "./operations.ts";

/** Those of the timeline that an arbiter reads at a glance. */
const historyLength = 100;
const similarLength = 10;

/** Who has the case in hand, and who may not have it. */
export const arbitersOf = ({ arbiterId, firstArbiterId, round }: Dispute) => ({
  ...(arbiterId === undefined ? {} : { arbiterId }),
  barredArbiters: round === 2 && firstArbiterId !== undefined ? [firstArbiterId] : [],
});

const atStakeOf = (snapshot: Disputed) => {
  const { state, verdict } = snapshot;
  if (!verdict) throw new RangeError(`case ${state.caseId} is disputed and was never judged`);
  // A ruling that is not final yet has not changed the case.
  const decided = verdict.ruling ? withRemedy(state, verdict.ruling.remedy) : state;
  const { inKind, ...inMoney } = settlementBasis({ ...snapshot, state: decided }, verdict);
  const plan = planSettlement(inMoney);
  const { refundMinor, funding, compensationMinor, freightMinor, freightPayer } = plan;
  return {
    ...(inKind ? { inKind } : {}),
    refundMinor,
    funding,
    compensationMinor,
    freightMinor,
    freightPayer,
    compensationCapMinor: compensationCapMinor(snapshot, verdict),
  };
};

const parcelOf = async (
  table: Table,
  tenantId: string,
  parcel: { readonly carrier: string; readonly trackingNumber: string } | undefined,
) => {
  if (!parcel) return undefined;
  const found = await loadParcel(table, tenantId, parcel.trackingNumber);
  const { carrier, trackingNumber } = parcel;
  return { carrier, trackingNumber, ...(found ? { status: found.projection.status } : {}) };
};

/** Each line with what was found of it at intake, before dispatch and when it came back. */
const linesOf = async (table: Table, { state, detail }: Disputed) => {
  const { tenantId, orderId } = state;
  const [found, returned] = await Promise.all([
    findOrder(table, tenantId, orderId),
    latestReturnInspection(table, state),
  ]);
  return Promise.all(
    detail.lines.map(async (line) => {
      const sold = found?.lines.find(({ lineId }) => lineId === line.lineId);
      const [item, outboundParcel] = await Promise.all([
        findItem(table, tenantId, line.itemId),
        parcelOf(table, tenantId, sold?.outboundParcel),
      ]);
      const back = returned?.lines.find(({ lineId }) => lineId === line.lineId);
      return {
        ...line,
        disclosed: item?.disclosedFlaws ?? [],
        ...(item ? { intake: item.intakeInspection } : {}),
        ...(sold?.outboundInspection ? { outbound: sold.outboundInspection } : {}),
        ...(outboundParcel ? { outboundParcel } : {}),
        ...(returned && back
          ? { returned: { ...back, inspectedAt: returned.inspectedAt, inspectedBy: returned.inspectedBy } }
          : {}),
      };
    }),
  );
};

const similarOf = ({ dispute, ruling, ...row }: DisputeRow) => ({
  ...row,
  ground: dispute.ground,
  decidedAt: dispute.endedAt ?? dispute.openedAt,
  basis: ruling?.basis ?? "silence",
  round: dispute.round,
  remedy: ruling?.remedy ?? "none",
  refundMinor: ruling?.refundMinor ?? 0n,
});

export const getDisputeFileEndpoint = endpoint(
  getDisputeFileOperation,
  async ({ caller, params }, { table }) => {
    const snapshot = await requireDisputed(table, caller.tenantId, params.caseId);
    const { state, detail, dispute, verdict } = snapshot;
    const from = Math.max(1, state.version - historyLength + 1);
    const [statements, judged, lines, records, similar, parcels, { files }] = await Promise.all([
      disputeStatements(table, state),
      loadVerdicts(table, state),
      linesOf(table, snapshot),
      caseRecords(table, state, from, historyLength),
      similarDisputes(table, state, verdict?.rule, similarLength),
      returnParcelsOf(table, state),
      loadEvidence(table, state),
    ]);
    return {
      status: 200,
      body: {
        ...disputeViewOf(snapshot),
        ...arbitersOf(dispute),
        statements,
        case: {
          ...summaryOf(state),
          ...(detail.description === "" ? {} : { description: detail.description }),
          ...(detail.claimedFlaw ? { claimedFlaw: detail.claimedFlaw } : {}),
        },
        verdicts: (judged?.verdicts ?? []).map((each) => readAs("arbiter", each)),
        atStake: atStakeOf(snapshot),
        lines,
        ...(state.returnParcels ? { returnParcels: returnsOf(state, parcels) } : {}),
        evidence: files.filter(({ arrivedAt }) => arrivedAt !== undefined),
        history: records.flatMap(({ announcements, stage }) =>
          announcements.map((announcement) => ({ ...announcement, stage })),
        ),
        similar: similar.map(similarOf),
      },
      version: state.version,
    };
  },
);
