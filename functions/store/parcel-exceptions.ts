import type { Actor } from "../domain/case.ts";
import { type Contradiction, contradictionKind } from "../domain/contradictions.ts";
import type { Checkpoint } from "../domain/tracking.ts";
import { parcelExceptionKey, parcelExceptionsPartition, tableKeys } from "./keys.ts";
import { casesIn, type ParcelPointer } from "./parcels.ts";
import {
  Conflict,
  getItem,
  type Page,
  putItem,
  putWrite,
  queryPage,
  type Table,
  type Write,
  withoutKeys,
} from "./table.ts";

/** A terminal fact of a parcel that was contradicted. It stands, and a person looks at it. */
export type ParcelException = {
  readonly tenantId: string;
  readonly trackingNumber: string;
  readonly carrier: string;
  /** What was contradicted by what: `delivered.returned`. */
  readonly kind: string;
  readonly fact: Checkpoint;
  readonly contradictedBy: Checkpoint;
  /** What travels in it. */
  readonly caseIds?: readonly string[];
  readonly orderId?: string;
  readonly openedAt: number;
  readonly resolved?: { readonly at: number; readonly by: Actor; readonly note: string };
};

const itemOf = (exception: ParcelException) => {
  const { tenantId, trackingNumber, kind, openedAt, resolved } = exception;
  return {
    ...parcelExceptionKey(tenantId, trackingNumber, kind),
    ...exception,
    GSI1PK: parcelExceptionsPartition(tenantId, resolved ? "resolved" : "open"),
    GSI1SK: `${new Date(openedAt).toISOString()}#${trackingNumber}#${kind}`,
  };
};

/** @returns whether it is new: a contradiction that is told again opens nothing */
export const openParcelException = async (
  table: Table,
  pointer: ParcelPointer,
  contradiction: Contradiction,
  now: number,
): Promise<boolean> => {
  const { tenantId, trackingNumber, carrier } = pointer;
  const exception: ParcelException = {
    tenantId,
    trackingNumber,
    carrier,
    kind: contradictionKind(contradiction),
    ...contradiction,
    ...(pointer.leg === "outbound" ? { orderId: pointer.orderId } : { caseIds: casesIn(pointer) }),
    openedAt: now,
  };
  try {
    await putItem(table, "taken", {
      Item: itemOf(exception),
      ConditionExpression: "attribute_not_exists(PK)",
    });
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
};

export const findParcelException = async (
  table: Table,
  tenantId: string,
  trackingNumber: string,
  kind: string,
): Promise<ParcelException | undefined> => {
  const found = await getItem<ParcelException>(table, parcelExceptionKey(tenantId, trackingNumber, kind));
  return found && withoutKeys(found);
};

/** Once, by whoever was first. */
export const resolvedExceptionWrite = (table: Table, resolved: ParcelException): Write =>
  putWrite(table, "exception", {
    Item: itemOf(resolved),
    ConditionExpression: "attribute_exists(PK) AND attribute_not_exists(resolved)",
  });

/** A tenant's exceptions, the oldest first, a page at a time. */
export const parcelExceptions = (
  table: Table,
  tenantId: string,
  list: "open" | "resolved",
  limit: number,
  start?: Record<string, unknown>,
): Promise<Page<ParcelException>> =>
  queryPage(table, {
    IndexName: tableKeys.index.name,
    KeyConditionExpression: `${tableKeys.index.partitionKey} = :list`,
    ExpressionAttributeValues: { ":list": parcelExceptionsPartition(tenantId, list) },
    Limit: limit,
    ...(start ? { ExclusiveStartKey: start } : {}),
  });
