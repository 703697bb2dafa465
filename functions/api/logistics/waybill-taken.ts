import { CaseError } from "../../domain/errors.ts";
import type { Reply } from "../../http/reply.ts";
import { Conflict } from "../../store/table.ts";
import { trackingNumberConflict } from "../../store/waybills.ts";

export const waybillTaken = (): CaseError =>
  new CaseError("tracking_number_taken", "Another parcel travels under this number.", [
    { pointer: "/trackingNumber", detail: "is already in use" },
  ]);

/** @throws CaseError `tracking_number_taken` where the number is another parcel's */
export const unlessWaybillTaken = async (answered: Promise<Reply>): Promise<Reply> => {
  try {
    return await answered;
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.includes(trackingNumberConflict)) throw error;
    throw waybillTaken();
  }
};
