import type { CaseState } from "../domain/case.ts";
import { labelExpectedBy, labelIdOf } from "../domain/return-label.ts";
import { labelKey, labelsPartition, tableKeys } from "./keys.ts";
import { getItem, type Page, putOnce, putWrite, queryPage, type Table, type Write } from "./table.ts";

/** Labels that were ordered from the platform's carrier account, and what its label service made of them. */

export const labelStatuses = ["ordered", "issued", "failed", "superseded"] as const;
export type LabelStatus = (typeof labelStatuses)[number];

export type Label = {
  readonly tenantId: string;
  readonly labelId: string;
  readonly caseId: string;
  readonly buyerId: string;
  readonly merchantId: string;
  readonly status: LabelStatus;
  readonly orderedAt: number;
  readonly expectedBy: number;
  readonly answeredAt?: number;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly costMinor?: bigint;
  /** Where the label itself is, as the label service says. */
  readonly document?: string;
  /** Why there is none. */
  readonly reason?: string;
};

const labelConflict = "label";

const listKeys = ({ tenantId, labelId, status, orderedAt }: Label): Record<string, string> => ({
  GSI1PK: labelsPartition(tenantId, status),
  GSI1SK: `${new Date(orderedAt).toISOString()}#${labelId}`,
});

export const orderedLabelWrite = (
  table: Table,
  { tenantId, caseId, buyerId, merchantId }: CaseState,
  orderedAt: number,
): Write => {
  const label: Label = {
    tenantId,
    labelId: labelIdOf(caseId),
    caseId,
    buyerId,
    merchantId,
    status: "ordered",
    orderedAt,
    expectedBy: labelExpectedBy({ orderedAt }),
  };
  return putOnce(table, labelConflict, {
    ...labelKey(tenantId, label.labelId),
    ...label,
    ...listKeys(label),
  });
};

/**
 * An answer is written once: the label stands as it was read and has no waybill, or somebody else was faster.
 *
 * @param before what it was read as
 */
export const answeredLabelWrite = (table: Table, label: Label, before: LabelStatus = "ordered"): Write =>
  putWrite(table, labelConflict, {
    Item: { ...labelKey(label.tenantId, label.labelId), ...label, ...listKeys(label) },
    ConditionExpression: "#status = :before AND attribute_not_exists(trackingNumber)",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: { ":before": before },
  });

/** The label nobody needs any more, since its case's goods travel under another waybill. */
export const supersededLabelWrite = (
  table: Table,
  state: CaseState,
  orderedAt: number,
  at: number,
): Write => {
  const { tenantId, caseId, buyerId, merchantId } = state;
  return answeredLabelWrite(table, {
    tenantId,
    labelId: labelIdOf(caseId),
    caseId,
    buyerId,
    merchantId,
    status: "superseded",
    orderedAt,
    expectedBy: labelExpectedBy({ orderedAt }),
    answeredAt: at,
  });
};

export const findLabel = (table: Table, tenantId: string, labelId: string): Promise<Label | undefined> =>
  getItem<Label>(table, labelKey(tenantId, labelId));

/** A tenant's labels of one status, the oldest order first, a page at a time. */
export const labelsPage = (
  table: Table,
  tenantId: string,
  status: LabelStatus,
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<Label>> =>
  queryPage(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: "GSI1PK = :labels",
    ExpressionAttributeValues: { ":labels": labelsPartition(tenantId, status) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
