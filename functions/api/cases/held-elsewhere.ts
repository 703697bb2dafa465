import { CaseError } from "../../domain/errors.ts";
import type { Reply } from "../../http/reply.ts";
import { isLineConflict } from "../../store/cases.ts";
import { Conflict } from "../../store/table.ts";

/**
 * Goods that were to stay are to come back after all, and another case has claimed them since.
 *
 * @throws CaseError `quantity_exceeded`
 */
export const unlessHeldElsewhere = async (answered: Promise<Reply>): Promise<Reply> => {
  try {
    return await answered;
  } catch (error) {
    if (!(error instanceof Conflict) || !error.conflicts.some(isLineConflict)) throw error;
    throw new CaseError(
      "quantity_exceeded",
      "Another case is about these units: they cannot come back twice.",
    );
  }
};
