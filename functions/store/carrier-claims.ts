import type { CaseDetail, CaseState } from "../domain/case.ts";
import { type CarrierClaim, chargedToCarriers, claimIdOf } from "../domain/settlement/carrier-claim.ts";
import type { Transfer } from "../domain/settlement/transfer.ts";
import { carrierClaimKey, carrierClaimsPartition, casePartition, tableKeys } from "./keys.ts";
import { transferWrite } from "./ledger.ts";
import { getItem, type Page, putWrite, queryPage, type Table, type Write } from "./table.ts";

/** Claims on carriers, each beside its case and moved on in the transaction that moves its money. */

const claimConflict = "claim";

/**
 * What transfers of a case charge its carriers: opens a claim, or adds to the one that is open. The transfers are
 * put only if absent in the same transaction, so nothing is added twice.
 */
export const claimWrites = (
  table: Table,
  { tenantId, caseId, currency, orderId, verdictNumber, returnParcels = [] }: CaseState,
  { lines }: CaseDetail,
  transfers: readonly Transfer[],
  at: number,
): readonly Write[] =>
  [...chargedToCarriers(transfers)]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([carrier, amountMinor]) => {
      const waybill = returnParcels.find((parcel) => parcel.carrier === carrier);
      const evidence: CarrierClaim["evidence"] = {
        verdictNumber,
        orderId,
        lineIds: lines.map(({ lineId }) => lineId),
        ...(waybill ? { trackingNumber: waybill.trackingNumber } : {}),
      };
      const claimId = claimIdOf(caseId, carrier);
      const once: Record<string, unknown> = {
        tenantId,
        claimId,
        caseId,
        carrier,
        currency,
        evidence,
        openedAt: at,
        paidMinor: 0n,
        reducedMinor: 0n,
        writtenOffMinor: 0n,
        GSI1PK: carrierClaimsPartition(tenantId),
        GSI1SK: `${new Date(at).toISOString()}#${claimId}`,
      };
      const kept = Object.keys(once).map((name) => `${name} = if_not_exists(${name}, :${name})`);
      return {
        conflict: claimConflict,
        item: {
          Update: {
            TableName: table.name,
            Key: carrierClaimKey(tenantId, caseId, carrier),
            UpdateExpression: `SET ${kept.join(", ")}, amountMinor = if_not_exists(amountMinor, :zero) + :amount, openMinor = if_not_exists(openMinor, :zero) + :amount, version = if_not_exists(version, :zero) + :one`,
            ExpressionAttributeValues: {
              ...Object.fromEntries(Object.entries(once).map(([name, value]) => [`:${name}`, value])),
              ":zero": 0,
              ":one": 1,
              ":amount": amountMinor,
            },
          },
        },
      };
    });

/**
 * Marks the claims that rest on a parcel's loss when it turns up. What the carrier still owes is for an operator to
 * settle with it: nothing is taken off by itself.
 */
export const foundWrites = (
  table: Table,
  { tenantId, caseId }: CaseState,
  carriers: readonly string[],
  foundAt: number,
): readonly Write[] =>
  carriers.map((carrier) => ({
    conflict: claimConflict,
    item: {
      Update: {
        TableName: table.name,
        Key: carrierClaimKey(tenantId, caseId, carrier),
        UpdateExpression: "SET foundAt = :foundAt, version = version + :one",
        ConditionExpression: "attribute_exists(PK)",
        ExpressionAttributeValues: { ":foundAt": foundAt, ":one": 1 },
      },
    },
  }));

export const findCarrierClaim = (
  table: Table,
  tenantId: string,
  { caseId, carrier }: { readonly caseId: string; readonly carrier: string },
): Promise<CarrierClaim | undefined> => getItem(table, carrierClaimKey(tenantId, caseId, carrier));

/** A tenant's claims, the oldest first, a page at a time. */
export const carrierClaims = (
  table: Table,
  tenantId: string,
  only: "open" | "closed" | undefined,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<CarrierClaim>> =>
  queryPage(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :claims",
    ExpressionAttributeValues: {
      ":claims": carrierClaimsPartition(tenantId),
      ...(only ? { ":zero": 0 } : {}),
    },
    ...(only ? { FilterExpression: only === "open" ? "openMinor > :zero" : "openMinor <= :zero" } : {}),
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });

/**
 * The writes that settle a part of a claim. `openMinor ≥ amount` stands beside the version, so that no more than
 * is owed is ever settled even if the version were mishandled.
 */
export const settleClaimWrites = (
  table: Table,
  before: CarrierClaim,
  after: CarrierClaim,
  transfer: Transfer,
): readonly Write[] => [
  putWrite(table, claimConflict, {
    Item: { ...before, ...after },
    ConditionExpression: "version = :version AND openMinor >= :amount",
    ExpressionAttributeValues: { ":version": before.version, ":amount": transfer.amountMinor },
  }),
  transferWrite(table, casePartition(before.tenantId, before.caseId), transfer),
];
