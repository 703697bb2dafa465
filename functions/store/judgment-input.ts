import type { CaseSnapshot, CaseState } from "../domain/case.ts";
import { type Contract, contractAt } from "../domain/catalog.ts";
import { InvariantViolation } from "../domain/errors.ts";
import type { JudgedLine, JudgmentInput } from "../domain/judgment/input.ts";
import { latestReturnInspection } from "./cases.ts";
import { type FoundOrder, findItem, findMerchant, findOrder } from "./catalog.ts";
import { merchantHistory } from "./daily-counters.ts";
import { evidenceCountsOf } from "./evidence.ts";
import { outboundParcelOf } from "./outbound-parcels.ts";
import { loadParcel, type Parcel, returnParcelsOf } from "./parcels.ts";
import { countReturnsOwed } from "./returns-owed.ts";
import type { Table } from "./table.ts";

/** What the records say of an order's lines, whatever is asked of them. */
export type JudgedRecords = Pick<
  JudgmentInput,
  "orderedAt" | "buyerTrusted" | "merchantStanding" | "merchantHistory"
> & {
  readonly contract: Contract;
  readonly lines: readonly Pick<JudgedLine, "line" | "item" | "outboundParcel">[];
};

/**
 * Reads the records of an order's lines.
 *
 * @param filedAt the moment before which the merchant's history is counted
 * @throws InvariantViolation if something is gone that a line names
 */
export const readJudgedRecords = async (
  table: Table,
  tenantId: string,
  { order, lines }: FoundOrder,
  merchantId: string,
  filedAt: number,
): Promise<JudgedRecords> => {
  const [merchant, history] = await Promise.all([
    findMerchant(table, tenantId, merchantId),
    merchantHistory(table, tenantId, merchantId, filedAt),
  ]);
  if (!merchant) throw new InvariantViolation(`merchant ${merchantId} is gone`);
  const judged = await Promise.all(
    lines.map(async (line) => {
      const item = await findItem(table, tenantId, line.itemId);
      if (!item) throw new InvariantViolation(`item ${line.itemId} of order ${order.orderId} is gone`);
      const outboundParcel = await outboundParcelOf(table, tenantId, line.outboundParcel);
      return { line, item, ...(outboundParcel ? { outboundParcel } : {}) };
    }),
  );
  return {
    contract: contractAt(merchant, order.placedAt),
    lines: judged,
    orderedAt: order.placedAt,
    ...(order.buyerTrusted ? { buyerTrusted: true } : {}),
    merchantStanding: merchant.standing ?? "good",
    ...(history ? { merchantHistory: history } : {}),
  };
};

/** What a judgment of a case may look at, before anything was sent back. */
export const judgmentInputOf = (
  { state, detail }: Pick<CaseSnapshot, "state" | "detail">,
  records: JudgedRecords,
  now: number,
): JudgmentInput => {
  const lines = detail.lines.map(({ lineId, quantity }): JudgedLine => {
    const found = records.lines.find(({ line }) => line.lineId === lineId);
    if (!found) throw new InvariantViolation(`line ${lineId} of case ${state.caseId} is gone`);
    return { ...found, quantity, contract: records.contract };
  });
  const { orderedAt, buyerTrusted, merchantStanding, merchantHistory: history } = records;
  const priorCases = new Set(
    lines.flatMap(({ line }) => line.caseIds).filter((caseId) => caseId !== state.caseId),
  );
  return {
    now,
    type: state.type,
    reason: detail.reason,
    claimMinor: state.claimMinor,
    currency: state.currency,
    filedAt: state.filedAt,
    lines,
    priorRequests: priorCases.size,
    ...(orderedAt === undefined ? {} : { orderedAt }),
    ...(buyerTrusted ? { buyerTrusted } : {}),
    ...(merchantStanding ? { merchantStanding } : {}),
    ...(history ? { merchantHistory: history } : {}),
    ...(detail.claimedFlaw ? { claimedFlaw: detail.claimedFlaw } : {}),
  };
};

/**
 * The parcels of a return as the one that a judgment looks at. What is told of any of them is told of the return, and
 * where one is lost, its carrier is the one that answers.
 */
const returnParcelIn = (
  { returnParcels = [] }: CaseState,
  parcels: readonly Parcel[],
): JudgmentInput["returnParcel"] => {
  const isLost = ({ pointer }: Parcel): boolean =>
    returnParcels.some(
      ({ trackingNumber, standing }) => trackingNumber === pointer.trackingNumber && standing === "lost",
    );
  const lost = parcels.find(isLost);
  const told = lost ?? parcels.find(({ projection }) => projection.damaged) ?? parcels.at(-1);
  if (!told) return undefined;
  const { status, handedOverAt } = told.projection;
  return {
    carrier: told.pointer.carrier,
    status,
    damaged: parcels.some(({ projection }) => projection.damaged),
    lost: lost !== undefined,
    ...(handedOverAt === undefined ? {} : { handedOverAt }),
  };
};

/**
 * What was sent to the buyer is lost on the same terms as a return: who bears the risk of the road is asked, and
 * nothing else. A case is judged about one of them at a time.
 */
const lostReplacement = async (
  table: Table,
  { tenantId, stage, replacementParcel }: CaseState,
): Promise<JudgmentInput["returnParcel"]> => {
  if (stage !== "lost" || replacementParcel?.standing !== "lost") return undefined;
  const { carrier, trackingNumber } = replacementParcel;
  const parcel = await loadParcel(table, tenantId, trackingNumber);
  return { carrier, status: "lost", damaged: parcel?.projection.damaged ?? false, lost: true };
};

/** Reads everything a judgment of this case may look at, once. */
export const readJudgmentInput = async (
  table: Table,
  snapshot: CaseSnapshot,
  now: number,
): Promise<JudgmentInput> => {
  const { state, detail } = snapshot;
  const { tenantId, caseId } = state;
  const [found, returned, evidence, returnsOwed] = await Promise.all([
    findOrder(table, tenantId, state.orderId),
    state.reception === "received" ? latestReturnInspection(table, state) : undefined,
    evidenceCountsOf(table, state),
    state.type === "exchange" ? countReturnsOwed(table, tenantId, state.buyerId) : undefined,
  ]);
  if (!found) throw new InvariantViolation(`case ${caseId} names an order that is gone`);
  const claimed = found.lines.filter(({ lineId }) => detail.lines.some((line) => line.lineId === lineId));
  const records = await readJudgedRecords(
    table,
    tenantId,
    { ...found, lines: claimed },
    state.merchantId,
    state.filedAt,
  );
  const sent = await returnParcelsOf(table, state);
  const returnParcel = (await lostReplacement(table, state)) ?? returnParcelIn(state, sent);
  return {
    ...judgmentInputOf(snapshot, records, now),
    ...(returnParcel ? { returnParcel } : {}),
    ...(returned ? { returnInspection: returned } : {}),
    ...(evidence ? { evidence } : {}),
    ...(returnsOwed === undefined ? {} : { returnsOwed }),
  };
};
