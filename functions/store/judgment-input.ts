import type { CaseSnapshot } from "../domain/case.ts";
import { contractAt } from "../domain/catalog.ts";
import { InvariantViolation } from "../domain/errors.ts";
import type { JudgedLine, JudgmentInput } from "../domain/judgment/input.ts";
import { latestReturnInspection } from "./cases.ts";
import { findItem, findMerchant, findOrder } from "./catalog.ts";
import { loadParcel } from "./parcels.ts";
import type { Table } from "./table.ts";

/** Reads everything a judgment of this case may look at, once. */
export const readJudgmentInput = async (
  table: Table,
  { state, detail }: CaseSnapshot,
  now: number,
): Promise<JudgmentInput> => {
  const { tenantId, caseId } = state;
  const [found, merchant, returned] = await Promise.all([
    findOrder(table, tenantId, state.orderId),
    findMerchant(table, tenantId, state.merchantId),
    state.reception === "received" ? latestReturnInspection(table, state) : undefined,
  ]);
  if (!found || !merchant)
    throw new InvariantViolation(`case ${caseId} names an order or merchant that is gone`);
  const { order, lines } = found;
  const contract = contractAt(merchant, order.placedAt);

  const judged = await Promise.all(
    detail.lines.map(async ({ lineId, itemId, quantity }): Promise<JudgedLine> => {
      const line = lines.find((candidate) => candidate.lineId === lineId);
      const item = await findItem(table, tenantId, itemId);
      if (!line || !item) throw new InvariantViolation(`line ${lineId} of case ${caseId} is gone`);
      const reference = line.outboundParcel;
      const parcel = reference && (await loadParcel(table, tenantId, reference.trackingNumber));
      if (!reference || !parcel) return { line, item, quantity, contract };
      const { status, statusTrusted, damaged, damageTrusted } = parcel.projection;
      return {
        line,
        item,
        quantity,
        contract,
        outboundParcel: { carrier: reference.carrier, status, statusTrusted, damaged, damageTrusted },
      };
    }),
  );
  const priorCases = new Set(judged.flatMap(({ line }) => line.caseIds).filter((id) => id !== caseId));
  const shipped = state.returnParcel;
  const returnParcel = shipped && (await loadParcel(table, tenantId, shipped.trackingNumber));

  return {
    now,
    type: state.type,
    reason: detail.reason,
    claimMinor: state.claimMinor,
    currency: state.currency,
    filedAt: state.filedAt,
    lines: judged,
    priorRequests: priorCases.size,
    ...(detail.claimedFlaw ? { claimedFlaw: detail.claimedFlaw } : {}),
    ...(shipped && returnParcel
      ? {
          returnParcel: {
            carrier: shipped.carrier,
            status: returnParcel.projection.status,
            damaged: returnParcel.projection.damaged,
            lost: state.reception === "lost",
          },
        }
      : {}),
    ...(returned ? { returnInspection: returned } : {}),
  };
};
