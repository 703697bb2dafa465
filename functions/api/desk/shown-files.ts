import type { FieldError } from "../../domain/errors.ts";
import { Problem } from "../../http/problem.ts";
import type { CaseReference } from "../../store/cases.ts";
import { loadEvidence } from "../../store/evidence.ts";
import type { Table } from "../../store/table.ts";

/**
 * Looks up the files a refusal rests on. Another side's file, and one that was announced and never came, answers
 * like none.
 *
 * @throws Problem `invalid_request` naming each id that is no file of the merchant's
 */
export const requireMerchantFiles = async (
  table: Table,
  reference: CaseReference,
  evidenceIds: readonly string[],
): Promise<void> => {
  if (evidenceIds.length === 0) return;
  const { files } = await loadEvidence(table, reference);
  const arrived = new Set(
    files
      .filter(({ side, arrivedAt }) => side === "merchant" && arrivedAt !== undefined)
      .map(({ evidenceId }) => evidenceId),
  );
  const errors = evidenceIds.flatMap((evidenceId, index): FieldError[] =>
    arrived.has(evidenceId)
      ? []
      : [{ pointer: `/evidenceIds/${index}`, detail: "is no file of yours that has arrived for this case" }],
  );
  if (errors.length > 0) throw new Problem("invalid_request", "The request has errors.", errors);
};
