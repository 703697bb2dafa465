import { dayMs } from "../domain/calendar.ts";
import type { CaseState } from "../domain/case.ts";
import { isEnd } from "../domain/lifecycle.ts";
import { caseStateKey, parcelKey } from "./keys.ts";
import { type CasePointer, casesIn, findPointer, type ParcelPointer, type ReturnPointer } from "./parcels.ts";
import { Conflict, getItem, putOnce, putWrite, type Table, type Write } from "./table.ts";

/** Whose a tracking number is: given to one parcel, shared by the cases in it, and given again long afterwards. */

/** The label under which a tracking number that is already in use is reported. */
export const trackingNumberConflict = "trackingNumber";

/**
 * A tracking number points to one thing of a tenant.
 *
 * @param spent what it pointed to before, where its carrier gives it out again
 */
export const parcelWrite = (table: Table, pointer: ParcelPointer, spent?: CasePointer): Write => {
  const item = { ...parcelKey(pointer.tenantId, pointer.trackingNumber), ...pointer };
  if (!spent) return putOnce(table, trackingNumberConflict, item);
  return putWrite(table, trackingNumberConflict, {
    Item: item,
    ConditionExpression: "caseId = :case AND namedAt = :named",
    ExpressionAttributeValues: { ":case": spent.caseId, ":named": spent.namedAt },
  });
};

/** Carriers give a number out again after half a year at the earliest. */
const numberKeptMs = 180 * dayMs;

/** Whether a number may be another parcel's by now: it was given long ago, and for cases that have all ended. */
const isSpent = async (table: Table, pointer: CasePointer, now: number): Promise<boolean> => {
  if (now < pointer.namedAt + numberKeptMs) return false;
  const states = await Promise.all(
    casesIn(pointer).map((caseId) => getItem<CaseState>(table, caseStateKey(pointer.tenantId, caseId))),
  );
  return states.every((state) => state === undefined || isEnd(state.stage));
};

/** Whether nothing but its number stands in the way of a parcel. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Conflict && error.conflicts.every((conflict) => conflict === trackingNumberConflict);

/** Gives a case a waybill by `give`, over what its number was spent on before. */
export const givingWaybill = async <Result>(
  table: Table,
  { tenantId, trackingNumber }: Pick<ParcelPointer, "tenantId" | "trackingNumber">,
  now: number,
  give: (spent?: CasePointer) => Promise<Result>,
): Promise<Result> => {
  try {
    return await give();
  } catch (error) {
    const pointer = isTaken(error) ? await findPointer(table, tenantId, trackingNumber) : undefined;
    if (!pointer || pointer.leg === "outbound" || !(await isSpent(table, pointer, now))) throw error;
    return give(pointer);
  }
};

/** As many cases as anybody files about what fits into one parcel. */
const mostCases = 20;

/** Another case whose goods are in the parcel. A case that is in it already, or one too many, finds it taken. */
export const joinParcelWrite = (
  table: Table,
  { tenantId, trackingNumber, alsoCaseIds = [] }: ReturnPointer,
  caseId: string,
): Write => ({
  conflict: trackingNumberConflict,
  item: {
    Update: {
      TableName: table.name,
      Key: parcelKey(tenantId, trackingNumber),
      UpdateExpression: "SET alsoCaseIds = list_append(if_not_exists(alsoCaseIds, :none), :cases)",
      ConditionExpression:
        "caseId <> :case AND (attribute_not_exists(alsoCaseIds) OR (NOT contains(alsoCaseIds, :case) AND size(alsoCaseIds) = :known AND size(alsoCaseIds) < :most))",
      ExpressionAttributeValues: {
        ":none": [],
        ":cases": [caseId],
        ":case": caseId,
        ":known": alsoCaseIds.length,
        ":most": mostCases - 1,
      },
    },
  },
});
